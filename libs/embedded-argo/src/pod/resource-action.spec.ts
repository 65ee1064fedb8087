import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Template } from '@millrace/argo';
import { aPod } from '../testing/workflow-builder.js';
import { ClaimFolders } from './claim-folders.js';
import type { CollectedOutputs } from './collect-outputs.js';
import { performResource, resourceActionOf, resourceProblems } from './resource-action.js';

const MANIFEST = 'apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata:\n  name: data\nspec:\n  accessModes: [ReadWriteMany]\n  resources:\n    requests:\n      storage: 1Gi\n';

describe('resource templates', () => {
  let folder: string;
  let claims: ClaimFolders;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'millrace-claims-'));
    claims = new ClaimFolders(folder);
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const perform = (template: Partial<Template>, owner = 'u/1'): CollectedOutputs =>
    performResource(resourceActionOf({ name: 't', ...template })!, { claims, namespace: 'ns', owner, at: '2026-01-02T03:04:05Z' });
  const resource = (action: string, more: object = {}): Partial<Template> => ({ resource: { action, manifest: MANIFEST, ...more } });
  const asking = (...paths: string[]): Partial<Template> => ({ outputs: { parameters: paths.map((jsonPath, index) => ({ name: `o${index}`, valueFrom: { jsonPath } })) } });

  it('makes a claim a folder, and gives what the SDK asks for', () => {
    const { outputs, problem } = perform({ ...resource('create'), ...asking('{.metadata.name}', '{.status.capacity.storage}', '{}', '{.spec.accessModes[0]}', '{.nowhere}') });
    expect(problem).toBeUndefined();
    const values = outputs.parameters!.map(({ value }) => value!);
    expect(values.toSpliced(2, 1)).toEqual(['data', '1Gi', 'ReadWriteMany', '']);
    expect(JSON.parse(values[2]!)).toMatchObject({ kind: 'PersistentVolumeClaim', status: { phase: 'Bound' } });
    expect(existsSync(join(folder, 'ns', 'data'))).toBe(true);
  });

  it('makes it once, however often the same pod asks', () => {
    perform(resource('create'));
    writeFileSync(join(folder, 'ns', 'data', 'kept'), '');
    expect(perform(resource('create')).problem).toBeUndefined();
    expect(existsSync(join(folder, 'ns', 'data', 'kept'))).toBe(true);
    expect(perform(resource('create'), 'u/2').problem).toBe('persistentvolumeclaims "data" already exists');
  });

  it('applies, gets and deletes', () => {
    expect(perform(resource('get')).problem).toBe('persistentvolumeclaims "data" not found');
    perform(resource('apply'));
    perform(resource('apply'), 'u/2');
    expect(perform({ ...resource('get'), ...asking('{.spec.resources.requests.storage}') }).outputs.parameters![0]!.value).toBe('1Gi');
    perform(resource('delete'));
    expect(existsSync(join(folder, 'ns', 'data'))).toBe(false);
    expect(perform(resource('delete')).problem).toBeUndefined();
  });

  it('takes a folder that somebody made for a claim', () => {
    mkdirSync(join(folder, 'ns', 'data'), { recursive: true });
    expect(perform({ ...resource('get'), ...asking('{.status.phase}') }).outputs.parameters![0]!.value).toBe('Bound');
  });

  it('reads with a path of jq', () => {
    const outputs = { parameters: ['.metadata.name', '.spec.accessModes', '.nothing', '.'].map((jqFilter) => ({ name: jqFilter, valueFrom: { jqFilter } })) };
    expect(perform({ ...resource('create'), outputs }).outputs.parameters!.slice(0, 3).map(({ value }) => value)).toEqual(['data', '["ReadWriteMany"]', 'null']);
  });

  it.each([
    ['status.phase == Bound', undefined],
    ['status.phase = Bound, metadata.name != x', undefined],
    ['status.phase in (Lost, Bound)', undefined],
    ['status.phase', undefined],
    ['!status.reason', undefined],
    ['status.phase == Lost', /will never hold/],
    ['status.count > 0', /will never hold/],
  ])('the success condition "%s" is asked of the claim', (successCondition, problem) => {
    const found = perform(resource('create', { successCondition })).problem;
    if (problem === undefined) expect(found).toBeUndefined();
    else expect(found).toMatch(problem);
  });

  it('a failure condition that holds is an error', () => {
    expect(perform(resource('create', { failureCondition: 'status.phase == Bound' })).problem).toBe("failure condition 'status.phase == Bound' evaluated true");
  });

  it('is also what the SDK writes as a container to delete a claim', () => {
    perform(resource('create'));
    const command = ['kubectl', 'delete', 'PersistentVolumeClaim', 'data', '--ignore-not-found', '--output', 'name', '--wait=false'];
    expect(perform(aPod('t', { container: { image: 'kubectl', command } })).problem).toBeUndefined();
    expect(existsSync(join(folder, 'ns', 'data'))).toBe(false);
    expect(resourceActionOf(aPod('t', { container: { image: 'x', command: ['kubectl', 'delete', 'pod', 'x'] } }))).toBeUndefined();
    expect(resourceActionOf(aPod('t', { container: { image: 'x', command: [...command, '--all-namespaces'] } }))).toBeUndefined();
  });

  it.each([
    ['another kind', { action: 'create', manifest: 'kind: Job' }, /kind "Job"/],
    ['another action', { action: 'patch', manifest: MANIFEST }, /action "patch"/],
    ['no YAML', { action: 'create', manifest: 'a: [' }, /not YAML/],
    ['no manifest', { action: 'create' }, /no manifest/],
    ['an odd condition', { action: 'create', manifest: MANIFEST, successCondition: 'a b c' }, /failed to parse/],
  ])('refuses %s by name', (_what, given, message) => {
    expect(resourceProblems({ name: 't', resource: given }).join()).toMatch(message);
  });

  it('accepts names that are not known yet', () => {
    const manifest = MANIFEST.replace('name: data', "name: '{{workflow.name}}-data'");
    expect(resourceProblems({ name: 't', resource: { action: 'create', manifest } })).toEqual([]);
    expect(resourceProblems({ name: 't', resource: { action: 'create', manifest: MANIFEST.replace('name: data', 'name: {{inputs.parameters.x}}') } })).toEqual([]);
  });

  it('refuses a name that is a path', () => {
    expect(perform({ resource: { action: 'delete', manifest: MANIFEST.replace('name: data', 'name: ../../x') } }).problem).toMatch(/must be named/);
  });
});
