import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { aPod, aWorkflow } from '../testing/workflow-builder.js';
import { buildAttempt } from './build-attempt.js';
import { ClaimFolders } from './claim-folders.js';
import { KeyedFolders, type KeyedObjects } from './keyed-folders.js';
import { problemsOfPod } from './pod-references.js';

let folder: string;
let objects: KeyedObjects;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-objects-'));
  objects = { secrets: new KeyedFolders('secret', join(folder, 'secrets')), configMaps: new KeyedFolders('config map', join(folder, 'config-maps')) };
  mkdirSync(join(folder, 'secrets/login'), { recursive: true });
  writeFileSync(join(folder, 'secrets/login/password'), 'open sesame\n');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const attempt = (container: object, volumes: object[] = []) => {
  const template = aPod('p', { container: { image: 'i', command: ['c'], ...container }, volumes: volumes as never, metadata: { labels: { team: 'red' } } });
  const request = { workflow: aWorkflow([template]), uid: 'u', nodeId: 'wf-1', template, globals: () => undefined, podName: 'wf-p-1', podFolder: '/pods/1', claims: new ClaimFolders(join(folder, 'volumes')), keyed: objects };
  return buildAttempt(request).spec;
};
const secret = (name: string, key: string, optional?: boolean) => ({ secretKeyRef: { name, key, ...(optional !== undefined && { optional }) } });

describe('what a pod refers to', () => {
  it('is found: variables from keys and fields, which later ones and arguments may use', () => {
    const env = [
      { name: 'PASSWORD', valueFrom: secret('login', 'password') },
      { name: 'URL', value: 'x:$(PASSWORD)' },
      { name: 'NONE', valueFrom: secret('login', 'nothing', true) },
      { name: 'POD', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
      { name: 'TEAM', valueFrom: { fieldRef: { fieldPath: "metadata.labels['team']" } } },
      { name: 'OTHER', valueFrom: { fieldRef: { fieldPath: "metadata.annotations['other']" } } },
    ];
    expect(attempt({ env, args: ['$(PASSWORD)'] })).toMatchObject({
      env: { PASSWORD: 'open sesame', URL: 'x:open sesame', POD: 'wf-p-1', TEAM: 'red', OTHER: '' },
      args: ['open sesame'],
      secretNames: ['PASSWORD'],
    });
    expect(attempt({ env }).env).not.toHaveProperty('NONE');
  });

  it('is mounted: a folder, single keys where they are wanted, one key, or nothing where it is optional', () => {
    const mounted = (volume: object, mount: object = {}) => attempt({ volumeMounts: [{ name: 'v', mountPath: '/v', ...mount }] }, [{ name: 'v', ...volume }]).mounts;
    expect(mounted({ secret: { secretName: 'login' } })).toEqual([{ source: join(folder, 'secrets/login'), target: '/v', readOnly: true }]);
    expect(mounted({ secret: { secretName: 'login' } }, { subPath: 'password' })).toEqual([{ source: join(folder, 'secrets/login/password'), target: '/v', readOnly: true }]);
    expect(mounted({ secret: { secretName: 'login', items: [{ key: 'password', path: 'deep/word' }] } })).toEqual([
      { source: '/pods/1/volumes/v', target: '/v', create: true },
      { source: join(folder, 'secrets/login/password'), target: '/v/deep/word', readOnly: true },
    ]);
    expect(mounted({ configMap: { name: 'none', optional: true } })).toEqual([{ source: '/pods/1/volumes/v', target: '/v', create: true }]);
    expect(() => mounted({ secret: { secretName: 'login', items: [{ key: 'password', path: '../x' }] } })).toThrow(/which is not below it/);
  });

  it.each<[string, object[], object[], RegExp]>([
    ['a secret', [{ name: 'A', valueFrom: secret('none', 'k') }], [], /the secret "none" does not exist: .* make .*secrets\/none$/],
    ['a key', [{ name: 'A', valueFrom: secret('login', 'user') }], [], /the secret "login" has no key "user": .* make .*secrets\/login\/user$/],
    ['a config map', [], [{ name: 'v', configMap: { name: 'none' } }], /the config map "none" does not exist: .*config-maps\/none$/],
    ['a field', [{ name: 'A', valueFrom: { fieldRef: { fieldPath: 'spec.nope' } } }], [], /the pod's field "spec\.nope" means nothing/],
    ['a name that is a path', [{ name: 'A', valueFrom: secret('../login', 'k') }], [], /cannot be called "\.\.\/login"/],
    ['a key that is a path', [{ name: 'A', valueFrom: secret('login', '../x') }], [], /"\.\.\/x" is no key/],
  ])('is named when it is not there: %s', (_, env, volumes, message) => {
    expect(problemsOfPod({ env: env as never, volumes }, objects)).toEqual([expect.stringMatching(message)]);
  });

  it('is named once, and never for what is optional', () => {
    const env = [{ name: 'A', valueFrom: secret('none', 'k') }, { name: 'B', valueFrom: secret('none', 'k') }, { name: 'C', valueFrom: secret('other', 'k', true) }];
    expect(problemsOfPod({ env, volumes: [{ name: 'v', secret: { secretName: 'third', optional: true } }] }, objects)).toHaveLength(1);
  });
});
