import type { PipelineDocument, RecurringRun } from '@millrace/database';
import { PipelineError, isPipelineError } from '@millrace/errors';
import { patchCurrent, type Resource } from '@millrace/resources';
import { checkTrigger, type ScheduledWorkflow } from '@millrace/scheduling';
import { createSchedule } from './create-schedule.js';
import { ScheduleFollowing } from './follow-schedules.js';
import { makeSubmission } from './make-submission.js';
import type { ScheduleController, ScheduleControllerOptions } from './schedule-controller.js';
import { scheduleOf, scheduleRefOf } from './schedule-object.js';

/** The schedule controller over a database and a store. Call `start` once where schedules are to be followed. */
export function createScheduleController(options: ScheduleControllerOptions): ScheduleController {
  return new DefaultScheduleController(options);
}

class DefaultScheduleController implements ScheduleController {
  readonly #options: Required<Pick<ScheduleControllerOptions, 'timeZone' | 'clock' | 'log'>> & ScheduleControllerOptions;
  readonly #following: ScheduleFollowing;

  constructor({ timeZone = 'UTC', clock = () => new Date(), log = () => undefined, ...options }: ScheduleControllerOptions) {
    this.#options = { ...options, timeZone, clock, log };
    this.#following = new ScheduleFollowing(this.#options);
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
      await createSchedule(this.#options, recurringRun);
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
    if (patched === undefined) await createSchedule(this.#options, { ...recurringRun, status });
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

  start(): Promise<void> {
    return this.#following.start();
  }

  close(): Promise<void> {
    return this.#following.close();
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
}
