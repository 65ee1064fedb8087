import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Template, WorkflowSpec } from '@millrace/argo';
import { aPod, aWorkflow } from '../testing/workflow-builder.js';
import { buildAttempt } from './build-attempt.js';
import { ArtifactFolder } from './artifact-folder.js';
import { collectArtifacts, collectOutputs, OUTPUT_PARAMETERS_LIMIT } from './collect-outputs.js';
import { ClaimFolders } from './claim-folders.js';
import { KeyedFolders } from './keyed-folders.js';
import { expandVariables } from './expand-variables.js';

const build = (template: Partial<Template>, spec: Partial<WorkflowSpec> = {}) => {
  const full = aPod('p', template);
  const tags: Readonly<Record<string, string>> = { 'workflow.name': 'wf' };
  return buildAttempt({ workflow: aWorkflow([full], spec), uid: 'u', nodeId: 'wf-1', template: full, globals: (tag) => tags[tag], podName: 'wf-p-1', podFolder: '/pods/1', claims: new ClaimFolders('/claims'), keyed: { secrets: new KeyedFolders('secret', '/secrets'), configMaps: new KeyedFolders('config map', '/config-maps') } }).spec;
};

describe('buildAttempt', () => {
  it('makes an attempt of a container', () => {
    const container = { image: 'i', command: ['c'], args: ['a'], env: [{ name: 'A', value: '1' }], workingDir: '/w' };
    expect(build({ container })).toEqual({ id: 'u/wf-1', image: 'i', command: ['c'], args: ['a'], env: { A: '1' }, workingDir: '/w', mounts: [], labels: { 'millrace.workflow': 'wf', 'millrace.pod': 'wf-p-1', 'millrace.task': 'p' } });
  });

  it('says what a container needs that a process does not: limits, how its image is pulled', () => {
    const resources = { limits: { cpu: '500m', memory: '1Gi' } };
    expect(build({ container: { image: 'i', command: ['c'], imagePullPolicy: 'Never', resources }, sidecars: [{ name: 's', image: 'j', resources: { limits: { memory: '1M' } } }] })).toMatchObject({
      imagePullPolicy: 'Never', limits: { cpus: 0.5, memoryBytes: 2 ** 30 }, companions: [{ name: 's', limits: { memoryBytes: 1_000_000 } }],
    });
  });

  it('merges patches as Kubernetes does: the workflow\'s, then the template\'s', () => {
    const attempt = build(
      {
        container: { image: 'i', command: ['c'], args: ['a'], env: [{ name: 'A', value: '1' }, { name: 'B', value: '2' }], volumeMounts: [{ name: 'v', mountPath: '/v' }] },
        volumes: [{ name: 'v', hostPath: { path: '/host' } }],
        podSpecPatch: JSON.stringify({ activeDeadlineSeconds: 9, containers: [{ name: 'main', args: ['x', 'y'], env: [{ name: 'B', value: '3' }, { name: 'C', value: '4' }], volumeMounts: [{ mountPath: '/v', name: 'v', readOnly: true }], resources: { limits: { 'nvidia.com/gpu': '2' } } }] }),
      },
      { podSpecPatch: '{"containers":[{"name":"main","image":"j","args":["w"]}]}' },
    );
    expect(attempt).toMatchObject({ image: 'j', command: ['c'], args: ['x', 'y'], env: { A: '1', B: '3', C: '4' }, deadlineMs: 9_000, devices: { 'nvidia.com/gpu': 2 }, mounts: [{ source: '/host', target: '/v', readOnly: true, create: false }] });
  });

  it('replaces the pod\'s name and inputs in a patch', () => {
    const attempt = build({ inputs: { parameters: [{ name: 'args', value: '["\\u007bx\\u007d"]' }] }, podSpecPatch: '{"containers":[{"name":"main","args":{{inputs.parameters.args}},"env":[{"name":"P","value":"{{pod.name}}"}]}]}' });
    expect(attempt).toMatchObject({ args: ['{x}'], env: { P: 'wf-p-1' } });
  });

  it('refuses what a late patch asks for and nobody does', () => {
    expect(() => build({ podSpecPatch: '{"hostPID":true}' })).toThrow(/pod\.hostPID is not supported/);
    expect(() => build({ podSpecPatch: '{"containers":[{"name":"main","$patch":"delete"}]}' })).toThrow(/\$patch/);
  });

  it('gives an emptyDir a folder of the pod and a hostPath its own', () => {
    const attempt = build({
      container: { image: 'i', volumeMounts: [{ name: 'out', mountPath: '/task/', subPath: 'root' }, { name: 'data', mountPath: '/data', subPath: 'x' }, { name: 'made', mountPath: '/made' }, { name: 'file', mountPath: '/f' }] },
      volumes: [{ name: 'out', emptyDir: {} }, { name: 'data', hostPath: { path: '/d' } }, { name: 'made', hostPath: { path: '/m/{{workflow.name}}', type: 'DirectoryOrCreate' } }, { name: 'file', hostPath: { path: '/f', type: 'File' } }],
    });
    expect(attempt.mounts).toEqual([
      { source: '/pods/1/volumes/out/root', target: '/task', create: true },
      { source: '/d/x', target: '/data', create: true },
      { source: '/m/wf', target: '/made', create: true },
      { source: '/f', target: '/f', create: false },
    ]);
  });

  it.each([[{ name: 'nope', mountPath: '/x' }, /names no volume/], [{ name: 'v', mountPath: '/x', subPath: '../y' }, /subPath/], [{ name: 'v', mountPath: 'x' }, /not absolute/]])('refuses the mount %o', (mount, message) => {
    expect(() => build({ container: { image: 'i', volumeMounts: [mount] }, volumes: [{ name: 'v', emptyDir: {} }] })).toThrow(message);
  });

  it('refuses a volume whose name is a path', () => {
    expect(() => build({ container: { image: 'i', volumeMounts: [{ name: '../x', mountPath: '/x' }] }, volumes: [{ name: '../x', emptyDir: {} }] })).toThrow(/must be named/);
  });

  it('gives output files outside every volume a folder of their own', () => {
    const outputs = { parameters: [{ name: 'a', valueFrom: { path: '/tmp/outputs/a/data' } }, { name: 'b', valueFrom: { path: '/tmp/outputs/a/b' } }] };
    expect(build({ outputs }).mounts).toEqual([{ source: '/pods/1/outputs/0', target: '/tmp/outputs/a', create: true, outputs: ['data', 'b'] }]);
    expect(() => build({ outputs: { parameters: [{ name: 'a', valueFrom: { path: 'a' } }] } })).toThrow(/must be absolute/);
    const inRoot = build({ outputs: { artifacts: [{ name: 'a', path: '/out.txt' }, { name: 'b', path: '/data/x' }, { name: 'c', path: '/tmp/y' }] } });
    expect(inRoot.mounts.map(({ target, outputs: left }) => [target, left])).toEqual([['/', ['out.txt']], ['/data', ['x']], ['/tmp', ['y']]]);
    expect(build({ outputs: { artifacts: [{ name: 'a', path: '/app/out' }, { name: 'b', path: '/app/deep/er/' }, { name: 'c', path: '/app/out' }] } }).mounts.map(({ outputs: left }) => left)).toEqual([['out', 'deep/er']]);
  });

  it('expands variables in command, args and later variables', () => {
    const container = { image: 'i', command: ['$(A)'], args: ['$(B)', '$$(A)', '$(mktemp -d)', '$(UNKNOWN)', '$$$$', '$x'], env: [{ name: 'A', value: '1' }, { name: 'B', value: '<$(A)$(C)>' }, { name: 'C', value: '3' }] };
    expect(build({ container })).toMatchObject({ command: ['1'], args: ['<1$(C)>', '$(A)', '$(mktemp -d)', '$(UNKNOWN)', '$$', '$x'] });
    expect(expandVariables('$(A', new Map([['A', '1']]))).toBe('$(A');
  });
});

