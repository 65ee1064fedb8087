import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ProcessExecutorOptions } from './create-process-executor.js';
import { componentArgs, componentCommand, INSTALL_SDK } from './testing/component-command.js';
import { type Bench, openBench } from './testing/executor-bench.js';
import { canMakePrivateRoots } from './testing/private-roots.js';
import { preparePython } from './testing/python-environment.js';

const found = await preparePython();
const options: Partial<ProcessExecutorOptions> = 'python' in found ? { python: found.python } : {};

const can = await canMakePrivateRoots(found);

describe.skipIf(!can)('a private root', () => {
  let bench: Bench;
  let data: string;
  beforeAll(async () => {
    data = mkdtempSync(join(tmpdir(), 'millrace-data-'));
    bench = await openBench({ ...options, visible: [data] });
  });
  afterAll(async () => {
    await bench.close();
    rmSync(data, { recursive: true, force: true });
  });

  const write = (path: string, word: string): string[] => ['sh', '-c', `mkdir -p $(dirname ${path}); echo ${word} > ${path}; sleep 0.2; cat ${path}`];

  it('keeps attempts with the same fixed path apart', async () => {
    await Promise.all(['one', 'two'].map((word) => bench.start({ id: `apart/${word}`, command: write('/tmp/outputs/Output/data', word) })));
    expect([bench.log('apart/one'), bench.log('apart/two')]).toEqual(['one\n', 'two\n']);
  });

  it('keeps forked components apart in the same way', async () => {
    const source = 'def task(word: str):\n    import os, time\n    os.makedirs("/tmp/outputs", exist_ok=True)\n    open("/tmp/outputs/data", "w").write(word)\n    time.sleep(0.2)\n    print("read", open("/tmp/outputs/data").read())';
    await Promise.all(['one', 'two'].map((word) => bench.start({ id: `forked/${word}`, command: componentCommand(source, INSTALL_SDK), args: componentArgs('task', '/tmp/out', { word }) })));
    expect([bench.log('forked/one'), bench.log('forked/two')]).toEqual([expect.stringContaining('read one'), expect.stringContaining('read two')]);
  });

  it.each([
    ['below /tmp', '/tmp/outputs/Output'],
    ['that is /tmp itself', '/tmp'],
    ['that does not exist on the machine', '/minio/bucket/v2'],
    ['inside a folder of the machine', '/usr/share/millrace-test/inputs'],
  ])('binds a folder at a path %s', async (name, target) => {
    const source = join(data, name);
    const id = `bind/${name.replaceAll(/[^a-z]/g, '-')}`;
    const exit = await bench.start({ id, command: ['sh', '-c', `ls /usr/bin/env >/dev/null && echo done > ${target}/data && cat /proc/self/mountinfo | wc -l`], mounts: [{ source, target, create: true }] });
    expect(exit.exitCode, bench.log(id)).toBe(0);
    expect(readFileSync(join(source, 'data'), 'utf8')).toBe('done\n');
  });

  it('binds a file, and folders inside folders', async () => {
    writeFileSync(join(data, 'settings.json'), '{"a":1}');
    mkdirSync(join(data, 'inner'));
    writeFileSync(join(data, 'inner', 'x'), 'inner x\n');
    const mounts = [
      { source: join(data, 'inner'), target: '/data/deep/er' },
      { source: join(data, 'outer'), target: '/data', create: true },
      { source: join(data, 'settings.json'), target: '/config/settings.json', readOnly: true },
    ];
    const exit = await bench.start({ id: 'bind/nested', command: ['sh', '-c', 'cat /data/deep/er/x /config/settings.json; echo y > /data/y'], mounts });
    expect(exit.exitCode, bench.log('bind/nested')).toBe(0);
    expect(bench.log('bind/nested')).toBe('inner x\n{"a":1}');
    expect(readFileSync(join(data, 'outer', 'y'), 'utf8')).toBe('y\n');
  });

  it('keeps what a task writes directly into its root, and nothing else of that changes', async () => {
    const source = join(data, 'own-root');
    const mounts = [{ source, target: '/', create: true, outputs: ['output.txt'] }, { source: join(data, 'deep'), target: '/absent/deep', create: true, outputs: ['x'] }];
    const command = ['sh', '-c', 'echo top > /output.txt; echo deep > /absent/deep/x; ls /usr/bin/env > /dev/null && touch /tmp/y'];
    for (const id of ['own-root/one', 'own-root/again']) expect((await bench.start({ id, command, mounts })).exitCode, bench.log(id)).toBe(0);
    expect(readFileSync(join(source, 'output.txt'), 'utf8')).toBe('top\n');
    expect(readFileSync(join(data, 'deep', 'x'), 'utf8')).toBe('deep\n');
    expect(existsSync('/output.txt')).toBe(false);
    expect(existsSync(join(source, 'usr', 'bin'))).toBe(false);
  });

  it('hides nothing of a folder into which a task leaves an output', async () => {
    const there = mkdtempSync(join(homedir().startsWith('/tmp') ? '/var/tmp' : homedir(), '.millrace-test-'));
    mkdirSync(join(there, 'inner'));
    writeFileSync(join(there, 'inner', 'library'), 'code\n');
    const source = join(data, 'beside');
    const command = ['sh', '-c', `cat ${there}/inner/library > ${there}/out; ln -s inner ${there}/link`];
    const exit = await bench.start({ id: 'beside/one', command, mounts: [{ source, target: there, create: true, outputs: ['out'] }] });
    expect(exit.exitCode, bench.log('beside/one')).toBe(0);
    expect(readFileSync(join(source, 'out'), 'utf8')).toBe('code\n');
    expect(readdirSync(there)).toEqual(['inner']);
    rmSync(there, { recursive: true });
  });

  it.each(['/tmp/ro', '/ro-target'])('makes a read-only mount at %s read-only, for root too', async (target) => {
    const id = `ro/${target.replaceAll('/', '-').slice(1)}`;
    const exit = await bench.start({ id, command: ['sh', '-c', `touch ${target}/x`], mounts: [{ source: join(data, 'ro'), target, readOnly: true, create: true }] });
    expect(exit.exitCode).not.toBe(0);
    expect(bench.log(id)).toMatch(/Read-only file system/);
  });

  it('keeps the data folder at its own path though it lies below /tmp', async () => {
    const exit = await bench.start({ id: 'data/one', command: ['sh', '-c', `echo kept > ${data}/kept`] });
    expect(exit.exitCode).toBe(0);
    expect(readFileSync(join(data, 'kept'), 'utf8')).toBe('kept\n');
  });

  it('has a working directory that exists in the image alone', async () => {
    await bench.start({ id: 'cwd/one', command: ['sh', '-c', 'pwd; touch here'], workingDir: '/app/src' });
    expect(bench.log('cwd/one')).toBe('/app/src\n');
  });

  it('leaves /proc usable', async () => {
    await bench.start({ id: 'proc/one', command: ['sh', '-c', 'readlink /proc/self/exe; ps -o pid= -p $$ | wc -l'], mounts: [{ source: join(data, 'p'), target: '/elsewhere', create: true }] });
    expect(bench.log('proc/one')).toMatch(/\/.+\n1\n/);
  });

  it('names a mount whose folder is missing', async () => {
    expect(await bench.start({ id: 'missing/one', command: ['true'], mounts: [{ source: join(data, 'nowhere'), target: '/x' }] })).toMatchObject({ reason: 'refused', message: expect.stringContaining('nowhere') as string });
  });
});

