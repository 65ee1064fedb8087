/**
 * `npm run fixtures:argo -- [NAME…]`: runs the cases of `argo-cases/` on the Argo Workflows of the cluster in KUBECONFIG and writes what
 * its controller made of them to `libs/embedded-argo/fixtures/`, where embedded Argo is compared with it. Then read the diff.
 *
 * FIXTURE_ARGO: the controller's version, written into the files. FIXTURE_IMAGE: an image with a POSIX shell (default: busybox).
 * FIXTURE_NAMESPACE: made when it is missing, and the controller must watch it; the `v1-…` cases need the artifact repository's secret in it.
 * FIXTURE_CONCURRENCY: Workflows at a time. FIXTURE_MISSING=1: only those that are not recorded.
 */
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dump, load } from 'js-yaml';
import type { ArgoFixture, FixtureCase } from '@millrace/embedded-argo/testing';
import { ArgoCluster } from './argo-cluster.js';
import { argoCases } from './argo-cases/index.js';
import { recordCase } from './record-case.js';

const FIXTURES = new URL('../../../libs/embedded-argo/fixtures/', import.meta.url);
const { FIXTURE_ARGO: argo, FIXTURE_IMAGE: image = 'busybox:1.37', FIXTURE_NAMESPACE: namespace = 'argo-fixtures', FIXTURE_CONCURRENCY: concurrency = '4', FIXTURE_MISSING: missing } = process.env;
if (argo === undefined) throw new Error('Say with FIXTURE_ARGO which version of the controller runs, e.g. FIXTURE_ARGO=4.1.2.');

const made = await argoCases();
// Fixtures that no case makes are recorded as they are: of Workflows that another compiler wrote.
const onFile = readdirSync(FIXTURES).map((file) => load(readFileSync(new URL(file, FIXTURES), 'utf8')) as FixtureCase & Partial<ArgoFixture>);
const cases = [...made, ...onFile.filter(({ name }) => !made.some((recipe) => recipe.name === name))];
const recorded = new Set(onFile.filter((fixture) => fixture.recorded !== undefined).map(({ name }) => name));
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !cases.some((recipe) => recipe.name === name));
if (unknown.length > 0) throw new Error(`No case is called ${unknown.join(', ')}.`);
const queue = cases.filter(({ name }) => (wanted.length === 0 ? missing === undefined || !recorded.has(name) : wanted.includes(name)));

const cluster = new ArgoCluster(namespace);
await cluster.prepare();
let failures = 0;
await Promise.all(Array.from({ length: Number(concurrency) }, async () => {
  for (let recipe = queue.shift(); recipe !== undefined; recipe = queue.shift()) await record(recipe);
}));
console.log(`${failures} failed`);
process.exitCode = failures === 0 ? 0 : 1;

function fileOf(name: string): URL {
  return new URL(`${name}.yaml`, FIXTURES);
}

async function record(recipe: FixtureCase): Promise<void> {
  try {
    const { name, rule, workflow, pods, events, endless } = recipe;
    const fixture: ArgoFixture = { name, rule, argo: argo!, workflow: { ...workflow, metadata: { name } }, pods, events, endless, recorded: await recordCase(cluster, recipe, image) };
    // Undefined members are no part of a fixture.
    writeFileSync(fileOf(name), dump(JSON.parse(JSON.stringify(fixture)), { lineWidth: -1, noRefs: true }));
    console.log(`${name}: ${String(fixture.recorded.status['phase'])}`);
  } catch (error) {
    failures += 1;
    console.error(`${recipe.name}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
