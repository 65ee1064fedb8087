import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AttemptSpec, Companion } from '../executor.js';
import { runTypescript } from '../process-executor/testing/run-typescript.js';
import { GpuLeases } from '../attempts/gpu-leases.js';
import { EngineClient } from './engine-client.js';
import { OWNER_LABEL, ownerOf } from './pod-names.js';
import { openContainerBench, type ContainerBench } from './testing/container-bench.js';
import { prepareEngine, TEST_IMAGE, type TestEngine } from './testing/test-engine.js';

const found = await prepareEngine();
const engine = found as TestEngine;
const sh = (script: string): Pick<AttemptSpec, 'command'> => ({ command: ['sh', '-c', script] });
const companion = (name: string, role: Companion['role'], script: string, mounts: Companion['mounts'] = []): Companion => ({ name, role, image: TEST_IMAGE, ...sh(script), args: [], env: {}, mounts });

describe.skipIf('skip' in found)('the container executor', { timeout: 60_000 }, () => {
  let folder: string;
  let bench: ContainerBench;
  const containers = () => new EngineClient(engine.engine, engine.hostEnvironment).list(`${OWNER_LABEL}=${ownerOf(folder)}`);
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'millrace-containers-'));
    bench = await openContainerBench(engine, { keep: true, folder });
  });
  afterEach(async () => {
    await bench.close();
    expect(await containers()).toEqual([]);
    rmSync(folder, { recursive: true, force: true });
  });

  it('runs a command in its image, with what the pod says and nothing of this process', async () => {
    process.env['MILLRACE_TEST_LEAK'] = 'leak';
    const secret = 'a "b" $HOME \n\u4f60';
    const exit = await bench.start({ id: 'w/n', ...sh('printf "%s" "$SECRET" > out/secret; env > out/env; printf "no newline"; echo oops >&2; exit 3'), env: { SECRET: secret, PATH: '/bin' }, workingDir: '/data', mounts: [{ source: join(folder, 'a,b', 'made'), target: '/data/out', create: true }] });
    delete process.env['MILLRACE_TEST_LEAK'];
    expect(exit).toMatchObject({ reason: 'exited', exitCode: 3, message: 'Exit code 3: oops' });
    expect(exit.finishedAt).toBeGreaterThanOrEqual(exit.startedAt!);
    expect(readFileSync(join(folder, 'a,b/made/secret'), 'utf8')).toBe(secret);
    const variables = readFileSync(join(folder, 'a,b/made/env'), 'utf8');
    expect(variables).not.toContain('leak');
    expect(variables).toContain('PATH=/bin\n');
    expect(bench.log('w/n').split('').sort()).toEqual('no newlineoops\n'.split('').sort());
    // What it leaves can be removed by who runs this.
    expect(statSync(join(folder, 'a,b/made/env')).uid).toBe(process.getuid!());
    expect(bench.executor.lookup('w/n')).toEqual({ state: 'exited', exit });
  });

  it('shows shared folders read-only at their own paths, and the task\'s own in them', async () => {
    const shared = join(folder, 'artifacts');
    mkdirSync(join(shared, 'other'), { recursive: true });
    await bench.close();
    mkdirSync(join(shared, 'other'), { recursive: true });
    bench = await openContainerBench(engine, { keep: true, folder, shared: [{ source: shared, target: shared, readOnly: true }] });
    const exit = await bench.run({ ...sh(`echo x > ${shared}/mine/out && ls ${shared}/other && ! echo x > ${shared}/other/out`), mounts: [{ source: join(shared, 'mine'), target: join(shared, 'mine'), create: true }] });
    expect(exit).toMatchObject({ exitCode: 0 });
    expect(readFileSync(join(shared, 'mine/out'), 'utf8')).toBe('x\n');
    expect(existsSync(join(shared, 'other/out'))).toBe(false);
  });

  it.skipIf(process.getuid!() !== 0)('takes outputs from anywhere in the container, and hides nothing of the image for them', async () => {
    const source = join(folder, 'left');
    const mounts = [{ source, target: '/', create: true, outputs: ['top', 'never'] }, { source: join(folder, 'bin'), target: '/bin', create: true, outputs: ['out', 'deep/er'] }];
    const exit = await bench.start({ id: 'w/outputs', ...sh('echo top > /top; mkdir -p /bin/deep/er; echo x > /bin/deep/er/file; cat /top > /bin/out'), mounts });
    expect(exit.exitCode, bench.log('w/outputs')).toBe(0);
    expect([readFileSync(join(source, 'top'), 'utf8'), readFileSync(join(folder, 'bin/out'), 'utf8'), readFileSync(join(folder, 'bin/deep/er/file'), 'utf8')]).toEqual(['top\n', 'top\n', 'x\n']);
    expect(existsSync(join(source, 'never'))).toBe(false);
  });

  it('runs what asks for devices that are not there when accelerators are optional, and says so before an init container speaks', async () => {
    const devices = { 'nvidia.com/gpu': 1 };
    expect(await bench.run({ ...sh('true'), devices })).toMatchObject({ reason: 'refused', message: expect.stringContaining('--accelerators optional') as string });
    await bench.close();
    bench = await openContainerBench(engine, { keep: true, folder, gpus: new GpuLeases([], 'optional') });
    const exit = await bench.start({ id: 'w/devices', ...sh('exit 3'), devices, companions: [companion('init', 'init', 'echo from init')] });
    // What it goes without is not why it failed.
    expect(exit).toMatchObject({ exitCode: 3, message: 'Exit code 3; its log may tell why.' });
    expect(bench.log('w/devices')).toMatch(/^The task asks for 1 × nvidia\.com\/gpu, and this machine has none; it runs without, .*\nfrom init\n$/);
  });

  it('names an image that is not there and the remedy', async () => {
    expect(await bench.run({ image: 'localhost/millrace-missing:1', imagePullPolicy: 'Never', command: ['true'] })).toMatchObject({ reason: 'refused', message: expect.stringMatching(/"localhost\/millrace-missing:1".*Never; build or load it/) });
    expect(await bench.run({ image: 'localhost:1/millrace-missing:1', command: ['true'] })).toMatchObject({ reason: 'refused', message: expect.stringMatching(/"localhost:1\/millrace-missing:1" could not be pulled: .*registry/) });
    expect(bench.progress).toContain('pulling the image localhost:1/millrace-missing:1');
  });

  it('says which program the image does not have', async () => {
    const exit = await bench.run({ command: ['gsutil', 'cp'] });
    expect(exit.message).toBe(`The program "gsutil" does not exist in the image "${TEST_IMAGE}".`);
  });

  it('ends what takes too long, and what is not wanted any more', async () => {
    expect(await bench.run({ command: ['sleep', '100'], deadlineMs: 500 })).toMatchObject({ reason: 'deadline', message: 'Stopped after 0.5 s, its time limit.' });
    const killed = bench.start({ id: 'w/killed', ...sh('trap "echo bye; exit 5" TERM; echo ready; while true; do sleep 0.1; done') });
    await until(() => bench.log('w/killed').includes('ready'));
    bench.executor.kill('w/killed');
    expect(await killed).toMatchObject({ reason: 'killed', exitCode: 5 });
    expect(bench.log('w/killed')).toBe('ready\nbye\n');
    const early = bench.start({ id: 'w/early', command: ['sleep', '100'] });
    bench.executor.kill('w/early');
    expect(await early).toMatchObject({ reason: 'killed' });
  });

  it.skipIf(!engine.engine?.limits.memory)('says when a task used more memory than its limit', async () => {
    const exit = await bench.run({ ...sh('x=aaaaaaaaaaaaaaaa; i=0; while [ $i -lt 23 ]; do x="$x$x"; i=$((i+1)); done'), limits: { memoryBytes: 16 * 1024 * 1024, cpus: 0.5 } });
    expect(exit).toMatchObject({ exitCode: 137, message: expect.stringMatching(/more memory than its limit of 16 MiB/) });
  });

  it('runs init containers first and sidecars beside, in one network', async () => {
    const mounts = [{ source: join(folder, 'shared'), target: '/shared', create: true }];
    const exit = await bench.start({
      id: 'w/pod',
      ...sh('cat /shared/init; while ! [ -e /shared/late ]; do sleep 0.05; done; [ "$(cat /shared/net)" = "$(readlink /proc/self/ns/net)" ] && [ "$(cat /shared/late)" = "$(cat /shared/net)" ]'),
      mounts,
      companions: [
        companion('early', 'early-sidecar', 'readlink /proc/self/ns/net > /shared/net; sleep 100', mounts),
        companion('init', 'init', 'while ! [ -e /shared/net ]; do sleep 0.05; done; echo prepared > /shared/init; echo from init', mounts),
        companion('beside', 'sidecar', 'readlink /proc/self/ns/net > /shared/new; cat /shared/new > /shared/late; sleep 100', mounts),
      ],
    });
    expect(exit).toMatchObject({ reason: 'exited', exitCode: 0 });
    expect(bench.log('w/pod')).toBe('from init\nprepared\n');
    const failed = await bench.run({ ...sh('touch /shared/main'), mounts, companions: [companion('check', 'init', 'echo no data >&2; exit 4')] });
    expect(failed).toMatchObject({ reason: 'exited', exitCode: 4, message: `The init container "check" of the image "${TEST_IMAGE}" failed: Exit code 4: no data` });
    expect(existsSync(join(folder, 'shared/main'))).toBe(false);
  });

  it('finds a container again after a killed server, with all of its log', async () => {
    await bench.close();
    mkdirSync(folder, { recursive: true });
    const spec: AttemptSpec = { id: 'w/live', image: TEST_IMAGE, ...sh('echo x >> /shared/count; i=0; while ! [ -e /shared/go ]; do i=$((i+1)); echo "line $i"; echo "error $i" >&2; sleep 0.05; done; echo over; exit 6'), args: [], env: {}, mounts: [{ source: join(folder, 'shared'), target: '/shared', create: true }] };
    const ended: AttemptSpec = { ...spec, id: 'w/ended', command: ['sh', '-c', 'sleep 0.5; echo late; exit 7'] };
    await killServerOnceRunning(folder, [spec, ended]);
    await sleep(700);
    bench = await openContainerBench(engine, { keep: true, folder });
    expect(bench.executor.lookup('w/live')).toMatchObject({ state: 'running' });
    const over = bench.start(spec);
    await bench.runningOf('w/live');
    expect(await bench.start(ended)).toMatchObject({ reason: 'exited', exitCode: 7 });
    expect(bench.log('w/ended')).toBe('late\n');
    expect((await bench.run({ command: ['touch', '/shared/go'], mounts: spec.mounts })).exitCode).toBe(0);
    expect(await over).toMatchObject({ reason: 'exited', exitCode: 6 });
    expect(readFileSync(join(folder, 'shared/count'), 'utf8')).toBe('x\n');
    const lines = bench.log('w/live').trim().split('\n');
    for (const kind of ['line', 'error']) {
      const numbers = lines.filter((line) => line.startsWith(kind)).map((line) => Number(line.split(' ')[1]));
      expect(numbers).toEqual(numbers.map((_, index) => index + 1));
    }
    expect(lines).toContain('over');
  });

  it('removes containers whose attempts nobody knows', async () => {
    await bench.close();
    mkdirSync(folder, { recursive: true });
    await killServerOnceRunning(folder, [{ id: 'w/left', image: TEST_IMAGE, command: ['sleep', '100'], args: [], env: {}, mounts: [] }]);
    rmSync(join(folder, 'attempts'), { recursive: true });
    expect(await containers()).toHaveLength(1);
    bench = await openContainerBench(engine, { keep: true, folder });
    expect(await containers()).toEqual([]);
  });

  it('runs an attempt anew that a server gave up when it closed', async () => {
    const spec = { id: 'w/again', command: ['sleep', '100'] };
    void bench.start(spec);
    await bench.runningOf('w/again');
    await bench.executor.close();
    expect(await containers()).toEqual([]);
    bench = await openContainerBench(engine, { keep: true, folder });
    expect(bench.executor.lookup('w/again')).toEqual({ state: 'preparing' });
    void bench.start(spec);
    await bench.runningOf('w/again');
  });

  async function killServerOnceRunning(at: string, specs: readonly AttemptSpec[]): Promise<void> {
    const server = runTypescript(new URL('testing/server.ts', import.meta.url), JSON.stringify({ ...engine, folder: at, specs }));
    const closed = new Promise((resolve) => server.once('close', resolve));
    let begun = 0;
    await new Promise<void>((resolve, reject) => {
      server.once('close', () => reject(new Error('the server ended')));
      createInterface({ input: server.stdout! }).on('line', (line) => {
        if ('running' in (JSON.parse(line) as object) && (begun += 1) === specs.length) resolve();
      });
    });
    server.kill('SIGKILL');
    await closed;
  }
});

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await sleep(20);
}
