import type { NodeStatus } from '@millrace/argo';
import { isNodeCompleted } from '@millrace/argo';

export interface DagAssessment {
  /** The DAG's own node. */
  readonly boundary: NodeStatus;
  readonly node: (id: string) => NodeStatus | undefined;
  /** Node ids of the target tasks, in Argo's order. */
  readonly targets: readonly string[];
  /** Phases of targets for which `continueOn` forgives the failure. */
  readonly forgives: (targetId: string, phase: string) => boolean;
  readonly failFast: boolean;
}

/**
 * The phase of a DAG from its nodes, by Argo's rule: walk from the boundary along `children`; an omitted target takes the phase of
 * the branch that led to it, failures first; anything unfinished on the way means that the DAG still runs.
 */
export function assessDag({ boundary, node, targets, forgives, failFast }: DagAssessment): 'Running' | 'Succeeded' | 'Failed' | 'Error' {
  const targetPhases = new Map<string, string>(targets.map((id) => [id, '']));
  const seen = new Set<string>();
  const queue: { readonly id: string; readonly branch: string }[] = [];
  const add = (ids: readonly string[] | undefined, branch: string): void => {
    for (const id of ids ?? []) {
      const key = `${id} ${branch}`;
      if (seen.has(key)) continue;
      seen.add(key);
      queue.push({ id, branch });
    }
  };
  add(boundary.children, 'Succeeded');
  for (const { id, branch: before } of queue) {
    const current = node(id);
    if (current === undefined || !isNodeCompleted(current.phase)) return 'Running';
    // Skipped and omitted nodes pass on what came before them; only what really ran has a phase of its own.
    const branch = current.phase === 'Skipped' || current.phase === 'Omitted' ? before : current.phase!;
    const known = targetPhases.get(id);
    if (known !== undefined && !isFailure(known)) targetPhases.set(id, branch);
    add(current.type === 'Retry' ? childrenOfAttempts(current, node) : current.children, branch);
  }
  let result: 'Running' | 'Succeeded' | 'Failed' | 'Error' = 'Succeeded';
  for (const id of targets) {
    const phase = targetPhases.get(id)!;
    if (phase === '') {
      result = 'Running';
      if (!failFast) break;
    } else if (isFailure(phase) && !forgives(id, phase)) {
      result = phase;
      if (failFast) break;
    }
  }
  return result;
}

function isFailure(phase: string): phase is 'Failed' | 'Error' {
  return phase === 'Failed' || phase === 'Error';
}

/** A finished Retry node says what its attempts came to; the way goes on behind them, and in its exit hook. */
function childrenOfAttempts(retry: NodeStatus, node: (id: string) => NodeStatus | undefined): string[] {
  return (retry.children ?? []).toReversed().flatMap((id) => (node(id)?.nodeFlag?.hooked === true ? [id] : (node(id)?.children ?? [])));
}
