import { ANNOTATION_RETRY, isWorkflowCompleted, LABEL_PERSISTED, type NodeStatus, type Workflow } from '@millrace/argo';
import type { Database, Run } from '@millrace/database';
import { PipelineError } from '@millrace/errors';
import { EXIT_HANDLER_PATH } from '@millrace/pipeline-spec';
import { ROOT_PATH, taskRootOf, type ScopePath } from '@millrace/pipeline-semantics';
import { patchCurrent, type Resource, type ResourceStore } from '@millrace/resources';
import { gatedTaskOf, isAroundTask, isGate } from '@millrace/workflow-compiler';
import { shutDown } from './create-workflow.js';
import { settleOpen } from './ingest.js';
import type { LiveRun } from './live-run.js';
import { loadLiveRun } from './load-run.js';
import { timeOf } from './node-time.js';
import { planReopening, planRetry, type Fate } from './retry-plan.js';
import { retriesOf, rowsToReset } from './retry-rows.js';
import type { RetriedAttempts } from './run-controller.js';
import { placeNode } from './v1/place-node.js';
import { WorkflowRun } from './v1/workflow-run.js';
import { workflowRefOf } from './workflow-ref.js';

export interface RetryContext {
  readonly database: Database;
  readonly store: ResourceStore;
  readonly clock: () => Date;
  readonly attempts?: RetriedAttempts;
  readonly failpoint?: (name: string) => void;
}

const RETRIED_FROM: readonly Run['state'][] = ['FAILED', 'CANCELED'];

/** Whether the Workflow is still as it was before its run was retried. */
export function isBeforeRetry({ metadata }: Pick<Resource<Workflow>, 'metadata'>, run: Run): boolean {
  return Number(metadata.annotations?.[ANNOTATION_RETRY] ?? 0) < retriesOf(run);
}

/**
 * Takes up a run that failed or was terminated. Its rows first, in one transaction, then its Workflow: whoever is cut off in between leaves a run that
 * is not submitted, which `takeUp` finishes.
 */
export async function retryRun(context: RetryContext, runId: string): Promise<void> {
  const { database, store, clock, failpoint } = context;
  const run = await database.runs.get(runId);
  if (!RETRIED_FROM.includes(run.state)) throw notRetriable(run);
  const workflow = await notePersisted(store, run);
  const live = await loadLiveRun(database, run);
  const fates = fatesOf(live, workflow);
  const rows = await rowsToReset(database, [...live.tasks], fates, { retry: retriesOf(run) + 1, workflow, isPlanned: !(live instanceof WorkflowRun) });
  failpoint?.('retry.before');
  if (!(await database.runs.reopen(runId, { ...rows, from: RETRIED_FROM, at: clock() }))) throw notRetriable(await database.runs.get(runId));
  failpoint?.('retry.recorded');
  await takeUp(context, await database.runs.get(runId));
}

/** Gives a run that was taken up the Workflow it is to go on with, unless it has that already. Whoever else does the same at the same time does no harm. */
export async function takeUp(context: RetryContext, run: Run): Promise<Resource<Workflow> | undefined> {
  const { database, store, clock, attempts, failpoint } = context;
  const ref = workflowRefOf(run);
  const found = await store.get('Workflow', ref);
  if (found !== undefined && isBeforeRetry(found, run)) {
    if (run.state === 'CANCELING') return endBeforeRetry(context, run);
    const live = await loadLiveRun(database, run);
    const plan = (workflow: Resource<Workflow>) => planReopening(workflow.status?.nodes ?? {}, pathOf(live, workflow), fatesOf(live, workflow), workflow.metadata.name);
    const fates = fatesOf(live, found);
    const again = [...live.tasks].filter(({ path, kind, attempts: made }) => kind === 'container' && made.length > 0 && fates.get(path) === 'reset');
    const taskRoots = run.artifactRoot === '' ? [] : again.map(({ taskKey, id }) => taskRootOf(run.artifactRoot, taskKey, id));
    await attempts?.setAside({ ...ref, artifactRoot: run.artifactRoot, taskRoots, endedAt: timeOf(found.status?.finishedAt) ?? clock() }, plan(found).pods, retriesOf(run));
    failpoint?.('retry.set-aside');
    await patchCurrent(store, { kind: 'Workflow', ref }, (current) => (isBeforeRetry(current, run) ? reopening(current, plan(current), { retry: retriesOf(run), now: clock() }) : undefined));
    failpoint?.('retry.patched');
  }
  if (found === undefined) return undefined;
  await database.runs.record({ runId: run.id, at: clock(), run: { submitted: true } });
  // Somebody may have wished it to end while it was not quite there.
  const { state } = await database.runs.get(run.id);
  return state === 'CANCELING' ? shutDown(store, run) : store.get('Workflow', ref);
}

