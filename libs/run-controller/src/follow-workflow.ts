import { isWorkflowCompleted, LABEL_PERSISTED, LABEL_RUN_ID, type Workflow } from '@millrace/argo';
import type { Run, Task } from '@millrace/database';
import { runStateOf, type ScopePath } from '@millrace/pipeline-semantics';
import { patchCurrent, type ReconcileResult, type Resource } from '@millrace/resources';
import { answerGates, decideGates, noteDecision, type GateContext } from './answer-gates.js';
import { reasonsOfWaiting } from './ask-pods.js';
import type { AttemptPods } from './attempt-pods.js';
import { shutDown } from './create-workflow.js';
import { failureOf } from './failure-of.js';
import { settleOpen } from './ingest.js';
import { reasonsOfHandOvers } from './hand-overs.js';
import { ingestWithRemains } from './ingest-with-remains.js';
import { LiveRun } from './live-run.js';
import { loadLiveRun } from './load-run.js';
import { timeOf } from './node-time.js';
import { isBeforeRetry } from './retry-run.js';
import type { RunObserver } from './run-controller.js';
import type { RunRows } from './run-rows.js';
import { ingestWorkflow, settleGroups } from './v1/ingest-workflow.js';
import type { ArtifactUri } from './v1/node-artifacts.js';
import { WorkflowRun } from './v1/workflow-run.js';

export interface FollowContext extends Omit<GateContext, 'now'> {
  readonly pods?: AttemptPods;
  readonly clock: () => Date;
  readonly newId: () => string;
  readonly failpoint?: (name: string) => void;
  readonly artifactUri: ArtifactUri;
  readonly observe?: RunObserver;
  readonly log: (level: 'warn', message: string, facts?: Readonly<Record<string, unknown>>) => void;
}

const OVER: ReadonlySet<Run['state']> = new Set(['SUCCEEDED', 'FAILED', 'SKIPPED', 'CANCELED']);
const RECHECK_MS = 2_000;
/** How often it is asked why a pod does not start. */
const ASK_AGAIN_MS = 10_000;
/** A run that changes all the time is not asked about each time. */
const EXPLAIN_EVERY_MS = 5_000;

/** What was decided about open gates, to be answered once it is recorded. */
interface Gates {
  answer(): Promise<void>;
  areOpen(): boolean;
}

const NO_GATES: Gates = { answer: async () => undefined, areOpen: () => false };

/**
 * One step of following Workflows: ingest what changed, decide the open gates, record, answer. Every step starts from the object and the rows, so it
 * may be repeated or cut off anywhere.
 */
export class WorkflowFollower {
  readonly #runs = new Map<string, LiveRun | WorkflowRun>();

  constructor(private readonly context: FollowContext) {}

  /** Drops what is held of a run; the next step reads its rows again. */
  forget(runId: string): void {
    this.#runs.delete(runId);
  }

