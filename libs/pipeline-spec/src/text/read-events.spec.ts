import { describe, expect, it } from 'vitest';
import { issuesOf } from '../testing/issues-of.js';
import { parsePipeline } from '../parse-pipeline.js';

describe('a fault in YAML', () => {
  it('is shown in the column in which it was written, also where lines were read as if indented', () => {
    expect(issuesOf(() => parsePipeline('a: [1, 2\nb: }'))[0]).toMatchObject({ line: 2, column: 2 });
    expect(issuesOf(() => parsePipeline('a:\n  b: }'))[0]).toMatchObject({ line: 2, column: 6 });
  });
});
