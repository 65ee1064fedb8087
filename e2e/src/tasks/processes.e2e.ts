import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compilePipelines } from '../harness/compile-pipelines.js';
import { Millrace } from '../harness/millrace.js';
import { kfpPython } from '../harness/python.js';
import { Runs } from '../harness/runs.js';

const SECRET = 'only-the-server-may-know-this';

describe.skipIf(kfpPython === undefined)('Python components', () => {
  let millrace: Millrace;
  let runs: Runs;
  let pipelines: Record<string, string>;
  beforeAll(async () => {
    [millrace, pipelines] = await Promise.all([
      Millrace.start({ sample: false, env: { AWS_SECRET_ACCESS_KEY: SECRET, MILLRACE_SECRET: SECRET, PYTHONSTARTUP: '/nowhere.py', PYTHONPATH: '/nowhere', VIRTUAL_ENV: '/nowhere' } }),
      compilePipelines('processes.py', 'packages.py'),
    ]);
    runs = new Runs(millrace);
  });
  afterAll(() => millrace?.close());

  it('use processes, threads and programs', async () => {
    const { run, tasks } = await runs.run(pipelines['use-processes']!);
    expect({ state: run.state, error: run.error }).toEqual({ state: 'SUCCEEDED', error: undefined });
    expect(tasks['use-processes']!.output_parameters).toEqual({ Output: '[0, 1, 4, 9] 8 0' });
  });

  it('that leave by sys.exit fail with their exit code', async () => {
    const { run, tasks } = await runs.run(pipelines['leave']!);
    expect(tasks['leave']).toMatchObject({ state: 'FAILED', attempt_list: [{ exit_code: 3, state: 'FAILED' }], message: expect.stringMatching(/^Exit code 3\b/) });
    expect(run).toMatchObject({ state: 'FAILED', error: expect.stringMatching(/^leave: Exit code 3\b/) });
    expect(await runs.log(tasks['leave']!)).toContain('about to leave');
  });

  it('that raise fail with the words of the exception, and its traceback is in the log', async () => {
    const { run, tasks } = await runs.run(pipelines['raise']!);
    expect(tasks['fail-in-words']).toMatchObject({ state: 'FAILED', message: 'Exit code 1: ValueError: bad thing: 数据太旧' });
    expect(run.error).toBe('fail-in-words: Exit code 1: ValueError: bad thing: 数据太旧');
    expect(await runs.log(tasks['fail-in-words']!)).toMatch(/Traceback[\s\S]*in fail_in_words[\s\S]*ValueError: bad thing: 数据太旧/);
  });

  it('see nothing of the server\'s environment, have no input, and a folder of their own', async () => {
    const { run, tasks } = await runs.run(pipelines['surroundings']!);
    expect(run.state).toBe('SUCCEEDED');
    const seen = tasks['show-surroundings']!.output_parameters['Output'] as { environment: string[]; values: string[]; stdin: string; files: string[]; home: string };
    expect(seen.values.join('\n')).not.toContain(SECRET);
    expect(seen.values).not.toContain('/nowhere');
    for (const name of ['AWS_SECRET_ACCESS_KEY', 'MILLRACE_SECRET', 'PYTHONSTARTUP', 'NODE_OPTIONS', 'SSH_AUTH_SOCK']) expect(seen.environment).not.toContain(name);
    expect(seen.environment.filter((name) => /TOKEN|SECRET|PASSWORD|MILLRACE_(TOKEN|HOME)/.test(name))).toEqual([]);
    expect(seen.values).toContain('given by the pipeline');
    expect(seen.stdin).toBe('');
    expect(seen.files).toEqual([]);
    expect(seen.home).not.toBe(process.env['HOME']);
  });

  it('side by side do not meet in /tmp, and leave nothing in the machine\'s', async () => {
    const { run, tasks } = await runs.run(pipelines['tmp']!);
    expect({ state: run.state, error: run.error }).toEqual({ state: 'SUCCEEDED', error: undefined });
    expect(Object.values(tasks).map((task) => task.output_parameters['Output']).toSorted()).toEqual(['one', 'two']);
    expect(existsSync('/tmp/millrace-e2e-shared-name')).toBe(false);
  });

  it('are tried again as often as they ask, with a log of each attempt', async () => {
    const state = join(millrace.dataFolder, 'artifacts', 'tries');
    execFileSync('mkdir', ['-p', state]);
    const { run, tasks } = await runs.run(pipelines['retries']!, { state });
    expect(run.state).toBe('SUCCEEDED');
    const task = tasks['fail-twice']!;
    expect(task).toMatchObject({ state: 'SUCCEEDED', output_parameters: { Output: 2 }, attempt_list: [{ state: 'FAILED', exit_code: 1, message: 'Exit code 1: RuntimeError: attempt 0' }, { state: 'FAILED', message: 'Exit code 1: RuntimeError: attempt 1' }, { state: 'SUCCEEDED' }] });
    expect(task.message ?? '').toBe('');
    expect(await runs.log(task, 0)).toContain('RuntimeError: attempt 0');
    expect(await runs.log(task, 1)).toContain('RuntimeError: attempt 1');
    expect(await runs.log(task)).not.toContain('RuntimeError');
  });

  it.each([
    ['no-output', 'ends-without-output', /output.*"?path"?/],
    ['wrong-type', 'wrong-type', /(int|Integer|NUMBER_INTEGER)/i],
    ['wrong-text', 'wrong-text', /"number".*NUMBER_INTEGER.*twelve|number.*twelve/],
  ])('that do not leave what they declare fail, and say what: %s', async (pipeline, task, message) => {
    const { run, tasks } = await runs.run(pipelines[pipeline]!);
    expect(tasks[task]).toMatchObject({ state: 'FAILED', message: expect.stringMatching(message) });
    expect(run).toMatchObject({ state: 'FAILED', error: expect.stringMatching(message) });
  });

  describe('with packages', () => {
    let registry = false;
    beforeAll(() => {
      const folder = mkdtempSync(join(tmpdir(), 'millrace-pip-'));
      try {
        execFileSync(kfpPython!, ['-m', 'pip', 'download', '--quiet', '--disable-pip-version-check', '--no-deps', '--dest', folder, 'six==1.17.0'], { stdio: 'ignore', timeout: 60_000 });
        registry = true;
      } catch {
        console.warn('SKIPPED: packages of components, because pip reaches no registry here');
      }
      rmSync(folder, { recursive: true });
    });

    it('find those that they ask for', async (context) => {
      if (!registry) context.skip('pip reaches no registry');
      const { run, tasks } = await runs.run(pipelines['with-package']!);
      expect({ state: run.state, error: run.error }).toEqual({ state: 'SUCCEEDED', error: undefined });
      expect(tasks['with-package']!.output_parameters).toEqual({ Output: '1.17.0' });
    });

    it('fail with pip\'s own reason where there is no such package', async (context) => {
      if (!registry) context.skip('pip reaches no registry');
      const { run, tasks } = await runs.run(pipelines['without-package']!);
      const task = tasks['without-package']!;
      expect(task).toMatchObject({ state: 'FAILED', message: expect.stringMatching(/packages.*cannot be installed.*millrace-e2e-no-such-package==9\.9/s) });
      expect(run.error).toContain('millrace-e2e-no-such-package==9.9');
      expect(await runs.log(task)).toMatch(/No matching distribution found for millrace-e2e-no-such-package==9\.9/);
    });
  });
});
