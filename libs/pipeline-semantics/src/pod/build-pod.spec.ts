import type { JsonValue, KubernetesExecutorConfig, TaskInputParameter } from '@millrace/pipeline-spec';
import { describe, expect, it } from 'vitest';
import { buildPod, type PodRequest } from './build-pod.js';

const given = (name: string): TaskInputParameter => ({ componentInputParameter: name });
const built = (config: KubernetesExecutorConfig, values: Readonly<Record<string, JsonValue>> = {}, more: Omit<Partial<PodRequest>, 'valueOf'> = {}) =>
  buildPod({
    config,
    component: {},
    env: [],
    resources: { limits: {}, requests: {} },
    valueOf: ({ runtimeValue, componentInputParameter: name }) => runtimeValue?.constant ?? (name === undefined || !Object.hasOwn(values, name) ? undefined : values[name]),
    ...more,
  });

describe('buildPod', () => {
  it('is nothing where nothing is set', () => {
    expect(built({})).toEqual({ pod: {}, env: [], resources: { limits: {}, requests: {} }, taskConfig: {}, claims: [] });
  });

  it('leaves out what was given no name, and makes nothing of a name that is not known', () => {
    const config: KubernetesExecutorConfig = {
      secretAsEnv: [{ secretNameParameter: given('s'), keyToEnv: [{ secretKey: 'k', envVar: 'K' }] }],
      secretAsVolume: [{ secretNameParameter: given('s'), mountPath: '/s' }],
      configMapAsVolume: [{ configMapNameParameter: given('s'), mountPath: '/c' }],
      imagePullSecret: [{ secretNameParameter: given('s') }],
      tolerations: [{ tolerationJson: given('s') }],
      nodeSelector: { nodeSelectorJson: given('s') },
      nodeAffinity: [{ nodeAffinityJson: given('s') }],
    };
    for (const values of [{ s: null }, {} as Record<string, JsonValue>]) expect(built(config, values)).toMatchObject({ pod: {}, env: [], claims: [] });
    expect(built({ pvcMount: [{ pvcNameParameter: given('s'), mountPath: '/d' }] }).pod).toEqual({});
  });

  it.each<[string, KubernetesExecutorConfig, Readonly<Record<string, JsonValue>>, RegExp]>([
    ['a volume without a name', { pvcMount: [{ pvcNameParameter: given('p'), mountPath: '/d' }] }, { p: null }, /mounted at "\/d" whose name has no value/],
    ['a name that is no text', { secretAsEnv: [{ secretNameParameter: given('p'), keyToEnv: [] }] }, { p: 3 }, /a secret has a name that is no text, 3/],
    ['a mount path that is not absolute', { secretAsVolume: [{ secretName: 's', mountPath: 'etc' }] }, {}, /at "etc"; give an absolute path/],
    ['a toleration that is no struct', { tolerations: [{ tolerationJson: given('p') }] }, { p: 'x' }, /a toleration is no object: x/],
    ['a pull policy of nobody', { imagePullPolicy: 'Sometimes' }, {}, /"Sometimes" is none of Always, Never, IfNotPresent/],
    ['root that is not root', { securityContext: { runAsUser: '0', runAsNonRoot: true } }, {}, /user 0 \(root\) and for no root/],
    ['two init containers of one name', { initContainers: [{ name: 'a', image: 'i' }, { name: 'a', image: 'i' }] }, {}, /"a" is taken/],
    ['an annotation that Argo would read', { podMetadata: { annotations: { note: '{{x}}' } } }, {}, /"note" contains "{{"/],
  ])('refuses %s', (_, config, values, message) => {
    expect(() => built(config, values)).toThrow(message);
  });

  it('takes tolerations as fields, a struct or a list, and none that is empty', () => {
    const config: KubernetesExecutorConfig = { tolerations: [{ key: 'a', operator: 'Exists', tolerationSeconds: '3' }, { tolerationJson: given('one') }, { tolerationJson: given('many') }, { tolerationJson: given('empty') }] };
    expect(built(config, { one: { key: 'b' }, many: [{ key: 'c' }, {}], empty: {} }).pod.tolerations).toEqual([{ key: 'a', operator: 'Exists', tolerationSeconds: 3 }, { key: 'b' }, { key: 'c' }]);
  });

  it('names a volume like the object where it can, and mounts what is mounted twice from one volume', () => {
    const { pod, claims } = built({
      pvcMount: [{ constant: 'data', mountPath: '/a', subPath: 'x' }, { constant: 'data', mountPath: '/b' }, { constant: 'task-root', mountPath: '/c' }],
      secretAsVolume: [{ secretName: 'data', mountPath: '/s' }],
    });
    expect(pod.volumes).toEqual([
      { name: 'data', persistentVolumeClaim: { claimName: 'data' } },
      { name: expect.stringMatching(/^task-root-[0-9a-f]{8}$/), persistentVolumeClaim: { claimName: 'task-root' } },
      { name: expect.stringMatching(/^data-[0-9a-f]{8}$/), secret: { secretName: 'data', optional: false } },
    ]);
    expect(pod.volumeMounts?.slice(0, 2)).toEqual([{ name: 'data', mountPath: '/a', subPath: 'x' }, { name: 'data', mountPath: '/b' }]);
    expect(claims).toEqual(['data', 'task-root']);
  });

  it('keeps a mount out of the workspace', () => {
    const workspace = { claimName: 'w', path: '/kfp-workspace' };
    expect(() => built({ secretAsVolume: [{ secretName: 's', mountPath: '/kfp-workspace/s' }] }, {}, { workspace })).toThrow(/where the workspace is/);
    expect(built({}, {}, { workspace })).toMatchObject({ claims: ['w'], pod: { volumeMounts: [{ name: 'kfp-workspace', mountPath: '/kfp-workspace' }] } });
  });

  describe('of a component that is handed its own settings', () => {
    const config: KubernetesExecutorConfig = {
      nodeSelector: { labels: { disk: 'ssd' } },
      pvcMount: [{ constant: 'data', mountPath: '/d' }],
      emptyDirMounts: [{ volumeName: 'scratch', mountPath: '/e' }],
      tolerations: [{ key: 'a' }],
    };
    const of = (...taskConfigPassthroughs: { field: string; applyToTask?: boolean }[]) =>
      built(config, {}, { component: { taskConfigPassthroughs }, env: [{ name: 'A', value: '1' }], resources: { limits: { cpu: '1' }, requests: {} } });

    it('takes them from its pod, unless they are applied there too; the others stay', () => {
      const { pod, env, resources, taskConfig, claims } = of({ field: 'KUBERNETES_NODE_SELECTOR' }, { field: 'ENV' }, { field: 'RESOURCES' }, { field: 'KUBERNETES_VOLUMES', applyToTask: true });
      expect(taskConfig).toEqual({
        nodeSelector: { disk: 'ssd' },
        env: [{ name: 'A', value: '1' }],
        resources: { limits: { cpu: '1' }, requests: {} },
        volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }],
        volumeMounts: [{ name: 'data', mountPath: '/d' }],
      });
      expect({ env, resources, selector: pod.nodeSelector, tolerations: pod.tolerations }).toEqual({ env: [], resources: { limits: {}, requests: {} }, selector: undefined, tolerations: [{ key: 'a' }] });
      expect(pod.volumeMounts).toEqual([{ name: 'data', mountPath: '/d' }, { name: 'scratch', mountPath: '/e' }]);
      expect(claims).toEqual(['data']);
    });

    it('never hands on what lives with the pod', () => {
      const { pod, taskConfig, claims } = of({ field: 'KUBERNETES_VOLUMES' });
      expect(pod.volumeMounts).toEqual([{ name: 'scratch', mountPath: '/e' }]);
      expect(taskConfig['volumeMounts']).toEqual([{ name: 'data', mountPath: '/d' }]);
      expect(claims).toEqual(['data']);
    });
  });
});
