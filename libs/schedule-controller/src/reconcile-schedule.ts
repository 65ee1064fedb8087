import type { Database, RecurringRun, Run } from '@millrace/database';
import { isPipelineError } from '@millrace/errors';
import type { ReconcileResult, Resource, ResourceRef, ResourceStore } from '@millrace/resources';
import type { RunController } from '@millrace/run-controller';
import { concurrencyOf, historyOf, LABEL_RECURRING_RUN_ID, nextSlot, nextStep, type ScheduledWorkflow, type ScheduleStep } from '@millrace/scheduling';
import { makeSubmission } from './make-submission.js';
import { mirrorOf } from './mirror-row.js';
import { errorOf, scheduleStatus, type ScheduleFactsToTell } from './schedule-status.js';
import { runNameOf, scheduledRunId } from './scheduled-run.js';

export interface ReconcileContext {
  readonly database: Database;
  readonly store: ResourceStore;
  readonly runs: Pick<RunController, 'submit'>;
  readonly timeZone: string;
  readonly clock: () => Date;
  readonly failpoint?: (name: string) => void;
  readonly log: (level: 'info' | 'warn' | 'error', message: string, facts?: Readonly<Record<string, unknown>>) => void;
}

type Schedule = Resource<ScheduledWorkflow>;

/** How late a jump of the clock, or a sleep of the machine, is noticed. */
const LOOK_AGAIN_MS = 30_000;
/** How late the end of a run is noticed when its event was lost. */
const LOOK_FOR_RUNS_MS = 5_000;

/** One step of one schedule: at most one run is made; then the status is written and the row kept like it. */
export class ScheduleReconciler {
  /** Versions that have nothing to say until a time, by `namespace/name`. */
  readonly #settled = new Map<string, { readonly version: string; readonly until: number }>();

  constructor(private readonly context: ReconcileContext) {}

  /** Something that the object does not show has changed: it is looked at in full the next time. */
  forget({ namespace, name }: ResourceRef): void {
    this.#settled.delete(`${namespace}/${name}`);
  }

  async reconcile(object: Schedule): Promise<ReconcileResult | void> {
    const id = object.metadata.labels?.[LABEL_RECURRING_RUN_ID];
    // Another system's, such as an installed KFP's.
    if (id === undefined) return;
    const now = this.context.clock().getTime();
    const settled = this.#settled.get(keyOf(object));
    if (settled?.version === object.metadata.resourceVersion && now < settled.until) return { requeueAfterMs: Math.min(settled.until - now, LOOK_AGAIN_MS) };
    const recurringRun = await this.context.database.recurringRuns.find(id);
    if (recurringRun === undefined) {
      this.context.log('warn', 'a ScheduledWorkflow has no recurring run; it is left alone', { schedule: object.metadata.name, recurringRun: id });
      return;
    }
    return this.#step(object, recurringRun, now);
  }

