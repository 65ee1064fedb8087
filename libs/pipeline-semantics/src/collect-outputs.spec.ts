import { describe, expect, it } from 'vitest';
import { collectOutputs } from './collect-outputs.js';

const component = {
  outputDefinitions: { parameters: { n: { parameterType: 'NUMBER_INTEGER' }, s: { parameterType: 'STRING' } } },
} as const;
const promised = {
  outputArtifacts: { m: { name: 'm', uri: '/data/m', schemaTitle: 'system.Model', schemaVersion: '0.0.1', metadata: { from: 'spec', kept: 1 } } },
};
const none = { outputArtifacts: {} };

describe('collectOutputs', () => {
  it('reads parameters from the metadata file first, then from their own files', () => {
    const result = collectOutputs(component, none, { executorOutputJson: '{"parameterValues":{"n":3}}', parameterTexts: { n: '9', s: ' text\n' } });
    expect(result).toEqual({ kind: 'collected', outputs: { parameters: { n: 3, s: ' text\n' }, artifacts: {} } });
  });

  it('needs no metadata file', () => {
    expect(collectOutputs({}, promised, { executorOutputJson: '', parameterTexts: {} })).toMatchObject({ kind: 'collected', outputs: { artifacts: { m: { uri: '/data/m' } } } });
  });

  it('tells an empty file from a missing one', () => {
    expect(collectOutputs(component, none, { parameterTexts: { n: '1', s: '' } })).toMatchObject({ outputs: { parameters: { s: '' } } });
    expect(collectOutputs(component, none, { parameterTexts: { n: '1', s: undefined } })).toEqual({
      kind: 'failed',
      message: `The task ended without output parameter "s" (STRING); return it from the function, or write it to {{$.outputs.parameters['s'].output_file}}.`,
    });
  });

  it.each([
    ['{"parameterValues":{"n":"3","s":""}}', {}, 'expected NUMBER_INTEGER, given STRING'],
    ['{"parameterValues":{"s":""}}', { n: 'three' }, 'expected NUMBER_INTEGER, given the text "three"'],
    ['{"parameterValues":{"n":null,"s":""}}', {}, 'expected NUMBER_INTEGER, given NULL'],
  ])('is the fault of the task when a value has another type: %s', (executorOutputJson, parameterTexts, message) => {
    const result = collectOutputs(component, none, { executorOutputJson, parameterTexts });
    expect(result.kind === 'failed' && result.message).toContain(message);
  });

  it.each(['{', '[]', '"text"', '{"artifacts":[]}'])('is the fault of the task when the metadata file is %s', (executorOutputJson) => {
    expect(collectOutputs({}, none, { executorOutputJson, parameterTexts: {} })).toMatchObject({ kind: 'failed', message: expect.stringContaining('output_metadata.json') as string });
  });

  it('merges what the task wrote about an artifact: first entry only, keys of metadata one by one', () => {
    const executorOutputJson = JSON.stringify({
      artifacts: { m: { artifacts: [{ name: 'x', uri: '', metadata: { from: 'task', rows: 3 }, custom_path: '/tmp/m' }, { uri: 'ignored' }] }, other: { artifacts: [{}] } },
    });
    expect(collectOutputs({}, promised, { executorOutputJson, parameterTexts: {} })).toEqual({
      kind: 'collected',
      outputs: {
        parameters: {},
        artifacts: { m: { name: 'm', uri: '/data/m', schemaTitle: 'system.Model', schemaVersion: '0.0.1', metadata: { from: 'task', kept: 1, rows: 3 }, customPath: '/tmp/m' } },
      },
    });
  });

  it('makes a text of what a STRING output is', () => {
    expect(collectOutputs({ outputDefinitions: { parameters: { s: { parameterType: 'STRING' } } } }, none, { executorOutputJson: '{"parameterValues":{"s":[1]}}', parameterTexts: {} })).toMatchObject({
      outputs: { parameters: { s: '[1]' } },
    });
  });
});
