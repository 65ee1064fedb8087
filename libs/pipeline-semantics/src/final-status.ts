import type { JsonValue } from '@millrace/pipeline-spec';
import { type Resolution, known } from './resolution.js';
import type { RunView, ScopePath, TaskState } from './run-view.js';
import { taskKeyOf } from './scope-path.js';

/** KFP's names of the states that a task may have ended in; `NOT_TRIGGERED` is one that its documentation forgets. */
const NAMES: Readonly<Partial<Record<TaskState, string>>> = {
  SUCCEEDED: 'SUCCEEDED',
  CACHED: 'SUCCEEDED',
  FAILED: 'FAILED',
  CANCELED: 'CANCELLED',
  SKIPPED: 'NOT_TRIGGERED',
};

/**
 * What `dsl.PipelineTaskFinalStatus` tells of a task that has ended. KFP's backend sends other names than it documents, and no error; here
 * it is as documented.
 */
export function finalStatusOf(view: RunView, path: ScopePath): Resolution<JsonValue> {
  const facts = view.task(path);
  const state = facts === undefined ? undefined : NAMES[facts.state];
  if (state === undefined) return { kind: 'unknown', on: [path] };
  const error: Record<string, JsonValue> = facts?.error === undefined ? {} : { message: facts.error.message };
  return known<JsonValue>({
    state,
    pipelineTaskName: taskKeyOf(path),
    pipelineJobResourceName: view.run.resourceName,
    error,
  });
}
