import { describe, expect, it } from 'vitest';
import { parsePipelineValue } from './parse-pipeline.js';
import { dependenciesOf, taskOrder } from './task-dependencies.js';
import { aSpec, aSpecWith, aTask } from './testing/a-spec.js';
import type { DagSpec, TaskSpec } from './types.js';
import { componentOf, executorOf, isDagComponent, walkTasks } from './walk-pipeline.js';

const nested = parsePipelineValue(
  aSpecWith((spec) => {
    spec['components']['comp-sub'] = { dag: { tasks: { last: aTask('comp-load', { dependentTasks: ['first'] }), first: aTask('comp-load') } } };
    spec['root'].dag.tasks.again = aTask('comp-sub', { dependentTasks: ['sub'] });
    spec['root'].dag.tasks.sub = aTask('comp-sub');
  }),
);

describe('walkTasks', () => {
  it('visits each occurrence under its own path, a DAG before its tasks, siblings in order', () => {
    expect([...walkTasks(nested)].map(({ path }) => path)).toEqual([
      'root/load',
      'root/sub',
      'root/sub/first',
      'root/sub/last',
      'root/train',
      'root/again',
      'root/again/first',
      'root/again/last',
    ]);
  });

  it('says what a task is and where it runs', () => {
    const occurrence = [...walkTasks(nested)].find(({ path }) => path === 'root/sub/last');
    expect(occurrence).toMatchObject({ scope: 'root/sub', name: 'last', component: { executorLabel: 'exec-load' } });
    expect(occurrence?.parent).toBe(componentOf(nested, 'comp-sub'));
    expect(occurrence?.task.dependentTasks).toEqual(['first']);
  });
});

describe('taskOrder', () => {
  it('is remembered for each DAG', () => {
    const dag = nested.spec.root.dag as DagSpec;
    expect(taskOrder(dag)).toBe(taskOrder(dag));
    expect(taskOrder(dag)).toEqual(['load', 'sub', 'train', 'again']);
  });
});

describe('dependenciesOf', () => {
  it('has what is listed and whose outputs or status are taken, once each', () => {
    const task: TaskSpec = {
      componentRef: { name: 'c' },
      dependentTasks: ['a', 'b'],
      inputs: {
        parameters: {
          p: { taskOutputParameter: { producerTask: 'c', outputParameterKey: 'o' } },
          q: { taskOutputParameter: { producerTask: 'a', outputParameterKey: 'o' } },
          s: { taskFinalStatus: { producerTask: 'd' } },
          r: { componentInputParameter: 'x' },
        },
        artifacts: { m: { taskOutputArtifact: { producerTask: 'e', outputArtifactKey: 'o' } }, n: { componentInputArtifact: 'y' } },
      },
    };
    expect(dependenciesOf(task)).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(dependenciesOf(task)).toBe(dependenciesOf(task));
  });
});

describe('components and executors', () => {
  it('are found by name; unknown names are an error', () => {
    const pipeline = parsePipelineValue(aSpec());
    const load = componentOf(pipeline, 'comp-load');
    expect(isDagComponent(load)).toBe(false);
    expect(isDagComponent(pipeline.spec.root)).toBe(true);
    expect(executorOf(pipeline, load)?.container?.image).toBe('python:3.11');
    expect(executorOf(pipeline, pipeline.spec.root)).toBeUndefined();
    for (const name of ['nothing', 'constructor']) expect(() => componentOf(pipeline, name)).toThrow(`has no component "${name}"`);
  });
});
