import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ArtifactFolder } from './artifact-folder.js';

describe('the folder of artifacts', () => {
  let folder: string;
  let store: ArtifactFolder;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'millrace-artifacts-'));
    store = new ArtifactFolder(join(folder, 'kept'));
    mkdirSync(join(folder, 'model'));
    writeFileSync(join(folder, 'model', 'weights'), 'w'.repeat(100_000));
    writeFileSync(join(folder, 'data'), 'hello');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const at = (name: string): string => join(folder, 'in', name);

  it('keeps a file as a tar with that file in it, which other programs can read', async () => {
    await store.save({ name: 'a', path: '/out/data' }, 'run/pod/a.tgz', join(folder, 'data'));
    expect(execFileSync('tar', ['-tzf', join(folder, 'kept', 'run', 'pod', 'a.tgz')], { encoding: 'utf8' })).toBe('data\n');
  });

  it.each([['a file', 'data'], ['a folder', 'model']])('brings back %s as it was, under another name', async (_what, name) => {
    await store.save({ name: 'a', path: `/out/${name}` }, 'k.tgz', join(folder, name));
    expect(await store.load({ name: 'b', s3: { key: 'k.tgz' } }, at('other'))).toBe(true);
    if (name === 'data') expect(readFileSync(at('other'), 'utf8')).toBe('hello');
    else expect(readFileSync(join(at('other'), 'weights'), 'utf8')).toHaveLength(100_000);
  });

  it('calls a whole volume by the place where the task saw it', async () => {
    await store.save({ name: 'a', path: '/mnt/result' }, 'k.tgz', join(folder, 'model'));
    expect(execFileSync('tar', ['-tzf', join(folder, 'kept', 'k.tgz')], { encoding: 'utf8' })).toBe('result/weights\n');
  });

  it('keeps what is not to be packed as it is', async () => {
    const none = { archive: { none: {} } };
    await store.save({ name: 'a', path: '/out/model', ...none }, 'm', join(folder, 'model'));
    expect(readdirSync(join(folder, 'kept', 'm'))).toEqual(['weights']);
    await store.load({ name: 'b', s3: { key: 'm/weights' }, ...none }, at('w'));
    expect(statSync(at('w')).size).toBe(100_000);
  });

  it('does not unpack a compressed file that holds no tar', async () => {
    execFileSync('sh', ['-c', 'gzip -c data > plain.gz'], { cwd: folder });
    await store.save({ name: 'a', path: '/out/plain.gz', archive: { none: {} } }, 'plain.gz', join(folder, 'plain.gz'));
    await store.load({ name: 'b', s3: { key: 'plain.gz' } }, at('x'));
    expect(readFileSync(at('x'))).toEqual(readFileSync(join(folder, 'plain.gz')));
  });

  it('writes what is given as text, with the mode that is asked for', async () => {
    await store.load({ name: 'r', raw: { data: 'text {{x}}' }, mode: 0o755 }, at('r'));
    expect(readFileSync(at('r'), 'utf8')).toBe('text {{x}}');
    expect(statSync(at('r')).mode & 0o777).toBe(0o755);
  });

  it('replaces what an earlier try left, as a whole', async () => {
    mkdirSync(at('x'), { recursive: true });
    writeFileSync(join(at('x'), 'old'), '');
    await store.load({ name: 'r', raw: { data: 'new' } }, at('x'));
    expect(readFileSync(at('x'), 'utf8')).toBe('new');
    expect(readdirSync(join(folder, 'in'))).toEqual(['x']);
  });

  it('misses what is not there, unless it is optional', async () => {
    await expect(store.load({ name: 'a', s3: { key: 'gone' } }, at('x'))).rejects.toThrow('artifact a failed to load: The specified key does not exist: gone');
    expect(await store.load({ name: 'a', s3: { key: 'gone' }, optional: true }, at('x'))).toBe(false);
    expect(existsSync(at('x'))).toBe(false);
  });

  it.each(['../x', '/etc/passwd', 'a/../../x', ''])('refuses the key "%s", which leads elsewhere', async (key) => {
    expect(() => store.path(key)).toThrow(/must be relative/);
  });
});