  async #step(object: Schedule, recurringRun: RecurringRun, now: number): Promise<ReconcileResult | void> {
    const { spec } = object;
    const known = await this.#known(object, recurringRun, now);
    const { active, lastSlot } = known;
    const facts = { createdAt: recurringRun.createdAt.getTime(), now, timeZone: this.context.timeZone };
    let step: ScheduleStep;
    try {
      step = nextStep({ ...facts, spec, activeRuns: active.length, ...(lastSlot !== undefined && { lastSlot }) });
    } catch (error) {
      // Somebody wrote it past the API, which would have refused it.
      if (!isPipelineError(error)) throw error;
      await this.#write(object, recurringRun, { ...known, error: error.message });
      return;
    }
    if (step.kind === 'wait') {
      const error = errorOf(object.status);
      const written = await this.#write(object, recurringRun, { ...known, ...(step.next !== undefined && { nextSlot: step.next }), ...(error !== undefined && { error }) });
      if (written === undefined) return { requeueAfterMs: LOOK_FOR_RUNS_MS };
      if (step.for === 'runs' || active.length > 0) return { requeueAfterMs: step.for === 'time' && step.next !== undefined ? Math.min(step.next - now, LOOK_FOR_RUNS_MS) : LOOK_FOR_RUNS_MS };
      if (step.for !== 'time' || step.next === undefined) return;
      this.#settled.set(keyOf(object), { version: written.metadata.resourceVersion, until: step.next });
      return { requeueAfterMs: Math.min(step.next - now, LOOK_AGAIN_MS) };
    }
    const { slot } = step;
    const outcome = await this.#makeRun(object, { recurringRun, slot, lastIndex: known.lastIndex });
    this.context.failpoint?.('schedule.submitted');
    const next = nextSlot({ ...facts, trigger: spec.trigger ?? {}, noCatchup: spec.noCatchup ?? false, lastSlot: slot });
    await this.#write(object, recurringRun, {
      ...known,
      lastSlot: slot,
      lastIndex: outcome.index,
      ...(next !== undefined && { nextSlot: next }),
      ...(outcome.error !== undefined && { error: outcome.error }),
      active: outcome.run === undefined ? active : [...active, outcome.run],
    });
    return { requeueAfterMs: 0 };
  }

  /** What the status says, and what it does not say yet: a run that came into being just before a crash. */
  async #known(object: Schedule, { id, displayName }: RecurringRun, now: number): Promise<Omit<ScheduleFactsToTell, 'nextSlot' | 'error'>> {
    const { spec, status } = object;
    const { runs } = this.context.database;
    // In this order: of a run that another controller makes in between, none may count as the last and not as in progress, or more go on at once than may.
    const latest = await runs.listLatestOf(id, historyOf(spec) + concurrencyOf(spec) + 1);
    const active = await runs.listUnfinishedOf(id);
    let lastSlot = timeOf(status?.trigger?.lastTriggeredTime);
    let lastIndex = status?.trigger?.lastWorkflowIndex ?? 0;
    for (const run of latest.toSorted((a, b) => a.scheduledAt.getTime() - b.scheduledAt.getTime())) {
      const slot = run.scheduledAt.getTime();
      if (slot <= (lastSlot ?? -Infinity)) continue;
      if (run.displayName === runNameOf(displayName, lastIndex + 1)) lastIndex += 1;
      // The slot of a run from before the clock was set back comes again.
      if (slot <= now) lastSlot = slot;
    }
    const unfinished = new Set(active.map((run) => run.id));
    return { spec, lastIndex, active, finished: latest.filter((run) => run.finishedAt !== undefined && !unfinished.has(run.id)), ...(lastSlot !== undefined && { lastSlot }) };
  }

  /** The run of a slot, whoever made it. What is refused is said, and the slot is over; what may work later is thrown. */
  async #makeRun(
    object: Schedule,
    { recurringRun, slot, lastIndex }: { readonly recurringRun: RecurringRun; readonly slot: number; readonly lastIndex: number },
  ): Promise<{ readonly index: number; readonly run?: Run; readonly error?: string }> {
    const { database, runs, log } = this.context;
    const index = lastIndex + 1;
    const existing = await database.runs.find(scheduledRunId(recurringRun.id, slot));
    // Of the same slot, from before the clock was set back: it was counted then.
    if (existing !== undefined) return { index: existing.displayName === runNameOf(recurringRun.displayName, index) ? index : lastIndex };
    try {
      const submission = await makeSubmission(database, { spec: object.spec, recurringRun, slot, index });
      return { index, run: await runs.submit(submission) };
    } catch (error) {
      if (!isPipelineError(error)) throw error;
      // Another controller was faster.
      if (error.code === 'ALREADY_EXISTS') return { index };
      if (error.code === 'UNAVAILABLE' || error.code === 'INTERNAL' || error.code === 'ABORTED') throw error;
      log('warn', 'a slot of a recurring run has no run', { recurringRun: recurringRun.id, slot: new Date(slot).toISOString(), error: error.message });
      return { index: lastIndex, error: `The run of ${new Date(slot).toISOString().replace('.000Z', 'Z')} could not be started. ${error.message}` };
    }
  }

  /** The object as it is then; undefined when somebody else wrote to it and it has to be looked at again. */
  async #write(object: Schedule, recurringRun: RecurringRun, facts: ScheduleFactsToTell): Promise<Schedule | undefined> {
    const { database, store, failpoint } = this.context;
    const status = scheduleStatus(facts);
    let written = object;
    if (!isDeepEqual(status, object.status)) {
      const { nextTriggeredTime = null, lastTriggeredTime = null, ...trigger } = status.trigger ?? {};
      const { resourceVersion, namespace, name } = object.metadata;
      const patch = { metadata: { resourceVersion }, status: { ...status, trigger: { ...trigger, lastTriggeredTime, nextTriggeredTime } } };
      const patched = await store.patch('ScheduledWorkflow', { namespace, name }, patch).catch((error: unknown) => {
        // Changed or deleted since: the next call sees what it is now, and finds the run that was made.
        if (isPipelineError(error) && (error.code === 'ABORTED' || error.code === 'NOT_FOUND')) return undefined;
        throw error;
      });
      if (patched === undefined) return undefined;
      written = patched;
      failpoint?.('schedule.recorded');
    }
    const mirror = mirrorOf(object, facts);
    const changed = Object.entries(mirror).filter(([key, value]) => !isDeepEqual(value ?? undefined, recurringRun[key as keyof RecurringRun]));
    if (changed.length > 0) await database.recurringRuns.update(recurringRun.id, Object.fromEntries(changed));
    return written;
  }
}

function keyOf({ metadata }: Schedule): string {
  return `${metadata.namespace}/${metadata.name}`;
}

function timeOf(text: string | undefined): number | undefined {
  const ms = text === undefined ? NaN : Date.parse(text);
  return Number.isNaN(ms) ? undefined : ms;
}

/** Of plain data, without regard to the order of keys: a database or an API server has its own. */
function isDeepEqual(a: unknown, b: unknown): boolean {
  if (a instanceof Date || b instanceof Date) return a instanceof Date && b instanceof Date && a.getTime() === b.getTime();
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b;
  const [keys, others] = [Object.keys(a), Object.keys(b)];
  return keys.length === others.length && keys.every((key) => Object.hasOwn(b, key) && isDeepEqual((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key]));
}
