import { isKeptAttemptId, type NodeStatus } from '@millrace/argo';
import type { TaskAttempt } from '@millrace/database';
import { attemptsOf, taskStateOf, type Nodes } from '@millrace/workflow-compiler';
import type { AttemptTimes } from './attempt-pods.js';
import { nodeMessage } from './node-message.js';
import { timeOf } from './node-time.js';

/**
 * A task's attempts as rows. Argo tells when a pod was asked for, not when its process began: that is when it was first seen
 * running, which `earlier` rows remember, unless its own `times` are known. Those from before a retry of the run stay in front.
 */
export function attemptRows(node: NodeStatus, nodes: Nodes, earlier: readonly TaskAttempt[], now: Date, times: ReadonlyMap<string, AttemptTimes> = new Map()): TaskAttempt[] {
  const known = new Map(earlier.map((attempt) => [attempt.nodeId, attempt]));
  const kept = earlier.filter((attempt) => isKeptAttemptId(attempt.nodeId));
  const own = attemptsOf(node, nodes).map((pod, index) => {
    const state = taskStateOf(pod);
    const told = times.get(pod.id);
    const seen = told?.startedAt ?? known.get(pod.id)?.startedAt;
    const exitCode = pod.outputs?.exitCode;
    return {
      nodeId: pod.id,
      index: kept.length + index,
      state,
      startedAt: seen ?? (state === 'RUNNING' ? now : state === 'PENDING' ? undefined : timeOf(pod.startedAt)),
      finishedAt: told?.finishedAt ?? timeOf(pod.finishedAt),
      exitCode: exitCode === undefined ? undefined : Number(exitCode),
      message: nodeMessage(pod, nodes) || undefined,
    };
  });
  return [...kept, ...own];
}
