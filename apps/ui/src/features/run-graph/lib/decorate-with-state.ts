import type { TaskSummary } from '@millrace/api-contract';
import type { Texts } from '@/i18n/en';
import { isSettled, visualOfTask, worstOf, type VisualCounts, type VisualState } from '../../../states/visual-state';
import { tasksInside, type Graph } from './graph';

/** How a node looks now. The same object as before while nothing about it changed. */
export interface NodeLook {
  readonly state?: VisualState;
  /** The most useful thing known. */
  readonly fact: string;
  /** A fact that is a cause is written in the state's colour. */
  readonly from?: string;
  readonly to?: string;
  readonly attempts?: number;
  /** How many iterations a loop has, or tasks another group. */
  readonly size?: number;
  /** A group's tasks: one cell each or, past 48, one for the worst of a few. */
  readonly cells?: readonly VisualState[];
}

export type EdgeLook = 'plain' | 'live' | 'bad';

const MAX_CELLS = 48;

export function decorateWithState(graph: Graph, tasks: ReadonlyMap<string, TaskSummary>, t: Texts, before: ReadonlyMap<string, NodeLook> = new Map()): Map<string, NodeLook> {
  const looks = new Map<string, NodeLook>();
  for (const node of graph.nodes.values()) {
    const task = tasks.get(node.id);
    const look = node.kind === 'dag' ? lookOfGroup(graph, node.id, tasks, t) : task ? lookOfTask(task, tasks, t) : { state: 'pending' as const, fact: '' };
    const previous = before.get(node.id);
    looks.set(node.id, previous && same(previous, look) ? previous : look);
  }
  return looks;
}

export function lookOfEdge(source: TaskSummary | undefined, target: TaskSummary | undefined): EdgeLook {
  if (target?.state === 'FAILED') return 'bad';
  return target?.state === 'RUNNING' && source && isSettled(source.state) ? 'live' : 'plain';
}

function lookOfTask(task: TaskSummary, tasks: ReadonlyMap<string, TaskSummary>, t: Texts): NodeLook {
  return {
    state: visualOfTask(task.state),
    fact: factOf(task, tasks, t),
    from: task.state === 'CACHED' ? undefined : task.started_at,
    to: task.finished_at,
    attempts: task.attempts > 1 ? task.attempts : undefined,
  };
}

/** The one fact of a node: a cause, a metric or output, or what it waits for. */
export function factOf(task: TaskSummary, tasks: ReadonlyMap<string, TaskSummary>, t: Texts): string {
  if (task.state === 'FAILED' || task.state === 'SKIPPED' || task.state === 'CANCELED') return asCause(task, tasks);
  if (task.facts.length > 0) return task.facts.slice(0, 2).map((fact) => `${fact.name} ${fact.value}`).join(', ');
  if (task.state === 'CACHED') return t.graph.reused;
  if (task.state !== 'PENDING') return task.message ?? '';
  const missing = task.depends_on.map((path) => tasks.get(path)).filter((each) => each !== undefined && !isSettled(each.state));
  const [first] = missing;
  if (first) return missing.length > 1 ? t.graph.waitsForMore(first.name, missing.length - 1) : t.graph.waitsFor(first.name);
  return task.message ?? (task.queued_at ? t.graph.queued : '');
}

/** A cause stands under its task's name and need not begin with it; the name of another task stays as it is. */
function asCause({ path, name, message = '', depends_on, parent_path }: TaskSummary, tasks: ReadonlyMap<string, TaskSummary>): string {
  const known = `"${path}" is not started because `;
  const sentence = message.startsWith(known) ? message.slice(known.length) : message;
  if ([...depends_on, parent_path].some((other) => sentence.startsWith(`${tasks.get(other)?.name ?? other} `))) return sentence;
  const rest = sentence.startsWith(name) ? sentence.slice(name.length).replace(/^[\s:,]+/, '') : sentence;
  return rest.charAt(0).toUpperCase() + rest.slice(1);
}

function lookOfGroup(graph: Graph, id: string, tasks: ReadonlyMap<string, TaskSummary>, t: Texts): NodeLook {
  const own = tasks.get(id);
  const states = tasksInside(graph, id).map((path) => {
    const task = tasks.get(path);
    return task ? visualOfTask(task.state) : 'pending';
  });
  const counts: VisualCounts = {};
  for (const state of states) counts[state] = (counts[state] ?? 0) + 1;
  const parts = (['failed', 'running', 'succeeded', 'cached', 'skipped', 'canceled'] as const).filter((state) => counts[state]).map((state) => `${counts[state]} ${t.states[state].toLowerCase()}`);
  const iterations = (graph.children.get(id) ?? []).filter((child) => tasks.get(child)?.iteration !== undefined).length;
  return {
    state: states.length > 0 ? worstOf(states) : own ? visualOfTask(own.state) : 'pending',
    fact: parts.length > 0 ? t.graph.summary(parts.slice(0, 2)) : own ? factOf(own, tasks, t) : '',
    from: own?.started_at,
    to: own?.finished_at,
    size: iterations > 0 ? iterations : states.length,
    cells: toCells(states),
  };
}

/** One cell a task up to 48, then buckets that show their worst. */
export function toCells(states: readonly VisualState[]): VisualState[] {
  if (states.length <= MAX_CELLS) return [...states];
  return Array.from({ length: MAX_CELLS }, (_, cell) => worstOf(states.slice(Math.floor((cell * states.length) / MAX_CELLS), Math.floor(((cell + 1) * states.length) / MAX_CELLS))));
}

function same(a: NodeLook, b: NodeLook): boolean {
  return a.state === b.state && a.fact === b.fact && a.from === b.from && a.to === b.to && a.attempts === b.attempts && a.size === b.size && a.cells?.join() === b.cells?.join();
}
