/**
 * Scripted parts for tests of what stands on embedded Argo.
 *
 * @packageDocumentation
 */
export { prepareEngine, TEST_IMAGE, type TestEngine } from '../container-executor/testing/test-engine.js';
export { FakeExecutor, FakeMachine, type FakeExecutorOptions, type FakeOutcome } from './fake-executor.js';
export { ManualClock } from './manual-clock.js';
export { openScriptedArgo, type ScriptedArgo, type ScriptedArgoOptions } from './scripted-argo.js';
export { aDag, aGate, aPod, aStepsTemplate, aWorkflow } from './workflow-builder.js';
export {
  answerOf, isHeld, nodeOfEvent, outcomeOf, recordStatus,
  type ArgoFixture, type FixtureCase, type FixtureEvent, type PodOutcome, type RecordedNode, type Recording,
} from './argo-fixture.js';
export { replayFixture } from './replay-fixture.js';
