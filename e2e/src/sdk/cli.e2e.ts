import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Millrace } from '../harness/millrace.js';
import { kfpPython, runKfpCli } from '../harness/python.js';

const sample = resolve(import.meta.dirname, '../../../apps/cli/src/sample/addition-pipeline.yaml');

describe.skipIf(kfpPython === undefined)('the real kfp command', () => {
  let millrace: Millrace;
  let folder: string;
  beforeAll(async () => {
    millrace = await Millrace.start({ sample: false });
    folder = await mkdtemp(join(tmpdir(), 'millrace-cli-'));
  });
  afterAll(async () => {
    await millrace?.close();
    await rm(folder, { recursive: true, force: true });
  });

  const kfp = async (...args: string[]): Promise<any> => {
    const { code, stdout, stderr } = await runKfpCli(millrace.url, ['--output', 'json', ...args]);
    if (code !== 0) throw new Error(`kfp ${args.join(' ')} ended with ${code}\n${stdout}${stderr}`);
    const start = stdout.search(/[[{]/);
    return start === -1 ? stdout : JSON.parse(stdout.slice(start, Math.max(stdout.lastIndexOf(']'), stdout.lastIndexOf('}')) + 1));
  };

  it('creates, lists, gets and deletes pipelines and versions', async () => {
    const created = await kfp('pipeline', 'create', '--pipeline-name', '加法', '--description', 'three numbers', sample);
    expect(JSON.stringify(created)).toContain('加法');
    const [pipeline] = (await millrace.json('/apis/v2beta1/pipelines')).pipelines;
    expect(pipeline).toMatchObject({ display_name: '加法', description: 'three numbers' });
    await kfp('pipeline', 'create-version', '--pipeline-version', 'second', '--pipeline-name', '加法', sample);
    const versions = await kfp('pipeline', 'list-versions', pipeline.pipeline_id);
    expect(JSON.stringify(versions)).toContain('second');
    expect(JSON.stringify(await kfp('pipeline', 'list'))).toContain(pipeline.pipeline_id);
    expect(JSON.stringify(await kfp('pipeline', 'get', pipeline.pipeline_id))).toContain('three numbers');
  });

  it('creates an experiment and runs a package in it, then lists, gets, archives and deletes the run', async () => {
    await kfp('experiment', 'create', 'numbers', '--description', 'sums');
    expect(JSON.stringify(await kfp('experiment', 'list'))).toContain('numbers');

    await kfp('run', 'create', '--experiment-name', 'numbers', '--run-name', 'from the shell', '--package-file', sample);
    const { runs } = await millrace.json('/apis/v2beta1/runs');
    const run = runs.find((candidate: { display_name: string }) => candidate.display_name === 'from the shell');
    expect(await millrace.finished(run.run_id)).toMatchObject({ state: 'SUCCEEDED' });
    expect(JSON.stringify(await kfp('run', 'list'))).toContain(run.run_id);
    expect(JSON.stringify(await kfp('run', 'get', run.run_id))).toContain('SUCCEEDED');
    await kfp('run', 'archive', run.run_id);
    expect((await millrace.json(`/apis/v2beta1/runs/${run.run_id}`)).storage_state).toBe('ARCHIVED');
    await kfp('run', 'unarchive', run.run_id);
    const deleted = await runKfpCli(millrace.url, ['run', 'delete', run.run_id]);
    expect(deleted.code === 0 || /confirm|Abort/i.test(deleted.stdout + deleted.stderr)).toBe(true);
  });

  it('refuses a wrongly typed argument with the server\'s sentence', async () => {
    const { code, stdout, stderr } = await runKfpCli(millrace.url, ['run', 'create', '--experiment-name', 'Default', '--package-file', sample, 'a=one']);
    expect(code).not.toBe(0);
    expect(stdout + stderr).toMatch(/"?a"?.*(integer|number)/i);
  });

  it('prints help without a server', async () => {
    for (const args of [['--help'], ['run', '--help']]) {
      const { stdout, stderr } = await runKfpCli(millrace.url, args);
      expect(stdout + stderr).toMatch(/Usage/);
    }
  });

  it('says what is wrong with a file that is no pipeline', async () => {
    const file = join(folder, 'deployment.yaml');
    await writeFile(file, 'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\n');
    const { code, stdout, stderr } = await runKfpCli(millrace.url, ['pipeline', 'create', '--pipeline-name', 'web', file]);
    expect(code).not.toBe(0);
    expect(stdout + stderr).toMatch(/pipeline/i);
  });
});
