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
    ['a condition', (spec) => (train(spec)['triggerPolicy'] = { condition: 'true' }), "root.dag.tasks['train'].triggerPolicy.condition"],
    ['an exit handler', (spec) => (train(spec)['triggerPolicy'] = { strategy: 'ALL_UPSTREAM_TASKS_COMPLETED' }), "root.dag.tasks['train'].triggerPolicy.strategy"],
    ['a loop', (spec) => (train(spec)['parameterIterator'] = { itemInput: 'lr', items: { raw: '[]' } }), "root.dag.tasks['train'].parameterIterator"],
    ['a final status', (spec) => (train(spec)['inputs'].parameters.s = { taskFinalStatus: { producerTask: 'load' } }), "root.dag.tasks['train'].inputs.parameters['s']"],
    ['a selector', (spec) => (train(spec)['inputs'].parameters.lr.parameterExpressionSelector = 'x'), "root.dag.tasks['train'].inputs.parameters['lr']"],
    ['a constantValue', (spec) => (train(spec)['inputs'].parameters.lr = { runtimeValue: { constantValue: { doubleValue: 1 } } }), "root.dag.tasks['train'].inputs.parameters['lr']"],
    ['an importer', (spec) => (spec['deploymentSpec'].executors['exec-load'] = { importer: { artifactUri: { constant: 'gs://b/k' } } }), "deploymentSpec.executors['exec-load'].importer"],
    ['a resolver', (spec) => (spec['deploymentSpec'].executors['exec-load'] = { resolver: {} }), "deploymentSpec.executors['exec-load'].resolver"],
    ['a custom job', (spec) => (spec['deploymentSpec'].executors['exec-load'] = { customJob: {} }), "deploymentSpec.executors['exec-load'].customJob"],
    ['a volume task', (spec) => (spec['deploymentSpec'].executors['exec-load'].container.image = 'argostub/createpvc'), "deploymentSpec.executors['exec-load'].container.image"],
    ['a task config', (spec) => (spec['components']['comp-train'].inputDefinitions.parameters.c = { parameterType: 'TASK_CONFIG' }), "components['comp-train'].inputDefinitions.parameters['c']"],
    ['a required input artifact', (spec) => (spec['root'].inputDefinitions.artifacts = { d: { artifactType: {} } }), "root.inputDefinitions.artifacts['d']"],
    ['artifact properties', (spec) => (spec['components']['comp-load'].outputDefinitions.artifacts.data.properties = {}), "components['comp-load'].outputDefinitions.artifacts['data']"],
    [
      'OneOf',
      (spec) => {
        spec['root'].outputDefinitions = { parameters: { n: { parameterType: 'NUMBER_INTEGER' } } };
        spec['root'].dag.outputs = { parameters: { n: { valueFromOneof: { parameterSelectors: [{ producerSubtask: 'load', outputParameterKey: 'rows' }] } } } };
      },
      "root.dag.outputs.parameters['n']",
    ],
  ])('names %s with its place and a remedy', (_, change, path) => {
    const [found, ...others] = refusedAfter(change);
    expect(others).toEqual([]);
    expect(found?.path).toBe(path);
    expect(found?.message).toMatch(/^The (task|component|pipeline)\b.* uses .* not supported yet\. [A-Z].*\.$/);
  });

  it('names the task', () => {
    expect(refusedAfter((spec) => (train(spec)['triggerPolicy'] = { condition: 'true' }))[0]?.message).toBe(
      'The task "train" uses a condition (dsl.If, dsl.Elif, dsl.Else), which is not supported yet. Decide inside a component.',
    );
  });

  it('looks at each component that runs once, and at none that does not', () => {
    const withCondition = { dag: { tasks: { t: aTask('comp-load', { triggerPolicy: { condition: 'true' } }) } } };
    expect(refusedAfter((spec) => (spec['components']['unused'] = withCondition))).toEqual([]);
    const found = refusedAfter((spec) => {
      spec['components']['used'] = withCondition;
      spec['root'].dag.tasks.a = aTask('used');
      spec['root'].dag.tasks.b = aTask('used');
    });
    expect(found.map(({ path }) => path)).toEqual(["components['used'].dag.tasks['t'].triggerPolicy.condition"]);
  });

  it('refuses on one machine what the code would see, and warns of what only chooses a node', () => {
    const pipeline = parsePipelineValue(aSpec(), settings({ secretAsEnv: [{ secretName: 's' }], nodeSelector: { labels: { a: 'b' } }, tolerations: [] }));
    expect(unsupportedFeatures(pipeline, embedded)).toMatchObject([
      { path: "platforms['kubernetes'].deploymentSpec.executors['exec-train'].secretAsEnv", message: expect.stringContaining('The executor "exec-train" asks for secrets') },
    ]);
    expect(settingsWithoutEffect(pipeline, embedded)).toMatchObject([{ path: "platforms['kubernetes'].deploymentSpec.executors['exec-train'].nodeSelector" }]);
    expect(unsupportedFeatures(pipeline, { substrate: 'kubernetes' }).map(({ feature }) => feature)).toEqual(['secrets in environment variables', 'a node selector']);
    expect(settingsWithoutEffect(pipeline, { substrate: 'kubernetes' })).toEqual([]);
  });

  it('knows the pipeline-wide settings', () => {
    const platform = { platforms: { kubernetes: { pipelineConfig: { workspace: { size: '1Gi' }, activeDeadlineSeconds: 5, resourceTtlOnSuccess: 9 } }, vertex: {} } };
    const pipeline = parsePipelineValue(aSpec(), platform);
    expect(unsupportedFeatures(pipeline, embedded).map(({ path }) => path)).toEqual([
      "platforms['kubernetes'].pipelineConfig.workspace",
    ]);
    expect(settingsWithoutEffect(pipeline, embedded).map(({ path }) => path)).toEqual(["platforms['vertex']", "platforms['kubernetes'].pipelineConfig.resourceTtlOnSuccess"]);
  });
});
