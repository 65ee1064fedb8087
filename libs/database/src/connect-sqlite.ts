import { isAbsolute, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PipelineError } from '@millrace/errors';
import { sqliteMigrations } from './generated/sqlite-migrations.js';
import type { Migration } from './migrate.js';
import { SqliteAdapter } from './sqlite-adapter.js';

/** Writers of other processes are waited for this long; their transactions take milliseconds. */
const BUSY_TIMEOUT_MS = 10_000;

function pathOf(url: string): string {
  if (url === 'file::memory:') return ':memory:';
  const path = url.startsWith('file://') ? fileURLToPath(url) : url.slice('file:'.length);
  if (path === '') throw new PipelineError('INVALID_ARGUMENT', 'The database URL "file:" names no file; write "file:/path/millrace.db".');
  return isAbsolute(path) ? path : resolve(path);
}

export async function connectSqlite(url: string): Promise<{ readonly adapter: SqliteAdapter; readonly migrations: readonly Migration[] }> {
  return { adapter: await SqliteAdapter.open(pathOf(url), { busyTimeoutMs: BUSY_TIMEOUT_MS }), migrations: sqliteMigrations };
}
