import { describe, expect, it } from 'vitest';
import { parsePipelineValue } from '../parse-pipeline.js';
import { aSpec, aSpecWith, aTask } from '../testing/a-spec.js';
import { settingsWithoutEffect, unsupportedFeatures } from './unsupported-features.js';

type Draft = Record<string, any>;

const embedded = { substrate: 'embedded' } as const;
const train = (spec: Draft): Draft => spec['root'].dag.tasks.train;
const refusedAfter = (change: (spec: Draft) => void, platform?: unknown) => unsupportedFeatures(parsePipelineValue(aSpecWith(change), platform), embedded);
const settings = (config: unknown): unknown => ({ platforms: { kubernetes: { deploymentSpec: { executors: { 'exec-train': config } } } } });

describe('unsupportedFeatures', () => {
  it('is empty for containers, artifacts, nested DAGs, retries, timeouts and defaults', () => {
    const pipeline = parsePipelineValue(
      aSpecWith((spec) => {
        spec['components']['comp-sub'] = { dag: { tasks: { first: aTask('comp-load') } } };
        spec['root'].dag.tasks.sub = aTask('comp-sub', { retryPolicy: { maxRetryCount: 2 } });
        train(spec)['triggerPolicy'] = { strategy: 'ALL_UPSTREAM_TASKS_SUCCEEDED' };
      }),
      settings({ activeDeadlineSeconds: '60' }),
    );
    expect(unsupportedFeatures(pipeline, embedded)).toEqual([]);
    expect(unsupportedFeatures(pipeline, { substrate: 'kubernetes' })).toEqual([]);
  });

  it.each<[string, (spec: Draft) => void, string]>([
    ['a constantValue', (spec) => (train(spec)['inputs'].parameters.lr = { runtimeValue: { constantValue: { doubleValue: 1 } } }), "root.dag.tasks['train'].inputs.parameters['lr']"],
    ['a resolver', (spec) => (spec['deploymentSpec'].executors['exec-load'] = { resolver: {} }), "deploymentSpec.executors['exec-load'].resolver"],
    ['a custom job', (spec) => (spec['deploymentSpec'].executors['exec-load'] = { customJob: {} }), "deploymentSpec.executors['exec-load'].customJob"],
    ['a required input artifact', (spec) => (spec['root'].inputDefinitions.artifacts = { d: { artifactType: {} } }), "root.inputDefinitions.artifacts['d']"],
    ['artifact properties', (spec) => (spec['components']['comp-load'].outputDefinitions.artifacts.data.properties = {}), "components['comp-load'].outputDefinitions.artifacts['data']"],
  ])('names %s with its place and a remedy', (_, change, path) => {
    const [found, ...others] = refusedAfter(change);
    expect(others).toEqual([]);
    expect(found?.path).toBe(path);
    expect(found?.message).toMatch(/^The (task|component|pipeline)\b.* uses .* not supported yet\. [A-Z].*\.$/);
  });

  it('names the task', () => {
    expect(refusedAfter((spec) => (train(spec)['inputs'].parameters.lr = { runtimeValue: { runtimeParameter: 'p' } }))[0]?.message).toBe(
      'The task "train" uses a value other than `constant` (runtimeParameter, constantValue), which is not supported yet. Compile the pipeline with kfp 2.',
    );
  });

  it('looks at each component that runs once, and at none that does not', () => {
    const withFeature = { dag: { tasks: { t: aTask('comp-load', { inputs: { parameters: { x: { runtimeValue: { runtimeParameter: 'p' } } } } }) } } };
    expect(refusedAfter((spec) => (spec['components']['unused'] = withFeature))).toEqual([]);
    const found = refusedAfter((spec) => {
      spec['components']['used'] = withFeature;
      spec['root'].dag.tasks.a = aTask('used');
      spec['root'].dag.tasks.b = aTask('used');
    });
    expect(found.map(({ path }) => path)).toEqual(["components['used'].dag.tasks['t'].inputs.parameters['x']"]);
  });

  it('warns on one machine of what only chooses a node', () => {
    const pipeline = parsePipelineValue(aSpec(), settings({ secretAsEnv: [{ secretName: 's' }], nodeSelector: { labels: { a: 'b' } }, tolerations: [] }));
    expect(unsupportedFeatures(pipeline, embedded)).toEqual([]);
    expect(settingsWithoutEffect(pipeline, embedded)).toEqual([
      {
        path: "platforms['kubernetes'].deploymentSpec.executors['exec-train'].nodeSelector",
        feature: 'a node selector',
        message: 'The executor "exec-train" asks for a node selector, which has no effect on one machine.',
      },
    ]);
    expect(unsupportedFeatures(pipeline, { substrate: 'kubernetes' })).toEqual([]);
    expect(settingsWithoutEffect(pipeline, { substrate: 'kubernetes' })).toEqual([]);
  });

  it('refuses init containers where tasks are processes', () => {
    const pipeline = parsePipelineValue(aSpec(), settings({ initContainers: [{ name: 'a', image: 'b' }] }));
    expect(unsupportedFeatures(pipeline, embedded)).toMatchObject([{ feature: 'init containers', message: expect.stringMatching(/"exec-train" asks for init containers, .*docker or podman/) }]);
    expect(unsupportedFeatures(pipeline, { substrate: 'embedded', containers: true })).toEqual([]);
    expect(unsupportedFeatures(pipeline, { substrate: 'kubernetes' })).toEqual([]);
  });

  it('warns of a pause for debugging, which nobody on one machine ends', () => {
    const pipeline = parsePipelineValue(aSpecWith((spec) => (spec['deploymentSpec'].executors['exec-train'].container.env = [{ name: 'ARGO_DEBUG_PAUSE_AFTER', value: 'true' }])));
    expect(settingsWithoutEffect(pipeline, embedded)).toMatchObject([{ feature: 'a pause for debugging' }]);
    expect(settingsWithoutEffect(pipeline, { substrate: 'kubernetes' })).toEqual([]);
  });

  it('knows the pipeline-wide settings', () => {
    const platform = { platforms: { kubernetes: { pipelineConfig: { workspace: { size: '1Gi' }, activeDeadlineSeconds: 5, resourceTtlOnSuccess: 9, resourceTtl: 3 } }, vertex: {} } };
    const pipeline = parsePipelineValue(aSpec(), platform);
    expect(unsupportedFeatures(pipeline, embedded)).toEqual([]);
    expect(settingsWithoutEffect(pipeline, embedded).map(({ path }) => path)).toEqual(["platforms['vertex']", "platforms['kubernetes'].pipelineConfig.resourceTtl"]);
  });
});