/** A run that was to be taken up and is not wanted any more: its Workflow has ended. */
async function endBeforeRetry({ database, clock }: RetryContext, run: Run): Promise<undefined> {
  const now = clock();
  const live = await loadLiveRun(database, run);
  settleOpen(live, live.tasks, 'CANCELED', now);
  live.updateRun({ state: 'CANCELED', error: 'terminated by a user', submitted: true, finishedAt: now });
  await database.runs.record(live.takeProgress(now)!);
}

function reopening(workflow: Resource<Workflow>, { nodes }: ReturnType<typeof planReopening>, { retry, now }: { readonly retry: number; readonly now: Date }) {
  const forgotten = Object.entries(nodes).flatMap(([id, change]) => (change === null ? [[id, null] as const] : []));
  const { taskResultsCompletionStatus: results } = (workflow.status ?? {}) as { readonly taskResultsCompletionStatus?: Readonly<Record<string, boolean>> };
  return {
    metadata: {
      labels: { 'workflows.argoproj.io/completed': 'false', 'workflows.argoproj.io/phase': 'Running', [LABEL_PERSISTED]: null },
      annotations: { [ANNOTATION_RETRY]: String(retry) },
    },
    ...(workflow.spec.shutdown && { spec: { shutdown: null } }),
    status: {
      phase: 'Running',
      // A deadline counts from here.
      startedAt: `${now.toISOString().slice(0, 19)}Z`,
      finishedAt: null,
      message: null,
      conditions: null,
      nodes,
      ...(results !== undefined && { taskResultsCompletionStatus: Object.fromEntries(forgotten.filter(([id]) => id in results)) }),
    },
  };
}

/**
 * The Workflow of a run that is over, marked as stored in full: from now on nobody takes its old nodes for news. Nor as retried more often than its rows know,
 * as after a database was restored: the next retry would be taken for one that has begun.
 */
async function notePersisted(store: ResourceStore, run: Run): Promise<Resource<Workflow>> {
  const workflow = await patchCurrent(store, { kind: 'Workflow', ref: workflowRefOf(run) }, ({ status, metadata: { labels, annotations } }) => {
    if (!isWorkflowCompleted(status?.phase)) return undefined;
    const isAhead = Number(annotations?.[ANNOTATION_RETRY] ?? 0) > retriesOf(run);
    if (labels?.[LABEL_PERSISTED] !== undefined && !isAhead) return undefined;
    return { metadata: { labels: { [LABEL_PERSISTED]: 'true' }, ...(isAhead && { annotations: { [ANNOTATION_RETRY]: String(retriesOf(run)) } }) } };
  });
  const remedy = 'Run it again; what succeeded is taken from the cache.';
  if (workflow === undefined) throw new PipelineError('ABORTED', `Failed to retry run ${run.id}: its Workflow ${run.workflowName} is gone. ${remedy}`);
  if (!isWorkflowCompleted(workflow.status?.phase)) throw new PipelineError('FAILED_PRECONDITION', `Failed to retry run ${run.id}: its Workflow ${run.workflowName} has not ended yet. Try again in a moment.`);
  if ((workflow.spec.volumeClaimTemplates ?? []).length > 0 && (workflow.status?.persistentVolumeClaims ?? []).length === 0) {
    throw new PipelineError('ABORTED', `Failed to retry run ${run.id}: its workspace is gone. ${remedy}`);
  }
  return workflow;
}

function notRetriable({ id, state }: Run): PipelineError {
  return new PipelineError('FAILED_PRECONDITION', `Failed to retry run ${id} as it does not allow retries: it is ${state}; only a run that failed or was terminated can be retried.`);
}

function fatesOf(live: LiveRun | WorkflowRun, workflow: Resource<Workflow>): ReadonlyMap<ScopePath, Fate> {
  const nodes = workflow.status?.nodes ?? {};
  const path = pathOf(live, workflow);
  const byPath = new Map<ScopePath, NodeStatus>();
  for (const node of Object.values(nodes)) {
    const own = path(node);
    if (own === undefined || node.nodeFlag?.retried === true) continue;
    if (!(live instanceof WorkflowRun) && (isGate(node) || (isAroundTask(node) && node.phase !== 'Skipped' && node.phase !== 'Omitted'))) continue;
    byPath.set(own, node);
  }
  return planRetry([...live.tasks], { nodeOf: (task) => byPath.get(task), ...(live instanceof WorkflowRun && { exitTask: EXIT_HANDLER_PATH }) });
}

function pathOf(live: LiveRun | WorkflowRun, workflow: Resource<Workflow>): (node: NodeStatus) => ScopePath | undefined {
  const nodes = workflow.status?.nodes ?? {};
  if (live instanceof WorkflowRun) {
    const places = new Map<string, ReturnType<typeof placeNode>>();
    return (node) => placeNode(node, nodes, workflow, places)?.path;
  }
  const templates = workflow.spec.templates ?? [];
  const found = new Map<string, ScopePath | undefined>();
  return (node) => {
    if (!found.has(node.id)) {
      const path = gatedTaskOf(node, nodes, templates);
      found.set(node.id, path === ROOT_PATH ? undefined : path);
    }
    return found.get(node.id);
  };
}
