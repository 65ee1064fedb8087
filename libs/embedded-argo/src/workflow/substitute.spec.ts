import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SubstitutionError, substitute, tagsIn } from './substitute.js';

const lookup = (tags: Readonly<Record<string, string | null>>) => (tag: string) => tags[tag];

describe('substitute', () => {
  it('replaces tags in every text of a value, blanks around the name allowed', () => {
    expect(substitute({ a: ['{{x}}', '<{{ x }}>'], b: 1 }, lookup({ x: 'v' }))).toEqual({ a: ['v', '<v>'], b: 1 });
  });

  it('leaves unknown tags and expression tags as they are', () => {
    const value = { a: '{{y}} {{=1+1}} {{', b: '}}' };
    expect(substitute(value, lookup({ x: 'v' }))).toEqual(value);
  });

  it('does not look again at what it put in', () => {
    expect(substitute('{{x}}', lookup({ x: '{{y}}', y: 'no' }))).toBe('{{y}}');
  });

  it('resolves the inner of two nested tags first', () => {
    expect(substitute('{{a.{{i}}}}', lookup({ i: 'b' }))).toBe('{{a.b}}');
  });

  it('puts a JSON text into a patch, which then is what the text says', () => {
    const patch = '{"args":{{inputs.parameters.args}}}';
    const args = '["--x","\\u007b\\u007bworkflow.name\\u007d\\u007d \\"q\\" \\u0007 \\ud83d\\ude00"]';
    const replaced = substitute({ patch }, lookup({ 'inputs.parameters.args': args }));
    expect(JSON.parse(replaced.patch)).toEqual({ args: ['--x', '{{workflow.name}} "q" \u0007 😀'] });
  });

  it('refuses an unknown tag where it is strict', () => {
    expect(() => substitute('{{tasks.a.x}}', lookup({}), () => true)).toThrow(new SubstitutionError('failed to resolve {{tasks.a.x}}'));
  });

  it('refuses the output of a skipped task that has no default', () => {
    expect(() => substitute('{{a}}', lookup({ a: null }))).toThrow(SubstitutionError);
  });

  it('refuses control characters that Argo cannot put into JSON', () => {
    expect(() => substitute('{{a}}', lookup({ a: '\u0007' }))).toThrow(/control character/);
    expect(substitute('{{a}}', lookup({ a: '\t\n"\\é😀' }))).toBe('\t\n"\\é😀');
  });

  it('keeps every text whole, whatever is in it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }).filter((text) => !/[\p{C}\p{Z}]/u.test(text)), (value) => {
        expect(substitute({ a: '<{{x}}>' }, lookup({ x: value }))).toEqual({ a: `<${value}>` });
      }),
    );
  });
});

describe('tagsIn', () => {
  it('lists tags in order', () => expect(tagsIn('{{ a }} {{b.c}} {{=d}}')).toEqual(['a', 'b.c', '=d']));
});
