import { isWorkflowCompleted, LABEL_PERSISTED } from '@millrace/argo';
import type { PipelineDocument, RecurringRun } from '@millrace/database';
import { PipelineError, isPipelineError } from '@millrace/errors';
import { patchCurrent, startReconciler, type Reconciler, type Resource, type Watch } from '@millrace/resources';
import { LABEL_OF_SCHEDULE, LABEL_SCHEDULE_NAME } from '@millrace/run-controller';
import { checkTrigger, LABEL_RECURRING_RUN_ID, type ScheduledWorkflow } from '@millrace/scheduling';
import { makeSubmission } from './make-submission.js';
import { ScheduleReconciler } from './reconcile-schedule.js';
import type { ScheduleController, ScheduleControllerOptions } from './schedule-controller.js';
import { scheduleOf, scheduleRefOf } from './schedule-object.js';

/** How late a recurring run gets its ScheduledWorkflow when whoever stored it died in between. */
const SWEEP_MS = 60_000;

/** The schedule controller over a database and a store. Call `start` once where schedules are to be followed. */
export function createScheduleController(options: ScheduleControllerOptions): ScheduleController {
  return new DefaultScheduleController(options);
}

class DefaultScheduleController implements ScheduleController {
  readonly #options: Required<Pick<ScheduleControllerOptions, 'timeZone' | 'clock' | 'log'>> & ScheduleControllerOptions;
  readonly #schedules: ScheduleReconciler;
  #reconciler: Reconciler | undefined;
  #workflows: Watch | undefined;
  #sweeps: NodeJS.Timeout | undefined;

  constructor({ timeZone = 'UTC', clock = () => new Date(), log = () => undefined, ...options }: ScheduleControllerOptions) {
    this.#options = { ...options, timeZone, clock, log };
    this.#schedules = new ScheduleReconciler(this.#options);
  }

  async check(recurringRun: RecurringRun, document?: PipelineDocument): Promise<void> {
    const { database, runs, timeZone } = this.#options;
    const { maxConcurrency, createdAt } = recurringRun;
    if (!Number.isInteger(maxConcurrency) || maxConcurrency < 1 || maxConcurrency > 10) {
      throw new PipelineError('INVALID_ARGUMENT', `The max_concurrency of a recurring run must be in [1, 10]; it is ${maxConcurrency}.`, { details: { path: 'max_concurrency' } });
    }
    checkTrigger(recurringRun.trigger, { timeZone, createdAt: createdAt.getTime() });
    const submission = await makeSubmission(database, { spec: scheduleOf(recurringRun).spec, recurringRun, slot: createdAt.getTime(), index: 1 }, document);
    await runs.preview(submission);
  }

  async create(recurringRun: RecurringRun, document?: PipelineDocument): Promise<RecurringRun> {
    const { database, failpoint, log } = this.#options;
    await this.check(recurringRun, document);
    await database.recurringRuns.create(recurringRun, document);
    failpoint?.('schedule.stored');
    try {
      await this.#createSchedule(recurringRun);
    } catch (error) {
      if (!isPipelineError(error) || error.code === 'UNAVAILABLE' || error.code === 'INTERNAL') {
        log('warn', 'a recurring run was stored but has no ScheduledWorkflow yet', { recurringRun: recurringRun.id, error: String(error) });
        return recurringRun;
      }
      await database.recurringRuns.delete(recurringRun.id);
      throw error;
    }
    return { ...recurringRun, submitted: true };
  }

  async setEnabled(id: string, enabled: boolean): Promise<void> {
    const { database, clock } = this.#options;
    const status = enabled ? 'ENABLED' : 'DISABLED';
    const recurringRun = await database.recurringRuns.get(id);
    const patched = await this.#patchEnabled(recurringRun, enabled);
    // Somebody deleted the object, or nobody has made it yet.
    if (patched === undefined) await this.#createSchedule({ ...recurringRun, status });
    await database.recurringRuns.update(id, { status, at: clock(), ...(!enabled && { nextRunAt: null }) });
  }

  async delete(id: string, runs: 'leave' | 'end-first' | 'end-after'): Promise<void> {
    const { database, store, failpoint } = this.#options;
    const recurringRun = await database.recurringRuns.get(id);
    if (runs === 'end-first') {
      await this.#patchEnabled(recurringRun, false);
      await this.#endRuns(id);
    }
    await store.delete('ScheduledWorkflow', scheduleRefOf(recurringRun)).catch((error: unknown) => {
      if (!isPipelineError(error) || error.code !== 'NOT_FOUND') throw error;
    });
    failpoint?.('schedule.deleted');
    await database.recurringRuns.delete(id);
    if (runs === 'end-after') await this.#endRuns(id);
  }

