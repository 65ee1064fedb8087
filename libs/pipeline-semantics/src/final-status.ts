import type { JsonValue } from '@millrace/pipeline-spec';
import { type Resolution, known } from './resolution.js';
import type { RunView, ScopePath, TaskState } from './run-view.js';
import { taskKeyOf } from './scope-path.js';

/** What KFP's backend calls the states that a task may have ended in: its pipelines compare with these, whatever its documentation says. */
const NAMES: Readonly<Partial<Record<TaskState, string>>> = {
  SUCCEEDED: 'COMPLETE',
  CACHED: 'COMPLETE',
  FAILED: 'FAILED',
  CANCELED: 'CANCELLED',
  SKIPPED: 'NOT_TRIGGERED',
};

/** What `dsl.PipelineTaskFinalStatus` tells of a task that has ended. KFP's backend leaves the error empty; here it says what failed. */
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
