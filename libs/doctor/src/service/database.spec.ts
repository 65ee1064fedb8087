import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { openDatabase } from '@millrace/database';
import { afterAll, describe, expect, it } from 'vitest';
import { examine } from '../examine.js';
import { database, limitOutcomes } from './database.js';

describe('database', () => {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-doctor-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'm.db');
  const look = (databaseUrl: string) => examine([database], { databaseUrl, clock: () => new Date() });

  it('tells one that is not migrated, up to date, of a newer version, and away', async () => {
    expect(await look(`file:${file}`)).toMatchObject([{ verdict: 'ok' }, { verdict: 'error', what: expect.stringContaining('is not migrated') }]);
    await (await openDatabase({ url: `file:${file}` })).close();
    expect(await look(`file:${file}`)).toMatchObject([{ verdict: 'ok', what: expect.stringMatching(/^SQLite .*, answers in [\d.]+ ms, [\d.]+ MiB\.$/) }]);
    const raw = new DatabaseSync(file);
    raw.exec("INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at) VALUES ('x', 'x', '9999_later', 1), ('y', 'y', '9999_broken', NULL)");
    raw.close();
    expect((await look(`file:${file}`)).slice(1)).toMatchObject([{ verdict: 'error', what: expect.stringContaining('newer Millrace (9999_broken, 9999_later)') }, { verdict: 'error', what: expect.stringContaining('not finished: 9999_broken') }]);
    expect(await look('mysql://u:p@127.0.0.1:1/none')).toMatchObject([{ verdict: 'error', what: expect.stringContaining('No database server answers at 127.0.0.1:1') }]);
  });

  it('warns of a server that takes too little at once, is nearly full, or has another time', () => {
    const at = new Date('2026-01-01T00:00:00Z');
    const facts = { server: 'x', answerMs: 1, bytes: 1, damages: [], pending: [], newer: [], unfinished: [] };
    const limits = { maxPacketBytes: 64 * 2 ** 20, maxConnections: 100, connections: 20 };
    expect(limitOutcomes({ ...facts, limits, now: at }, at)).toEqual([]);
    expect(limitOutcomes({ ...facts, limits: { maxPacketBytes: 16 * 2 ** 20, maxConnections: 100, connections: 90 }, now: new Date(at.getTime() - 60_000) }, at).map(({ what }) => what)).toEqual([
      'The server takes at most 16 MiB at once (max_allowed_packet).', '90 of 100 connections of the server are taken.', "The clock of the database's server is 60 s behind.",
    ]);
  });
});
