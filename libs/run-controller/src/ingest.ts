import type { NodeStatus, Workflow } from '@millrace/argo';
import type { Artifact, Task, TaskState, TaskUpdate } from '@millrace/database';
import { collectOutputs, dagStateOf, isFinalTaskState, isLoop, iterationOf, locateTask, placeAttempt, resolveDagOutputs, scopeComponent, type CollectedOutputs, type Layout, type RuntimeArtifact, type ScopePath, type TaskValues } from '@millrace/pipeline-semantics';
import type { Resource } from '@millrace/resources';
import { hasNodeResult, isAroundTask, isGate, isOpenGate, readNodeResult, taskPathOf, taskStateOf, type Nodes } from '@millrace/workflow-compiler';
import { attemptRows } from './attempt-rows.js';
import { noteEntered } from './enter-dag.js';
import { failureOf } from './failure-of.js';
import { isHandingOver } from './hand-overs.js';
import type { LiveRun } from './live-run.js';
import type { RunRows } from './run-rows.js';
import { nodeMessage, TERMINATED } from './node-message.js';
import { timeOf } from './node-time.js';
import { lastAttempt, type Remains } from './read-remains.js';
import { noteImport } from './note-import.js';
import { copyOf, executionOf, iterationsOf, json, linksOf, type StoredExecution } from './task-rows.js';

export interface IngestContext {
  readonly now: Date;
  readonly newId: () => string;
  readonly layout: Layout;
  /** What tasks left in the object store, by path: of those that an earlier pass waited for. */
  readonly remains?: ReadonlyMap<ScopePath, Remains>;
  /** Tasks that ran without a decision wait for one, too. @default false */
  readonly decidesAgain?: boolean;
}

/**
 * Takes over what the Workflow's nodes say: task states, times, attempts, outputs, open gates. Looks only at `changed` nodes when they are
 * known. A task that is final stays as it is, so seeing a node twice changes nothing.
 *
 * @returns nodes by path of the tasks that ended, and of what is around them, which wait for what is in the object store (`remains`) or for a decision
 */
export function ingestNodes(live: LiveRun, workflow: Resource<Workflow>, changed: ReadonlySet<string> | undefined, context: IngestContext): ReadonlyMap<ScopePath, NodeStatus> {
  const nodes = workflow.status?.nodes ?? {};
  const touched = new Set<ScopePath>();
  for (const id of changed ?? Object.keys(nodes)) {
    const node = nodes[id];
    const path = node === undefined ? undefined : taskPathOf(node, nodes, workflow.spec.templates);
    if (node === undefined || path === undefined) continue;
    if (isGate(node)) {
      if (isOpenGate(node)) live.openGates.set(id, path);
      else live.openGates.delete(id);
      continue;
    }
    if (isAroundTask(node) && node.phase !== 'Skipped' && node.phase !== 'Omitted') continue;
    // An attempt of a task that is retried: the task is its Retry node, which appeared with the first attempt or before.
    if (node.nodeFlag?.retried !== true) live.taskNodes.set(path, id);
    touched.add(path);
  }
  const stopping = workflow.spec.shutdown !== undefined && workflow.spec.shutdown !== '';
  const inward = [...touched].sort((a, b) => depth(a) - depth(b));
  // A loop before its members, which have no rows before it is entered.
  for (const path of inward) {
    const type = nodes[live.taskNodes.get(path) ?? '']?.type;
    if (type === 'DAG') noteEntered(live, path, context);
  }
  const waiting = new Map<ScopePath, NodeStatus>();
  // Members before their DAG: a DAG's outputs are its members'.
  for (const path of inward.toSorted((a, b) => depth(b) - depth(a))) {
    const node = nodes[live.taskNodes.get(path) ?? ''];
    if (node === undefined) continue;
    const waits = isUndecided(live, path, node, context) || isUnentered(live, path, node, context) || (node.type === 'DAG' ? [...waiting.keys()].some((other) => other.startsWith(`${path}/`) || other.startsWith(`${path}#`)) : leavesRemains(live, path, node, context));
    if (waits) waiting.set(path, node);
    else ingestTask(live, path, node, nodes, stopping, context);
  }
  return waiting;
}

/** Whether a task ended of which more is to be known than its node tells. */
function leavesRemains(live: LiveRun, path: ScopePath, node: NodeStatus, { layout, remains }: IngestContext): boolean {
  if (layout.transport !== 'object-store' || remains?.has(path) === true) return false;
  const row = live.task(path);
  if (row === undefined || isFinalTaskState(row.state) || executionOf(row) === undefined) return false;
  const state = taskStateOf(node);
  return (state === 'SUCCEEDED' && !hasNodeResult(node)) || (state === 'FAILED' && (node.type === 'Pod' || node.type === 'Retry'));
}

