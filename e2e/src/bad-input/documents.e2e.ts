import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Millrace } from '../harness/millrace.js';
import { createRun, post, upload } from '../harness/requests.js';

let millrace: Millrace;
beforeAll(async () => {
  millrace = await Millrace.start({ sample: false });
});
afterAll(() => millrace?.close());

const task = (name: string, rest: object = {}) => ({ taskInfo: { name }, componentRef: { name: 'comp-work' }, ...rest });
const pipeline = (tasks: object, rest: object = {}) => ({
  schemaVersion: '2.1.0',
  pipelineInfo: { name: 'train' },
  deploymentSpec: { executors: { 'exec-work': { container: { image: 'busybox', command: ['true'] } } } },
  components: { 'comp-work': { executorLabel: 'exec-work' } },
  root: { dag: { tasks } },
  ...rest,
});

const TEXTS: readonly (readonly [what: string, text: string | Uint8Array, message: RegExp])[] = [
  ['an empty file', '', /^"pipeline\.yaml" is not valid: It is empty\. Compile a pipeline with the kfp SDK\.$/],
  ['a file of comments', '# nothing\n---\n', /It is empty\. Compile a pipeline/],
  ['YAML with a bracket that is never closed', 'root: [1, 2\ncomponents: }', /\(line 2, column 11\): It is neither valid YAML nor JSON: /],
  ['YAML indented by tabs', 'root:\n\tdag: {}\n', /line 2.*tab characters must not be used in indentation/],
  ['text that is no UTF-8', Uint8Array.from([0x61, 0xff, 0x62]), /it is not UTF-8 text\. Save it as UTF-8\./],
  ['a list', '- a\n- b\n', /It is not a pipeline but a list\. Compile the pipeline with kfp\.compiler/],
  ['a Kubernetes object', 'apiVersion: apps/v1\nkind: Deployment\n', /It is not a pipeline but a Kubernetes object \(kind: Deployment\)\. Compile the pipeline/],
  ['a component of KFP 1', 'name: Add\nimplementation: {container: {image: x}}\n', /a component definition of KFP v1\. Load it with kfp\.components/],
  ['thousands of aliases of aliases', ['a: &a [x]', ...Array.from({ length: 12 }, (_, i) => `${'bcdefghijklm'[i]}: &${'bcdefghijklm'[i]} [${Array(10).fill(`*${'abcdefghijkl'[i]}`).join(', ')}]`)].join('\n'), /It is not a pipeline/],
];

const SPECS: readonly (readonly [what: string, spec: object, message: RegExp])[] = [
  ['a cycle', pipeline({ a: task('a', { dependentTasks: ['c'] }), b: task('b', { dependentTasks: ['a'] }), c: task('c', { dependentTasks: ['b'] }) }), /tasks\['a'\].*depends on itself: a → c → b → a\. Remove one of these dependencies\./],
  ['a task that waits for itself', pipeline({ a: task('a', { dependentTasks: ['a'] }) }), /"a" depends on itself\. Remove/],
  ['a component that contains itself', pipeline({ a: task('a') }, { components: { 'comp-work': { dag: { tasks: { again: task('again') } } } } }), /components\['comp-work'\].*contains itself: comp-work → comp-work\. A pipeline cannot recurse\./],
  ['an unknown task', pipeline({ train: task('train'), test: task('test', { dependentTasks: ['trian'] }) }), /tasks\['test'\]\.dependentTasks\[0\].*names the task "trian", which this DAG does not have\. Did you mean "train"\?/],
  ['an unknown component', pipeline({ a: { ...task('a'), componentRef: { name: 'comp-wrok' } } }), /names the component "comp-wrok", which the pipeline does not have\. Did you mean "comp-work"\?/],
  ['an unknown executor', pipeline({ a: task('a') }, { components: { 'comp-work': { executorLabel: 'exec-wrok' } } }), /names the executor "exec-wrok", which deploymentSpec\.executors does not have\. Did you mean "exec-work"\?/],
  ['an old schema', pipeline({ a: task('a') }, { schemaVersion: '2.0.0' }), /schemaVersion.*is "2\.0\.0"; it must be "2\.1\.0"\. Compile the pipeline with kfp 2\./],
  ['a name with blanks', pipeline({ a: task('a') }, { pipelineInfo: { name: 'My Pipeline' } }), /"My Pipeline" is not a pipeline name\. Use 1 to 128 lower-case letters/],
  ['a field that no pipeline has', pipeline({ a: { ...task('a'), dependantTasks: ['b'] } }), /tasks\['a'\]\.dependantTasks.*is not a field of a (pipeline|task)\. Did you mean "dependentTasks"\?/],
];

