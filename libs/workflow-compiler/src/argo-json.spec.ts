import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { argoJson } from './argo-json.js';

describe('argoJson', () => {
  it('is JSON of the value, in which Argo finds no tag and nothing to quote', () => {
    const text = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('{{workflow.name}}', '{{=1+1}}', '\\"}}{{', '中文😀', '\u007f\u0007\n', '\\u007b'));
    fc.assert(
      fc.property(fc.oneof(fc.array(text), fc.dictionary(text, text), text), (value) => {
        const json = argoJson(value);
        expect(JSON.parse(json)).toEqual(JSON.parse(JSON.stringify(value)));
        expect(json).toMatch(/^[\x20-\x7e]*$/);
        expect(json).not.toContain('{{');
      }),
    );
  });

  it('keeps braces that are structure', () => {
    expect(argoJson({ a: '{}' })).toBe(String.raw`{"a":"\u007b\u007d"}`);
  });
});