/** Whether a task ran of whose decision the rows know nothing: they are older than the Workflow, as after a restore. */
export function isUndecided(live: LiveRun, path: ScopePath, { type, phase }: NodeStatus, { decidesAgain = false }: Pick<IngestContext, 'decidesAgain'>): boolean {
  if (!decidesAgain || (type !== 'Pod' && type !== 'Retry') || (phase !== 'Running' && phase !== 'Succeeded')) return false;
  const row = live.task(path);
  return row?.kind === 'container' && row.state === 'PENDING' && row.execution === undefined;
}

/** Whether a loop was entered, or something ran in one, whose members the rows do not know: they follow from what came before it, which is not known yet either. */
export function isUnentered(live: LiveRun, path: ScopePath, { type, phase }: NodeStatus, { decidesAgain = false }: Pick<IngestContext, 'decidesAgain'>): boolean {
  if (!decidesAgain || phase === 'Skipped' || phase === 'Omitted' || phase === 'Pending') return false;
  const row = live.task(path);
  if (row === undefined) return path.includes('#');
  return type === 'DAG' && row.kind === 'dag' && row.state === 'PENDING' && iterationOf(path) === undefined && isLoop(locateTask(live.pipeline, path).task) && iterationsOf(row) === undefined && live.members(path).length === 0;
}

