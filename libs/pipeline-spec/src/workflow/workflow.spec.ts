import { describe, expect, it } from 'vitest';
import { isWorkflowPipeline, parseAnyPipeline, parseAnyPipelineValue, walkWorkflow, workflowParameters, type WorkflowPipeline } from '../index.js';
import { SpecError } from '../spec-error.js';

const FLOW = `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata:
  generateName: flip-coin-
  annotations:
    pipelines.kubeflow.org/pipeline_spec: '{"name": "Flip coin", "description": "twice", "inputs": [{"name": "text", "default": "hi", "type": "String"}, {"name": "n", "description": "how often"}]}'
spec:
  entrypoint: main
  onExit: say
  templates:
  - name: say
    container: {image: bash, command: [echo]}
    metadata: {annotations: {pipelines.kubeflow.org/task_display_name: Say bye}}
  - name: main
    dag:
      tasks:
      - {name: flip, template: say, arguments: {parameters: [{name: a, value: 4}]}}
      - {name: condition-1, template: condition-1, dependencies: [flip], when: '"a" == "b"'}
      - {name: for-loop-2, template: for-loop-2, depends: flip.Succeeded && condition-1, withItems: [1, 2]}
  - name: condition-1
    dag: {tasks: [{name: again, template: main}]}
  - name: for-loop-2
    dag: {tasks: [{name: say, template: say}]}
  arguments:
    parameters:
    - {name: text, value: hi}
    - {name: n}
    - {name: rate, value: 0.5}
`;
const read = (text: string) => parseAnyPipeline(text, { fileName: 'flow.yaml' }) as WorkflowPipeline;

describe('a v1 pipeline', () => {
  it('has the name and description that its SDK noted', () => {
    const pipeline = read(FLOW);
    expect(isWorkflowPipeline(pipeline)).toBe(true);
    expect(pipeline).toMatchObject({ name: 'Flip coin', description: 'twice' });
  });

  it('without the note is named after its Workflow', () => {
    expect(read(FLOW.replace(/ {2}annotations:\n.*pipeline_spec.*\n/, ''))).toMatchObject({ name: 'flip-coin', description: '' });
  });

  it('has its arguments as parameters, which are texts', () => {
    expect(workflowParameters(read(FLOW).workflow)).toEqual([
      { name: 'text', type: 'STRING', required: false, default: 'hi', description: 'String' },
      { name: 'n', type: 'STRING', required: true, description: 'how often' },
      { name: 'rate', type: 'STRING', required: false, default: '0.5' },
    ]);
  });

  it('keeps numbers of parameters as the text that Argo makes of them', () => {
    const main = read(FLOW).workflow.spec.templates?.find(({ name }) => name === 'main');
    expect(main?.dag?.tasks?.[0]?.arguments?.parameters).toEqual([{ name: 'a', value: '4' }]);
  });

  it('is the same as text and as values, and its values are not the given ones', () => {
    const { workflow } = read(FLOW);
    expect(parseAnyPipelineValue(structuredClone(workflow))).toEqual(read(FLOW));
    expect(Object.isFrozen(workflow.spec.templates?.[0])).toBe(true);
  });

  it('leaves out what a stored object has beside the Workflow', () => {
    const { workflow } = read(FLOW.replace('\nspec:', '\nstatus: {phase: Running}\nspec:').replace('metadata:', 'metadata:\n  uid: abc\n  resourceVersion: "5"'));
    expect(workflow).not.toHaveProperty('status');
    expect(Object.keys(workflow.metadata ?? {})).toEqual(['generateName', 'annotations']);
  });

  it('is walked from its entrypoint, through DAGs and once into a template that calls itself', () => {
    const tasks = [...walkWorkflow(read(FLOW).workflow)].map(({ path, kind, dependsOn, loop, perIteration }) => ({ path, kind, dependsOn, loop, perIteration }));
    expect(tasks).toEqual([
      { path: 'root/flip', kind: 'container', dependsOn: [], loop: false, perIteration: false },
      { path: 'root/condition-1', kind: 'dag', dependsOn: ['root/flip'], loop: false, perIteration: false },
      { path: 'root/condition-1/again', kind: 'dag', dependsOn: [], loop: false, perIteration: false },
      { path: 'root/for-loop-2', kind: 'dag', dependsOn: ['root/flip', 'root/condition-1'], loop: true, perIteration: false },
      { path: 'root/for-loop-2/say', kind: 'container', dependsOn: [], loop: false, perIteration: true },
      { path: 'root/onExit', kind: 'container', dependsOn: ['root/for-loop-2'], loop: false, perIteration: false },
    ]);
  });

  it('gives tasks the names that their author gave them', () => {
    expect([...walkWorkflow(read(FLOW).workflow)].at(-1)?.displayName).toBe('Say bye');
  });

  it('with steps runs the groups one after another', () => {
    const steps = FLOW.replace(/entrypoint: main/, 'entrypoint: steps').replace('  templates:\n', '  templates:\n  - name: steps\n    steps: [[{name: a, template: say}, {name: b, template: say}], [{name: c, template: say}]]\n');
    expect([...walkWorkflow(read(steps).workflow)].map(({ path, dependsOn }) => [path, dependsOn])).toEqual([
      ['root/a', []],
      ['root/b', []],
      ['root/c', ['root/a', 'root/b']],
      ['root/onExit', ['root/c']],
    ]);
  });
});

describe('a Workflow that no engine could run', () => {
  const fault = (text: string): SpecError => {
    try {
      parseAnyPipeline(text, { fileName: 'flow.yaml' });
    } catch (error) {
      if (error instanceof SpecError) return error;
      throw error;
    }
    throw new Error('it was accepted');
  };

  it.each([
    ['no spec', FLOW.replace(/\nspec:[\s\S]*/, '\n'), /spec.*is required/],
    ['no templates', FLOW.replace(/ {2}templates:[\s\S]*? {2}arguments/, '  arguments'), /holds no template/],
    ['an entrypoint that is not there', FLOW.replace('entrypoint: main', 'entrypoint: mian'), /"mian", which is not there\. Did you mean "main"\?/],
    ['an exit handler that is not there', FLOW.replace('onExit: say', 'onExit: bye'), /onExit.*"bye"/],
    ['a task without its template', FLOW.replace('name: flip, template: say', 'name: flip, template: flip'), /tasks\[0\]\.template \(line \d+, column \d+\).*"flip"/],
    ['a dependency that is not there', FLOW.replace('dependencies: [flip]', 'dependencies: [flop]'), /"flop", which is no task beside it\. Did you mean "flip"\?/],
    ['tasks in a circle', FLOW.replace('{name: flip, template: say,', '{name: flip, template: say, dependencies: [for-loop-2],'), /circle: /],
    ['a template of two kinds', FLOW.replace('container: {image: bash, command: [echo]}', 'container: {image: bash}\n    suspend: {}'), /container and suspend at once/],
    ['one name for two templates', FLOW.replace('- name: condition-1', '- name: say'), /the name "say" of another template/],
    ['one name for two parameters', FLOW.replace('{name: n}', '{name: text}'), /the name "text" of another parameter/],
    ['a parameter that is a list', FLOW.replace('value: hi}', 'value: [1]}'), /must be a text, not a list/],
    ['tasks that are no list', FLOW.replace('dag: {tasks: [{name: say, template: say}]}', 'dag: {tasks: 5}'), /must be a list, not the number 5/],
    ['two documents', `${FLOW}\n---\n${FLOW}`, /has 2 documents/],
  ])('with %s is refused', (_name, text, message) => {
    expect(fault(text).message).toMatch(message);
  });
});
