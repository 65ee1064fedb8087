import type { Workflow } from '@millrace/argo';

/** Few gates say little: the pod behind one may have waited for a limit of its loop. */
const ENOUGH = 3;
const SLOW_MS = 3_000;

/**
 * What to tell an operator whose Argo looks again at a changed Workflow only after a long while, as it does unless it is told otherwise; undefined
 * where answers are seen at once, or too little ran to say so. Judged by the median of the times from the answer of a gate to the pod behind it.
 */
export function slowAnswersWarning(workflows: readonly Pick<Workflow, 'status'>[]): string | undefined {
  const delays = workflows.flatMap(({ status }) => Object.values(status?.nodes ?? {}).flatMap((node) => (node.type === 'Suspend' ? delayBehind(node.id, status?.nodes ?? {}) : []))).sort((a, b) => a - b);
  const median = delays[Math.floor(delays.length / 2)];
  if (delays.length < ENOUGH || median === undefined || median < SLOW_MS) return undefined;
  return `Argo takes about ${Math.round(median / 1000)} s to go on after a task was decided, so that each task that waits for a value is late by that. Set DEFAULT_REQUEUE_TIME of its workflow-controller to 300ms.`;
}

type Nodes = NonNullable<NonNullable<Workflow['status']>['nodes']>;

function delayBehind(gateId: string, nodes: Nodes): number[] {
  const gate = nodes[gateId];
  const answered = Date.parse(gate?.finishedAt ?? '');
  return (gate?.children ?? []).flatMap((id) => {
    const behind = nodes[id];
    const began = behind?.type === 'Pod' || behind?.type === 'Retry' ? Date.parse(behind.startedAt ?? '') : Number.NaN;
    // Argo's times are whole seconds, cut off.
    return Number.isNaN(answered) || Number.isNaN(began) ? [] : [Math.max(0, began - answered)];
  });
}
