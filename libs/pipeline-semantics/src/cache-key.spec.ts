import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type FingerprintFacts, fingerprintOf } from './cache-key.js';
import { anArtifact } from './testing/a-pipeline.js';

const facts: FingerprintFacts = {
  task: { componentRef: { name: 'comp' }, cachingOptions: { enableCache: true } },
  container: { image: 'i', command: ['c'], args: ["{{$.inputs.parameters['p']}}"] },
  inputs: { parameters: { p: 1, o: { b: 1, a: 2 } }, artifacts: { d: [anArtifact('id-1')] } },
  outputArtifacts: { m: { name: 'm', uri: '/some/where/m', schemaTitle: 'system.Model', schemaVersion: '0.0.1', metadata: {} } },
  outputParameterTypes: { q: 'STRING' },
};

describe('fingerprintOf', () => {
  it('is the hash of the sorted facts without empty parts', () => {
    const text =
      '{"containerSpec":{"cmdArgs":["c","{{$.inputs.parameters[\'p\']}}"],"image":"i"},"inputArtifactNames":{"d":{"artifactNames":["id-1"]}},' +
      '"inputParameterValues":{"o":{"a":2,"b":1},"p":1},"outputArtifactsSpec":{"m":{"name":"m","type":{"schemaTitle":"system.Model","schemaVersion":"0.0.1"}}},' +
      '"outputParametersSpec":{"q":"STRING"}}';
    expect(fingerprintOf(facts)).toBe(createHash('sha256').update(text).digest('hex'));
  });

  it.each<[string, Partial<FingerprintFacts>]>([
    ['an input', { inputs: { parameters: { p: 2 }, artifacts: {} } }],
    ["an input's type", { inputs: { ...facts.inputs, parameters: { ...facts.inputs.parameters, p: '1' } } }],
    ['an artifact', { inputs: { ...facts.inputs, artifacts: { d: [anArtifact('id-2')] } } }],
    ['the image', { container: { ...facts.container, image: 'j' } }],
    ['the command', { container: { ...facts.container, command: ['d'] } }],
    ['an output', { outputParameterTypes: {} }],
    ['a volume', { pvcNames: ['v'] }],
  ])('changes with %s', (_what, change) => {
    expect(fingerprintOf({ ...facts, ...change })).not.toBe(fingerprintOf(facts));
  });

  it('does not change with places, with the name of the component or with the order of keys', () => {
    const moved = { m: { ...facts.outputArtifacts['m']!, uri: '/elsewhere' } };
    const inputs = { ...facts.inputs, parameters: { o: { a: 2, b: 1 }, p: 1 } };
    expect(fingerprintOf({ ...facts, outputArtifacts: moved, inputs, task: { componentRef: { name: 'other' } } })).toBe(fingerprintOf(facts));
  });

  it("is the author's own key where there is one, for each component", () => {
    const keyed = (name: string) => fingerprintOf({ ...facts, task: { componentRef: { name }, cachingOptions: { enableCache: true, cacheKey: 'k' } } });
    expect(keyed('comp')).toBe(createHash('sha256').update('comp\0k').digest('hex'));
    expect(keyed('other')).not.toBe(keyed('comp'));
  });
});
