import { describe, expect, it } from 'vitest';
import type { PipelineError } from '@millrace/errors';
import type { Template, Workflow, WorkflowSpec } from '@millrace/argo';
import { KeyedFolders } from '../pod/keyed-folders.js';
import { aDag, aGate, aPod, aWorkflow } from '../testing/workflow-builder.js';
import { checkWorkflow } from './check-workflow.js';
import type { RunningPlace } from './findings.js';

const refusal = (workflow: Workflow, executor?: RunningPlace['executor']): PipelineError | undefined => {
  try {
    checkWorkflow(workflow, executor && { executor });
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
    ['http', { http: { url: 'x' } }, "spec.templates['t'].http"],
    ['plugin', { plugin: {} }, "spec.templates['t'].plugin"],
    ['data', { data: {} }, "spec.templates['t'].data"],
    ['containerSet', { containerSet: { containers: [] } }, "spec.templates['t'].containerSet"],
    ['memoize', { container: {}, memoize: { key: 'k' } }, "spec.templates['t'].memoize"],
    ['synchronization', { container: {}, synchronization: {} }, "spec.templates['t'].synchronization"],
    ['daemon', { container: {}, daemon: true }, "spec.templates['t'].daemon"],
    ['timeout', { container: {}, timeout: '1m' }, "spec.templates['t'].timeout"],
    ['retry expression', { container: {}, retryStrategy: { expression: 'true' } }, "spec.templates['t'].retryStrategy.expression"],
    ['limits in env', { container: { env: [{ name: 'A', valueFrom: { resourceFieldRef: { resource: 'limits.cpu' } } }] } }, "spec.templates['t'].container.env['A'].valueFrom.resourceFieldRef"],
    ['odd host paths', { container: {}, volumes: [{ name: 'v', hostPath: { path: '/dev/x', type: 'BlockDevice' } }] }, "spec.templates['t'].volumes['v'].hostPath.type"],
    ['a patch of a sidecar', { container: {}, podSpecPatch: '{"containers":[{"name":"istio"}]}' }, "spec.templates['t'].podSpecPatch.containers['istio']"],
    ['a resource that is no claim', { resource: { action: 'create', manifest: 'kind: Job' } }, "spec.templates['t'].resource"],
    ['patches of resources', { resource: { action: 'patch', manifest: 'kind: PersistentVolumeClaim' } }, "spec.templates['t'].resource"],
    ['uploads to a store', { container: {}, outputs: { artifacts: [{ name: 'a', path: '/x', s3: { key: 'k', bucket: 'b' } }] } }, "spec.templates['t'].outputs.artifacts['a'].s3.bucket"],
    ['other places of artifacts', { container: {}, inputs: { artifacts: [{ name: 'a', path: '/x', http: { url: 'http://x' } }] } }, "spec.templates['t'].inputs.artifacts['a'].http"],
    ['zipped artifacts', { container: {}, outputs: { artifacts: [{ name: 'a', path: '/x', archive: { zip: {} } }] } }, "spec.templates['t'].outputs.artifacts['a'].archive.zip"],
    ['hooks while a task runs', { dag: { tasks: [{ name: 'a', template: 't', hooks: { running: { template: 't', expression: 'true' } } }] } }, "spec.templates['t'].dag.tasks['a'].hooks.running"],
    ['exit hooks with a condition', { dag: { tasks: [{ name: 'a', template: 't', hooks: { exit: { template: 't', expression: 'true' } } }] } }, "spec.templates['t'].dag.tasks['a'].hooks.exit.expression"],
    ['odd formats of sequences', { dag: { tasks: [{ name: 'a', template: 't', withSequence: { count: '2', format: '%v' } }] } }, "spec.templates['t'].dag.tasks['a'].withSequence.format"],
    ['expression tags', { container: { args: ['{{=1+1}}'] } }, '{{=1+1}}'],
  ])('refuses %s by name', (_name, template, path) => {
    expect(refusal(withTemplate(template))?.code).toBe('UNIMPLEMENTED');
    expect(paths(withTemplate(template))).toContain(path);
  });

  it.each(['suspend', 'workflowTemplateRef', 'templateDefaults', 'synchronization', 'metrics', 'retryStrategy'])(
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
    ['an input that nobody supplies', aWorkflow([aDag('root', [{ name: 'a', template: 'p' }]), aPod('p', { inputs: { parameters: [{ name: 'x' }] } })]), "spec.templates['root'].a"],
    ['an input of the entrypoint that nobody supplies', aWorkflow([aPod('p', { inputs: { parameters: [{ name: 'x' }] } })]), 'spec.arguments'],
    ['use of an input that does not exist', aWorkflow([aPod('p', { container: { image: 'p', args: ['{{inputs.parameters.x}}'] } })]), "spec.templates['p']"],
    ['use of an output that a task does not have', aWorkflow([aDag('root', [{ name: 'a', template: 'p' }, { name: 'b', template: 'p', depends: 'a', when: '{{tasks.a.outputs.parameters.x}} == y' }]), aPod('p')]), "spec.templates['root']"],
    ['use of a part of the workflow that does not exist', aWorkflow([aPod('p', { container: { image: 'p', args: ['{{workflow.parameters.x}}'] } })]), "spec.templates['p']"],
    ['a question for items of a task that has none', aWorkflow([aDag('root', [{ name: 'a', template: 'p' }, { name: 'b', template: 'p', depends: 'a.AnySucceeded' }]), aPod('p')]), "spec.templates['root'].dag"],
    ['use of a task that is not waited for', aWorkflow([aDag('root', [{ name: 'a', template: 'p' }, { name: 'b', template: 'p', when: '{{tasks.a.status}} == x' }]), aPod('p')]), "spec.templates['root'].dag.tasks['b']"],
    ['a deadline on a DAG', aWorkflow([{ ...aDag('root', []), activeDeadlineSeconds: '3' }]), "spec.templates['root'].activeDeadlineSeconds"],
    ['a patch that is no object', aWorkflow([aPod('p', { podSpecPatch: '- containers' })]), "spec.templates['p'].podSpecPatch"],
    ['an argument without value', aWorkflow([aPod('p')], { arguments: { parameters: [{ name: 'x' }] } }), "spec.arguments.parameters['x']"],
    ['a step that uses one beside it', aWorkflow([{ name: 's', steps: [[{ name: 'a', template: 'p' }, { name: 'b', template: 'p', when: '{{steps.a.status}} == x' }]] } as unknown as Template, aPod('p')]), "spec.templates['s'].steps[0]['b']"],
    ['an exit handler that is no template', aWorkflow([aPod('p')], { onExit: 'x' }), 'spec.onExit'],
    ['an output artifact without a path', aWorkflow([aPod('p', { outputs: { artifacts: [{ name: 'a' }] } })]), "spec.templates['p'].outputs.artifacts['a'].path"],
    ['an argument artifact without a place', aWorkflow([aDag('root', [{ name: 'a', template: 'p', arguments: { artifacts: [{ name: 'x' }] } }]), aPod('p')]), "spec.templates['root'].dag.tasks['a'].arguments.artifacts['x']"],
    ['a key that leads elsewhere', aWorkflow([aPod('p', { inputs: { artifacts: [{ name: 'x', path: '/x', s3: { key: '../x' } }] } })]), "spec.templates['p'].inputs.artifacts['x'].s3.key"],
    ['the outcome of the workflow outside its exit handler', aWorkflow([aPod('p', { container: { image: 'p', command: ['run'], args: ['{{workflow.status}}'] } })]), "spec.templates['p']"],
    ['an artifact inside a text', aWorkflow([aPod('p', { inputs: { artifacts: [{ name: 'x', path: '/x', raw: { data: '1' } }] }, container: { image: 'p', command: ['run'], args: ['{{inputs.artifacts.x}}'] } })]), '{{inputs.artifacts.x}}'],
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
    expect(paths(aWorkflow([{ name: 'a', plugin: {} } as Template, { name: 'b', http: { url: 'x' } } as Template], { suspend: true }))).toHaveLength(3);
  });

  it('asks the executor about sidecars and init containers too, and about the interpreter of a script', () => {
    const asked: unknown[] = [];
    const executor: RunningPlace['executor'] = { refusal: (spec) => (asked.push(spec), spec.companions === undefined ? undefined : 'only containers can be sidecars.') };
    const issue = refusal(aWorkflow([aPod('p', { sidecars: [{ name: 's', image: 'nginx' }], initContainers: [{ name: 'i', image: 'busybox', command: ['true'] }] })]), executor);
    expect(issue?.code).toBe('UNIMPLEMENTED');
    expect(issue?.message).toMatch(/only containers can be sidecars\.$/);
    expect(asked).toMatchObject([{ companions: [{ name: 'i', role: 'init', command: ['true'] }, { name: 's', role: 'sidecar', image: 'nginx' }] }]);
    expect(refusal(withTemplate({ script: { image: 'x', command: ['ruby'], source: 'puts 1' } }), { refusal: ({ command }) => `no ${command[0]}` })?.message).toContain('no ruby');
  });

  it('looks for the secrets and config maps that are named outright', () => {
    const objects = { secrets: new KeyedFolders('secret', '/nowhere/secrets'), configMaps: new KeyedFolders('config map', '/nowhere/config-maps') };
    const check = (container: object, volumes: Template['volumes'] = []): string[] => {
      try {
        checkWorkflow(aWorkflow([{ name: 't', inputs: { parameters: [{ name: 's', default: 'x' }] }, container: { image: 'x', command: ['run'], ...container }, volumes } as Template]), { executor: { refusal: () => undefined }, objects });
        return [];
      } catch (error) {
        return ((error as PipelineError).details!['issues'] as { path: string; message: string }[]).map(({ path, message }) => /the (?:secret|config map) "\w+"/.exec(message)?.[0] ?? `${path} ${message}`);
      }
    };
    expect(check({ env: [{ name: 'A', valueFrom: { secretKeyRef: { name: 'a', key: 'k' } } }], envFrom: [{ configMapRef: { name: 'b' } }] }, [{ name: 'v', secret: { secretName: 'c' } }])).toEqual(['the secret "a"', 'the secret "c"', 'the config map "b"']);
    expect(check({ envFrom: [{ configMapRef: { name: 'b', optional: true } }], env: [{ name: 'A', valueFrom: { secretKeyRef: { name: '{{inputs.parameters.s}}', key: 'k' } } }] })).toEqual([]);
  });

  it('asks the executor about a container that nothing can change any more', () => {
    const executor = { refusal: () => 'install docker' };
    expect(refusal(aWorkflow([aPod('p')]), executor)?.message).toContain('install docker');
    expect(refusal(aWorkflow([aPod('p', { inputs: { parameters: [{ name: 'x', default: '{}' }] }, podSpecPatch: '{{inputs.parameters.x}}' })]), executor)).toBeUndefined();
  });
});
