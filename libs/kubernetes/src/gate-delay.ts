import type { Workflow } from '@millrace/argo';

/** Few gates say little: the pod behind one may have waited for a limit of its loop. */
const ENOUGH = 3;
const SLOW_MS = 3_000;

/**
 * How many ms Argo takes from the answer of a gate to the pod behind it, by the median, where that is as slow as it is when nobody told it to look
 * again sooner; undefined where answers are seen at once, or too little ran to say so.
 */
export function slowAnswers(workflows: readonly Pick<Workflow, 'status'>[]): number | undefined {
  const delays = workflows.flatMap(({ status }) => Object.values(status?.nodes ?? {}).flatMap((node) => (node.type === 'Suspend' ? delayBehind(node.id, status?.nodes ?? {}) : []))).sort((a, b) => a - b);
  const median = delays[Math.floor(delays.length / 2)];
  return delays.length < ENOUGH || median === undefined || median < SLOW_MS ? undefined : median;
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
