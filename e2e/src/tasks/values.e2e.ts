import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compilePipelines } from '../harness/compile-pipelines.js';
import { Millrace } from '../harness/millrace.js';
import { kfpPython } from '../harness/python.js';
import { Runs } from '../harness/runs.js';

describe.skipIf(kfpPython === undefined)('values between tasks of the real SDK', () => {
  let millrace: Millrace;
  let runs: Runs;
  let pipelines: Record<string, string>;
  beforeAll(async () => {
    [millrace, pipelines] = await Promise.all([Millrace.start({ sample: false }), compilePipelines('values.py')]);
    runs = new Runs(millrace);
  });
  afterAll(() => millrace?.close());

  it.each([
    ['plain ones', { text: 'hello', whole: 42, real: 0.5, flag: true, items: [1, 'two', null], mapping: { a: { b: [1.5] } } }],
    ['Unicode', { text: '你好, 🌍 é \u0301 \u202e', whole: -1, real: 1e-7, flag: false, items: ['ü', '\u2028'], mapping: { 键: '值', '': '' } }],
    ['empty ones', { text: '', whole: 0, real: 0, flag: false, items: [], mapping: {} }],
    ['text that means something to a shell, to Argo or to KFP', { text: '$HOME `id` "q" \'s\' \\n {{workflow.name}} {{$.inputs.parameters[\'whole\']}} $(PATH) %s\n\ttab\n', whole: 7, real: 2, flag: true, items: ['{{=1+1}}', '$$'], mapping: { '{{item}}': "'" } }],
    ['large and small numbers', { text: '1', whole: 9_007_199_254_740_991, real: 1.7976931348623157e308, flag: true, items: [1e21, -0.1], mapping: { n: 1e-300 } }],
    ['long text', { text: 'x'.repeat(30_000), whole: 1, real: 1, flag: true, items: Array.from({ length: 1_000 }, (_, index) => index), mapping: {} }],
  ])('keep their type and every character: %s', async (_, values) => {
    const { run, tasks } = await runs.run(pipelines['round-trip']!, values);
    expect({ state: run.state, error: run.error }).toEqual({ state: 'SUCCEEDED', error: undefined });
    // JSON has one kind of number, so a whole one reaches Python as int, as in KFP.
    const types = `str int ${Number.isInteger(values.real) && values.real < 1e21 ? 'int' : 'float'} bool list dict`;
    expect(tasks['echo-values']!.output_parameters).toEqual({ ...values, types });
    expect(tasks['echo-values-2']!.output_parameters).toEqual({ ...values, types });
    expect(tasks['echo-values-2']!.name).toBe('再来一次');
    expect(tasks['echo-values-2']).not.toHaveProperty('message');
  });

  it('are the defaults of the component, the pipeline or nothing where none is given', async () => {
    const { run, tasks } = await runs.run(pipelines['optional-inputs']!);
    expect(run.state).toBe('SUCCEEDED');
    expect(tasks['describe']!.output_parameters).toEqual({ Output: 'default|7|None|None' });
    expect(tasks['describe-2']!.output_parameters).toEqual({ Output: 'pipeline default|7|None|None' });
    expect(tasks['describe-3']!.output_parameters).toEqual({ Output: "constant|-1|None|{'a': [1, 'b', True]}" });
    const given = await runs.run(pipelines['optional-inputs']!, { name: '安', word: '' });
    expect(given.tasks['describe-2']!.output_parameters).toEqual({ Output: "|7|'安'|None" });
  });

  it('go through pipelines inside pipelines', async () => {
    const { run, tasks } = await runs.run(pipelines['nested']!, { start: 10 });
    expect(run.state).toBe('SUCCEEDED');
    expect(Object.fromEntries(Object.entries(tasks).map(([path, task]) => [path, task.output_parameters['Output']]))).toEqual({
      middle: 16,
      'middle/inner': 11,
      'middle/inner/add': 11,
      'middle/inner-2': 16,
      'middle/inner-2/add': 16,
      add: 116,
    });
    expect(tasks['middle']!.kind).toBe('dag');
  });
});
