import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import { openDatabase, type ListQuery } from '@millrace/database';
import type { BenchOptions } from './bench.js';
import { median, percentile, timed } from './numbers.js';
import { printTable, ratio, type Cell } from './table.js';
import { withFolder } from './workspace.js';

const FIRST = Date.UTC(2026, 0, 1);
const RUN = 'SELECT * FROM runs WHERE';
const COUNT = (where: string) => `SELECT COUNT(*) AS n FROM (SELECT 1 FROM runs WHERE ${where} LIMIT 10001)`;

/** Pages of many runs through the repository, against the same statements through the driver alone. */
export async function benchLists({ full }: BenchOptions): Promise<void> {
  const sizes = full ? [1_000, 100_000] : [1_000, 5_000];
  const times = full ? 300 : 100;
  const rows: Cell[][] = [];
  for (const size of sizes) {
    await withFolder(async (folder) => {
      const file = join(folder, 'millrace.db');
      const database = await openDatabase({ url: `file:${file}` });
      fill(file, size);
      const raw = new DatabaseSync(file);
      const at = (turn: number) => FIRST + Math.floor(size * (0.1 + (0.8 * (turn + 1)) / times)) * 1_000;
      const tokens: string[] = [];
      let token = (await database.runs.list({ namespace: '', sortBy: 'created_at desc', pageSize: 200 })).nextPageToken;
      for (let page = 0; token !== undefined && page < size / 220; page += 1) {
        tokens.push(token);
        token = (await database.runs.list({ namespace: '', pageToken: token, pageSize: 200 })).nextPageToken;
      }
      const cases: { name: string; query: (turn: number) => ListQuery; sql: string; values: (turn: number) => (string | number)[]; count?: string }[] = [
        { name: 'first page', query: () => ({ sortBy: 'created_at desc' }), sql: `${RUN} namespace = '' ORDER BY createdAt DESC, runs.id DESC LIMIT 21`, values: () => [], count: COUNT("namespace = ''") },
        {
          name: 'deep page',
          query: (turn) => ({ pageToken: tokens[(turn + tokens.length) % tokens.length]! }),
          sql: `${RUN} namespace = '' AND (createdAt, runs.id) < (?, ?) ORDER BY createdAt DESC, runs.id DESC LIMIT 21`,
          values: (turn) => [at(turn), 'run-0'],
        },
        {
          name: 'filtered page (1 in 10)',
          query: () => ({ sortBy: 'created_at desc', filter: [{ operation: 'EQUALS', key: 'state', value: 'FAILED' }] }),
          sql: `${RUN} namespace = '' AND state = 'FAILED' ORDER BY createdAt DESC, runs.id DESC LIMIT 21`,
          values: () => [],
          count: COUNT("namespace = '' AND state = 'FAILED'"),
        },
      ];
      for (const { name, query, sql, values, count } of cases) {
        const page = raw.prepare(sql);
        const total = count === undefined ? undefined : raw.prepare(count);
        const driver = await timed(times, (turn) => (page.all(...values(turn)), total?.get()));
        const ours = await timed(times, (turn) => database.runs.list({ namespace: '', ...query(turn) }));
        rows.push([name, String(size), median(ours), percentile(ours, 99), median(driver), ratio(median(ours) / median(driver))]);
      }
      raw.close();
      await database.close();
    });
  }
  printTable('Pages of 20 runs from SQLite, milliseconds (goal: p99 under 20 and flat, 3 x raw)', ['what', 'runs', 'median', 'p99', 'raw driver', 'ratio'], rows);
}

/** Rows straight into the tables: the repository would take minutes and is not what is measured. */
function fill(file: string, size: number): void {
  const database = new DatabaseSync(file);
  const columns: Record<string, string> = {
    id: "printf('run-%08d', n)",
    namespace: "''",
    experimentId: "'bench'",
    displayName: "'run number ' || n",
    storageState: "'AVAILABLE'",
    state: "CASE WHEN n % 10 = 0 THEN 'FAILED' ELSE 'SUCCEEDED' END",
    submitted: '1',
    createdAt: `${FIRST} + n * 1000`,
    scheduledAt: `${FIRST} + n * 1000`,
    startedAt: `${FIRST} + n * 1000`,
    finishedAt: `${FIRST} + n * 1000 + 500`,
    pipelineName: "'train'",
    serviceAccount: "'pipeline-runner'",
    workflowName: "'train-' || n",
    artifactRoot: "'/artifacts/' || n",
    taskCounts: `'{"SUCCEEDED":12}'`,
    stateHistory: `'[{"state":"PENDING","at":"2026-01-01T00:00:00.000Z"},{"state":"RUNNING","at":"2026-01-01T00:00:00.000Z"},{"state":"SUCCEEDED","at":"2026-01-01T00:00:01.000Z"}]'`,
    description: "''",
    parameters: `'{"learning_rate":0.1,"epochs":20}'`,
  };
  database.exec(`INSERT INTO experiments (id, namespace, name, description, storageState, createdAt) VALUES ('bench', '', 'bench', '', 'AVAILABLE', ${FIRST})`);
  database.exec(`
    WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ${size})
    INSERT INTO runs (${Object.keys(columns).join(', ')}) SELECT ${Object.values(columns).join(', ')} FROM numbers
  `);
  database.exec('ANALYZE');
  database.close();
}
