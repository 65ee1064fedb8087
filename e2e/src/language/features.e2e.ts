import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compilePipelines } from '../harness/compile-pipelines.js';
import { Millrace } from '../harness/millrace.js';
import { kfpPython } from '../harness/python.js';
import { Runs, type FinishedRun } from '../harness/runs.js';

const output = ({ tasks }: FinishedRun, path: string, name = 'Output') => tasks[path]?.output_parameters[name];

describe.skipIf(kfpPython === undefined)('further parts of the language, of the real SDK', () => {
  let millrace: Millrace;
  let runs: Runs;
  let pipelines: Record<string, string>;
  const succeeded = async (name: string, parameters = {}): Promise<FinishedRun> => {
    const finished = await runs.run(pipelines[name]!, parameters);
    expect({ state: finished.run.state, error: finished.run.error }).toEqual({ state: 'SUCCEEDED', error: undefined });
    return finished;
  };

  beforeAll(async () => {
    [millrace, pipelines] = await Promise.all([Millrace.start({ sample: false }), compilePipelines('features.py')]);
    runs = new Runs(millrace);
  });
  afterAll(() => millrace?.close());

  it('arguments that are joined, and that depend on what is given', async () => {
    const finished = await succeeded('structured-arguments');
    expect(output(finished, 'print-arguments', 'given')).toBe('x $HOME $$ {{y}}|--text=x $HOME $$ {{y}}!|--no-note|ac|');
    expect(output(finished, 'print-arguments-2', 'given')).toBe('x|--text=x!|--note|a "note"|aba "note"|');
  });

  it('names of the run and the task in values', async () => {
    const finished = await runs.run(pipelines['runtime-names']!, {}, { display_name: 'my "run"' });
    expect(output(finished, 'say')).toBe('my "run"');
    expect(output(finished, 'say-2')).toMatch(new RegExp(`^${finished.id}/runtime-names-`));
    expect(output(finished, 'say-3')).toBe(`say-3 ${finished.tasks['say-3']!.id}`);
    expect(output(finished, 'say-4')).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    expect(output(finished, 'say-5')).toBe(join(millrace.dataFolder, 'artifacts', 'runtime-names', finished.id));
  });

  it('cache keys of the author, the usual ones, and none', async () => {
    const upload = await runs.upload(pipelines['cache-keys']!);
    const run = async (text: string) => runs.finished(await runs.start({}, { text }, { pipeline_version_reference: { pipeline_id: upload }, pipeline_spec: undefined }));
    const first = await run('a');
    const again = await run('a');
    expect(['moment', 'moment-2', 'moment-3'].map((task) => again.tasks[task]!.state)).toEqual(['CACHED', 'CACHED', 'SUCCEEDED']);
    const other = await run('b');
    expect(['moment', 'moment-2', 'moment-3'].map((task) => other.tasks[task]!.state)).toEqual(['CACHED', 'SUCCEEDED', 'SUCCEEDED']);
    expect(output(other, 'moment')).toBe(output(first, 'moment'));
  });

  it('retries of a pipeline are those of its tasks', async () => {
    const finished = await succeeded('inherited-retries', { marker: join(millrace.dataFolder, 'artifacts', 'marker') });
    expect(output(finished, 'retried-inner/fail-until')).toBe(3);
    expect(finished.tasks['retried-inner/fail-until']!.attempts).toBe(3);
  });

  it('a deadline of the run', async () => {
    const { run } = await runs.run(pipelines['run-deadline']!);
    expect(run).toMatchObject({ state: 'FAILED', error: expect.stringMatching(/deadline|longer than/) });
    expect(Date.parse(run.finished_at!) - Date.parse(run.started_at!)).toBeLessThan(30_000);
  });

  it('a lifetime of what the run leaves: its log goes, its rows stay', async () => {
    const finished = await succeeded('run-lifetime');
    await expect.poll(async () => (await millrace.request(`/apis/millrace/v1/runs/${finished.id}/tasks/${finished.tasks['say']!.id}/logs/download`)).status, { timeout: 20_000 }).not.toBe(200);
    expect(output(await runs.look(finished.id), 'say')).toBe('gone soon');
  });

  it('files embedded into a component', async () => {
    expect(output(await succeeded('embedded-assets'), 'with-assets')).toBe('from an asset');
  });

  it('optional artifacts and parameters of pipelines in pipelines', async () => {
    const finished = await succeeded('optional-artifacts');
    expect([output(finished, 'optional-inner/maybe-read'), output(finished, 'optional-inner/say')]).toEqual(['nothing', 'inner default']);
    expect([output(finished, 'optional-inner-2/maybe-read'), output(finished, 'optional-inner-2/say')]).toEqual(['something', 'given']);
  });

  it('a pause for debugging holds nobody up on one machine', async () => {
    expect(output(await succeeded('debug-pause'), 'say')).toBe('not held up');
  });
});
