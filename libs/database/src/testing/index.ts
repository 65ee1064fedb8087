/**
 * Real databases and rows for tests.
 *
 * @packageDocumentation
 */
export { aPipeline, aRecurringRun, aRun, aTask, aVersion, anArtifact, anExperiment, DOCUMENTS } from './builders.js';
export { aTestPlace, DIALECTS, openSession, openTestDatabase, type TestPlace } from './test-databases.js';
