/**
 * Real databases and rows for tests.
 *
 * @packageDocumentation
 */
export { aPipeline, aRun, aTask, aVersion, anArtifact, anExperiment, DOCUMENTS } from './builders.js';
export { aTestPlace, DIALECTS, openSession, openTestDatabase, type TestPlace } from './test-databases.js';
