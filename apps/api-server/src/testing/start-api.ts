import { mkdtemp, mkdir, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase, type Database } from '@millrace/database';
import { FileObjectStore } from '@millrace/object-store';
import { createScheduleController, type ScheduleController } from '@millrace/schedule-controller';
import { MemoryStore } from '@millrace/schedule-controller/testing';
import { createApiServer, type ApiServer } from '../create-api-server.js';
import type { ApiServerOptions } from '../options.js';
import { FakeRunController } from './fake-run-controller.js';
import { FakeTaskLogs } from './fake-task-logs.js';

export interface TestApi {
  readonly url: string;
  readonly server: ApiServer;
  readonly database: Database;
  readonly runs: FakeRunController;
  /** Keeps schedules in memory; follows them once it is started. */
  readonly schedules: ScheduleController;
  readonly logs: FakeTaskLogs;
  /** Root of the object store. */
  readonly artifacts: string;
  readonly errors: readonly string[];
  close(): Promise<void>;
}

/** The real server on a free port over a new SQLite file and folder; only runs, their store and logs are fakes. */
export async function startApi(options: Partial<ApiServerOptions> = {}): Promise<TestApi> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'millrace-api-')));
  const artifacts = join(folder, 'artifacts');
  await mkdir(artifacts);
  const database = await openDatabase({ url: `file:${join(folder, 'test.db')}` });
  const runs = new FakeRunController(database);
  const logs = new FakeTaskLogs();
  const schedules = createScheduleController({ database, store: new MemoryStore().store, runs });
  const errors: string[] = [];
  const server = await createApiServer({
    database,
    runs,
    schedules,
    logs,
    objects: new FileObjectStore({ roots: [artifacts] }),
    options: {
      host: '127.0.0.1',
      port: 0,
      version: '1.2.3',
      substrate: 'embedded',
      multiUser: false,
      log: (level, message, facts) => {
        if (level === 'error') errors.push(`${message} ${JSON.stringify(facts)}`);
      },
      ...options,
    },
  });
  const { url } = await server.listen();
  return {
    url,
    server,
    database,
    runs,
    schedules,
    logs,
    artifacts,
    errors,
    async close() {
      await server.close();
      await schedules.close();
      await database.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
