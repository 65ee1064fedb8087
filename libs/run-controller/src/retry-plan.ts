import { isNodeCompleted, type NodeStatus } from '@millrace/argo';
import type { Task } from '@millrace/database';
import type { ScopePath } from '@millrace/pipeline-semantics';

/** What becomes of a task when its run is retried. `reopen`: a DAG that goes on with what is done of it. `reset`: it is done again. */
export type Fate = 'keep' | 'reopen' | 'reset';

type RetriedTask = Pick<Task, 'path' | 'parentPath' | 'kind' | 'state' | 'dependsOn'>;

/** What is known of a run that ended, of whatever kind its pipeline is. */
export interface RetryFacts {
  /** The node that stands for a task: its pod, the node around its attempts, or its DAG; undefined when it was never reached. */
  readonly nodeOf: (path: ScopePath) => NodeStatus | undefined;
  /** The task that runs when all others have ended, whatever they came to. */
  readonly exitTask?: ScopePath;
}

const GROUPS: ReadonlySet<string> = new Set(['DAG', 'Steps', 'TaskGroup', 'StepGroup', 'Retry']);

/**
 * What a retry does with each task. What succeeded stays, unless something it waited for is done again; what failed, was cancelled or was not reached
 * is done again, and so is all that waited for it, whatever that came to. What was left out on a condition stays so while nothing before it changes.
 */
export function planRetry(tasks: readonly RetriedTask[], { nodeOf, exitTask }: RetryFacts): ReadonlyMap<ScopePath, Fate> {
  const byPath = new Map(tasks.map((task) => [task.path, task]));
  const members = Map.groupBy(tasks, (task) => task.parentPath);
  const fates = new Map<ScopePath, Fate>();

  const give = (path: ScopePath, fate: 'keep' | 'reset'): Fate => {
    fates.set(path, fate);
    for (const member of members.get(path) ?? []) give(member.path, fate);
    return fate;
  };
  const own = (task: RetriedTask): Fate => {
    const { path, kind, state } = task;
    if (task.dependsOn.some((before) => byPath.has(before) && fateOf(byPath.get(before)!) !== 'keep')) return give(path, 'reset');
    if (state === 'CACHED' || (kind === 'container' && state === 'SUCCEEDED')) return give(path, 'keep');
    const node = nodeOf(path);
    if (state === 'SKIPPED' && node !== undefined) return give(path, 'keep');
    const inside = members.get(path) ?? [];
    // Steps have no node for a loop, only for its items.
    const entered = kind === 'dag' && (node === undefined ? inside.some((member) => nodeOf(member.path) !== undefined) : GROUPS.has(node.type));
    if (!entered) return state === 'SUCCEEDED' ? give(path, 'keep') : give(path, 'reset');
    const changed = inside.map(fateOf).some((fate) => fate !== 'keep');
    return changed || state !== 'SUCCEEDED' ? 'reopen' : 'keep';
  };
  function fateOf(task: RetriedTask): Fate {
    const known = fates.get(task.path);
    if (known !== undefined) return known;
    const hooked = /^(.+)\.onExit$/.exec(task.path)?.[1];
    const fate = task.path === exitTask || (byPath.has(hooked ?? '') && fateOf(byPath.get(hooked!)!) !== 'keep') ? give(task.path, 'reset') : own(task);
    fates.set(task.path, fate);
    return fate;
  }
  const visit = (parent: ScopePath): void => {
    for (const task of members.get(parent) ?? []) {
      // Whoever is done again as a whole has said so for all in it.
      if (fateOf(task) === 'reopen') visit(task.path);
    }
  };
  for (const parent of members.keys()) if (!byPath.has(parent)) visit(parent);
  for (const task of tasks) fateOf(task);
  return fates;
}

type Nodes = Readonly<Record<string, NodeStatus>>;

export interface ReopenedNodes {
  /** For a merge patch of the Workflow's nodes: null removes. */
  readonly nodes: Readonly<Record<string, object | null>>;
  /** Ids of the Pod nodes among those that go. */
  readonly pods: readonly string[];
}

const GONE = { finishedAt: null, message: null, outputs: null, outboundNodes: null } as const;

/**
 * What a retry does with the nodes of a Workflow: those of tasks that are done again go, the groups around them run again, and nobody has a child
 * that is gone.
 *
 * @param pathOf the task that a node stands for or belongs to, if it is a task's
 */
export function planReopening(nodes: Nodes, pathOf: (node: NodeStatus) => ScopePath | undefined, fates: ReadonlyMap<ScopePath, Fate>, rootName: string): ReopenedNodes {
  const known = new Map<string, Fate>();
  const fateOf = (node: NodeStatus): Fate => {
    let fate = known.get(node.id);
    if (fate === undefined) known.set(node.id, (fate = findFate(node)));
    return fate;
  };
  const findFate = (node: NodeStatus): Fate => {
    const fate = fates.get(pathOf(node) ?? '');
    if (fate !== undefined) return fate !== 'reopen' || GROUPS.has(node.type) ? fate : 'keep';
    if (node.boundaryID === undefined && (node.name === rootName || node.name.startsWith(`${rootName}(`)) && GROUPS.has(node.type)) return 'reopen';
    const boundary = node.boundaryID === undefined ? undefined : nodes[node.boundaryID];
    const around = boundary === undefined ? 'keep' : fateOf(boundary);
    if (around !== 'reopen' || !GROUPS.has(node.type)) return around === 'reopen' ? 'keep' : around;
    if (node.type !== 'StepGroup') return 'reopen';
    // The first group of which something is done again goes on, those behind it begin again.
    const inside = (node.children ?? []).flatMap((id) => nodes[id] ?? []).map(fateOf);
    if (inside.length > 0 && inside.every((each) => each === 'reset')) return 'reset';
    return inside.every((each) => each === 'keep') && node.phase === 'Succeeded' ? 'keep' : 'reopen';
  };
  const changes: Record<string, object | null> = {};
  const pods: string[] = [];
  for (const node of Object.values(nodes)) {
    const fate = fateOf(node);
    if (fate === 'reset') {
      changes[node.id] = null;
      if (node.type === 'Pod') pods.push(node.id);
      continue;
    }
    const children = (node.children ?? []).filter((id) => nodes[id] !== undefined && fateOf(nodes[id]) !== 'reset');
    const trimmed = children.length === (node.children ?? []).length ? {} : { children };
    if (fate === 'reopen') changes[node.id] = { phase: 'Running', ...(isNodeCompleted(node.phase) && GONE), ...trimmed };
    else if (children.length < (node.children ?? []).length) changes[node.id] = trimmed;
  }
  return { nodes: changes, pods };
}
