import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isSameProcess, killLeftovers, type LiveRecord } from './process-identity.js';

const UNSHARE = ['--map-root-user', '--mount', '--propagation', 'slave'];
const canUnshare = process.platform === 'linux' && spawnSync('unshare', [...UNSHARE, 'true']).status === 0;
if (!canUnshare) console.log('leftovers in a mount namespace: SKIPPED, this user cannot make one here');

describe.skipIf(!canUnshare)('leftovers of an attempt', () => {
  let folder: string;
  const started: ChildProcess[] = [];
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'millrace-identity-'));
  });
  afterEach(() => {
    for (const child of started.splice(0)) child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });

  const scratchOf = (attempt: string): string => join(folder, 'supervisors', attempt.replace('/', '-'), 'scratch', '1');

  /** A process whose /tmp is that of the given attempt, with what a dead supervisor of `recorded` would have noted of its namespace. */
  async function inPrivateRootOf(attempt: string, recorded: string): Promise<{ child: ChildProcess; record: LiveRecord }> {
    const own = join(scratchOf(attempt), 'tmp');
    mkdirSync(own, { recursive: true });
    const child = spawn('unshare', [...UNSHARE, 'sh', '-c', 'mount --bind "$0" /tmp && echo ready && exec sleep 60', own], { stdio: ['ignore', 'pipe', 'inherit'] });
    started.push(child);
    await new Promise((ready) => child.stdout!.once('data', ready));
    const record = {
      id: recorded,
      folder: join(folder, 'attempts', recorded),
      scratch: scratchOf(recorded),
      // No session's number: the process is a member of this one's.
      pid: child.pid!,
      startTicks: 0,
      bootId: readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim(),
      mountNamespace: readlinkSync(`/proc/${child.pid}/ns/mnt`),
      startedAt: 0,
    };
    return { child, record };
  }

  it('are found by their mount namespace and ended', async () => {
    const { child, record } = await inPrivateRootOf('run/one', 'run/one');
    const ended = new Promise<NodeJS.Signals | null>((resolve) => child.once('exit', (_, signal) => resolve(signal)));
    await killLeftovers(record);
    expect(await ended).toBe('SIGKILL');
    expect(isSameProcess(record)).toBe(false);
  });

  it('are not the processes of another attempt that was given the number of its namespace', async () => {
    const { child, record } = await inPrivateRootOf('run/two', 'run/one');
    await killLeftovers(record);
    expect([child.exitCode, child.signalCode]).toEqual([null, null]);
  });
});
