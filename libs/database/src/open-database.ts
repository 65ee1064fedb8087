import { StoredArtifacts } from './artifacts.repository.js';
import { StoredCache } from './cache.repository.js';
import { ChangeEmitter } from './change-emitter.js';
import { connect } from './connect.js';
import { toDatabaseError } from './database-error.js';
import type { Database } from './database.js';
import { StoredExperiments } from './experiments.repository.js';
import { assertMigrated, migrate } from './migrate.js';
import { NewestRunTimes } from './newest-run-times.js';
import { StoredPipelines } from './pipelines.repository.js';
import { PrismaAccess } from './prisma-access.js';
import { StoredRecurringRuns } from './recurring-runs.repository.js';
import { StoredRuns } from './runs.repository.js';
import { SqlSession } from './sql-session.js';
import { literal } from './sql-text.js';
import { StoredTasks } from './tasks.repository.js';

export interface DatabaseOptions {
  /** `file:/path/millrace.db` (SQLite, made when missing; its folder must exist) or `mysql://user:password@host:port/database`. */
  readonly url: string;
  /** Told what a person running the server may want to know: migrations, failed listeners. @default silent */
  readonly log?: (message: string) => void;
  /**
   * `apply` brings the schema up to date; `await` refuses a database that is not, with UNAVAILABLE and the reason `NotMigrated`, for services whose
   * migrations are a step of their own. @default apply
   */
  readonly migrations?: 'apply' | 'await';
  /** Several processes have the database open: each gets the changes of all. @default false */
  readonly shareChanges?: boolean;
  /** @default the system's clock */
  readonly clock?: () => Date;
}

/** Opens the database and brings its schema up to date; see `migrate` for what is refused. */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const log = options.log ?? (() => undefined);
  const clock = options.clock ?? (() => new Date());
  const { dialect, adapter, migrations } = await connect(options.url).catch((error: unknown) => {
    throw toDatabaseError(error);
  });
  try {
    if (options.migrations === 'await') await assertMigrated({ adapter, dialect, migrations });
    else for (const name of await migrate({ adapter, dialect, migrations, clock })) log(`Applied the database migration ${name}.`);
  } catch (error) {
    await adapter.dispose();
    throw toDatabaseError(error);
  }
  const session = new SqlSession(adapter, dialect);
  const orm = new PrismaAccess(adapter, dialect);
  const changes = new ChangeEmitter(log, options.shareChanges === true ? { session, clock } : undefined);
  let closed: Promise<void> | undefined;
  return {
    experiments: new StoredExperiments(session, orm, changes),
    pipelines: new StoredPipelines(session, orm, changes),
    runs: new StoredRuns(session, orm, changes, new NewestRunTimes(session, log)),
    recurringRuns: new StoredRecurringRuns(session, orm, changes),
    tasks: new StoredTasks(session),
    artifacts: new StoredArtifacts(session),
    cache: new StoredCache(session),
    changes,
    ping: async () => {
      await session.query(literal('SELECT 1 AS alive'));
    },
    close: () => (closed ??= changes.close().then(() => orm.close()).then(() => adapter.dispose())),
  };
}
