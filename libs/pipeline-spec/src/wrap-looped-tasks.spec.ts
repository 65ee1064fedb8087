import { describe, expect, it } from 'vitest';
import { parsePipelineValue } from './parse-pipeline.js';
import { aSpec, aSpecWith } from './testing/a-spec.js';
import { wrapLoopedTasks } from './wrap-looped-tasks.js';

type Draft = Record<string, any>;

const looped = (spec: Draft): void => {
  Object.assign(spec['root'].dag.tasks.train, { parameterIterator: { items: { raw: '[0.1]' }, itemInput: 'lr' } });
  delete spec['root'].dag.tasks.train.inputs.parameters.lr;
};

describe('a loop over a component that is no DAG', () => {
  it('becomes one over a DAG of that task, with its inputs and outputs', () => {
    const { spec } = parsePipelineValue(aSpecWith(looped));
    const task = spec.root.dag!.tasks['train']!;
    const body = spec.components[task.componentRef.name]!;
    expect(task.parameterIterator?.itemInput).toBe('lr');
    expect(Object.keys(body.dag!.tasks)).toEqual(['train']);
    expect(body.dag!.tasks['train']!.componentRef.name).toBe('comp-train');
    expect(body.dag!.tasks['train']!.inputs?.parameters?.['lr']).toEqual({ componentInputParameter: 'lr' });
    expect(Object.keys(body.dag!.outputs?.parameters ?? {})).toEqual(Object.keys(spec.components['comp-train']!.outputDefinitions?.parameters ?? {}));
    expect(Object.isFrozen(body.dag!.tasks)).toBe(true);
  });

  it('takes no name that is taken', () => {
    const { spec } = parsePipelineValue(
      aSpecWith((draft) => {
        looped(draft);
        draft['components']['comp-train-each'] = draft['components']['comp-load'];
      }),
    );
    expect(spec.root.dag!.tasks['train']!.componentRef.name).toBe('comp-train-each-2');
  });

  it('leaves everything else as it is', () => {
    const { spec } = parsePipelineValue(aSpec());
    expect(wrapLoopedTasks(spec)).toBe(spec);
  });
});
