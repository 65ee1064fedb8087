import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkPython } from './check-python.js';
import { buildEnvironment, createProcessExecutor } from './create-process-executor.js';
import { preambleOf } from './testing/component-command.js';
import { openBench } from './testing/executor-bench.js';
import { preparePython } from './testing/python-environment.js';

const found = await preparePython();
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-environments-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A program that answers the probe as some other Python would. */
function aPython(name: string, facts: object): string {
  const path = join(folder, name);
  const answer = { version: [3, 11, 2], path, venv: true, ensurepip: true, pip: true, virtualenv: false, ...facts };
  writeFileSync(path, `#!/bin/sh\necho '${JSON.stringify(answer)}'\n`);
  chmodSync(path, 0o755);
  return path;
}

describe('checkPython', () => {
  const check = () => checkPython({ hostEnvironment: { PATH: folder } });

  it('says so when there is none, with the remedy', async () => {
    expect(await check()).toEqual({ ok: false, message: expect.stringMatching(/no.* in PATH; install Python 3\.9 or newer/) as string });
  });

  it('says so when the named one cannot be run', async () => {
    expect(await checkPython({ python: '/no/python', hostEnvironment: {} })).toEqual({ ok: false, message: expect.stringContaining('"/no/python" cannot be run') as string });
  });

  it('says so when it is too old', async () => {
    const path = aPython('python3', { version: [3, 8, 18] });
    expect(await check()).toEqual({ ok: false, message: `Python 3.8.18 at ${path} is too old to run tasks; install Python 3.9 or newer.` });
  });

  it('takes a newer one when the first is too old', async () => {
    aPython('python3', { version: [3, 8, 18] });
    aPython('python3.12', { version: [3, 12, 1] });
    expect(await check()).toMatchObject({ ok: true, version: '3.12.1', makes: 'venv' });
  });

  it('names the package when Debian split venv off', async () => {
    aPython('python3', { ensurepip: false, pip: false });
    expect(await check()).toMatchObject({ ok: false, message: expect.stringContaining('apt install python3.11-venv') as string });
  });

  it.each([
    [{ ensurepip: false }, 'pip'],
    [{ ensurepip: false, virtualenv: true }, 'virtualenv'],
    [{ venv: false, ensurepip: false, virtualenv: true }, 'virtualenv'],
  ])('finds another way with %j', async (facts, makes) => {
    aPython('python3', facts);
    expect(await check()).toMatchObject({ ok: true, makes });
  });

  it('stops the executor from being made', async () => {
    await expect(createProcessExecutor({ folder, environmentFolders: [folder], hostEnvironment: { PATH: folder }, log: console, resolveAttempt: () => undefined, listener: { onRunning() {}, onExit() {} } })).rejects.toMatchObject({ code: 'FAILED_PRECONDITION' });
  });
});

describe.skipIf('skip' in found)('environments', { timeout: 120_000 }, () => {
  const python = 'python' in found ? found.python : undefined;
  const build = (pip: string[][], folders = [folder]) => buildEnvironment({ environmentFolders: folders, hostEnvironment: process.env, python, pip });

  it('are made once for all who ask at the same time, in other processes too', async () => {
    const progress: string[] = [];
    const ask = () => buildEnvironment({ environmentFolders: [folder], hostEnvironment: process.env, python, pip: [], onProgress: (message) => void progress.push(message) });
    const [one, two, three] = await Promise.all([ask(), ask(), ask()]);
    expect(one).toEqual(two);
    expect(two).toEqual(three);
    expect(progress.filter((message) => message === 'making a virtual environment')).toHaveLength(1);
    expect(readdirSync(folder).filter((name) => !name.endsWith('.lock'))).toEqual([one.key]);
  });

  it.skipIf(process.getuid?.() === 0)('are found in a folder that cannot be written', async () => {
    const made = await build([]);
    chmodSync(folder, 0o500);
    expect(await build([], [folder, join(folder, 'other')])).toEqual(made);
    chmodSync(folder, 0o700);
  });

  it('are made again when their interpreter is gone', async () => {
    const made = await build([]);
    for (const name of ['python', 'python3']) rmSync(join(made.folder, 'bin', name), { force: true });
    expect(await build([])).toEqual(made);
    expect(existsSync(made.python)).toBe(true);
  });

  it('that pip cannot make fail with its reason, leave nothing, and are tried again', async () => {
    const bad = () => build([['--no-index', 'no-such-package-of-millrace']]);
    await expect(bad()).rejects.toThrow(/cannot be installed: .*no-such-package-of-millrace/);
    expect(readdirSync(folder).filter((name) => !name.endsWith('.lock'))).toEqual([]);
    await expect(bad()).rejects.toThrow(/no-such-package-of-millrace/);
  });

  it('that pip cannot make fail the task as in a pod: exit code 1 and what pip said in its log', async () => {
    const bench = await openBench({ python, environmentFolders: [folder], hostEnvironment: { ...process.env, PIP_NO_INDEX: '1', PIP_FIND_LINKS: '' } });
    const command = ['sh', '-c', preambleOf(`python3 -m pip install --quiet --no-warn-script-location 'no-such-package-of-millrace==1'`), 'echo', 'never'];
    const exit = await bench.start({ id: 'pip/one', command });
    expect(exit).toMatchObject({ reason: 'exited', exitCode: 1, message: expect.stringContaining('no-such-package-of-millrace') as string });
    expect(bench.progress).toContain('installing no-such-package-of-millrace==1');
    expect(bench.log('pip/one')).toMatch(/ERROR: .*no-such-package-of-millrace/);
    expect((await bench.executor.logs.read({ namespace: '', workflow: 'pip', nodeId: 'one' })).complete).toBe(true);
    await bench.close();
  });

  it('are not waited for by a plain command when they cannot be made', async () => {
    const bench = await openBench({ python, environmentFolders: [folder], hostEnvironment: { ...process.env, PIP_NO_INDEX: '1', PIP_FIND_LINKS: '' } });
    expect(await bench.start({ id: 'bare/one', command: ['python3', '-c', 'print(1)'] })).toMatchObject({ exitCode: 0 });
    await bench.close();
  });
});