function depth(path: ScopePath): number {
  return path.match(/[/#]/g)?.length ?? 0;
}

function ingestTask(live: LiveRun, path: ScopePath, node: NodeStatus, nodes: Nodes, stopping: boolean, context: IngestContext): void {
  const row = live.task(path);
  if (row === undefined || isFinalTaskState(row.state)) return;
  const skipped = taskStateOf(node);
  // An importer's node is skipped like a cached task's: there is nothing to run.
  const found = skipped === 'CACHED' && row.cachedFrom === undefined ? 'SUCCEEDED' : skipped;
  // Argo says Failed of what it ended because the run was to end, and Omitted of what never came to it.
  const state: TaskState = stopping && (found === 'FAILED' || found === 'SKIPPED') ? 'CANCELED' : found;
  const remains = context.remains?.get(path);
  const attempts = attemptRows(node, nodes, row.attempts, context.now, remains?.times);
  if (state === 'PENDING' && row.kind === 'container') live.waitingPods.add(path);
  else live.waitingPods.delete(path);
  if (state !== 'RUNNING' || !isHandingOver(node, nodes)) live.handOvers.delete(path);
  else if (!live.handOvers.has(path)) live.handOvers.set(path, { since: context.now, failures: 0, refusals: 0 });
  const update: TaskUpdate = {
    path,
    state,
    attempts,
    queuedAt: row.queuedAt ?? timeOf(node.startedAt),
    startedAt: (remains?.times === undefined ? row.startedAt : undefined) ?? attempts[0]?.startedAt ?? row.startedAt ?? (row.kind === 'dag' ? timeOf(node.startedAt) : undefined),
    finishedAt: isFinalTaskState(state) ? (remains?.times?.get(attempts.at(-1)?.nodeId ?? '')?.finishedAt ?? timeOf(node.finishedAt) ?? context.now) : undefined,
    // Empty where there is nothing to say, so that what it waited for does not stay; what keeps its files does until they are there.
    message: state === 'CANCELED' ? TERMINATED : state === 'SKIPPED' ? reasonOfSkip(live, row) : row.state === 'RUNNING' && live.handOvers.has(path) ? row.message : nodeMessage(node, nodes, remains?.lastWords),
    ...((state === 'SKIPPED' || state === 'CANCELED') && withdrawn(row)),
  };
  if (row.kind === 'dag' && isFinalTaskState(state)) completeDag(live, update);
  else if (skipped === 'CACHED') live.updateTask({ ...update, message: '' });
  else if (state !== 'SUCCEEDED') live.updateTask(update);
  else completeContainer(live, update, node, nodes, context);
}

function completeDag(live: LiveRun, update: TaskUpdate): void {
  const { path, state: found } = update;
  const row = live.task(path)!;
  settleOpen(live, live.members(path), found === 'CANCELED' ? 'CANCELED' : 'SKIPPED', update.finishedAt);
  const members = live.members(path);
  const state = dagStateOf(found!, members.map((member) => member.state));
  if (state !== 'SUCCEEDED') {
    live.updateTask({ ...update, state, ...(state === 'FAILED' && { message: failureOf(members) ?? update.message }) });
    return;
  }
  const outputs = resolveDagOutputs(live.pipeline, live.view, path, scopeComponent(live.pipeline, path));
  live.updateTask({ ...update, message: '', outputs: json(outputs.parameters) }, { outputs });
  live.addLinks(...linksOf(row.id, 'OUTPUT', outputs.artifacts));
}

/** Argo is content when the process was; whether it left what the component declares is for us to say. */
function completeContainer(live: LiveRun, update: TaskUpdate, node: NodeStatus, nodes: Nodes, context: IngestContext): void {
  const row = live.task(update.path)!;
  const copied = copyOf(row);
  if (copied !== undefined) return noteImport(live, { ...update, message: '' }, copied.after, context.now);
  const execution = executionOf(row);
  const collected =
    execution === undefined
      ? ({ kind: 'failed', message: `"${row.displayName}" ran although nothing was decided for it: the database is older than its Workflow, as after a restore. Retry the run` } as const)
      : outputsOf(live, update.path, placeAttempt(execution, { taskRoot: execution.taskRoot, taskId: row.id }, lastAttempt(node, nodes)), node, context);
  if (collected.kind === 'failed') {
    live.updateTask({ ...update, state: 'FAILED', message: collected.message });
    return;
  }
  const artifacts: Record<string, RuntimeArtifact[]> = {};
  for (const [name, output] of Object.entries(collected.outputs.artifacts)) {
    const id = context.newId();
    const artifact: Artifact = {
      ...output,
      id,
      namespace: live.run.namespace,
      metadata: output.metadata as Artifact['metadata'],
      pipelineName: live.run.pipelineName,
      runId: live.run.id,
      taskId: row.id,
      createdAt: context.now,
    };
    live.addArtifacts(artifact);
    live.addMetrics(...metricsOf(artifact).map((metric) => ({ taskId: row.id, ...metric })));
    artifacts[name] = [{ ...output, id, name: id }];
  }
  const outputs: TaskValues = { parameters: collected.outputs.parameters, artifacts };
  live.updateTask({ ...update, message: '', outputs: json(outputs.parameters) }, { outputs });
  live.addLinks(...linksOf(row.id, 'OUTPUT', artifacts));
  if (row.fingerprint !== undefined) live.addCacheEntry({ taskId: row.id, fingerprint: row.fingerprint });
}

function outputsOf(live: LiveRun, path: ScopePath, execution: StoredExecution, node: NodeStatus, { remains }: IngestContext): CollectedOutputs {
  const left = remains?.get(path);
  if (left?.problem !== undefined) return { kind: 'failed', message: left.problem };
  const collected = collectOutputs(scopeComponent(live.pipeline, path), execution, left?.result ?? readNodeResult(node));
  if (left === undefined || collected.kind === 'failed') return collected;
  // Argo takes away the task root, and what is elsewhere in the pod goes with it.
  for (const [name, { customPath, uri }] of Object.entries(collected.outputs.artifacts)) {
    const outside = customPath ?? (uri.startsWith('/') ? uri : undefined);
    if (outside !== undefined) return { kind: 'failed', message: `The task put its output artifact "${name}" at ${outside}, which a cluster loses with the pod; write it to the artifact's own path.` };
  }
  return collected;
}

/** The scalars of a system.Metrics artifact. */
function metricsOf(artifact: Artifact): { name: string; value: number }[] {
  if (artifact.schemaTitle !== 'system.Metrics') return [];
  return Object.entries(artifact.metadata).flatMap(([name, value]) => (typeof value === 'number' && Number.isFinite(value) ? [{ name, value }] : []));
}

/** Which of the tasks before it, or around it, kept a task from starting. */
export function reasonOfSkip(live: RunRows, row: Task): string {
  const around = live.task(row.parentPath);
  const before = [...row.dependsOn.flatMap((path) => live.task(path) ?? []), ...(around?.state === 'SKIPPED' || around?.state === 'FAILED' ? [around] : [])];
  const failed = before.find(({ state }) => state === 'FAILED');
  if (failed !== undefined) return `${failed.displayName} failed`;
  const skipped = before.find(({ state }) => state === 'SKIPPED' || state === 'PENDING');
  return skipped === undefined ? 'a task before it did not succeed' : `${skipped.displayName} was not started`;
}

/** What a task would have taken from the cache is not its output when it was not reached. */
function withdrawn(row: Task): Pick<TaskUpdate, 'outputs'> {
  return row.cachedFrom === undefined ? {} : { outputs: {} };
}

/**
 * Ends tasks of which the engine has no node, or none that ended: what is in a DAG that is over or was never entered, and what is left of a
 * Workflow that is over.
 */
export function settleOpen(live: RunRows, rows: Iterable<Task>, state: 'SKIPPED' | 'CANCELED', finishedAt: Date | undefined): void {
  for (const row of rows) {
    if (isFinalTaskState(row.state)) continue;
    live.updateTask({ path: row.path, state, message: state === 'CANCELED' ? TERMINATED : reasonOfSkip(live, row), finishedAt, ...withdrawn(row) });
    if (row.kind === 'dag') settleOpen(live, live.members(row.path), state, finishedAt);
  }
}
