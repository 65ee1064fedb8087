import { readFileSync, readdirSync } from 'node:fs';
import { load } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import type { ArgoFixture } from './testing/argo-fixture.js';
import { replayFixture } from './testing/replay-fixture.js';

/** Where embedded Argo differs from Argo; docs/embedded-argo.md says why. */
const DIFFERENT: ReadonlySet<string> = new Set([
  'dag-outputs-of-skipped', 'gate-missing-output', 'parallelism-workflow-zero', 'shutdown-stop', 'shutdown-stop-exit', 'shutdown-terminate', 'shutdown-terminate-exit',
  'values-expression-in-output', 'values-tag-of-quotes-in-output',
]);
/** What embedded Argo refuses by name when the Workflow is created. */
const REFUSED: ReadonlySet<string> = new Set(['exit-of-task-expression', 'retry-expression', 'retry-of-workflow', 'timeout-template', 'values-expressions']);

const FOLDER = new URL('../fixtures/', import.meta.url);
const FIXTURES = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.yaml'))
  .sort()
  .map((file) => load(readFileSync(new URL(file, FOLDER), 'utf8')) as ArgoFixture);

/** Recorded by `npm run fixtures:argo` from a real controller. */
describe('embedded Argo', () => {
  it.each(FIXTURES.map((fixture) => [fixture.name, fixture.rule, fixture] as const))('%s: %s', async (name, _rule, fixture) => {
    if (REFUSED.has(name)) return expect(replayFixture(fixture)).rejects.toThrow(/cannot run here/);
    const replayed = await replayFixture(fixture);
    if (DIFFERENT.has(name)) expect(replayed).not.toEqual(fixture.recorded);
    else expect(replayed).toEqual(fixture.recorded);
  });

  it('is compared with Argo in all that is recorded, and no difference is listed that is none', () => {
    expect(FIXTURES.length).toBeGreaterThanOrEqual(40);
    expect([...DIFFERENT, ...REFUSED].filter((name) => !FIXTURES.some((fixture) => fixture.name === name))).toEqual([]);
  });
});
