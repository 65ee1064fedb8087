import { isDeepStrictEqual } from 'node:util';
import type { Database, Json } from '@millrace/database';
import type { Workflow } from '@millrace/argo';
import type { ObjectStore } from '@millrace/object-store';
import { isPipelineError } from '@millrace/errors';
import { decide, isFinalTaskState, locateTask, type Decision, type Layout, type ScopePath, type TaskKind, type TaskValues, type WorkspaceCopy } from '@millrace/pipeline-semantics';
import { patchCurrent, type Resource, type ResourceStore } from '@millrace/resources';
import type { ComponentSpec, TaskSpec } from '@millrace/pipeline-spec';
import { answerGate, isOpenGate, type AnswerableDecision } from '@millrace/workflow-compiler';
import { lookUpCache } from './cache-lookup.js';
import { noteFanOut, noteInputs, withinLimits, type EnterContext } from './enter-dag.js';
import { settleOpen } from './ingest.js';
import type { LiveRun } from './live-run.js';
import { noteImport } from './note-import.js';
import { copyOf, json, linksOf, storedCopy, storedExecution } from './task-rows.js';
import { performEffect, type VolumeClaims } from './volume-claims.js';

export interface GateContext {
  readonly database: Database;
  readonly store: ResourceStore;
  readonly objects: ObjectStore;
  readonly layout: Layout;
  readonly cacheEnabled: boolean;
  readonly volumes?: VolumeClaims;
  readonly now: Date;
}

type Settled = AnswerableDecision;

/** Decides every open gate for which enough is known. Gates that must wait are left out. */
export async function decideGates(live: LiveRun, context: GateContext): Promise<ReadonlyMap<string, { readonly path: ScopePath; readonly decision: Settled }>> {
  const settled = new Map<string, { path: ScopePath; decision: Settled }>();
  const settle = async (nodeId: string, path: ScopePath, decision: Decision): Promise<void> => {
    const final = decision.kind === 'effect' ? await withEffect(live, path, decision, context) : decision;
    if (isAnswerable(final) && !(final.kind === 'copy' && isBeingFilled(live, path, final.copy, settled.values()))) settled.set(nodeId, { path, decision: final });
  };
  const asking = new Map<string, { path: ScopePath; decision: Extract<Decision, { kind: 'need-cache' }> }>();
  for (const [nodeId, path] of live.openGates) {
    const decision = recall(live, path) ?? withinLimits(live, path, decide(live.pipeline, path, live.view, { layout: context.layout, cache: { enabled: context.cacheEnabled }, taskId: live.task(path)?.id ?? '' }));
    if (decision.kind === 'need-cache') asking.set(nodeId, { path, decision });
    else await settle(nodeId, path, decision);
  }
  if (asking.size === 0) return settled;
  const scope = { namespace: live.run.namespace, pipelineName: live.run.pipelineName };
  const hits = await lookUpCache({ cache: context.database.cache, objects: context.objects }, scope, [...asking.values()].map(({ decision }) => decision.fingerprint));
  for (const [nodeId, { path, decision }] of asking) {
    await settle(nodeId, path, decision.next(hits.get(decision.fingerprint)));
  }
  return settled;
}

function isAnswerable(decision: Decision): decision is Settled {
  return decision.kind !== 'wait' && decision.kind !== 'need-cache' && decision.kind !== 'effect';
}

/** Whether another task's pod copies to the same place of the workspace: two would write into one another's files, so this one waits. */
function isBeingFilled(live: LiveRun, path: ScopePath, { to }: WorkspaceCopy, settled: Iterable<{ readonly path: ScopePath; readonly decision: Settled }>): boolean {
  const overlaps = (other: string): boolean => `${to}/`.startsWith(`${other}/`) || `${other}/`.startsWith(`${to}/`);
  for (const { decision } of settled) if (decision.kind === 'copy' && overlaps(decision.copy.to)) return true;
  for (const row of live.tasks) {
    const other = row.path === path || isFinalTaskState(row.state) ? undefined : copyOf(row);
    if (other !== undefined && overlaps(other.copiesTo)) return true;
  }
  return false;
}

/** What the row of a task that has no container keeps from when it began to do what leaves no trace. */
const BEGUN: Json = { begun: true };

/** Does what a task has to do outside the Workflow now that it is its turn. Whoever is cut off before it is recorded does it again, for the same task. */
async function withEffect(live: LiveRun, path: ScopePath, { effect, after }: Extract<Decision, { kind: 'effect' }>, { volumes, database, now }: GateContext): Promise<Decision> {
  if (volumes === undefined) return { kind: 'fail', message: `Task "${path}" needs a volume, and this installation cannot make one; pass files as artifacts.` };
  const row = live.task(path);
  const begin = async (): Promise<void> => {
    live.updateTask({ path, execution: BEGUN });
    const progress = live.takeProgress(now);
    if (progress !== undefined) await database.runs.record(progress);
  };
  const isBegun = isDeepStrictEqual(row?.execution, BEGUN);
  const problem = await performEffect(effect, volumes, { namespace: live.run.namespace, taskId: row?.id ?? '', isBegun, begin });
  return problem === undefined ? after : { kind: 'fail', message: problem };
}

const NOTHING: TaskValues = { parameters: {}, artifacts: {} };