  forgetWhere(matches: (runId: string) => boolean): void {
    for (const runId of this.#runs.keys()) if (matches(runId)) this.#runs.delete(runId);
  }

  async follow(workflow: Resource<Workflow>, changed: ReadonlySet<string> | undefined): Promise<ReconcileResult | void> {
    const runId = workflow.metadata.labels?.[LABEL_RUN_ID];
    if (runId === undefined || workflow.metadata.labels?.[LABEL_PERSISTED] !== undefined) return;
    const held = this.#runs.get(runId);
    const live = held ?? (await this.#load(runId));
    if (live === undefined) return;
    if (isBeforeRetry(workflow, live.run)) {
      // Its nodes are of the try before; the retry changes it in a moment.
      this.forget(runId);
      return;
    }
    try {
      // A view that was just built from rows may lack what happened while nobody watched.
      return await this.#step(live, workflow, held === undefined ? undefined : changed);
    } catch (error) {
      this.forget(runId);
      throw error;
    }
  }

  /**
   * For a run that is not over by its rows: follows its Workflow once more when that says that all was stored. After a power loss the
   * database may be older than the engine's file, and so may one of two files that were restored.
   */
  async catchUp(workflow: Resource<Workflow>): Promise<void> {
    const { [LABEL_PERSISTED]: persisted, ...labels } = workflow.metadata.labels ?? {};
    if (persisted === undefined) return;
    await this.follow({ ...workflow, metadata: { ...workflow.metadata, labels } }, undefined);
  }

  async #load(runId: string): Promise<LiveRun | WorkflowRun | undefined> {
    const run = await this.context.database.runs.find(runId);
    if (run === undefined) return undefined;
    const live = await loadLiveRun(this.context.database, run);
    this.#runs.set(runId, live);
    return live;
  }

  async #step(live: LiveRun | WorkflowRun, workflow: Resource<Workflow>, changed: ReadonlySet<string> | undefined): Promise<ReconcileResult | void> {
    const { clock, database, store, failpoint } = this.context;
    const now = clock();
    const completed = isWorkflowCompleted(workflow.status?.phase);
    const gates = await this.#ingest(live, workflow, changed, { completed, now });
    if (completed) settleOpen(live, live.tasks, workflow.spec.shutdown ? 'CANCELED' : 'SKIPPED', now);
    this.#rollUp(live, workflow, completed, now);

    const progress = live.takeProgress(now);
    if (progress !== undefined) {
      failpoint?.('follow.before');
      await database.runs.record(progress);
      failpoint?.('follow.recorded');
    }
    await gates.answer();

    if (completed) {
      failpoint?.('follow.over');
      const { namespace, name } = workflow.metadata;
      await patchCurrent(store, { kind: 'Workflow', ref: { namespace, name }, known: workflow }, (current) =>
        current.metadata.labels?.[LABEL_PERSISTED] === undefined ? { metadata: { labels: { [LABEL_PERSISTED]: 'true' } } } : undefined,
      );
      this.forget(live.run.id);
      return undefined;
    }
    // One that has to wait for facts is looked at again.
    if (gates.areOpen()) return { requeueAfterMs: RECHECK_MS };
    return this.context.pods !== undefined && live instanceof LiveRun && live.waitingPods.size + live.handOvers.size > 0 ? { requeueAfterMs: ASK_AGAIN_MS } : undefined;
  }

