import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FileObjectStore } from './file-object-store.js';

let folder: string;
let root: string;
let store: FileObjectStore;
const at = (path: string) => `${root}/${path}`;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-objects-'));
  root = join(folder, 'artifacts');
  store = new FileObjectStore({ roots: [root, join(folder, 'not-there-yet')] });
  await mkdir(at('model/weights'), { recursive: true });
  await mkdir(join(folder, 'artifacts-of-others'));
  await writeFile(join(folder, 'artifacts-of-others', 'x'), 'theirs');
  await writeFile(at('data.csv'), 'abcdefghij');
  await writeFile(at('model/b.json'), '{}');
  await writeFile(at('model/weights/a.bin'), '1234');
  await writeFile(join(folder, 'secret'), 'secret');
  await symlink(join(folder, 'secret'), at('model/out'));
  await symlink(folder, at('up'));
  await symlink(at('data.csv'), at('inner'));
  await symlink(at('loop'), at('loop'));
  execFileSync('mkfifo', [at('pipe')]);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const invalid = expect.objectContaining({ code: 'INVALID_ARGUMENT' });
const missing = expect.objectContaining({ code: 'NOT_FOUND' });

describe('FileObjectStore', () => {
  it('knows nothing in a root that is not there yet', async () => {
    expect(await store.stat(join(folder, 'not-there-yet', 'x'))).toBeUndefined();
  });

  it('reads only regular files', async () => {
    for (const name of ['gone', 'model', 'pipe']) await expect(store.read(at(name))).rejects.toEqual(missing);
  });

  it('lists files without links', async () => {
    expect((await store.list(at('model'))).map(({ path }) => path)).toEqual(['b.json', 'weights/a.bin']);
  });

  it('follows links that stay inside', async () => {
    expect(await text(await store.read(at('inner')))).toBe('abcdefghij');
  });

  it.each(['../secret', 'model/../../secret', 'model/..', '../artifacts-of-others/x'])('refuses %s', async (path) => {
    expect(store.accepts(at(path))).toBe(false);
    await expect(store.stat(at(path))).rejects.toEqual(invalid);
    await expect(store.read(at(path))).rejects.toEqual(invalid);
    await expect(store.list(at(path))).rejects.toEqual(invalid);
    await expect(store.delete(at(path))).rejects.toEqual(invalid);
  });

  it.each(['s3://bucket/key', 'minio://x', 'file:///etc/passwd', 'data.csv', '', '/etc/passwd', '/'])('refuses the address %s', async (uri) => {
    expect(store.accepts(uri)).toBe(false);
    await expect(store.read(uri)).rejects.toEqual(invalid);
  });

  it('refuses a folder beside its root that only begins with its name', () => {
    expect(store.accepts(join(folder, 'artifacts-of-others', 'x'))).toBe(false);
    expect(store.accepts(at('a\0b'))).toBe(false);
  });

  it.each(['model/out', 'up/secret', 'up/artifacts-of-others/x', 'loop'])('refuses the link %s that leads out or nowhere', async (path) => {
    await expect(store.stat(at(path))).rejects.toEqual(invalid);
    await expect(store.read(at(path))).rejects.toEqual(invalid);
  });

  it('deletes files, folders and links, but nothing that a link leads to', async () => {
    await mkdir(at('old/deep'), { recursive: true });
    await writeFile(at('old/deep/x'), 'x');
    await symlink(join(folder, 'secret'), at('old/link'));
    await symlink(join(folder, 'secret'), at('bare-link'));
    await store.delete(at('old'));
    await store.delete(at('bare-link'));
    await store.delete(at('never-there/x'));
    expect(existsSync(at('old'))).toBe(false);
    expect(await readFile(join(folder, 'secret'), 'utf8')).toBe('secret');
    await expect(store.delete(at('up/secret'))).rejects.toEqual(invalid);
    await expect(store.delete(root)).rejects.toEqual(invalid);
    expect(existsSync(at('data.csv'))).toBe(true);
  });

  it('refuses roots that are not absolute', () => {
    expect(() => new FileObjectStore({ roots: ['data'] })).toThrow(invalid);
  });
});