/** A decision that was recorded before a crash is answered again, not made again: the cache may have another hit by now. */
function recall(live: LiveRun, path: ScopePath): Settled | undefined {
  const row = live.task(path);
  const facts = live.view.task(path);
  if (row?.state === 'FAILED') return { kind: 'fail', message: row.message ?? '' };
  if (row?.state === 'SUCCEEDED' && facts?.outputs !== undefined) return { kind: 'import', inputs: facts.inputs ?? NOTHING, outputs: facts.outputs };
  if (row?.state !== 'CACHED' || row.cachedFrom === undefined || facts?.outputs === undefined) return undefined;
  return { kind: 'cached', inputs: facts.inputs ?? NOTHING, hit: { ...row.cachedFrom, outputs: facts.outputs }, fingerprint: row.fingerprint ?? '' };
}

/** Writes decisions into the run's rows, before they are answered. */
export function noteDecision(live: LiveRun, path: ScopePath, decision: Settled, context: EnterContext): void {
  const { now } = context;
  const row = live.task(path);
  if (row === undefined || row.state !== 'PENDING') return;
  switch (decision.kind) {
    case 'run':
      live.updateTask(
        { path, inputs: json(decision.plan.inputs.parameters), fingerprint: decision.plan.fingerprint, execution: storedExecution(decision.plan) as unknown as Json },
        { inputs: decision.plan.inputs },
      );
      live.addLinks(...linksOf(row.id, 'INPUT', decision.plan.inputs.artifacts));
      break;
    case 'cached':
      live.updateTask(
        {
          path,
          state: 'CACHED',
          inputs: json(decision.inputs.parameters),
          outputs: json(decision.hit.outputs.parameters),
          fingerprint: decision.fingerprint,
          cachedFrom: { runId: decision.hit.runId, taskId: decision.hit.taskId },
          queuedAt: now,
          startedAt: now,
          finishedAt: now,
        },
        { inputs: decision.inputs, outputs: decision.hit.outputs },
      );
      live.addLinks(...linksOf(row.id, 'INPUT', decision.inputs.artifacts), ...linksOf(row.id, 'OUTPUT', decision.hit.outputs.artifacts));
      break;
    case 'import':
      noteImport(live, { path, state: 'SUCCEEDED', queuedAt: now, startedAt: now, finishedAt: now }, decision, now);
      break;
    case 'copy':
      live.updateTask({ path, inputs: json(decision.after.inputs.parameters), execution: storedCopy(decision) as unknown as Json }, { inputs: decision.after.inputs });
      break;
    case 'fail':
      live.updateTask({ path, state: 'FAILED', message: decision.message, queuedAt: now, finishedAt: now });
      settleOpen(live, live.members(path), 'SKIPPED', now);
      break;
    case 'skip':
      live.updateTask({ path, state: 'SKIPPED', message: decision.reason, finishedAt: now });
      settleOpen(live, live.members(path), 'SKIPPED', now);
      break;
    case 'enter':
      noteInputs(live, path, decision.inputs);
      break;
    case 'fan-out':
      noteFanOut(live, path, decision, context);
      break;
  }
}

/** Far below what etcd takes in one request, also when Argo's own fields are added. */
const PATCH_CHARACTERS = 500_000;

/**
 * Answers gates, all of them with one guarded patch unless that becomes too large. A gate that is closed by now, or a Workflow that is being
 * stopped, is left alone. Returns the gates whose answer the engine cannot take for its size, and what it said.
 */
export async function answerGates(
  { store, layout }: Pick<GateContext, 'store' | 'layout'>,
  live: LiveRun,
  workflow: Resource<Workflow>,
  decisions: ReadonlyMap<string, { readonly path: ScopePath; readonly decision: Settled }>,
  now: Date,
): Promise<ReadonlyMap<string, string>> {
  const { namespace, name } = workflow.metadata;
  const refused = new Map<string, string>();
  const finishedAt = now.toISOString();
  let answers: [nodeId: string, answer: object][] = [];
  let characters = 0;
  let known: Resource<Workflow> | undefined = workflow;
  const patch = async (sent: typeof answers): Promise<void> => {
    known = await patchCurrent(store, { kind: 'Workflow', ref: { namespace, name }, ...(known !== undefined && { known }) }, (current) => {
      if (current.spec.shutdown) return undefined;
      const open = sent.filter(([nodeId]) => {
        const node = current.status?.nodes?.[nodeId];
        return node !== undefined && isOpenGate(node);
      });
      return open.length === 0 ? undefined : { status: { nodes: Object.fromEntries(open) } };
    });
  };
  const give = async (sent: typeof answers): Promise<void> => {
    try {
      await patch(sent);
    } catch (error) {
      if (!isPipelineError(error) || error.code !== 'RESOURCE_EXHAUSTED') throw error;
      if (sent.length === 1) return void refused.set(sent[0]![0], error.message);
      const half = Math.ceil(sent.length / 2);
      await give(sent.slice(0, half));
      return give(sent.slice(half));
    }
    // They close with the next version; nothing is left to decide about them.
    for (const [nodeId] of sent) live.openGates.delete(nodeId);
  };
  const send = async (): Promise<void> => {
    const sent = answers;
    answers = [];
    characters = 0;
    if (sent.length > 0) await give(sent);
  };
  for (const [nodeId, { path, decision }] of decisions) {
    const { task, component } = locateTask(live.pipeline, path);
    const answer = { ...answerGate(decision, { layout, pipeline: live.pipeline, run: live.view.run, component, kind: closesLike(task, component) }), finishedAt };
    answers.push([nodeId, answer]);
    characters += JSON.stringify(answer).length;
    if (characters >= PATCH_CHARACTERS) await send();
  }
  await send();
  return refused;
}

/** A task with a condition is wrapped, so that it can be left out without a failure. */
function closesLike(task: TaskSpec, component: ComponentSpec): TaskKind {
  return component.dag !== undefined || (task.triggerPolicy?.condition ?? '') !== '' ? 'dag' : 'container';
}
