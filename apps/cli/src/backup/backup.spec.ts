import { mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, statSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Worker } from 'node:worker_threads';
import { openDatabase } from '@millrace/database';
import { FileObjectStore } from '@millrace/object-store';
import { pack } from 'tar-stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDataFolder, type DataFolder } from '../data-folder.js';
import { restoreBackup } from './restore-backup.js';
import { takeBackup } from './take-backup.js';

let scratch: string;
let folder: DataFolder;
let file: string;
beforeEach(async () => {
  scratch = mkdtempSync(join(tmpdir(), 'millrace-backup-'));
  folder = await openDataFolder(join(scratch, 'données {1}'));
  file = join(scratch, 'backup.tar');
  const database = await openDatabase({ url: `file:${folder.database}` });
  await database.close();
});
afterEach(() => rmSync(scratch, { recursive: true, force: true }));

function put(name: string, content: string, mode = 0o644): void {
  const path = join(folder.path, name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, content, { mode });
}

const read = (root: string, name: string) => readFileSync(join(root, name), 'utf8');

describe('a backup', () => {
  it('brings back artifacts, logs, links, empty folders and modes', async () => {
    put('artifacts/p/run/model.bin', 'x'.repeat(700_000));
    put('artifacts/p/run/tool.sh', '#!', 0o755);
    put(`artifacts/p/${'long-name-'.repeat(20)}/ü/空`, 'deep');
    put('artifacts/p/run/none', '');
    mkdirSync(join(folder.artifacts, 'p/run/empty'));
    symlinkSync('model.bin', join(folder.artifacts, 'p/run/link'));
    for (const name of ['exit.json', 'log', 'log.index']) put(`attempts/attempts/uid/node/${name}`, name);
    put('.sample-loaded', 'now');
    put('volumes/ns/data/kept', 'y');
    put('config-maps/settings/colour', 'red');
    put('secrets/login/password', 'not for a backup');
    await takeBackup(folder, file);
    expect(statSync(file).mode & 0o777).toBe(0o600);

    const target = join(scratch, 'restored');
    await restoreBackup(file, target);
    expect(read(target, 'artifacts/p/run/model.bin')).toBe('x'.repeat(700_000));
    expect(statSync(join(target, 'artifacts/p/run/tool.sh')).mode & 0o777).toBe(0o755);
    expect(read(target, `artifacts/p/${'long-name-'.repeat(20)}/ü/空`)).toBe('deep');
    expect(read(target, 'artifacts/p/run/none')).toBe('');
    expect(readdirSync(join(target, 'artifacts/p/run/empty'))).toEqual([]);
    expect(readlinkSync(join(target, 'artifacts/p/run/link'))).toBe('model.bin');
    expect(readdirSync(join(target, 'attempts/attempts/uid/node')).sort()).toEqual(['exit.json', 'log', 'log.index']);
    expect(readdirSync(target).sort()).toEqual(['.sample-loaded', 'artifacts', 'attempts', 'config-maps', 'millrace.db', 'volumes']);
    expect(read(target, 'volumes/ns/data/kept')).toBe('y');
    expect(read(target, 'config-maps/settings/colour')).toBe('red');
  });

  it('leaves out attempts that have not ended, scratch, supervisors and environments', async () => {
    put('attempts/attempts/uid/running/log', 'so far');
    put('attempts/attempts/uid/ended/exit.json', '{}');
    put('attempts/attempts/uid/ended/tmp/big', 'scratch');
    put('attempts/supervisors/one/supervisor.json', '{}');
    put('environments/py/ready.json', '{}');
    await takeBackup(folder, file);
    const target = join(scratch, 'restored');
    await restoreBackup(file, target);
    expect(readdirSync(join(target, 'attempts'), { recursive: true }).sort()).toEqual(['attempts', 'attempts/uid', 'attempts/uid/ended', 'attempts/uid/ended/exit.json']);
  });

  it('finds artifacts at the new place, whatever the old one was called', async () => {
    const old = `${folder.artifacts}/p/run/data`;
    put('artifacts/p/run/data', 'content');
    const nested = JSON.stringify({ patch: JSON.stringify({ path: old }), other: `${folder.path}/artifacts-of-another/x` });
    const database = new DatabaseSync(folder.database);
    database.prepare('INSERT INTO artifacts (id, namespace, name, schemaTitle, schemaVersion, pipelineName, createdAt, uri, metadata) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)').run('a', 'n', 'n', 't', 'v', 'p', 0, old, '{}');
    database.close();
    const engine = new DatabaseSync(join(folder.engine, 'argo.db'));
    engine.exec('CREATE TABLE object (uid, status); CREATE TABLE node (uid, node); CREATE TABLE spec (uid, spec)');
    engine.prepare('INSERT INTO spec VALUES (?, ?)').run('u', nested);
    engine.close();
    await takeBackup(folder, file);

    const target = join(scratch, 'elsewhere');
    await restoreBackup(file, target);
    const restored = await openDatabase({ url: `file:${join(target, 'millrace.db')}` });
    const { uri } = (await restored.artifacts.get('a'))!;
    await restored.close();
    expect(uri).toBe(join(target, 'artifacts/p/run/data'));
    expect(await new FileObjectStore({ roots: [join(target, 'artifacts')] }).stat(uri)).toMatchObject({ sizeBytes: 7 });
    const { spec } = new DatabaseSync(join(target, 'engine/argo.db')).prepare('SELECT spec FROM spec').get() as { spec: string };
    expect(JSON.parse(spec)).toEqual({ patch: JSON.stringify({ path: uri }), other: `${folder.path}/artifacts-of-another/x` });
  });

  it('refuses another path that cannot be written into JSON as it is, and takes the same one', async () => {
    await takeBackup(folder, file);
    await expect(restoreBackup(file, join(scratch, 'ändere'))).rejects.toMatchObject({ message: expect.stringContaining('contains "ä"') });
    rmSync(folder.path, { recursive: true });
    await restoreBackup(file, folder.path);
    expect(readdirSync(folder.path)).toEqual(['artifacts', 'config-maps', 'millrace.db', 'volumes']);
  });

  it('is the state of one moment of both databases, though they are written to', async () => {
    const engine = new DatabaseSync(join(folder.engine, 'argo.db'));
    engine.exec('PRAGMA journal_mode = WAL; CREATE TABLE object (uid, status); CREATE TABLE node (uid, node); CREATE TABLE spec (uid, spec); CREATE TABLE pairs (n INTEGER); INSERT INTO pairs VALUES (0)');
    const product = new DatabaseSync(folder.database);
    product.exec('CREATE TABLE pairs (n INTEGER); INSERT INTO pairs VALUES (0)');
    product.close();
    engine.close();
    // First the one, then the other, as a run's row comes before its Workflow.
    const writer = new Worker(
      `const { DatabaseSync } = require('node:sqlite');
      const { workerData, parentPort } = require('node:worker_threads');
      const [product, engine] = workerData.map((file) => new DatabaseSync(file, { timeout: 5000 }));
      let count = 0;
      setInterval(() => {
        for (let i = 0; i < 20; i += 1) for (const database of [product, engine]) database.exec('UPDATE pairs SET n = ' + (count + i));
        count += 20;
        parentPort.postMessage(count);
      }, 0);`,
      { eval: true, workerData: [folder.database, join(folder.engine, 'argo.db')] },
    );
    let count = 0;
    writer.on('message', (value: number) => (count = value));
    for (let round = 0; round < 5; round += 1) {
      await new Promise((resolve) => writer.once('message', resolve));
      const one = join(scratch, `backup-${round}.tar`);
      await takeBackup(folder, one);
      const target = join(scratch, `restored-${round}`);
      await restoreBackup(one, target);
      const numbers = ['millrace.db', 'engine/argo.db'].map((name) => (new DatabaseSync(join(target, name)).prepare('SELECT n FROM pairs').get() as { n: number }).n);
      expect([0, 1]).toContain(numbers[0]! - numbers[1]!);
    }
    expect(count).toBeGreaterThan(20);
    await writer.terminate();
  });

  it('never replaces a file, and is not put into what it is made of', async () => {
    writeFileSync(file, 'precious');
    await expect(takeBackup(folder, file)).rejects.toMatchObject({ message: expect.stringContaining('exists already') });
    await expect(takeBackup(folder, join(folder.artifacts, 'b.tar'))).rejects.toMatchObject({ message: expect.stringContaining('inside the data folder') });
    await expect(takeBackup(await openDataFolder(join(scratch, 'new')), join(scratch, 'b.tar'))).rejects.toMatchObject({ message: expect.stringContaining('no Millrace data') });
    expect(read(scratch, 'backup.tar')).toBe('precious');
  });

  it('of a damaged database says so instead of being made', async () => {
    const database = new DatabaseSync(folder.database);
    database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    database.close();
    const bytes = readFileSync(folder.database);
    bytes.fill(0xff, 8_192, 24_576);
    writeFileSync(folder.database, bytes);
    await expect(takeBackup(folder, file)).rejects.toMatchObject({ code: 'FAILED_PRECONDITION', message: expect.stringMatching(/damaged|cannot be copied/) });
    expect(readdirSync(scratch)).toEqual(['données {1}']);
  });
});

