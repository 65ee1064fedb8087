import { describe, expect, it } from 'vitest';
import type { PipelineError } from '@millrace/errors';
import type { Template, Workflow, WorkflowSpec } from '@millrace/argo';
import { aDag, aGate, aPod, aWorkflow } from '../testing/workflow-builder.js';
import { checkWorkflow } from './check-workflow.js';

const refusal = (workflow: Workflow, executor?: Parameters<typeof checkWorkflow>[1]): PipelineError | undefined => {
  try {
    checkWorkflow(workflow, executor);
    return undefined;
  } catch (error) {
    return error as PipelineError;
  }
};
const paths = (workflow: Workflow): string[] => ((refusal(workflow)?.details?.['issues'] ?? []) as { path: string }[]).map(({ path }) => path);
const withTemplate = (template: object): Workflow => aWorkflow([{ name: 't', ...template } as Template]);

describe('checkWorkflow', () => {
  it('accepts what the engine runs', () => {
    const tasks = [{ name: 'g', template: 'gate' }, { name: 'p', template: 'p', depends: 'g.Succeeded', when: '{{tasks.g.outputs.parameters.run}} == true' }];
    expect(refusal(aWorkflow([aDag('root', tasks, { failFast: false }), aGate(), aPod('p', { retryStrategy: { limit: '2', backoff: { duration: '1s' } } })]))).toBeUndefined();
  });

  it('accepts without effect what only says where a pod runs', () => {
    const spec: Partial<WorkflowSpec> = { serviceAccountName: 'pipeline-runner', nodeSelector: { disk: 'ssd' }, podGC: { strategy: 'OnPodSuccess' } };
    expect(refusal(aWorkflow([aPod('p', { metadata: { labels: { a: 'b' } }, tolerations: [] })], spec))).toBeUndefined();
  });

  it.each([
    ['steps', { steps: [[]] }, "spec.templates['t'].steps"],
    ['script', { script: { image: 'x', source: '' } }, "spec.templates['t'].script"],
    ['resource', { resource: { action: 'create' } }, "spec.templates['t'].resource"],
    ['http', { http: { url: 'x' } }, "spec.templates['t'].http"],
    ['plugin', { plugin: {} }, "spec.templates['t'].plugin"],
    ['data', { data: {} }, "spec.templates['t'].data"],
    ['containerSet', { containerSet: { containers: [] } }, "spec.templates['t'].containerSet"],
    ['memoize', { container: {}, memoize: { key: 'k' } }, "spec.templates['t'].memoize"],
    ['synchronization', { container: {}, synchronization: {} }, "spec.templates['t'].synchronization"],
    ['daemon', { container: {}, daemon: true }, "spec.templates['t'].daemon"],
    ['sidecars', { container: {}, sidecars: [] }, "spec.templates['t'].sidecars"],
    ['initContainers', { container: {}, initContainers: [] }, "spec.templates['t'].initContainers"],
    ['timeout', { container: {}, timeout: '1m' }, "spec.templates['t'].timeout"],
    ['retry expression', { container: {}, retryStrategy: { expression: 'true' } }, "spec.templates['t'].retryStrategy.expression"],
    ['retry policy', { container: {}, retryStrategy: { retryPolicy: 'OnTransientError' } }, "spec.templates['t'].retryStrategy.retryPolicy"],
    ['secrets in env', { container: { env: [{ name: 'A', valueFrom: {} }] } }, "spec.templates['t'].container.env['A'].valueFrom"],
    ['envFrom', { container: { envFrom: [] } }, "spec.templates['t'].container.envFrom"],
    ['claims', { container: {}, volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'c' } }] }, "spec.templates['t'].volumes['v'].persistentVolumeClaim"],
    ['odd host paths', { container: {}, volumes: [{ name: 'v', hostPath: { path: '/dev/x', type: 'BlockDevice' } }] }, "spec.templates['t'].volumes['v'].hostPath.type"],
    ['uploads', { container: {}, outputs: { artifacts: [{ name: 'a', path: '/x', s3: { key: 'k' } }] } }, "spec.templates['t'].outputs.artifacts['a'].s3"],
    ['required input artifacts', { container: {}, inputs: { artifacts: [{ name: 'a', path: '/x' }] } }, "spec.templates['t'].inputs.artifacts['a']"],
    ['global names', { container: {}, outputs: { parameters: [{ name: 'o', globalName: 'g', valueFrom: { path: '/x' } }] } }, "spec.templates['t'].outputs.parameters['o'].globalName"],
    ['hooks of a task', { dag: { tasks: [{ name: 'a', template: 't', hooks: {} }] } }, "spec.templates['t'].dag.tasks['a'].hooks"],
    ['a patch of a sidecar', { container: {}, podSpecPatch: '{"containers":[{"name":"istio"}]}' }, "spec.templates['t'].podSpecPatch.containers['istio']"],
    ['expression tags', { container: { args: ['{{=1+1}}'] } }, '{{=1+1}}'],
    ['results', { container: { args: ['{{tasks.a.outputs.result}}'] } }, '{{tasks.a.outputs.result}}'],
  ])('refuses %s by name', (_name, template, path) => {
    expect(refusal(withTemplate(template))?.code).toBe('UNIMPLEMENTED');
    expect(paths(withTemplate(template))).toContain(path);
  });

  it.each(['onExit', 'hooks', 'suspend', 'volumeClaimTemplates', 'workflowTemplateRef', 'templateDefaults', 'synchronization', 'metrics', 'retryStrategy'])(
    'refuses spec.%s by name',
    (field) => expect(paths(aWorkflow([aPod('p')], { [field]: {} }))).toContain(`spec.${field}`),
  );

  it.each([
    ['no entrypoint', aWorkflow([aPod('p')], { entrypoint: 'q' }), 'spec.entrypoint'],
    ['no namespace', { ...aWorkflow([aPod('p')]), metadata: { name: 'wf' } }, 'metadata.namespace'],
    ['a bad name', { ...aWorkflow([aPod('p')]), metadata: { name: '../x', namespace: 'ns' } }, 'metadata.name'],
    ['a template twice', aWorkflow([aPod('p'), aPod('p')]), 'spec.templates[1].name'],
    ['an unknown template', aWorkflow([aDag('root', [{ name: 'a', template: 'x' }])]), "spec.templates['root'].dag.tasks['a'].template"],
    ['an unknown dependency', aWorkflow([aDag('root', [{ name: 'a', template: 'p', depends: 'b' }]), aPod('p')]), "spec.templates['root'].dag"],
    ['a cycle', aWorkflow([aDag('root', [{ name: 'a', template: 'p', depends: 'b' }, { name: 'b', template: 'p', depends: 'a' }]), aPod('p')]), "spec.templates['root'].dag.tasks['a']"],
    ['an unknown target', aWorkflow([aDag('root', [{ name: 'a', template: 'p' }], { target: 'b' }), aPod('p')]), "spec.templates['root'].dag"],
    ['use of a task that is not waited for', aWorkflow([aDag('root', [{ name: 'a', template: 'p' }, { name: 'b', template: 'p', when: '{{tasks.a.status}} == x' }]), aPod('p')]), "spec.templates['root'].dag.tasks['b']"],
    ['a deadline on a DAG', aWorkflow([{ ...aDag('root', []), activeDeadlineSeconds: '3' }]), "spec.templates['root'].activeDeadlineSeconds"],
    ['a patch that is not JSON', aWorkflow([aPod('p', { podSpecPatch: 'containers: []' })]), "spec.templates['p'].podSpecPatch"],
    ['an argument without value', aWorkflow([aPod('p')], { arguments: { parameters: [{ name: 'x' }] } }), "spec.arguments.parameters['x']"],
    ['two kinds in one template', withTemplate({ container: {}, suspend: {} }), "spec.templates['t']"],
  ])('refuses %s as Argo does', (_name, workflow, path) => {
    expect(refusal(workflow as Workflow)?.code).toBe('INVALID_ARGUMENT');
    expect(paths(workflow as Workflow)).toContain(path);
  });

  it.each([[{ templates: 'x' }], [{ templates: [{ name: 't', dag: { tasks: 3 } }] }], [{ templates: [null] }], [{ templates: [{ name: 't', container: { env: 1 } }] }], [{ templates: [{ name: 't', dag: { tasks: [{ name: 'a', template: 't', when: true }] } }] }]])(
    'refuses %j, which is no Workflow, without falling over',
    (spec) => expect(refusal(aWorkflow([aPod('t')], spec as unknown as Partial<WorkflowSpec>))?.code).toBe('INVALID_ARGUMENT'),
  );

  it('gives every reason at once', () => {
    expect(paths(aWorkflow([{ name: 'a', script: { image: 'x' } } as Template, { name: 'b', http: { url: 'x' } } as Template], { onExit: 'a' }))).toHaveLength(3);
  });

  it('asks the executor about a container that nothing can change any more', () => {
    const executor = { refusal: () => 'install docker' };
    expect(refusal(aWorkflow([aPod('p')]), executor)?.message).toContain('install docker');
    expect(refusal(aWorkflow([aPod('p', { podSpecPatch: '{{inputs.parameters.x}}' })]), executor)).toBeUndefined();
  });
});
