import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TemplateNames, nameTasks, outputOfParameterName, outputParameterName } from './names.js';

const KEY = fc.oneof(fc.stringMatching(/^[a-zA-Z0-9][-_a-zA-Z0-9]{0,127}$/), fc.constantFrom('a', 'a-gate', 'a_b', 'a-b', 'A-b', '1a', 't-1a', 'a-b-gate', 'a--b', 'a-'));

describe('nameTasks', () => {
  it('gives every task and every gate a name of its own that Argo takes', () => {
    fc.assert(
      fc.property(fc.uniqueArray(KEY, { maxLength: 30 }), (keys) => {
        const { task, gate } = nameTasks(keys);
        const names = [...task.values(), ...gate.values()];
        expect(names).toHaveLength(2 * keys.length);
        // In an expression Argo takes "-" and "_" for the same.
        expect(new Set(names.map((name) => name.replaceAll('-', '_'))).size).toBe(names.length);
        for (const name of names) expect(name).toMatch(/^[a-zA-Z][a-zA-Z0-9-]{0,127}$/);
      }),
    );
  });

  it('keeps a key that is a name, whatever else is there', () => {
    expect([...nameTasks(['a_b', 'a-b', 'x']).task]).toEqual([
      ['a-b', 'a-b'],
      ['x', 'x'],
      ['a_b', expect.stringMatching(/^a-b-[0-9a-f]{8}$/)],
    ]);
  });

  it('gives a task that is called like a word of Argo\'s expressions another name', () => {
    // Argo 4.1 makes an error of whatever depends on a task of such a name: embedded-argo/fixtures/names-of-operators.yaml.
    for (const key of ['in', 'not', 'matches', 'let', 'if', 'true', 'nil']) expect(nameTasks([key]).task.get(key)).toMatch(new RegExp(`^${key}-[0-9a-f]{8}$`));
    expect(nameTasks(['filter', 'in-1', 'order']).task.get('filter')).toBe('filter');
  });

  it('names a task the same in whatever company', () => {
    expect(nameTasks(['a_b']).task.get('a_b')).toBe(nameTasks(['z', 'a_b', 'y_x']).task.get('a_b'));
  });
});

describe('TemplateNames', () => {
  it('says kind and place, and never the same for two places', () => {
    const names = new TemplateNames();
    expect(names.name('pod', 'root/train')).toBe('pod-train');
    expect(names.name('dag', 'root/train')).toBe('dag-train');
    expect(names.name('pod', 'root/a-b/c')).toBe('pod-a-b-c');
    expect(names.name('pod', 'root/a/b-c')).toMatch(/^pod-a-b-c-[0-9a-f]{8}$/);
    expect(names.name('pod', `root/${'x'.repeat(100)}`)).toMatch(/^pod-x{50}-[0-9a-f]{8}$/);
    expect(names.name('pod', 'root/Train_It')).toMatch(/^pod-train-it-[0-9a-f]{8}$/);
  });
});

describe('outputParameterName', () => {
  it('is a name that Argo takes, and can be read back', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (output) => {
        const name = outputParameterName(output);
        expect(name).toMatch(/^[-a-zA-Z0-9_]+$/);
        expect(outputOfParameterName(name)).toBe(output);
      }),
    );
  });

  it('leaves ordinary names readable', () => {
    expect(outputParameterName('output_1')).toBe('out-output_1');
    expect(outputOfParameterName('executor-output')).toBeUndefined();
  });
});
