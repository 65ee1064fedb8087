import type { Database, PipelineDocument, RecurringRun } from '@millrace/database';
import type { ResourceStore, ShardOwnership } from '@millrace/resources';
import type { RunController } from '@millrace/run-controller';

export interface ScheduleControllerOptions {
  readonly database: Database;
  readonly store: ResourceStore;
  readonly runs: Pick<RunController, 'submit' | 'preview' | 'terminate'>;
  /** Time zone of cron expressions that name none, such as `Europe/Berlin`. @default UTC */
  readonly timeZone?: string;
  /** Only recurring runs of the shards that are this process's are followed. @default all of them are */
  readonly shards?: ShardOwnership;
  readonly clock?: () => Date;
  /** Called by name around every write, for tests that end the process there. @default nothing */
  readonly failpoint?: (name: string) => void;
  readonly log?: (level: 'info' | 'warn' | 'error', message: string, facts?: Readonly<Record<string, unknown>>) => void;
}

/**
 * Keeps recurring runs and makes their runs. The ScheduledWorkflow is what counts; the row is kept like it. Level-triggered: it can be
 * killed anywhere and run several times at once, and there is still one run for each slot, because a run's id follows from both. Errors
 * are PipelineError.
 */
export interface ScheduleController {
  /** Refuses what could have no run: the trigger, the pipeline and the parameters, by field. Writes nothing. */
  check(recurringRun: RecurringRun, document?: PipelineDocument): Promise<void>;
  /** Checks, stores the row and creates the ScheduledWorkflow. Nothing is stored when it throws. `document` is for one that names no pipeline. */
  create(recurringRun: RecurringRun, document?: PipelineDocument): Promise<RecurringRun>;
  /** Lets it start runs, or stops it from doing so; runs that there are go on. */
  setEnabled(id: string, enabled: boolean): Promise<void>;
  /**
   * Deletes it; its finished runs stay. Runs in progress go on (`leave`) or are terminated: before the schedule is gone, so that a failure
   * leaves it there to be asked again (`end-first`), or after it, so that no further run comes in between (`end-after`).
   */
  delete(id: string, runs: 'leave' | 'end-first' | 'end-after'): Promise<void>;
  /** Creates what was stored but not created, then watches; of shards, when they become this process's. */
  start(): Promise<void>;
  /** Stops watching and gives the shards up; what is in progress ends first. */
  close(): Promise<void>;
}
