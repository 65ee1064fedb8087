import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Millrace } from '../harness/millrace.js';
import { compileV1Pipelines, prepareV1Python, runV1Cli, runV1Script } from '../harness/python-v1.js';
import { upload } from '../harness/requests.js';

const python = await prepareV1Python();

describe.skipIf(python === undefined)('the client of KFP v1', () => {
  let millrace: Millrace;
  beforeAll(async () => {
    millrace = await Millrace.start({ sample: false, args: ['--executor', 'process'] });
  });
  afterAll(() => millrace?.close());

  it('does with this server what it does with KFP', async () => {
    expect(await runV1Script(python!, 'use_client.py', { args: [millrace.url] })).toEqual({
      multi_user: false,
      experiment: ['an experiment', true],
      again: true,
      missing: 'No experiment is found with name another.',
      experiments: ['Default', 'an experiment'],
      pipeline: ['the calculation', 'Adds and divides', [['a', '7'], ['b', '7.0'], ['c', '17']], 'the calculation'],
      'by name': true,
      versions: ['the calculation', 'two'],
      default: 'two',
      pipelines: ['the calculation'],
      begun: ['from a file', true],
      done: [true, 'Succeeded', { a: '3' }],
      references: [['EXPERIMENT', 'an experiment', 'OWNER']],
      manifest: ['Workflow', 'Succeeded', true],
      nodes: [['The end', 'Succeeded', []], ['add', 'Succeeded', ['7.0']], ['divide', 'Succeeded', ['1.0']]],
      metrics: ['Succeeded', [['accuracy-score', 0.875], ['loss', 0.25]]],
      artifact: ['markdown', 'table', 'confusion_matrix', 'roc', 'web-app', 'tensorboard'],
      reported: ['OK', 'DUPLICATE_REPORTING', 'INVALID_ARGUMENT'],
      'from a function': 'Succeeded',
      failed: ['Failed', true],
      'of experiment': ['from a file', 'from a function', 'of a version'],
      'only failed': 1,
      pages: [2, 4, 2],
      archived: 'STORAGESTATE_ARCHIVED',
      restored: null,
      deleted: 404,
      terminated: true,
      'unknown parameter': [400, true],
      job: ['nightly', true, '0 0 3 * * *', { a: '5' }],
      jobs: ['nightly'],
      disabled: null,
      'experiment archived': 'STORAGESTATE_ARCHIVED',
      left: 0,
    });
  });

  it('is served by its command, too', async () => {
    const compiled = await compileV1Pipelines(python!, 'features.py');
    const { body } = await upload(millrace, compiled['exit_handler']!, { name: 'of the command' });
    const cli = (...args: string[]) => runV1Cli(python!, millrace.url, args);
    expect(await cli('experiment', 'create', 'command')).toMatchObject({ code: 0, stdout: expect.stringContaining('command') });
    expect(await cli('experiment', 'list')).toMatchObject({ code: 0, stdout: expect.stringContaining('command') });
    expect(await cli('pipeline', 'list')).toMatchObject({ code: 0, stdout: expect.stringContaining('of the command') });
    expect(await cli('pipeline', 'get', body.pipeline_id)).toMatchObject({ code: 0, stdout: expect.stringContaining('of the command') });
    const submitted = await cli('run', 'submit', '--experiment-name', 'command', '--run-name', 'by command', '--pipeline-id', body.pipeline_id);
    expect(submitted).toMatchObject({ code: 0, stdout: expect.stringMatching(/by command/) });
    const [run] = (await millrace.json('/apis/v1beta1/runs')).runs as { id: string }[];
    await millrace.finished(run!.id);
    expect(await cli('run', 'list')).toMatchObject({ code: 0, stdout: expect.stringMatching(/by command[\s\S]*Succeeded/) });
  });
});