describe('restoring', () => {
  const target = () => join(scratch, 'deep', 'target');

  it('refuses a folder that holds something', async () => {
    await takeBackup(folder, file);
    await expect(restoreBackup(file, folder.path)).rejects.toMatchObject({ message: expect.stringContaining('is not empty') });
  });

  it('leaves nothing of a backup that was cut off anywhere', async () => {
    put('artifacts/a', 'x'.repeat(100_000));
    await takeBackup(folder, file);
    const { size } = statSync(file);
    for (const part of [0, 100, 512, 1_024, size / 2, size - 2_048]) {
      truncateSync(file, 0);
      rmSync(file);
      await takeBackup(folder, file);
      truncateSync(file, Math.floor(part));
      await expect(restoreBackup(file, target()), `${part} bytes`).rejects.toMatchObject({ message: expect.stringMatching(/not whole|not a backup/) });
      expect(readdirSync(scratch)).not.toContain('deep');
    }
  });

  it('refuses files that are no backups, newer ones, and names that lead out', async () => {
    writeFileSync(file, 'hello');
    await expect(restoreBackup(file, target())).rejects.toMatchObject({ message: expect.stringMatching(/not whole|not a backup/) });
    const made = async (...entries: [string, string][]) => {
      const archive = pack();
      for (const [name, text] of entries) archive.entry({ name }, text);
      archive.finalize();
      const chunks: Buffer[] = [];
      for await (const chunk of archive) chunks.push(chunk as Buffer);
      writeFileSync(file, Buffer.concat(chunks));
    };
    const about = (format: number) => JSON.stringify({ format, version: '9.9.9', createdAt: '', dataFolders: ['/x'] });
    await made(['other', 'x']);
    await expect(restoreBackup(file, target())).rejects.toMatchObject({ message: `${file} is not a backup of Millrace.` });
    await made(['millrace-backup.json', about(2)]);
    await expect(restoreBackup(file, target())).rejects.toMatchObject({ message: expect.stringContaining('newer Millrace (9.9.9)') });
    await made(['millrace-backup.json', about(1)], ['../evil', 'x']);
    await expect(restoreBackup(file, target())).rejects.toMatchObject({ message: `${file} is not a backup of Millrace.` });
    expect(readdirSync(scratch).sort()).toEqual(['backup.tar', 'données {1}']);
  });
});
