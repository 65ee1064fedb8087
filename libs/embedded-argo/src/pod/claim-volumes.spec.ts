import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../clock.js';
import { MountedFolders } from '../engine/mounted-folders.js';
import type { AttemptExit, Executor } from '../executor.js';
import { ClaimFolders } from './claim-folders.js';
import { ClaimVolumes } from './claim-volumes.js';

let folder: string;
let mounted: MountedFolders;
let volumes: ClaimVolumes;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-volumes-'));
  mounted = new MountedFolders();
  volumes = new ClaimVolumes({ claims: new ClaimFolders(join(folder, 'volumes')), mounted, clock: systemClock });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const claim = { namespace: 'ns', name: 'data', owner: 'task-1' };
const create = (more: Partial<typeof claim> & { reuse?: boolean } = {}) => volumes.create({ ...claim, manifest: {}, reuse: false, ...more });
const path = (): string => join(folder, 'volumes/ns/data');

describe('volumes of tasks', () => {
  it('are made once for a task, however often it asks', async () => {
    await create();
    writeFileSync(join(path(), 'kept'), '');
    await create();
    expect(existsSync(join(path(), 'kept'))).toBe(true);
    await expect(create({ owner: 'task-2' })).rejects.toMatchObject({ code: 'ALREADY_EXISTS', message: expect.stringMatching(/"data" exists already .*DeletePVC/) });
    await create({ owner: 'task-2', reuse: true });
    await expect(create({ name: '../x' })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });

  it('are deleted once for a task, however often it asks', async () => {
    await create();
    await volumes.delete({ ...claim, owner: 'task-2' });
    expect(existsSync(path())).toBe(false);
    await volumes.delete({ ...claim, owner: 'task-2' });
    await expect(volumes.delete({ ...claim, owner: 'task-3' })).rejects.toMatchObject({ code: 'NOT_FOUND', message: expect.stringMatching(/no volume "data"/) });
  });

  it('are not deleted while a task has them mounted', async () => {
    await create();
    const inner: Executor = { refusal: () => undefined, start: () => undefined, kill: () => undefined, lookup: () => undefined, forget: async () => undefined, close: async () => undefined } as unknown as Executor;
    const executor = mounted.executor(inner);
    const listener = mounted.listener({ onRunning: () => undefined, onExit: () => undefined });
    executor.start({ id: 'u/n', image: '', command: [], args: [], env: {}, mounts: [{ source: join(path(), 'inner'), target: '/d' }] });
    await expect(volumes.delete({ ...claim, owner: 'task-2' })).rejects.toMatchObject({ code: 'FAILED_PRECONDITION', message: expect.stringMatching(/while a task uses it/) });
    listener.onExit('u/n', { reason: 'exited', exitCode: 0, finishedAt: 0 } satisfies AttemptExit);
    await volumes.delete({ ...claim, owner: 'task-2' });
    expect(existsSync(path())).toBe(false);
  });

  it('take copies of files and folders, in place of what was there', async () => {
    await create();
    mkdirSync(join(folder, 'from/deep'), { recursive: true });
    writeFileSync(join(folder, 'from/deep/file'), 'x');
    await volumes.copyIn({ namespace: 'ns', name: 'data', from: join(folder, 'from'), to: '.artifacts/a' });
    await volumes.copyIn({ namespace: 'ns', name: 'data', from: join(folder, 'from'), to: '.artifacts/a' });
    expect(readFileSync(join(path(), '.artifacts/a/deep/file'), 'utf8')).toBe('x');
    await expect(volumes.copyIn({ namespace: 'ns', name: 'data', from: join(folder, 'none'), to: 'a' })).rejects.toMatchObject({ code: 'FAILED_PRECONDITION' });
    await expect(volumes.copyIn({ namespace: 'ns', name: 'data', from: join(folder, 'from'), to: '../../x' })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });
});
