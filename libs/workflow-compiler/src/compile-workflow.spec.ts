import { decide } from '@millrace/pipeline-semantics';
import { parsePipelineValue, type Pipeline } from '@millrace/pipeline-spec';
import { describe, expect, it } from 'vitest';
import { answerGate } from './answer-gate.js';
import { compileWorkflow } from './compile-workflow.js';
import { transportOf } from './transport.js';
import { clusterLayout, layout, planCase, viewOf } from './testing/plan-case.js';

const container = { image: 'i', command: ['c'], args: ["{{$.inputs.parameters['text']}}"] };
const task = (text: object, more: object = {}) => ({ componentRef: { name: 'c' }, inputs: { parameters: { text } }, ...more });
const specOf = (tasks: object) => ({
  schemaVersion: '2.1.0',
  pipelineInfo: { name: 'p' },
  deploymentSpec: { executors: { e: { container } } },
  components: { c: { executorLabel: 'e', inputDefinitions: { parameters: { text: { parameterType: 'STRING' } } }, outputDefinitions: { parameters: { out: { parameterType: 'STRING' } } } } },
  root: { dag: { tasks } },
});
const pipelineOf = (tasks: object) => parsePipelineValue(specOf(tasks));
const constant = { runtimeValue: { constant: 'a' } };