describe.skipIf('skip' in found)('without a private root', () => {
  let bench: Bench;
  beforeAll(async () => {
    bench = await openBench({ ...options, privateRoot: false });
  });
  afterAll(() => bench.close());

  it('moves paths that are arguments of their own, also those inside the input of a component', async () => {
    const source = join(bench.folder, 'out');
    const mounts = [{ source, target: '/outputs/x', create: true }];
    await bench.start({ id: 'moved/one', command: ['sh', '-c', 'echo 1 > "$0"'], args: ['/outputs/x/data'], mounts });
    expect(readFileSync(join(source, 'data'), 'utf8')).toBe('1\n');
    await bench.start({ id: 'moved/two', command: componentCommand('def task() -> int:\n    return 2', INSTALL_SDK), args: componentArgs('task', '/outputs/x', {}, { Output: '/outputs/x/Output' }), mounts });
    expect(readFileSync(join(source, 'output_metadata.json'), 'utf8')).toContain('2');
  });

  it('refuses an output directly in the root', async () => {
    const mounts = [{ source: join(bench.folder, 'out'), target: '/', create: true, outputs: ['x'] }];
    expect(await bench.start({ id: 'moved/root', command: ['sh', '-c', 'echo 1 > /x'], mounts })).toMatchObject({ reason: 'refused', message: expect.stringContaining('root of its own') as string });
  });

  it('refuses, by name, a path inside a script', async () => {
    const mounts = [{ source: join(bench.folder, 'out'), target: '/outputs/x', create: true }];
    expect(await bench.start({ id: 'moved/three', command: ['sh', '-c', 'echo 1 > /outputs/x/data'], mounts })).toMatchObject({ reason: 'refused', message: expect.stringContaining('"/outputs/x"') as string });
  });
});
