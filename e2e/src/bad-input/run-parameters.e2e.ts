import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Millrace } from '../harness/millrace.js';
import { createRun } from '../harness/requests.js';
import { shellPipeline } from '../harness/shell-pipeline.js';

const TYPES = { count: 'NUMBER_INTEGER', rate: 'NUMBER_DOUBLE', label: 'STRING', quick: 'BOOLEAN', layers: 'LIST', options: 'STRUCT', needed: 'STRING' };
const VALID = { count: 3, rate: 0.5, label: '标签', quick: true, layers: [1, 2], options: { a: 1 }, needed: '' };

let millrace: Millrace;
let spec: any;
beforeAll(async () => {
  millrace = await Millrace.start({ sample: false });
  spec = shellPipeline({ work: { line: 'true' } });
  spec.root.inputDefinitions = { parameters: Object.fromEntries(Object.entries(TYPES).map(([name, parameterType]) => [name, { parameterType }])) };
});
afterAll(() => millrace?.close());

const run = (parameters: object) => createRun(millrace, { pipeline_spec: spec, runtime_config: { parameters } });

describe('parameters of a run', () => {
  it('of the declared types are taken', async () => {
    expect(await run(VALID)).toMatchObject({ status: 200 });
  });

  it('that are missing are all named', async () => {
    const { status, message } = await run({ label: 'a', quick: false });
    expect(status).toBe(400);
    for (const name of ['count', 'rate', 'layers', 'options', 'needed']) expect(message).toContain(`parameter "${name}" (${TYPES[name as keyof typeof TYPES]}) is required and was not given`);
    expect(message).not.toContain('"label"');
  });

  it('of wrong types are told in one answer, with those that nobody asked for', async () => {
    const { status, message } = await run({ count: 1.5, rate: '2', label: 3, quick: 'true', layers: {}, options: [], extra: 1 });
    expect(status).toBe(400);
    expect(message).toBe(
      "The run's parameters do not fit the pipeline: " +
        [
          'parameter "count": expected NUMBER_INTEGER, given 1.5, which has a fraction',
          'parameter "rate": expected NUMBER_DOUBLE, given STRING',
          'parameter "label": expected STRING, given NUMBER',
          'parameter "quick": expected BOOLEAN, given STRING',
          'parameter "layers": expected LIST, given STRUCT',
          'parameter "options": expected STRUCT, given LIST',
          'parameter "needed" (STRING) is required and was not given',
          'parameter(s) provided are not required by pipeline: extra.',
        ].join('; '),
    );
  });

  it('that are refused make no run', async () => {
    expect((await millrace.json('/apis/v2beta1/runs')).runs).toHaveLength(1);
  });
});

describe('a run of what is not there', () => {
  it.each([
    ['pipeline', { pipeline_version_reference: { pipeline_id: 'no-such' } }, /^Pipeline no-such not found/],
    ['experiment', { experiment_id: 'no-such', pipeline_spec: shellPipeline({ a: { line: 'true' } }) }, /^Experiment no-such not found/],
  ])('%s is refused by name', async (_, request, message) => {
    // KFP answers 500 to these.
    expect(await createRun(millrace, request)).toMatchObject({ status: 500, message: expect.stringMatching(message) });
  });

  it('program is refused when it is submitted', async () => {
    const missing: any = shellPipeline({ first: { line: 'true' }, work: { line: 'true' } });
    missing.deploymentSpec.executors['exec-work'].container.command = ['no-such-program', '--quick'];
    const { status, message } = await createRun(millrace, { pipeline_spec: missing });
    expect(status).toBe(400);
    expect(message).toMatch(/^root\/work: The program "no-such-program" does not exist on this machine, and the image "busybox" is not used .*; install the program/);
  });
});

describe('a pipeline root', () => {
  it.each([
    ['in a store that there are no credentials for', 'gs://bucket/runs', /^pipeline root "gs:\/\/bucket\/runs" is in a gs:\/\/ store, which this installation has no credentials for; leave the pipeline root empty or name a folder below .*artifacts/],
    ['outside the data folder', '/etc', /^pipeline root "\/etc" is outside .*artifacts; name a folder below it, or leave the pipeline root empty/],
    ['that climbs out of the data folder', 'ARTIFACTS/../../..', /^pipeline root ".*" is outside /],
    ['that is no absolute path', 'runs', /^pipeline root "runs" is outside /],
  ])('%s is refused', async (_, root, message) => {
    const pipelineRoot = root.replace('ARTIFACTS', `${millrace.dataFolder}/artifacts`);
    expect(await createRun(millrace, { pipeline_spec: shellPipeline({ a: { line: 'true' } }), runtime_config: { pipeline_root: pipelineRoot } })).toMatchObject({ status: 400, message: expect.stringMatching(message) });
  });
});
