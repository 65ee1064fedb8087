import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { openDatabase } from '@millrace/database';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDataFolder, type DataFolder } from '../data-folder.js';
import { findGarbage } from './find-garbage.js';

const RUN = '11111111-2222-4333-8444-555555555555';
const OTHER = '99999999-2222-4333-8444-555555555555';
const OLD = new Date('2020-01-01');

let folder: DataFolder;
beforeEach(async () => {
  folder = await openDataFolder(mkdtempSync(join(tmpdir(), 'millrace-gc-')));
  await (await openDatabase({ url: `file:${folder.database}` })).close();
  const engine = new DatabaseSync(join(folder.engine, 'argo.db'));
  engine.exec(`CREATE TABLE object (uid TEXT); INSERT INTO object VALUES ('known')`);
  engine.close();
});
afterEach(() => rmSync(folder.path, { recursive: true, force: true }));

function put(name: string, at: Date = OLD): void {
  const path = join(folder.path, name);
  mkdirSync(path, { recursive: true });
  writeFileSync(join(path, 'file'), 'content');
  utimesSync(path, at, at);
}

const found = async (options: Partial<Parameters<typeof findGarbage>[1]> = {}) =>
  (await findGarbage(folder, { before: new Date('2024-01-01'), ...options })).map(({ kind, path }) => `${kind} ${relative(folder.path, path)}`).sort();

describe('garbage', () => {
  it('is what no Workflow and no run refers to, once it is old', async () => {
    put('attempts/attempts/known');
    put('attempts/attempts/deleted');
    put('attempts/attempts/just-now', new Date());
    put('engine/pods/deleted');
    put(`artifacts/pipeline/${RUN}`);
    put(`artifacts/pipeline/${OTHER}`);
    put('artifacts/pipeline/put-there-by-a-user');
    const database = new DatabaseSync(folder.database);
    database.prepare('INSERT INTO artifacts (id, namespace, name, schemaTitle, schemaVersion, pipelineName, createdAt, uri, metadata) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)').run('a', 'n', 'n', 't', 'v', 'p', 0, join(folder.artifacts, 'pipeline', OTHER, 'task', 'data'), '{}');
    database.close();
    expect(await found()).toEqual([`artifact artifacts/pipeline/${RUN}`, 'log attempts/attempts/deleted', 'scratch engine/pods/deleted']);
  });

  it('is a workspace whose Workflow is gone, and no volume that a task made', async () => {
    const claim = (name: string, owner: string): void => {
      put(`volumes/kubeflow/${name}`);
      mkdirSync(join(folder.volumes, 'kubeflow/.claims'), { recursive: true });
      writeFileSync(join(folder.volumes, 'kubeflow/.claims', `${name}.json`), JSON.stringify({ owner, claim: {} }));
    };
    claim('gone-kfp-workspace', OTHER);
    claim('known-kfp-workspace', 'known');
    claim('made-by-a-task', RUN);
    put('volumes/kubeflow/made-by-hand');
    put('volumes/kubeflow/.deleted');
    expect(await found()).toEqual(['volume volumes/kubeflow/.deleted', 'volume volumes/kubeflow/gone-kfp-workspace']);
  });

  it('are environments only when asked for, unused for long and not in use', async () => {
    for (const [key, at] of [['old', OLD], ['alive', OLD], ['new', new Date()]] as const) {
      put(`environments/${key}`);
      writeFileSync(join(folder.environments, key, 'ready.json'), '{}');
      utimesSync(join(folder.environments, key, 'ready.json'), at, at);
    }
    put('environments/half-made');
    put('attempts/supervisors/alive-abc');
    writeFileSync(join(folder.attempts, 'supervisors/alive-abc/supervisor.json'), '{}');
    expect(await found()).toEqual([]);
    expect(await found({ environmentsBefore: new Date('2024-01-01') })).toEqual(['environment environments/old']);
  });

  it('cannot be told without the engine\'s file', async () => {
    rmSync(join(folder.engine, 'argo.db'));
    put('attempts/attempts/any');
    await expect(found()).rejects.toMatchObject({ code: 'FAILED_PRECONDITION' });
  });
});
