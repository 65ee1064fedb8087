import { parseAnyPipelineValue } from '@millrace/pipeline-spec';
import { describe, expect, it } from 'vitest';
import { buildPipelineGraph } from '@/features/run-graph/lib/build-graph';
import { describeTask } from './describe-task';

const pipeline = parseAnyPipelineValue({
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'Workflow',
  metadata: { generateName: 'x-' },
  spec: {
    entrypoint: 'main',
    templates: [
      {
        name: 'main',
        dag: {
          tasks: [
            { name: 'make', template: 'make' },
            {
              name: 'loop',
              template: 'body',
              dependencies: ['make'],
              withItems: [1, 2],
              arguments: { parameters: [{ name: 'value', value: '{{tasks.make.outputs.parameters.make-out}}' }, { name: 'own', value: '{{inputs.parameters.rate}}' }, { name: 'fixed', value: '5' }], artifacts: [{ name: 'data', from: '{{tasks.make.outputs.artifacts.make-data}}' }] },
            },
          ],
        },
      },
      { name: 'make', container: { image: 'python:3.10', command: ['python'], args: ['-c', 'x'] }, outputs: { parameters: [{ name: 'make-out' }], artifacts: [{ name: 'make-out' }, { name: 'make-data' }] } },
      { name: 'body', inputs: { parameters: [{ name: 'value' }, { name: 'own' }, { name: 'fixed' }], artifacts: [{ name: 'data' }, { name: 'note', raw: { data: 'text' } }] }, dag: { tasks: [{ name: 'inner', template: 'make' }] } },
    ],
  },
});

describe('a v1 pipeline on its page', () => {
  it('is drawn as its templates have it, what is in a loop once', () => {
    const graph = buildPipelineGraph(pipeline);
    expect([...graph.nodes.values()].map(({ id, parent, kind, dependsOn }) => [id, parent, kind, dependsOn])).toEqual([
      ['root/make', undefined, 'container', []],
      ['root/loop', undefined, 'dag', ['root/make']],
      ['root/loop/inner', 'root/loop', 'container', []],
    ]);
  });

  it('tells where values come from', () => {
    expect(describeTask(pipeline, 'root/loop')?.inputs).toEqual([
      { name: 'value', type: 'STRING', source: 'make.make-out' },
      { name: 'own', type: 'STRING', source: 'rate' },
      { name: 'fixed', type: 'STRING', source: '', constant: '5' },
      { name: 'data', type: 'system.Artifact', source: 'make.make-data' },
      { name: 'note', type: 'system.Artifact', source: '', constant: 'text' },
    ]);
  });

  it('tells what a task runs and leaves, each output once', () => {
    expect(describeTask(pipeline, 'root/make')).toMatchObject({
      image: 'python:3.10',
      command: ['python'],
      args: ['-c', 'x'],
      outputs: [{ name: 'make-out', type: 'STRING' }, { name: 'make-data', type: 'system.Artifact' }],
    });
    expect(describeTask(pipeline, 'root/none')).toBeUndefined();
  });
});
