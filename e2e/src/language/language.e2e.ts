import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compilePipelines } from '../harness/compile-pipelines.js';
import { Millrace } from '../harness/millrace.js';
import { kfpPython } from '../harness/python.js';
import { Runs, type FinishedRun } from '../harness/runs.js';

const states = ({ tasks }: FinishedRun) => Object.fromEntries(Object.entries(tasks).map(([path, { state }]) => [path, state]));
const output = ({ tasks }: FinishedRun, path: string, name = 'Output') => tasks[path]?.output_parameters[name];

describe.skipIf(kfpPython === undefined)('the pipeline language of the real SDK', () => {
  let millrace: Millrace;
  let runs: Runs;
  let pipelines: Record<string, string>;
  beforeAll(async () => {
    [millrace, pipelines] = await Promise.all([Millrace.start({ sample: false }), compilePipelines('language.py')]);
    runs = new Runs(millrace);
  });
  afterAll(() => millrace?.close());

  it.each([
    ['heads', 1, 'heads!!'],
    ['tails', 4, 'large!!'],
    ['tails', 3, 'other!!'],
  ])('If, Elif, Else and OneOf: %s and %i give %s', async (face, number, said) => {
    const finished = await runs.run(pipelines['if-elif-else']!, { face, number });
    expect(finished.run.state).toBe('SUCCEEDED');
    expect(Object.values(states(finished)).filter((state) => state === 'SKIPPED')).toHaveLength(4);
    expect(output(finished, 'say-4')).toBe(said);
  });

  it('conditions in conditions, of which some are known before anything runs', async () => {
    const both = await runs.run(pipelines['nested-conditions']!, { outer: true, inner: 0.5 });
    expect(both.run).toMatchObject({ state: 'SUCCEEDED' });
    expect(Object.values(states(both))).toEqual(Object.values(states(both)).map(() => expect.stringMatching(/SUCCEEDED|CACHED/)));
    const one = await runs.run(pipelines['nested-conditions']!, { outer: true, inner: 0.4 });
    expect(one.run.task_counts['SKIPPED']).toBe(1);
    const none = await runs.run(pipelines['nested-conditions']!, { outer: false, inner: 0.5 });
    expect(none.run).toMatchObject({ state: 'SUCCEEDED', task_counts: { SKIPPED: 3 } });
  });

  it('loops over constants, parameters, outputs and structures, and what they collect', async () => {
    const finished = await runs.run(pipelines['loops']!, { numbers: [5, 6], upto: 2 });
    expect({ state: finished.run.state, error: finished.run.error }).toEqual({ state: 'SUCCEEDED', error: undefined });
    expect(output(finished, 'total')).toBe(22);
    const iterations = Object.values(finished.tasks).filter((task) => task.iteration !== undefined);
    expect(iterations.map(({ name, iteration }) => [name, iteration])).toEqual(iterations.map(({ iteration }) => [String(iteration), iteration]));
    expect(iterations).toHaveLength(3 + 2 + 2 + 2);
    const empty = await runs.run(pipelines['loops']!, { numbers: [], upto: 0 });
    expect(empty.run.state).toBe('SUCCEEDED');
    expect(output(empty, 'total')).toBe(0);
  });

  it('loops in loops, with conditions on the items', async () => {
    const finished = await runs.run(pipelines['nested-loops']!);
    expect({ state: finished.run.state, error: finished.run.error }).toEqual({ state: 'SUCCEEDED', error: undefined });
    expect(output(finished, 'total')).toBe(240);
    const doubled = Object.values(finished.tasks).filter(({ key, state }) => key === 'double-2' && state !== 'SKIPPED');
    expect(doubled.map(({ input_parameters }) => input_parameters['number'])).toEqual([2, 2, 2]);
  });

  it('artifacts of a loop, as a list', async () => {
    const finished = await runs.run(pipelines['collected-artifacts']!);
    expect(output(finished, 'read-all')).toBe('a b');
    expect(finished.tasks['read-all']!.input_artifacts.map(({ index, artifact }) => [index, artifact.metadata])).toEqual([[0, { length: 1 }], [1, { length: 1 }]]);
  });

  it('an exit handler that knows what failed, in a run that failed', async () => {
    const finished = await runs.run(pipelines['exit-handler']!, { message: 'no luck' });
    expect(finished.run.state).toBe('FAILED');
    expect(finished.run.error).toContain('no luck');
    expect(states(finished)).toEqual({ 'exit-handler-1': 'FAILED', 'exit-handler-1/fail': 'FAILED', 'exit-handler-1/say': 'SKIPPED', tell: 'SUCCEEDED' });
    expect(output(finished, 'tell')).toMatch(/^FAILED exit-handler-1 fail: .*no luck/);
  });

  it('several tasks that ignore one failure, and one after them', async () => {
    const finished = await runs.run(pipelines['tolerant']!);
    expect(finished.run.state).toBe('FAILED');
    expect(states(finished)).toEqual({ fail: 'FAILED', 'or-else': 'SUCCEEDED', 'or-else-2': 'SUCCEEDED', say: 'SUCCEEDED' });
    expect(output(finished, 'say')).toBe('nothing!');
  });

  it('importers of a file on this machine, known and late', async () => {
    // Tasks have a /tmp of their own; what they import from the user's they see all the same.
    const folder = await mkdtemp(join(tmpdir(), 'imported-'));
    try {
      const file = join(folder, 'data.txt');
      await writeFile(file, 'mine');
      const finished = await runs.run(pipelines['importers']!, { address: file });
      expect({ state: finished.run.state, error: finished.run.error }).toEqual({ state: 'SUCCEEDED', error: undefined });
      expect([output(finished, 'read'), output(finished, 'read-2')]).toEqual(['mine', 'mine']);
      expect(finished.tasks['importer']).toMatchObject({ state: 'SUCCEEDED', attempts: 0 });
      const byUri = await runs.run(pipelines['importers']!, { address: pathToFileURL(file).href });
      expect([output(byUri, 'read'), output(byUri, 'read-2')]).toEqual(['mine', 'mine']);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
