import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AttemptSpec } from '../executor.js';
import type { ProcessExecutorOptions } from './create-process-executor.js';
import { connectToSupervisor, type SupervisorEvent } from './supervisor-connection.js';
import { type Bench, openBench } from './testing/executor-bench.js';
import { ENVIRONMENT_FOLDER, preparePython } from './testing/python-environment.js';
import { isAlive } from './testing/is-alive.js';
import { runTypescript } from './testing/run-typescript.js';

const found = await preparePython();
const options: Partial<ProcessExecutorOptions> = 'python' in found ? { python: found.python } : {};
const aSpec = (id: string, script: string): AttemptSpec => ({ id, image: '', command: ['sh', '-c', script], args: [], env: {}, mounts: [] });

describe.skipIf('skip' in found)('attempts and the death of those around them', { timeout: 40_000 }, () => {
  let folder: string;
  let bench: Bench | undefined;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'millrace-restart-'));
  });
  afterEach(async () => {
    await bench?.close();
    bench = undefined;
    rmSync(folder, { recursive: true, force: true });
  });

  it('a live attempt outlives a killed server and is adopted by the next', async () => {
    const counter = join(folder, 'count');
    const spec = aSpec('run/live', `echo begun; echo x >> ${counter}; while [ ! -e ${folder}/go ]; do sleep 0.05; done; echo over; exit 3`);
    await killServerAfterStart(folder, [spec]);

    bench = await openBench({ ...options, folder });
    expect(bench.executor.live()).toEqual(['run/live']);
    expect(bench.executor.lookup('run/live')).toMatchObject({ state: 'running' });
    const over = bench.start(spec);
    await bench.runningOf('run/live');
    await bench.run({ command: ['touch', join(folder, 'go')] });
    expect(await over).toMatchObject({ reason: 'exited', exitCode: 3 });
    expect(readFileSync(counter, 'utf8')).toBe('x\n');
    expect(bench.log('run/live')).toBe('begun\nover\n');
  });

  it('an exit while no server runs is recorded, reported once asked, and not repeated', async () => {
    const counter = join(folder, 'count');
    const spec = aSpec('run/ended', `echo x >> ${counter}; sleep 0.5; exit 4`);
    await killServerAfterStart(folder, [spec]);
    await until(() => existsSync(join(folder, 'attempts/run/ended/exit.json')));

    bench = await openBench({ ...options, folder });
    expect(bench.executor.lookup('run/ended')).toMatchObject({ state: 'exited', exit: { exitCode: 4 } });
    expect(await bench.start(spec)).toMatchObject({ reason: 'exited', exitCode: 4 });
    expect(readFileSync(counter, 'utf8')).toBe('x\n');
  });

  it('a time limit holds while no server runs', async () => {
    const spec = { ...aSpec('run/limited', 'sleep 100'), deadlineMs: 700 };
    await killServerAfterStart(folder, [spec]);
    await until(() => existsSync(join(folder, 'attempts/run/limited/exit.json')));
    expect(JSON.parse(readFileSync(join(folder, 'attempts/run/limited/exit.json'), 'utf8'))).toMatchObject({ reason: 'deadline' });
  });

  it('a supervisor leaves when nobody needs it', async () => {
    await killServerAfterStart(folder, [aSpec('run/short', 'true')]);
    await until(() => supervisorPids(folder).length === 0);
  });

  it('attempts end with a killed supervisor and are reported lost, and the next one starts', async () => {
    bench = await openBench({ ...options, folder });
    const lost = bench.start(aSpec('run/lost', 'setsid sleep 300 & echo $!; sleep 301 & echo $!; echo $$; wait'));
    await bench.runningOf('run/lost');
    const pids = await until(() => {
      const lines = bench!.log('run/lost').trim().split('\n');
      return lines.length === 3 && lines.map(Number);
    });
    for (const pid of supervisorPids(folder)) process.kill(pid, 'SIGKILL');
    expect(await lost).toMatchObject({ reason: 'lost', message: expect.stringContaining('retry') as string });
    expect(pids.filter(isAlive)).toEqual([]);
    expect(await bench.start(aSpec('run/next', 'exit 0'))).toMatchObject({ exitCode: 0 });
    expect(await bench.start(aSpec('run/lost', 'exit 0'))).toMatchObject({ reason: 'lost' });
  });

  it('what a supervisor left that died together with its server is ended before anything starts', async () => {
    await killServerAfterStart(folder, [aSpec('run/both', `setsid sh -c 'echo $$ > ${folder}/pid; sleep 300' & sleep 300`)], async () => {
      await until(() => existsSync(join(folder, 'pid')) && readFileSync(join(folder, 'pid'), 'utf8').endsWith('\n'));
      for (const pid of supervisorPids(folder)) process.kill(pid, 'SIGKILL');
    });
    bench = await openBench({ ...options, folder });
    expect(isAlive(Number(readFileSync(join(folder, 'pid'), 'utf8')))).toBe(false);
    expect(bench.executor.lookup('run/both')).toMatchObject({ state: 'exited', exit: { reason: 'lost' } });
  });

  it('a request that a dead server left in the socket does not repeat an attempt that has ended meanwhile', async () => {
    bench = await openBench({ ...options, folder });
    const counter = join(folder, 'count');
    const spec = aSpec('run/once', `echo x >> ${counter}; echo said; exit 4`);
    await bench.start(spec);
    const [name] = readdirSync(join(folder, 'supervisors'));
    const { socket } = JSON.parse(readFileSync(join(folder, 'supervisors', name!, 'supervisor.json'), 'utf8')) as { socket: string };
    let heard!: (event: SupervisorEvent) => void;
    const event = new Promise<SupervisorEvent>((resolve) => (heard = resolve));
    const connection = await connectToSupervisor(socket, { onEvent: heard, onClose: () => undefined });
    connection.send({ op: 'start', id: spec.id, folder: join(folder, 'attempts/run/once'), argv: spec.command, env: {}, path: '/usr/bin:/bin', mounts: [], visible: [folder] });
    expect(await event).toMatchObject({ event: 'exit', id: 'run/once', exit: { exitCode: 4 } });
    connection.disconnect();
    expect(readFileSync(counter, 'utf8')).toBe('x\n');
    expect(bench.log('run/once')).toBe('said\n');
  });

  it('a supervisor that was still starting when its server died is the one that the next server uses', async () => {
    const settings = { folder, environmentFolders: [ENVIRONMENT_FOLDER], specs: [aSpec('run/first', 'true')] };
    const server = runTypescript(new URL('testing/server.ts', import.meta.url), JSON.stringify(settings));
    const closed = new Promise((resolve) => server.once('close', resolve));
    const [name] = await until(() => existsSync(join(folder, 'supervisors')) && readdirSync(join(folder, 'supervisors')));
    const home = join(folder, 'supervisors', name!);
    await until(() => existsSync(join(home, 'lock')));
    server.kill('SIGKILL');
    await closed;

    bench = await openBench({ ...options, folder, idleMs: 2_000, graceMs: 500 });
    const held = bench.start(aSpec('run/held', `while [ ! -e ${folder}/go ]; do sleep 0.05; done`));
    await bench.runningOf('run/held');
    // Longer than one that nobody uses stays.
    await sleep(8_500);
    const { pid, socket } = JSON.parse(readFileSync(join(home, 'supervisor.json'), 'utf8')) as { pid: number; socket: string };
    expect(isAlive(pid) && existsSync(socket)).toBe(true);
    expect(await bench.run({ command: ['touch', join(folder, 'go')] })).toMatchObject({ exitCode: 0 });
    expect(await held).toMatchObject({ exitCode: 0 });
    expect(readdirSync(join(folder, 'supervisors'))).toEqual([name]);
  });

  it('the end of an attempt that cannot be written is reported when it can, and the server lives on', async () => {
    bench = await openBench({ ...options, folder });
    writeFileSync(join(folder, 'attempts'), 'in the way');
    const over = bench.start(aSpec('run/stuck', 'true'));
    await sleep(300);
    rmSync(join(folder, 'attempts'));
    expect(await over).toMatchObject({ reason: 'refused', message: expect.stringContaining('ENOTDIR') as string });
    expect(existsSync(join(folder, 'attempts/run/stuck/exit.json'))).toBe(true);
    expect(await bench.start(aSpec('run/next', 'exit 0'))).toMatchObject({ exitCode: 0 });
  });

  it('closing ends attempts without recording an exit, so that they run anew', async () => {
    const first = await openBench({ ...options, folder, keep: true });
    const spec = aSpec('run/again', 'echo $$; [ -e /tmp/never ] || sleep 0.5');
    void first.start(spec);
    await first.runningOf('run/again');
    const pid = await until(() => Number(first.log('run/again')));
    await first.close();
    expect(isAlive(pid)).toBe(false);
    expect(supervisorPids(folder)).toEqual([]);
    expect(existsSync(join(folder, 'attempts/run/again/exit.json'))).toBe(false);

    bench = await openBench({ ...options, folder });
    expect(await bench.start(spec)).toMatchObject({ reason: 'exited', exitCode: 0 });
    expect(bench.log('run/again').trim().split('\n')).toHaveLength(1);
  });
});