  async start(): Promise<void> {
    const { store, log } = this.#options;
    await this.#sweepAll();
    this.#reconciler = startReconciler({
      store,
      kind: 'ScheduledWorkflow',
      reconcile: (schedule) => this.#schedules.reconcile(schedule),
      deleted: (schedule) => this.#deleted(schedule),
      onError: (error, schedule, failures) => log('error', 'a schedule could not be followed; it is tried again', { schedule: schedule.metadata.name, failures, error: describe(error) }),
    });
    this.#workflows = store.watch('Workflow', { labels: { [LABEL_OF_SCHEDULE]: 'true' } }, ({ type, object: { metadata, status } }) => {
      const name = metadata.labels?.[LABEL_SCHEDULE_NAME];
      if (name === undefined || (type !== 'DELETED' && !(isWorkflowCompleted(status?.phase) && metadata.labels?.[LABEL_PERSISTED] !== undefined))) return;
      const ref = { namespace: metadata.namespace, name };
      this.#schedules.forget(ref);
      this.#reconciler?.look(ref);
    });
    this.#sweeps = setInterval(() => {
      this.#sweepUnsubmitted().catch((error: unknown) => log('error', 'recurring runs without a ScheduledWorkflow could not be looked for', { error: describe(error) }));
    }, SWEEP_MS).unref();
  }

  async close(): Promise<void> {
    clearInterval(this.#sweeps);
    this.#workflows?.close();
    await this.#reconciler?.close();
    this.#reconciler = undefined;
  }

  async #createSchedule(recurringRun: RecurringRun): Promise<void> {
    const { database, store, failpoint } = this.#options;
    const { id, lastRunAt, lastIndex } = recurringRun;
    const schedule = scheduleOf(recurringRun);
    // One that is made again goes on where it was.
    const status = lastRunAt === undefined ? {} : { trigger: { lastTriggeredTime: lastRunAt.toISOString().replace('.000Z', 'Z'), lastWorkflowIndex: lastIndex } };
    try {
      await store.create('ScheduledWorkflow', { ...schedule, status });
      failpoint?.('schedule.created');
    } catch (error) {
      const existing = isPipelineError(error) && error.code === 'ALREADY_EXISTS' ? await store.get('ScheduledWorkflow', scheduleRefOf(recurringRun)) : undefined;
      if (existing?.metadata.labels?.[LABEL_RECURRING_RUN_ID] !== id) throw error;
    }
    await database.recurringRuns.update(id, { submitted: true });
  }

  #patchEnabled(recurringRun: RecurringRun, enabled: boolean): Promise<Resource<ScheduledWorkflow> | undefined> {
    return patchCurrent(this.#options.store, { kind: 'ScheduledWorkflow', ref: scheduleRefOf(recurringRun) }, (current) =>
      (current.spec.enabled ?? false) === enabled ? undefined : { spec: { enabled } },
    );
  }

  async #endRuns(id: string): Promise<void> {
    const { database, runs } = this.#options;
    for (const run of await database.runs.listUnfinishedOf(id)) {
      await runs.terminate(run.id).catch((error: unknown) => {
        // It ended meanwhile, or somebody else is ending it.
        if (!isPipelineError(error) || (error.code !== 'FAILED_PRECONDITION' && error.code !== 'NOT_FOUND')) throw error;
      });
    }
  }

  /** Whoever deletes it by the API deletes the row right after. */
  async #deleted({ metadata }: Resource<ScheduledWorkflow>): Promise<void> {
    const id = metadata.labels?.[LABEL_RECURRING_RUN_ID];
    this.#schedules.forget(metadata);
    if (id === undefined) return;
    const error = `Its ScheduledWorkflow "${metadata.name}" was deleted. Enable the recurring run to have it made again, or delete it.`;
    await this.#options.database.recurringRuns.update(id, { status: 'DISABLED', nextRunAt: null, error });
  }

  /** What a crash left between two writes, and rows whose object was lost with its store. */
  async #sweepAll(): Promise<void> {
    const { database, store } = this.#options;
    const { items } = await store.list('ScheduledWorkflow');
    const there = new Set(items.map(({ metadata }) => metadata.labels?.[LABEL_RECURRING_RUN_ID]));
    let pageToken: string | undefined;
    do {
      const page = await database.recurringRuns.list({ pageSize: 200, ...(pageToken !== undefined && { pageToken }) });
      for (const recurringRun of page.items) if (!there.has(recurringRun.id) || !recurringRun.submitted) await this.#createAgain(recurringRun);
      pageToken = page.nextPageToken;
    } while (pageToken !== undefined);
  }

  async #sweepUnsubmitted(): Promise<void> {
    for (const recurringRun of await this.#options.database.recurringRuns.listUnsubmitted()) await this.#createAgain(recurringRun);
  }

  async #createAgain(recurringRun: RecurringRun): Promise<void> {
    await this.#createSchedule(recurringRun).catch((error: unknown) =>
      this.#options.log('error', 'the ScheduledWorkflow of a recurring run could not be made', { recurringRun: recurringRun.id, error: describe(error) }),
    );
  }
}

function describe(error: unknown): string {
  return error instanceof Error ? (isPipelineError(error) ? error.message : (error.stack ?? error.message)) : String(error);
}
