import { rowsOf, type Database } from '@millrace/database';
import type { RunController } from '@millrace/run-controller';
import type { Log } from '../log.js';
import { everyDay, type DailyOptions } from './every-day.js';

const DAY_MS = 86_400_000;

export interface OldRunsOptions extends DailyOptions {
  readonly database: Pick<Database, 'runs'>;
  readonly runs: Pick<RunController, 'delete'>;
  /** Runs that ended longer ago are deleted, archived ones too. */
  readonly keepDays: number;
  readonly log: Log;
  readonly clock?: () => Date;
}

/**
 * Deletes what ended long ago as a user would: rows, log, and what it alone has of artifacts. One that cannot be deleted is said and left for the next day. The
 * returned function ends that after the run that is being deleted.
 */
export function deleteOldRunsDaily({ database, runs, keepDays, log, clock = () => new Date(), ...daily }: OldRunsOptions): () => Promise<void> {
  const work = async (signal: AbortSignal): Promise<void> => {
    let deleted = 0;
    try {
      const before = new Date(clock().getTime() - keepDays * DAY_MS).toISOString();
      const query = { sortBy: 'finished_at', filter: [{ operation: 'LESS_THAN', key: 'finished_at', value: before }], pageSize: 100 } as const;
      for await (const { id } of rowsOf((asked) => database.runs.list(asked), query)) {
        if (signal.aborted) return;
        try {
          await runs.delete(id);
          deleted += 1;
        } catch (error) {
          log('warn', 'an old run could not be deleted', { run: id, error: (error as Error).message });
        }
      }
    } catch (error) {
      log('warn', 'old runs could not be looked for', { error: (error as Error).message });
    }
    if (deleted > 0) log('info', 'deleted runs that ended long ago', { runs: deleted, keepDays });
  };
  return everyDay(work, daily);
}
