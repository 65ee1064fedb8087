import { describe, expect, it } from 'vitest';
import { parsePipelineValue } from './parse-pipeline.js';
import { pipelineParameters } from './pipeline-parameters.js';
import { aSpecWith } from './testing/a-spec.js';

describe('pipelineParameters', () => {
  it('tells required from optional, and a null default from none', () => {
    const pipeline = parsePipelineValue(
      aSpecWith((spec) => {
        spec['root'].inputDefinitions.parameters = {
          lr: { parameterType: 'NUMBER_DOUBLE', defaultValue: 0.5, isOptional: true, description: 'Learning rate' },
          data: { parameterType: 'STRING' },
          note: { parameterType: 'STRING', isOptional: true },
          nothing: { parameterType: 'STRUCT', defaultValue: null, isOptional: true },
          mode: { parameterType: 'STRING', defaultValue: 'a', literals: ['a', 'b'] },
        };
      }),
    );
    expect(pipelineParameters(pipeline)).toEqual([
      { name: 'lr', type: 'NUMBER_DOUBLE', required: false, default: 0.5, description: 'Learning rate' },
      { name: 'data', type: 'STRING', required: true },
      { name: 'note', type: 'STRING', required: false },
      { name: 'nothing', type: 'STRUCT', required: false, default: null },
      { name: 'mode', type: 'STRING', required: false, default: 'a', literals: ['a', 'b'] },
    ]);
  });

  it('is empty for a pipeline without inputs', () => {
    const pipeline = parsePipelineValue(
      aSpecWith((spec) => {
        delete spec['root'].inputDefinitions;
        delete spec['root'].dag.tasks.train.inputs.parameters.lr;
      }),
    );
    expect(pipelineParameters(pipeline)).toEqual([]);
  });
});
