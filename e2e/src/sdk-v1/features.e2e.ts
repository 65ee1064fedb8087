import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Millrace } from '../harness/millrace.js';
import { compileV1Pipelines, prepareV1Python } from '../harness/python-v1.js';
import { Runs, type FinishedRun } from '../harness/runs.js';

const python = await prepareV1Python();

describe.skipIf(python === undefined)('pipelines of the SDK of KFP v1', () => {
  let millrace: Millrace;
  let runs: Runs;
  let compiled: Record<string, string>;
  beforeAll(async () => {
    compiled = await compileV1Pipelines(python!, 'features.py');
    millrace = await Millrace.start({ sample: false, args: ['--executor', 'process'] });
    runs = new Runs(millrace);
  });
  afterAll(() => millrace?.close());

  const run = (name: string, parameters: Record<string, unknown> = {}): Promise<FinishedRun> => runs.run(compiled[name]!, parameters);
  const states = ({ tasks }: FinishedRun) => Object.fromEntries(Object.entries(tasks).map(([path, { state }]) => [path, state]));
  // What no other task takes is an artifact only: so its SDK compiles it.
  const output = async ({ tasks }: FinishedRun, path: string, name: string) => {
    const { artifact } = tasks[path]!.output_artifacts.find((link) => link.name === name)!;
    return (await millrace.request(`/apis/millrace/v1/artifacts/${artifact.id}/content?unpacked=1`)).text();
  };
  const log = async ({ tasks }: FinishedRun, path: string) => (await runs.log(tasks[path]!)).trim();

  it('pass parameters from task to task', async () => {
    const finished = await run('calculation', { a: '10', c: '1' });
    expect(finished.run).toMatchObject({ state: 'SUCCEEDED', pipeline_name: 'Calculation pipeline', task_counts: { SUCCEEDED: 3 } });
    const { tasks } = finished;
    expect(tasks['add']).toMatchObject({ input_parameters: { a: '10' }, output_parameters: { 'add-Output': '14.0' }, depends_on: [], attempts: 1 });
    expect(tasks['divide']).toMatchObject({ output_parameters: { 'divide-quotient': '2.0' }, depends_on: ['root/add'] });
    expect(tasks['add-2']).toMatchObject({ name: 'The end', input_parameters: { c: '1', 'divide-quotient': '2.0' } });
    expect([await output(finished, 'add-2', 'add-2-Output'), await output(finished, 'divide', 'divide-remainder')]).toEqual(['3.0', '0.0']);
    expect(tasks['add']!.image).toBe('python:3.7');
    expect(tasks['add']!.args).toEqual(['--a', '10', '--b', '4', '----output-paths', '/tmp/outputs/Output/data']);
  });

  it('run ten tasks of one component side by side, whose files have one path', async () => {
    const finished = await run('parallel_siblings');
    const outputs = await Promise.all(Object.entries(finished.tasks).map(([path, { key }]) => output(finished, path, `${key}-Output`)));
    expect(outputs.sort()).toEqual(Array.from({ length: 10 }, (_, index) => `number ${index}`));
  });

  it('take the branch whose condition holds', async () => {
    const finished = await run('conditions', { coin: 'heads', number: '3' });
    expect(finished.run.state).toBe('SUCCEEDED');
    expect(states(finished)).toEqual({
      flip: 'SUCCEEDED',
      'condition-heads-1': 'SUCCEEDED',
      'condition-heads-1/condition-2': 'SKIPPED',
      'condition-heads-1/condition-2/large': 'SKIPPED',
      'condition-heads-1/condition-3': 'SUCCEEDED',
      'condition-heads-1/condition-3/small': 'SUCCEEDED',
      'condition-4': 'SKIPPED',
      'condition-4/tails': 'SKIPPED',
    });
    expect(finished.tasks['condition-4']!.message).toBe('its condition was false: "heads" == "tails"');
    expect(finished.tasks['condition-4/tails']!.message).toBe('condition-4 was not started');
  });

  it('loop over items', async () => {
    const finished = await run('loops');
    expect(finished.run.state).toBe('SUCCEEDED');
    expect(await log(finished, 'for-loop-2#0/two')).toBe('1-10');
    expect(await log(finished, 'for-loop-2#1/two')).toBe('2-20');
    expect(finished.tasks['for-loop-2']).toMatchObject({ iterations: 2, kind: 'dag' });
    expect(finished.tasks['for-loop-2#1']).toMatchObject({ iteration: 1, parent_path: 'root/for-loop-2' });
    expect(await Promise.all([0, 1, 2].map((index) => log(finished, `for-loop-4#${index}/letter`)))).toEqual(['x', 'y', 'z']);
  });

  it('loop over what a task puts out', async () => {
    const finished = await run('dynamic_loop', { count: 4 });
    expect(await Promise.all([0, 1, 2, 3].map((index) => log(finished, `for-loop-1#${index}/say`)))).toEqual(['item 0', 'item 1', 'item 2', 'item 3']);
    const none = await run('dynamic_loop', { count: '0' });
    expect(none.run.state).toBe('SUCCEEDED');
  });

  it('run the exit handler after success and after failure', async () => {
    const good = await run('exit_handler');
    expect(states(good)).toEqual({ 'exit-handler-1': 'SUCCEEDED', 'exit-handler-1/work': 'SUCCEEDED', onExit: 'SUCCEEDED' });
    expect(await log(good, 'onExit')).toBe('it was Succeeded');
    const bad = await run('failing_with_exit');
    expect(bad.run).toMatchObject({ state: 'FAILED', error: expect.stringContaining('bad: ') });
    expect(states(bad)).toEqual({ 'exit-handler-1': 'FAILED', 'exit-handler-1/bad': 'FAILED', 'exit-handler-1/after': 'SKIPPED', onExit: 'SUCCEEDED' });
    expect(await log(bad, 'onExit')).toBe('it was Failed');
    expect(bad.tasks['exit-handler-1/after']!.message).toBe('bad failed');
  });

  it('call themselves', async () => {
    const finished = await run('recursion');
    expect(finished.run.state).toBe('SUCCEEDED');
    const depths = Object.keys(finished.tasks).filter((path) => path.endsWith('/count-down-2'));
    expect(depths.filter((path) => finished.tasks[path]!.state === 'SUCCEEDED')).toHaveLength(2);
  });

  it('pass files', async () => {
    const finished = await run('files');
    const { tasks } = finished;
    expect(await output(finished, 'count-lines', 'count-lines-Output')).toBe('5');
    const [written] = tasks['write-lines']!.output_artifacts;
    const [read] = tasks['count-lines']!.input_artifacts;
    expect(read!.artifact.id).toBe(written!.artifact.id);
    expect(await output(finished, 'write-lines', written!.name)).toBe('line 0\nline 1\nline 2\nline 3\nline 4\n');
  });

  it('try again what failed', async () => {
    const { run: failed, tasks } = await run('retries');
    expect(failed.state).toBe('FAILED');
    expect(tasks['flaky']).toMatchObject({ state: 'FAILED', attempts: 3 });
    expect(tasks['flaky']!.attempt_list.map(({ exit_code: code }) => code)).toEqual([7, 7, 7]);
  });

  it('leave metrics and what there is to see', async () => {
    const { tasks } = await run('viewers');
    expect(tasks['evaluate']!.metrics).toEqual([
      { name: 'accuracy-score', value: 0.875 },
      { name: 'loss', value: 0.25 },
    ]);
    const shown = tasks['evaluate']!.output_artifacts.find(({ name }) => name === 'mlpipeline-ui-metadata')!;
    const content = await millrace.json(`/apis/millrace/v1/artifacts/${shown.artifact.id}/content?unpacked=1`);
    expect(content.outputs.map(({ type }: { type: string }) => type)).toEqual(['markdown', 'table', 'confusion_matrix', 'roc', 'web-app', 'tensorboard']);
  });

  it('share a volume', async () => {
    const finished = await run('volumes');
    expect(finished.run.state).toBe('SUCCEEDED');
    expect(await log(finished, 'read')).toBe('kept');
  });

  it('have environment variables, and know the id of their run', async () => {
    const finished = await run('environment');
    expect(await log(finished, 'show')).toBe('hello sh');
    expect(await log(finished, 'run-id')).toBe(finished.id);
  });

  it('use components of YAML, with constants as files', async () => {
    const finished = await run('from_text', { who: 'you' });
    expect(finished.tasks['greet']).toMatchObject({ input_parameters: { letter: 'a constant letter', who: 'you' } });
    expect(await output(finished, 'greet', 'greet-greeting')).toBe('hello you; a constant letter');
  });

  it('are refused with parameters that they do not have, all at once', async () => {
    await expect(run('calculation', { x: 1, y: 2, a: 3 })).rejects.toThrow(/400: .*parameter: x\.[\s\S]*parameter: y\./);
  });

  it('are refused by name when they ask for what one machine does not have', async () => {
    const spec = compiled['exit_handler']!.replace('  entrypoint:', '  synchronization: {mutex: {name: m}}\n  entrypoint:');
    await expect(runs.start(spec)).rejects.toThrow(/synchronization/);
    const { total_size: total = 0 } = await millrace.json(`/apis/v2beta1/runs?filter=${encodeURIComponent('{"predicates":[{"operation":"EQUALS","key":"state","string_value":"PENDING"}]}')}`);
    expect(total).toBe(0);
  });
});
