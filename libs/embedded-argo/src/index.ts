/**
 * The in-process ResourceStore and the Workflow reconciler with its executors: Argo Workflows on one machine.
 *
 * @packageDocumentation
 */
export type { AttemptExit, AttemptListener, AttemptSpec, AttemptState, Companion, ContainerSpec, Executor, Mount, Runnable } from './executor.js';
export { systemClock, type Clock } from './clock.js';
export { openEmbeddedArgo, type EmbeddedArgo, type EmbeddedArgoOptions } from './open-embedded-argo.js';
export type { EngineCounters } from './engine/counters.js';
export { relocateStore } from './store/relocate-store.js';
export { attemptId } from './pod/build-attempt.js';
export type { ClaimVolumes } from './pod/claim-volumes.js';
export { deviceProblems, deviceWarnings, type Accelerators } from './pod/devices.js';
export type { PodReferences } from './pod/pod-references.js';
export { nodeId, podName } from './workflow/node-id.js';
export { createExecutor, type ExecutorHandle, type ExecutorOptions } from './executor-choice/create-executor.js';
export type { ExecutorMode } from './executor-choice/choose-executor.js';
export { findContainerEngine, type ContainerEngine } from './container-executor/find-container-engine.js';
export {
  buildEnvironment,
  createProcessExecutor,
  DEFAULT_SDK,
  type ExecutorLog,
  type ProcessExecutorHandle,
  type ProcessExecutorOptions,
} from './process-executor/create-process-executor.js';
export { checkPython, type PythonCheck } from './process-executor/check-python.js';
export { checkPrivateRoot } from './process-executor/check-private-root.js';