describe('an upload', () => {
  it.each(TEXTS)('of %s is refused', async (_, text, message) => {
    const { status, message: said } = await upload(millrace, text);
    expect(said).toMatch(message);
    expect(status).toBe(400);
  });

  it.each(SPECS)('with %s is refused', async (_, spec, message) => {
    const { status, message: said } = await upload(millrace, JSON.stringify(spec), { fileName: 'pipeline.json' });
    expect(said).toMatch(message);
    expect(status).toBe(400);
  });

  it('of a Workflow of KFP 1 without templates is refused with its lines', async () => {
    const { status, message } = await upload(millrace, 'apiVersion: argoproj.io/v1alpha1\nkind: Workflow\nspec: {}\n');
    expect(status).toBe(400);
    expect(message).toMatch(/^"pipeline\.yaml" has 2 problems:\n- spec\.templates \(line 3.*\n- spec\.entrypoint \(line 3/);
  });

  it('of a Python program is refused with the command that compiles it', async () => {
    const { status, message } = await upload(millrace, 'from kfp import dsl\n', { fileName: 'train.py' });
    expect({ status, message }).toEqual({ status: 400, message: '"train.py" cannot be used: it is a Python program. Compile it first: kfp dsl compile --py train.py --output pipeline.yaml' });
  });

  it('with several faults is refused with all of them at once', async () => {
    const { message } = await upload(millrace, JSON.stringify(pipeline({ a: task('a', { dependentTasks: ['x'] }), b: { ...task('b'), componentRef: { name: 'nothing' } } }, { schemaVersion: '1' })));
    expect(message).toMatch(/^"pipeline\.yaml" has 3 problems:\n- schemaVersion.*\n- root\.dag\.tasks\['a'\].*\n- root\.dag\.tasks\['b'\].*$/);
  });

  it('that is refused leaves nothing behind', async () => {
    expect((await millrace.json('/apis/v2beta1/pipelines')).pipelines ?? []).toEqual([]);
  });
});

describe('a run of a spec inside the request', () => {
  it.each(SPECS)('with %s is refused', async (_, spec, message) => {
    const { status, message: said } = await createRun(millrace, { pipeline_spec: spec });
    expect(said).toMatch(message);
    expect(status).toBe(400);
  });

  it.each([
    ['no pipeline at all', {}, /A run needs one of pipeline_spec and pipeline_version_reference; neither is given\./],
    ['an empty spec', { pipeline_spec: {} }, /^The pipeline is not valid: It is not a pipeline: none of pipelineInfo, root.* is there\. Compile/],
    ['a field that no run has', { pipline_spec: {} }, /unknown field "pipline_spec"/],
  ])('with %s is refused', async (_, run, message) => {
    const { status, message: said } = await createRun(millrace, run);
    expect(said).toMatch(message);
    expect(status).toBe(400);
  });

  it('that is not JSON is refused with the place', async () => {
    const { status, message } = await post(millrace, '/apis/v2beta1/runs', '{"display_name": "a",\n "x" }');
    expect(status).toBe(400);
    expect(message).toMatch(/^The body is not JSON: .*line 2 column 6/);
  });
});
