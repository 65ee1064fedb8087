import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { shapeOfOpenApi, shapeOfSwagger } from './testing/api-shape.js';
import { v1beta1, v2beta1 } from './index.js';

describe.each([
  { version: 'v1beta1', document: v1beta1.openApiDocument('test'), list: '../upstream-differences-v1beta1.md' },
  { version: 'v2beta1', document: v2beta1.openApiDocument('test'), list: '../upstream-differences.md' },
])('$version', ({ version, document, list }) => {
  const upstream = new URL(`../../../../shared/contracts/kfp-${version}.swagger.json`, import.meta.url);
  const reviewed = readFileSync(new URL(list, import.meta.url), 'utf8');
  const listed = (kind: 'lacks' | 'adds') => [...reviewed.matchAll(new RegExp(`^- ${kind} \`(.+)\`$`, 'gm'))].map(([, line]) => line!).sort();

  const isThere = existsSync(upstream);
  if (!isThere) console.log(`comparison with upstream's contract: SKIPPED, ${upstream.pathname} is not there`);

  describe.runIf(isThere)("the contract beside upstream's", () => {
    const theirs = isThere ? shapeOfSwagger(JSON.parse(readFileSync(upstream, 'utf8'))) : new Set<string>();
    const ours = shapeOfOpenApi(document as unknown as Record<string, unknown>);

    it('lacks only what the reviewed list says it lacks', () => {
      const missing = [...theirs].filter((line) => !ours.has(line)).sort();
      expect(missing).toEqual(listed('lacks'));
    });

    it('adds only what the reviewed list says it adds', () => {
      const added = [...ours].filter((line) => !theirs.has(line)).sort();
      expect(added).toEqual(listed('adds'));
    });
  });

  it('has a reason for each difference in its list', () => {
    const sections = reviewed.split(/^## /m).slice(1);
    expect(sections.filter((section) => !/^[^\n]+\n\n[A-Z][^\n]{20,}\n\n- (lacks|adds)/.test(section))).toEqual([]);
  });
});