describe('compileWorkflow', () => {
  const pipeline = pipelineOf({ a: task(constant), b: task({ taskOutputParameter: { producerTask: 'a', outputParameterKey: 'out' } }) });
  const { run, plan } = planCase(pipeline);

  it('takes name, namespace, account and labels', () => {
    const { metadata, spec } = compileWorkflow({ pipeline, plan, run, layout, settings: { namespace: 'team', serviceAccount: 'sa', labels: { a: 'b', 'pipeline/runid': 'forged' } } });
    expect(metadata).toMatchObject({ name: 'p-abcde', namespace: 'team', labels: { a: 'b', 'pipeline/runid': 'run-1' } });
    expect(spec.serviceAccountName).toBe('sa');
    expect(compileWorkflow({ pipeline, plan, run, layout, settings: { namespace: 'team' } }).spec).not.toHaveProperty('serviceAccountName');
  });

  it('gates what is undecided and what cannot run, and nothing else', () => {
    const failing = new Map(plan.tasks);
    const a = plan.tasks.get('root/a')!;
    failing.set('root/a', { ...a, decision: { kind: 'fail', message: 'no' } });
    const gates = (tasks: typeof plan.tasks) =>
      compileWorkflow({ pipeline, plan: { tasks }, run, layout, settings: { namespace: 'team' } }).spec.templates?.[0]?.dag?.tasks.flatMap(({ name, template }) => (template === 'millrace-gate' ? [name] : []));
    expect(gates(plan.tasks)).toEqual(['b-gate']);
    expect(gates(failing)).toEqual(['a-gate', 'b-gate']);
  });

  it('closes a task that is never to start', () => {
    const tasks = new Map(plan.tasks);
    tasks.set('root/b', { ...plan.tasks.get('root/b')!, decision: { kind: 'skip', reason: 'no' } });
    const { spec } = compileWorkflow({ pipeline, plan: { tasks }, run, layout, settings: { namespace: 'team' } });
    expect(spec.templates?.[0]?.dag?.tasks[1]).toMatchObject({ template: 'millrace-skipped', when: 'skipped == run' });
    expect(spec.templates?.map(({ name }) => name)).toEqual(['root', 'millrace-skipped', 'pod-a']);
  });

  it('names the tolerated task beside the last ones, because Argo judges a DAG by its last tasks only', () => {
    const tolerant = pipelineOf({
      work: task(constant),
      side: task(constant),
      'clean-up': task(constant, { dependentTasks: ['work'], triggerPolicy: { strategy: 'ALL_UPSTREAM_TASKS_COMPLETED' } }),
    });
    const plain = planCase(pipelineOf({ work: task(constant), side: task(constant), 'clean-up': task(constant, { dependentTasks: ['work'] }) }));
    const { spec } = compileWorkflow({ pipeline: tolerant, plan: plain.plan, run, layout, settings: { namespace: 'team' } });
    expect(spec.templates?.[0]?.dag?.target).toBe('work side clean-up');
    expect(spec.templates?.[0]?.dag?.tasks[2]?.depends).toBe('(work.Succeeded || work.Skipped || work.Failed || work.Errored || work.Omitted)');
  });

  describe('for a cluster', () => {
    const onCluster = (read: Pipeline, more: object = {}) => {
      const planned = planCase(read, { cluster: true });
      const workflow = compileWorkflow({ pipeline: read, plan: planned.plan, run: planned.run, layout: { ...clusterLayout, ...more }, settings: { namespace: 'team' } });
      return { workflow, spec: workflow.spec, planned, template: (name: string) => workflow.spec.templates!.find((candidate) => candidate.name === name)! };
    };
    const patchOf = (securityContext?: object, more: object = {}) => {
      const read = parsePipelineValue(specOf({ a: task(constant) }), securityContext && { platforms: { kubernetes: { deploymentSpec: { executors: { e: { securityContext } } } } } });
      const { template, spec } = onCluster(read, more);
      const { containers } = JSON.parse(template('pod-a').podSpecPatch!);
      return { all: JSON.parse(spec.podSpecPatch!), main: named(containers, 'main'), wait: named(containers, 'wait'), own: JSON.parse(template('pod-a').podSpecPatch!) };
    };
    const nameOf = ({ name }: { readonly name: string }) => name;
    const named = (containers: readonly { readonly name: string }[], name: string): any => containers.find((container) => container.name === name);

    it('lets a task do nothing that it does not ask for, and leaves Argo its own containers', () => {
      const { all, main, own } = patchOf();
      expect(main.securityContext).toEqual({ allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] }, seccompProfile: { type: 'RuntimeDefault' } });
      expect(Object.keys(own)).toEqual(['containers']);
      expect(own.containers.map(nameOf)).toEqual(['main']);
      // More patience with a store that is away, and nothing else; in Argo's own order.
      const env = [{ name: 'EXECUTOR_RETRY_BACKOFF_STEPS', value: '9' }];
      expect(all.containers).toMatchObject([{ name: 'wait', env }, { name: 'main' }]);
      expect(named(all.containers, 'wait')).toEqual({ name: 'wait', env });
      expect(all.initContainers).toEqual([{ name: 'init', env }]);
    });

    it('gives a user that the image does not know a home to write to, and Argo no part of it', () => {
      const { all } = patchOf();
      expect(all.volumes).toEqual([{ name: 'millrace-home', emptyDir: {} }]);
      expect(all.containers.flatMap(({ name, volumeMounts = [] }: any) => volumeMounts.map(({ mountPath }: any) => `${name} ${mountPath}`))).toEqual(['main /.local', 'main /.cache', 'main /.config']);
    });

    it("brings files before an author's own init containers begin", () => {
      const read = parsePipelineValue(specOf({ a: task(constant) }), { platforms: { kubernetes: { deploymentSpec: { executors: { e: { initContainers: [{ name: 'mine', image: 'busybox' }] } } } } } });
      const { initContainers } = JSON.parse(onCluster(read).template('pod-a').podSpecPatch!);
      expect(initContainers.map(nameOf)).toEqual(['init', 'mine']);
    });

    it('has files taken away until that succeeds, where Kubernetes starts a container again, and the task itself never', () => {
      const { all, own, wait } = patchOf({ runAsUser: 1000 }, { restartsContainers: true });
      const { env, ...restarted } = named(all.containers, 'wait');
      expect(restarted).toEqual({ name: 'wait', restartPolicy: 'Never', restartPolicyRules: [{ action: 'Restart', exitCodes: { operator: 'In', values: [1, 2, 64] } }] });
      expect({ env, ...wait }).toMatchObject({ env: [{ name: 'EXECUTOR_RETRY_BACKOFF_STEPS' }], securityContext: { runAsUser: 1000 } });
      for (const other of [all, own, wait, named(all.containers, 'main'), ...own.containers, ...all.initContainers]) expect(Object.keys(other)).not.toContain('restartPolicy');
    });

    it('writes a component once that many tasks have, decided now or by a gate, so that 300 of them leave room for what Argo keeps of each', () => {
      const chain = (count: number) => {
        const tasks = Array.from({ length: count }, (_, index) => [`t${index}`, task(index === 0 ? constant : { taskOutputParameter: { producerTask: `t${index - 1}`, outputParameterKey: 'out' } })]);
        const read = parsePipelineValue({ ...specOf(Object.fromEntries(tasks)), deploymentSpec: { executors: { e: { container: { ...container, command: ['python', '-c', 'x'.repeat(2_000)] } } } } });
        return onCluster(read);
      };
      const { spec } = chain(300);
      expect(spec.templates!.map(({ name }) => name)).toEqual(['root', 'millrace-gate', 'pod-t0']);
      expect(new Set(spec.templates![0]!.dag!.tasks.filter(({ name }) => !name.endsWith('-gate')).map(({ template }) => template))).toEqual(new Set(['pod-t0']));
      expect((JSON.stringify(chain(300).workflow).length - JSON.stringify(chain(100).workflow).length) / 200).toBeLessThan(700);
    });

    it('gives the one template of tasks that are alike what is each one\'s own, in which Argo finds nothing to replace', () => {
      const hostile = '{{workflow.name}} "q" $(HOME) é {{=1+1}}';
      const fan = (count: number) => {
        const tasks = Array.from({ length: count }, (_, index) => [`t${index}`, task({ runtimeValue: { constant: index === 0 ? hostile : `value ${index}` } })]);
        const read = parsePipelineValue({ ...specOf(Object.fromEntries(tasks)), deploymentSpec: { executors: { e: { container: { ...container, command: ['python', '-c', 'x'.repeat(2_000)] } } } } });
        return onCluster(read);
      };
      const { spec, planned } = fan(300);
      expect(spec.templates!.map(({ name }) => name)).toEqual(['root', 'pod-t0']);
      const { parameters } = spec.templates![0]!.dag!.tasks[0]!.arguments!;
      expect(spec.templates![1]!.inputs!.parameters!.map(({ name }) => name)).toEqual(parameters!.map(({ name }) => name));
      const given = Object.fromEntries(parameters!.map(({ name, value }) => [name, value ?? '']));
      expect(given['root']).toBe(`${planned.run.artifactRoot.replace('minio://mlpipeline/', '')}/t0/id-of-t0`);
      expect(JSON.parse(given['args']!)).toEqual([hostile.replace('$', '$$$$')]);
      expect(given['args']).not.toContain('{{');
      expect((JSON.stringify(spec).length - JSON.stringify(fan(100).spec).length) / 200).toBeLessThan(300);
    });

    it('takes nothing away of a task that declares no output, but its log', () => {
      const base = specOf({ a: task(constant), silent: task(constant, { componentRef: { name: 'silent' } }) });
      const read = parsePipelineValue({ ...base, components: { ...base.components, silent: { executorLabel: 'e', inputDefinitions: base.components.c.inputDefinitions } } });
      const { template } = onCluster(read);
      expect(template('pod-a').outputs?.artifacts?.map(({ name, path }) => [name, path])).toEqual([['task-parameters', '/tmp/kfp/outputs']]);
      expect(template('pod-silent').outputs?.artifacts ?? []).toEqual([]);
      expect(template('pod-silent').archiveLocation).toMatchObject({ archiveLogs: true });
    });

    it('gives a task root to a task that declares an artifact or is told of a place in there, decided now or by a gate; for files of parameters there is a folder', () => {
      const text = "{{$.inputs.parameters['text']}}";
      const told = { silent: text, parameter: "{{$.outputs.parameters['out'].output_file}}", whole: '{{$}}', file: '{{$.outputs.output_file}}', nested: '{"IfPresent":{"InputName":"text","Then":["{{$.outputMetadataUri}}"]}}' };
      const inputDefinitions = { parameters: { text: { parameterType: 'STRING' } } };
      const late = { taskOutputParameter: { producerTask: 'a', outputParameterKey: 'out' } };
      const each = <Value>(made: (name: string, arg: string) => readonly (readonly [string, Value])[]) => Object.fromEntries(Object.entries(told).flatMap(([name, arg]) => made(name, arg)));
      const base = specOf({ a: task(constant), artifact: task(constant, { componentRef: { name: 'artifact' } }), ...each((name) => [[name, task(constant, { componentRef: { name } })], [`late-${name}`, task(late, { componentRef: { name: `late-${name}` } })]] as const) });
      const read = parsePipelineValue({
        ...base,
        components: { ...base.components, artifact: { executorLabel: 'silent', inputDefinitions, outputDefinitions: { artifacts: { data: { artifactType: { schemaTitle: 'system.Dataset', schemaVersion: '0.0.1' } } } } }, ...each((name) => [[name, { executorLabel: name, inputDefinitions }], [`late-${name}`, { executorLabel: `late-${name}`, inputDefinitions }]] as const) },
        deploymentSpec: { executors: { ...base.deploymentSpec.executors, ...each((name, arg) => [[name, { container: { ...container, args: [arg] } }], [`late-${name}`, { container: { ...container, image: 'late', args: [arg] } }]] as const) } },
      });
      const { spec } = onCluster(read);
      const templateOf = (task: string) => spec.templates![0]!.dag!.tasks.find(({ name }) => name === task)!.template;
      const hasTaskRoot = (task: string) => spec.templates!.find(({ name }) => name === templateOf(task))!.container!.volumeMounts?.some((mount) => mount.name === 'millrace-task-root') ?? false;
      const expected = { a: false, artifact: true, silent: false, parameter: false, whole: true, file: true, nested: true, 'late-silent': false, 'late-parameter': false, 'late-whole': true, 'late-file': true, 'late-nested': true };
      expect(Object.fromEntries(Object.keys(expected).map((name) => [name, hasTaskRoot(name)]))).toEqual(expected);
    });

    it('mounts the image of an imported model, for a task that is decided now and for one that a gate decides', () => {
      const importer = { artifactUri: { constant: 'oci://registry.example.com/models/small:1' }, typeSchema: { schemaTitle: 'system.Model', schemaVersion: '0.0.1' } };
      const model = { artifactType: { schemaTitle: 'system.Model', schemaVersion: '0.0.1' } };
      const takes = { inputs: { artifacts: { model: { taskOutputArtifact: { producerTask: 'model', outputArtifactKey: 'artifact' } } }, parameters: { text: constant } }, componentRef: { name: 'use' } };
      const late = { ...takes, inputs: { ...takes.inputs, parameters: { text: { taskOutputParameter: { producerTask: 'a', outputParameterKey: 'out' } } } } };
      const uses = { image: 'i', command: ['c'], args: ["{{$.inputs.artifacts['model'].path}}"] };
      const given = { inputDefinitions: { artifacts: { model }, parameters: { text: { parameterType: 'STRING' } } } };
      const base = specOf({ a: task(constant), model: { componentRef: { name: 'import' } }, now: { ...takes, componentRef: { name: 'use-now' } }, late });
      const read = parsePipelineValue({
        ...base,
        deploymentSpec: { executors: { ...base.deploymentSpec.executors, i: { importer }, u: { container: uses }, n: { container: { ...uses, image: 'another' } } } },
        components: { ...base.components, import: { executorLabel: 'i', outputDefinitions: { artifacts: { artifact: model } } }, use: { executorLabel: 'u', ...given }, 'use-now': { executorLabel: 'n', ...given } },
      });
      const { planned, template } = onCluster(read);
      const volume = { name: 'image', image: { reference: 'registry.example.com/models/small:1' } };
      const mount = { name: 'image', mountPath: '/oci/registry.example.com_models_small:1', readOnly: true };
      const { containers, volumes } = JSON.parse(template('pod-now').podSpecPatch!);
      const main = named(containers, 'main');
      expect([volumes, main.volumeMounts, main.args]).toEqual([[volume], [mount], [`${mount.mountPath}/models`]]);
      expect(template('pod-now').inputs?.artifacts ?? []).toEqual([]);

      expect(template('pod-late').podSpecPatch).toContain('"volumes":{{inputs.parameters.volumes}}');
      const made = planned.plan.tasks.get('root/model')!.decision;
      if (made.kind !== 'import') throw new Error(made.kind);
      const decision = decide(read, 'root/late', viewOf(planned.run, { 'root/a': { parameters: { out: 'x' } }, 'root/model': made.outputs }), { layout: clusterLayout, cache: { enabled: false }, taskId: 'id-of-late' });
      if (decision.kind !== 'run') throw new Error(decision.kind);
      const { outputs } = answerGate(decision, { layout: clusterLayout, run: planned.run, pipeline: read, component: read.spec.components!['use']! });
      const slots = Object.fromEntries((outputs.parameters ?? []).map(({ name, value }) => [name, value ?? '']));
      expect([JSON.parse(slots['volumes']!), JSON.parse(slots['volumeMounts']!)]).toEqual([[volume], [mount]]);
      // What does not take it is as it was.
      expect(template('pod-a').podSpecPatch).not.toContain('volumes');
    });

    it('brings what a gate decides by one mount for each service, whichever of its schemes it is of', () => {
      const [minio] = clusterLayout.transport === 'object-store' ? clusterLayout.stores : [];
      const stores = [minio!, { ...minio!, scheme: 's3' as const }];
      const layout = { ...clusterLayout, stores, locateObject: (uri: string) => ({ store: stores[uri.startsWith('s3:') ? 1 : 0]!, bucket: 'b', key: uri.split('/').slice(3).join('/') }) };
      const component = { executorLabel: 'e', inputDefinitions: { artifacts: { data: { artifactType: { schemaTitle: 'system.Dataset', schemaVersion: '0.0.1' } } } } };
      const { late, answer } = transportOf(layout, { artifactRoot: 'minio://b/root' });
      const { inputArtifacts, slots } = late({ component, container });
      expect(inputArtifacts.map(({ path }) => path)).toEqual(['{{inputs.parameters.mount-data-0-0}}/{{inputs.parameters.bucket-data-0-0}}/{{inputs.parameters.key-data-0-0}}']);
      const given = (uri: string) => answer(component, { path: 'root/a', taskRoot: 'minio://b/root/a/id', inputs: { parameters: {}, artifacts: { data: [{ id: '1', name: '1', uri, schemaTitle: '', schemaVersion: '', metadata: {} }] } } } as never);
      expect(Object.keys(given('s3://b/x')).toSorted()).toEqual(slots.toSorted());
      expect(given('s3://b/folder/x')).toMatchObject({ 'mount-data-0-0': '/s3', 'bucket-data-0-0': 'b', 'key-data-0-0': 'folder/x' });
      expect(given('minio://b/folder/x')).toMatchObject({ 'mount-data-0-0': '/minio', 'key-data-0-0': 'folder/x' });
    });

    it('brings what two inputs name once, though one address ends in a slash: a pod has one mount at a path', () => {
      const stores = clusterLayout.transport === 'object-store' ? clusterLayout.stores : [];
      const layout = { ...clusterLayout, locateObject: () => ({ store: stores[0]!, bucket: 'b', key: 'folder' }) } as typeof clusterLayout;
      const data = { artifactType: { schemaTitle: 'system.Dataset', schemaVersion: '0.0.1' } };
      const component = { executorLabel: 'e', inputDefinitions: { artifacts: { one: data, two: data } } };
      const artifact = (uri: string) => [{ id: '1', name: '1', uri, schemaTitle: '', schemaVersion: '', metadata: {} }];
      const plan = { path: 'root/a', taskRoot: 'minio://b/root/a/id', inputs: { parameters: {}, artifacts: { one: artifact('minio://b/folder'), two: artifact('minio://b/folder/') } } } as never;
      const { known, answer } = transportOf(layout, { artifactRoot: 'minio://b/root' });
      expect(known({ component, container }, plan).inputArtifacts.map(({ path }) => path)).toEqual(['/minio/b/folder']);
      expect(answer(component, plan)).toMatchObject({ 'key-one-0-0': 'folder', 'key-two-0-0': '' });
    });

    it('gives each attempt at a task that is retried a task root of its own, whether it is decided now or by a gate', () => {
      const retryPolicy = { maxRetryCount: 2 };
      const late = task({ taskOutputParameter: { producerTask: 'a', outputParameterKey: 'out' } }, { retryPolicy });
      const args = ["{{$.outputs.parameters['out'].output_file}} {{$.outputs.output_file}} {{$.inputs.parameters['text']}}"];
      const read = parsePipelineValue({ ...specOf({ a: task(constant, { retryPolicy }), b: late, once: task(constant) }), deploymentSpec: { executors: { e: { container: { ...container, args } } } } });
      const produced = { 'root/a': { parameters: { out: '{{retries}}' } } };
      const { planned, template } = onCluster(read);
      const root = `${planned.run.artifactRoot.replace('minio://mlpipeline/', '')}/a/id-of-a/attempt-{{retries}}`;
      expect(template('pod-a').outputs?.artifacts?.[0]).toMatchObject({ path: `/minio/mlpipeline/${root}`, s3: { key: root } });
      expect(template('pod-a').container?.volumeMounts?.[0]?.mountPath).toBe(`/minio/mlpipeline/${root}`);
      expect(named(JSON.parse(template('pod-a').podSpecPatch!).containers, 'main').args).toEqual([`/tmp/kfp/outputs/out /minio/mlpipeline/${root}/output_metadata.json a`]);
      expect(template('pod-b').outputs?.artifacts?.[0]).toMatchObject({ path: '/minio/mlpipeline/{{inputs.parameters.root}}' });
      expect(JSON.stringify(template('pod-once'))).not.toMatch(/attempt/);

      const decision = decide(read, 'root/b', viewOf(planned.run, produced), { layout: clusterLayout, cache: { enabled: false }, taskId: 'id-of-b' });
      if (decision.kind !== 'run') throw new Error(decision.kind);
      const { outputs } = answerGate(decision, { layout: clusterLayout, run: planned.run, pipeline: read, component: read.spec.components!['c']! });
      const slots = Object.fromEntries((outputs.parameters ?? []).map(({ name, value }) => [name, value]));
      expect(slots['root']).toBe(root.replaceAll('a/id-of-a', 'b/id-of-b'));
      expect(slots['args']).toContain('b/id-of-b/attempt-{{retries}}/output_metadata.json');
      // A value of the author's stays what it is.
      expect(slots['args']).toContain(String.raw`\u007b\u007bretries\u007d\u007d`);
    });

    it("lets Argo take away the files as the user that a task asks for, and bring them as it is set up", () => {
      const { all, main, wait } = patchOf({ runAsUser: 1000, runAsGroup: 2000 });
      const executor = { runAsUser: 1000, runAsGroup: 2000, runAsNonRoot: true };
      expect(main.securityContext).toMatchObject({ runAsUser: 1000, capabilities: { drop: ['ALL'] } });
      expect(wait).toEqual({ name: 'wait', securityContext: executor });
      expect(all.initContainers[0]).not.toHaveProperty('securityContext');
      expect(patchOf({ runAsUser: 0 }).wait.securityContext).toEqual({ runAsUser: 0, runAsNonRoot: false });
    });
  });

  it('compiles 2,000 tasks in linear time', () => {
    const many = pipelineOf(Object.fromEntries(Array.from({ length: 2000 }, (_, i) => [`t${i}`, task(i === 0 ? constant : { taskOutputParameter: { producerTask: `t${i - 1}`, outputParameterKey: 'out' } })])));
    const planned = planCase(many);
    const start = performance.now();
    compileWorkflow({ pipeline: many, plan: planned.plan, run, layout, settings: { namespace: 'team' } });
    expect(performance.now() - start).toBeLessThan(1500);
  });
});