/** Runs a server until the attempts have begun (and `then` is done), then kills it. */
async function killServerAfterStart(folder: string, specs: readonly AttemptSpec[], then?: () => Promise<void>): Promise<void> {
  const server = runTypescript(new URL('testing/server.ts', import.meta.url), JSON.stringify({ folder, environmentFolders: [ENVIRONMENT_FOLDER], specs }));
  const closed = new Promise((resolve) => server.once('close', resolve));
  let begun = 0;
  await new Promise<void>((resolve, reject) => {
    server.once('close', () => reject(new Error('the server ended')));
    createInterface({ input: server.stdout! }).on('line', (line) => {
      if ('running' in JSON.parse(line) && (begun += 1) === specs.length) resolve();
    });
  });
  await then?.();
  server.kill('SIGKILL');
  await closed;
}

function supervisorPids(folder: string): number[] {
  const parent = join(folder, 'supervisors');
  return readdirSync(parent)
    .map((name) => join(parent, name, 'supervisor.json'))
    .filter((path) => existsSync(path))
    .map((path) => (JSON.parse(readFileSync(path, 'utf8')) as { pid: number }).pid);
}

async function until<T>(look: () => T | false | undefined): Promise<T> {
  for (;;) {
    const seen = look();
    if (seen) return seen;
    await sleep(20);
  }
}