  /** Takes over what the nodes say, and decides the gates there are: a v1 Workflow was not made here and has none. */
  async #ingest(live: LiveRun | WorkflowRun, workflow: Resource<Workflow>, changed: ReadonlySet<string> | undefined, { completed, now }: { readonly completed: boolean; readonly now: Date }): Promise<Gates> {
    const { newId, layout, objects, pods, artifactUri, log, failpoint } = this.context;
    if (live instanceof WorkflowRun) {
      await ingestWorkflow(live, workflow, changed, { now, newId, objects, artifactUri, pods, log });
      if (completed) settleGroups(live);
      return NO_GATES;
    }
    await ingestWithRemains(live, workflow, changed, { now, newId, layout }, { objects, pods, log });
    if (live.waitingPods.size + live.handOvers.size > 0) await this.#explainWaiting(live, workflow, now);
    const decisions = completed ? new Map<never, never>() : await decideGates(live, { ...this.context, now });
    for (const { path, decision } of decisions.values()) noteDecision(live, path, decision, { now });
    return {
      answer: async () => {
        const refused = await answerGates(this.context, live, workflow, decisions, now);
        if (refused.size > 0) await this.#failGates(live, workflow, new Map([...refused].map(([nodeId, message]) => [nodeId, { path: decisions.get(nodeId)!.path, message }])), now);
        this.#observeAnswers(decisions.keys(), workflow);
        if (decisions.size > 0) failpoint?.('follow.answered');
      },
      areOpen: () => live.openGates.size > 0,
    };
  }

  #observeAnswers(nodeIds: Iterable<string>, workflow: Resource<Workflow>): void {
    const { observe, clock } = this.context;
    if (observe === undefined) return;
    for (const id of nodeIds) {
      const opened = timeOf(workflow.status?.nodes?.[id]?.startedAt);
      if (opened !== undefined) observe.answered(Math.max(0, clock().getTime() - opened.getTime()) / 1000);
    }
  }

  /** Says of tasks whose pods do not start why, where Argo does not, and of those that have ended why they are not over. */
  async #explainWaiting(live: LiveRun, workflow: Resource<Workflow>, now: Date): Promise<void> {
    if (live.explainedAt !== undefined && now.getTime() - live.explainedAt.getTime() < EXPLAIN_EVERY_MS) return;
    live.explainedAt = now;
    const { pods, log } = this.context;
    const nodes = workflow.status?.nodes ?? {};
    const { namespace, name } = workflow.metadata;
    const nodeOf = (path: ScopePath) => nodes[live.taskNodes.get(path) ?? ''];
    const waiting = [...live.waitingPods].flatMap((path) => {
      const node = nodeOf(path);
      return node === undefined ? [] : [[path, node] as const];
    });
    const late = [...live.handOvers].flatMap(([path, watch]) => {
      const node = nodeOf(path);
      return node === undefined ? [] : [[path, { node, watch }] as const];
    });
    const ref = { namespace, workflow: name };
    const reasons = await Promise.all([reasonsOfWaiting(waiting, nodes, ref, { pods, log, now }), reasonsOfHandOvers(late, nodes, ref, { pods, log, now })]);
    for (const [path, message] of reasons.flatMap((found) => [...found])) if (live.task(path)?.message !== message) live.updateTask({ path, message });
  }

  /** Closes gates whose answer the engine could not take, so that the run says what is wrong instead of waiting for ever. */
  async #failGates(live: LiveRun, workflow: Resource<Workflow>, refused: ReadonlyMap<string, { readonly path: ScopePath; readonly message: string }>, now: Date): Promise<void> {
    const { database, store } = this.context;
    const failures = new Map([...refused].map(([nodeId, { path, message }]) => [nodeId, { path, decision: { kind: 'fail', message } as const }]));
    for (const { path, decision } of failures.values()) noteDecision(live, path, decision, { now });
    const progress = live.takeProgress(now);
    if (progress !== undefined) await database.runs.record(progress);
    const still = await answerGates(this.context, live, workflow, failures, now);
    // Not even that has room any more.
    if (still.size > 0) await shutDown(store, live.run);
  }

  #rollUp(live: RunRows, workflow: Resource<Workflow>, completed: boolean, now: Date): void {
    if (OVER.has(live.run.state)) return;
    const startedAt = live.run.startedAt ?? timeOf(workflow.status?.startedAt);
    if (!completed) {
      if (live.run.state === 'PENDING' && startedAt !== undefined) live.updateRun({ state: 'RUNNING', startedAt });
      return;
    }
    const rows = [...live.tasks];
    // A v1 Workflow says itself which failures it puts up with.
    const taskStates = live instanceof WorkflowRun ? [] : rows.map((row) => row.state);
    const state = runStateOf({ enginePhase: workflow.status?.phase, cancelRequested: Boolean(workflow.spec.shutdown), taskStates });
    live.updateRun({ state, error: errorOf(state, rows, workflow.status?.message), startedAt, finishedAt: timeOf(workflow.status?.finishedAt) ?? now });
  }
}

/** The sentence beside a run that did not succeed: the task that failed first, and why. A DAG that failed only says what failed in it. */
function errorOf(state: Run['state'], rows: readonly Task[], engineMessage: string | undefined): string | undefined {
  if (state === 'CANCELED') return 'terminated by a user';
  if (state !== 'FAILED') return undefined;
  const around = new Set(rows.filter((row) => row.state === 'FAILED').map((row) => row.parentPath));
  return failureOf(rows.filter((row) => !around.has(row.path))) ?? engineMessage;
}
