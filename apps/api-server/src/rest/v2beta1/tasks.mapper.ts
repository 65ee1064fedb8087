import type { v2beta1 } from '@millrace/api-contract';
import type { TaskState, TaskSummary } from '@millrace/database';
import { message, time } from './proto-json.js';

/** KFP's states have no word for a reused result: there, what would have run was skipped. */
function toWireState(state: TaskState): v2beta1.WireRuntimeState {
  return state === 'CACHED' ? 'SKIPPED' : state;
}

export function toWireTask(task: TaskSummary, parentId: string | undefined): v2beta1.WireTaskDetail {
  const failed = task.state === 'FAILED' || task.state === 'CANCELED';
  return message({
    run_id: task.runId,
    task_id: task.id,
    display_name: task.displayName,
    create_time: time(task.createdAt),
    start_time: time(task.startedAt),
    end_time: time(task.finishedAt),
    state: toWireState(task.state),
    error: failed && task.message ? { code: 2, message: task.message } : undefined,
    parent_task_id: parentId,
    pod_name: task.attempts.at(-1)?.nodeId,
    child_tasks: task.attempts.map(({ nodeId }) => ({ pod_name: nodeId })),
  });
}
