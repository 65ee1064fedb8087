import type { PipelineError } from '@millrace/errors';
import { describe, expect, it } from 'vitest';
import { resolveRunParameters } from './run-parameters.js';
import { STEP, aPipeline } from './testing/a-pipeline.js';

const pipeline = aPipeline(
  {
    in: {
      text: 'STRING',
      count: { parameterType: 'NUMBER_INTEGER', defaultValue: 3 },
      maybe: { parameterType: 'LIST', isOptional: true },
      colour: { parameterType: 'STRING', defaultValue: 'red', literals: ['red', 'blue'] },
    },
    tasks: { step: { use: 'step', in: { text: '$text' } } },
  },
  { step: STEP },
);

describe('resolveRunParameters', () => {
  it('takes what is given, else the default, else null where the input is optional', () => {
    expect(resolveRunParameters(pipeline, { text: 'a' })).toEqual({ text: 'a', count: 3, maybe: null, colour: 'red' });
    expect(resolveRunParameters(pipeline, { text: '', count: 4, maybe: null, colour: 'blue' })).toEqual({ text: '', count: 4, maybe: null, colour: 'blue' });
  });

  it('reports every problem at once, each with its place', () => {
    const refused = (() => {
      try {
        resolveRunParameters(pipeline, { count: 3.5, colour: 'green', maybe: {}, b: 1, a: 2 });
      } catch (error) {
        return error as PipelineError;
      }
      throw new Error('nothing was refused');
    })();
    expect(refused.code).toBe('INVALID_ARGUMENT');
    expect(refused.details).toEqual({
      issues: [
        { path: "parameters['text']", message: 'parameter "text" (STRING) is required and was not given' },
        { path: "parameters['count']", message: 'parameter "count": expected NUMBER_INTEGER, given 3.5, which has a fraction' },
        { path: "parameters['maybe']", message: 'parameter "maybe": expected LIST, given STRUCT' },
        { path: "parameters['colour']", message: 'parameter "colour": expected one of "red", "blue", given "green"' },
        { path: 'parameters', message: 'parameter(s) provided are not required by pipeline: b, a' },
      ],
    });
  });

  it('takes no null for a parameter that is not optional', () => {
    expect(() => resolveRunParameters(pipeline, { text: null })).toThrow('expected STRING, given NULL');
  });
});
