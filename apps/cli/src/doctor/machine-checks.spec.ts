import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync, chmodSync, openSync, writeSync, closeSync, statSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { openDatabase } from '@millrace/database';
import type { Outcome } from '@millrace/doctor';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { dataFolderAt, openDataFolder } from '../data-folder.js';
import { clock } from './clock.js';
import { containers } from './containers.js';
import { dataFolder } from './data-folder.js';
import { databases } from './databases.js';
import type { MachineContext } from './machine-context.js';
import { node } from './node.js';
import { python } from './python.js';
import { server } from './server.js';
import { space } from './space.js';

const verdicts = (outcomes: readonly Outcome[]) => outcomes.map(({ verdict }) => verdict);

describe('the checks of one machine', () => {
  let path: string;
  let context: MachineContext;
  const servers: Server[] = [];
  beforeEach(async () => {
    path = mkdtempSync(join(tmpdir(), 'millrace-doctor-'));
    await openDataFolder(path);
    context = { folder: dataFolderAt(path), settings: { port: 0, executor: 'auto', basePath: '' }, environment: process.env, clock: () => new Date() };
  });
  afterEach(() => {
    for (const each of servers.splice(0)) each.close();
    rmSync(path, { recursive: true, force: true });
  });
  const withSettings = (settings: Partial<MachineContext['settings']>): MachineContext => ({ ...context, settings: { ...context.settings, ...settings } });
  const serve = (body: string, status = 200): Promise<number> =>
    new Promise((resolve) => {
      const made = createServer((_, response) => response.writeHead(status, { 'content-type': 'application/json' }).end(body));
      servers.push(made);
      made.listen(0, '127.0.0.1', () => resolve((made.address() as { port: number }).port));
    });

  it('node: tells which this is', async () => {
    expect((await node.examine(context))[0]!.what).toContain(process.versions.node);
  });

  it('python: tries the one that tasks would have, with what keeps them apart', async () => {
    const outcomes = await python.examine(context);
    expect(outcomes[0]).toMatchObject({ verdict: 'ok', what: expect.stringMatching(/^Python 3\.\d+/) });
    expect(outcomes[1]!.what).toMatch(/mounts of their own/);
    expect(await python.examine(withSettings({ python: '/nowhere/python' }))).toMatchObject([{ verdict: 'error', what: expect.stringContaining('/nowhere/python') }]);
  });

  it('containers: missing ones matter as much as the executor needs them', async () => {
    const missing = { containerEngine: join(path, 'no-engine') };
    expect(verdicts(await containers.examine(withSettings(missing)))).toEqual(['warning']);
    expect(verdicts(await containers.examine(withSettings({ ...missing, executor: 'container' })))).toEqual(['error']);
    expect(verdicts(await containers.examine(withSettings({ ...missing, executor: 'process' })))).toEqual(['ok']);
    const engine = join(path, 'docker');
    writeFileSync(engine, `#!/bin/sh\necho '{"ServerVersion":"27.1","MemoryLimit":false,"CpuCfsQuota":true,"NCPU":2}'\n`);
    chmodSync(engine, 0o755);
    expect(await containers.examine(withSettings({ containerEngine: engine }))).toMatchObject([{ what: 'docker 27.1, 2 cores.' }, { verdict: 'warning', what: 'docker cannot limit memory.' }]);
  });

  it('space: tells what is left, also where the folder is not made yet', async () => {
    for (const folder of [context.folder, dataFolderAt(join(path, 'not', 'made'))]) expect((await space.examine({ folder }))[0]!.what).toMatch(/^[\d.]+ \w+ are free for /);
  });

  it('data-folder: names what cannot be used, and who may look into it', async () => {
    expect(verdicts(await dataFolder.examine(context))).toEqual(['ok']);
    chmodSync(path, 0o755);
    expect(await dataFolder.examine(context)).toMatchObject([{ verdict: 'warning', remedy: expect.stringContaining('chmod 700') }]);
    expect((await dataFolder.examine({ folder: dataFolderAt(join(path, 'none')) }))[0]!.what).toContain('not there yet');
    writeFileSync(join(path, 'file'), '');
    expect(await dataFolder.examine({ folder: dataFolderAt(join(path, 'file')) })).toMatchObject([{ verdict: 'error', what: expect.stringContaining('is no folder') }]);
  });

  it('databases: up to date, of a newer version, damaged', async () => {
    expect((await databases.examine(context))[0]!.what).toBe('There is none yet.');
    await (await openDatabase({ url: `file:${context.folder.database}` })).close();
    expect((await databases.examine(context))[0]).toMatchObject({ verdict: 'ok', what: expect.stringContaining('up to date') });
    const product = new DatabaseSync(context.folder.database);
    product.exec("INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at) VALUES ('x', 'x', '9999_later', 1)");
    product.close();
    expect((await databases.examine(context))[0]).toMatchObject({ verdict: 'error', what: expect.stringContaining('9999_later') });

    const file = join(context.folder.engine, 'argo.db');
    const engine = new DatabaseSync(file);
    engine.exec("CREATE TABLE t (a); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000) INSERT INTO t SELECT hex(zeroblob(100)) || i FROM n");
    engine.close();
    expect((await databases.examine(context)).at(-1)).toMatchObject({ verdict: 'ok' });
    const handle = openSync(file, 'r+');
    writeSync(handle, Buffer.alloc(8192, 9), 0, 8192, Math.floor(statSync(file).size / 2 / 4096) * 4096);
    closeSync(handle);
    expect((await databases.examine(context)).at(-1)).toMatchObject({ verdict: 'error', remedy: expect.stringContaining('restore') });
  });

  it('server: nobody, Millrace, Millrace with other data, another program, one that may not be told of', async () => {
    const at = async (port: number) => (await server.examine(withSettings({ port })))[0]!;
    const port = await serve('{}');
    servers.pop()!.close();
    expect((await at(port)).what).toContain('is free');
    expect((await at(await serve(JSON.stringify({ version: '1', data_folder: path, warnings: [] })))).what).toContain('Millrace 1 is at');
    const other = await server.examine(withSettings({ port: await serve(JSON.stringify({ version: '1', data_folder: '/elsewhere', warnings: ['slow disk'] })) }));
    expect(verdicts(other)).toEqual(['ok', 'warning', 'warning']);
    expect(await at(await serve('{}', 404))).toMatchObject({ verdict: 'error', what: expect.stringContaining('Another program') });
    expect((await at(await serve('{}', 401))).what).toContain('asks for a token');
  });

  it('clock: not before what was already written', async () => {
    expect(verdicts(await clock.examine(context))).toEqual(['ok']);
    expect(verdicts(await clock.examine({ ...context, clock: () => new Date('1970-01-02') }))).toEqual(['error']);
    mkdirSync(context.folder.engine, { recursive: true });
    utimesSync(context.folder.engine, Date.now() / 1000, Date.now() / 1000 + 7200);
    expect(await clock.examine(context)).toMatchObject([{ verdict: 'error', what: expect.stringContaining('the data was written at') }]);
  });
});