describe('collectOutputs', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'millrace-outputs-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  const mounts = () => [{ source: folder, target: '/out' }];
  const template = (...parameters: { name: string; path: string; default?: string }[]) =>
    aPod('p', { outputs: { parameters: parameters.map(({ name, ...valueFrom }) => ({ name, valueFrom })) } });

  it('reads values through mounts, less one newline', () => {
    writeFileSync(join(folder, 'a'), 'x\n\n');
    expect(collectOutputs(template({ name: 'a', path: '/out/a' }), mounts(), 0)).toEqual({
      outputs: { parameters: [{ name: 'a', valueFrom: { path: '/out/a' }, value: 'x\n' }], exitCode: '0' },
    });
  });

  it('takes the default for a missing file, and tells an empty one from it', () => {
    writeFileSync(join(folder, 'b'), '');
    const { outputs, problem } = collectOutputs(template({ name: 'a', path: '/out/a', default: '__absent__' }, { name: 'b', path: '/out/b', default: '__absent__' }), mounts(), 0);
    expect(outputs.parameters?.map(({ value }) => value)).toEqual(['__absent__', '']);
    expect(problem).toBeUndefined();
  });

  it('says which file is missing', () => {
    expect(collectOutputs(template({ name: 'a', path: '/out/a' }), mounts(), 0).problem).toBe('open /out/a: no such file or directory');
  });

  it('takes a folder in the place of a file for missing', () => {
    mkdirSync(join(folder, 'a'));
    expect(collectOutputs(template({ name: 'a', path: '/out/a' }), mounts(), 0).problem).toMatch(/no such file/);
  });

  it('refuses more text than Argo could store', () => {
    writeFileSync(join(folder, 'a'), 'x'.repeat(OUTPUT_PARAMETERS_LIMIT + 2));
    expect(collectOutputs(template({ name: 'a', path: '/out/a', default: '' }), mounts(), 0).problem).toMatch(/larger than 1572864 bytes/);
  });

  it('replaces what is not UTF-8', () => {
    writeFileSync(join(folder, 'a'), Buffer.from([0x61, 0xff, 0x62]));
    expect(collectOutputs(template({ name: 'a', path: '/out/a' }), mounts(), 0).outputs.parameters?.[0]?.value).toBe('a\ufffdb');
  });

  it('keeps artifacts under a key, and misses only those that are required', async () => {
    writeFileSync(join(folder, 'a'), '');
    const artifacts = [{ name: 'a', path: '/out/a' }, { name: 'b', path: '/out/b', optional: true }, { name: 'c', path: '/out/c' }];
    const store = new ArtifactFolder(join(folder, 'kept'));
    const { outputs, problem } = await collectArtifacts(aPod('p', { outputs: { artifacts } }), mounts(), store, 'wf/pod');
    expect(outputs.artifacts).toEqual([{ name: 'a', path: '/out/a', s3: { key: 'wf/pod/a.tgz' } }]);
    expect(existsSync(join(folder, 'kept', 'wf', 'pod', 'a.tgz'))).toBe(true);
    expect(problem).toBe('artifact c failed to save: /out/c: no such file or directory');
  });
});
