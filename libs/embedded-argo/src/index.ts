/**
 * The in-process ResourceStore and the Workflow reconciler with its executors: Argo Workflows on one machine.
 *
 * @packageDocumentation
 */
export type { AttemptExit, AttemptListener, AttemptSpec, AttemptState, Executor, Mount } from './executor.js';
