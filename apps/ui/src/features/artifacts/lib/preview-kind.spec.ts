import { describe, expect, it } from 'vitest';
import { decodeText, prettyJson, previewKindOf, shortType } from './preview-kind';

describe('previews', () => {
  it('choose by type and name', () => {
    expect(previewKindOf('system.HTML', '/a/report')).toBe('html');
    expect(previewKindOf('system.Artifact', '/a/plot.png')).toBe('image');
    expect(previewKindOf('system.Dataset', '/a/rows.json')).toBe('json');
    expect(previewKindOf('system.Dataset', '/a/rows.csv')).toBe('text');
    expect(shortType('system.Dataset')).toBe('Dataset');
  });

  it('tell text from bytes', () => {
    expect(decodeText(new TextEncoder().encode('数据, a\n'))).toBe('数据, a\n');
    expect(decodeText(new Uint8Array([80, 75, 3, 4, 0, 1]))).toBeUndefined();
  });

  it('lay out JSON and leave broken JSON alone', () => {
    expect(prettyJson('{"a":1}')).toBe('{\n  "a": 1\n}');
    expect(prettyJson('{"a":')).toBe('{"a":');
  });
});
