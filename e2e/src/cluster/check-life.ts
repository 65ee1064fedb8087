import type { LogPageView, TaskDetail } from '@millrace/api-contract';
import { createRun } from '../harness/requests.js';
import { Runs } from '../harness/runs.js';
import { shellPipeline } from '../harness/shell-pipeline.js';
import type { Server } from '../harness/server.js';
import { startShell, startSpec, until, type CheckContext, type ClusterCheck, type Expect } from './cluster-check.js';
import { copyingIntoTheWorkspace, mountingAnImage } from './check-imports.js';
import { fitSpec } from './fit-pipeline.js';

/** The life of runs on a cluster: logs while a task runs and afterwards, ends of all kinds, attempts, retries, what tasks wait for. */
export const LIFE: Readonly<Record<string, ClusterCheck>> = {
  logs: logsWhileRunning,
  terminate: terminating,
  delete: deleting,
  attempts: attempting,
  'own-attempts': leavingNothingBehind,
  times: timing,
  waiting: sayingWhyItWaits,
  undeliverable: sayingWhyItsFilesStay,
  image: mountingAnImage,
  copies: copyingIntoTheWorkspace,
  retry: retryingARun,
  lifetime: forgettingWorkflows,
};

const logOf = (server: Server, { run_id, id }: TaskDetail) => server.json<LogPageView>(`/apis/millrace/v1/runs/${run_id}/tasks/${id}/logs?from=0`);

async function logsWhileRunning(context: CheckContext, expect: Expect): Promise<void> {
  const { server } = context;
  const runs = new Runs(server);
  const id = await startShell(context, { talk: { line: 'for i in 1 2 3 4 5 6 7 8 9 10 11 12; do echo "line $i"; sleep 1; done' } }, 'talks');
  const early = await until('the first line of a running task', async () => {
    const { talk } = (await runs.look(id)).tasks;
    if (talk?.state !== 'RUNNING') return undefined;
    const page = await logOf(server, talk);
    return page.lines.length > 0 ? page : undefined;
  });
  expect(!early.complete && early.lines[0]!.text === 'line 1', `a running task's log begins with what it said: ${JSON.stringify(early)}`);
  const { tasks } = await runs.finished(id);
  const page = await logOf(server, tasks['talk']!);
  const lines = page.lines.map(({ text }) => text);
  expect(page.complete && lines.join() === Array.from({ length: 12 }, (_, index) => `line ${index + 1}`).join(), `the stored log is the task's own lines: ${JSON.stringify(lines)}`);
}

async function terminating(context: CheckContext, expect: Expect): Promise<void> {
  const runs = new Runs(context.server);
  const id = await startShell(context, { long: { line: 'echo begun; sleep 300' }, later: { line: 'true', after: ['long'] } }, 'terminated');
  await until('a running task', async () => ((await runs.look(id)).tasks['long']?.state === 'RUNNING' ? true : undefined));
  const at = Date.now();
  await runs.terminate(id);
  const { run, tasks } = await runs.finished(id);
  const look = await until('the end of its rows', async () => {
    const now = await runs.look(id);
    return now.run.state === 'CANCELED' ? now : undefined;
  });
  expect(look.run.state === 'CANCELED', `the run is ${run.state}`);
  expect(look.tasks['long']?.state === 'CANCELED' && look.tasks['later']?.state === 'CANCELED', `the tasks are ${Object.values(tasks).map(({ state }) => state).join()}`);
  expect(Date.now() - at < 30_000, `it took ${Date.now() - at} ms`);
}

async function deleting(context: CheckContext, expect: Expect): Promise<void> {
  const { server, namespace, objects, images } = context;
  const runs = new Runs(server);
  const spec = fitSpec(shellPipeline({ make: { line: 'echo made > "$1"' } }, 'deleted'), images) as any;
  spec.components['comp-make'].outputDefinitions = { artifacts: { data: { artifactType: { schemaTitle: 'system.Dataset', schemaVersion: '0.0.1' } } } };
  spec.deploymentSpec.executors['exec-make'].container.args = ["{{$.outputs.artifacts['data'].path}}"];
  const made = await createRun(server, { display_name: 'deleted', pipeline_spec: spec });
  const { tasks, run } = await runs.finished(made.body.run_id);
  const uri = tasks['make']?.output_artifacts[0]?.artifact.uri ?? '';
  expect(run.state === 'SUCCEEDED' && (await objects.exists(uri)), `the run is ${run.state} and there is an object at ${uri}`);
  const answer = await server.request(`/apis/v2beta1/runs/${run.id}`, { method: 'DELETE' });
  expect(answer.status === 200, `the answer to DELETE is ${answer.status}`);
  expect((await server.request(`/apis/v2beta1/runs/${run.id}`)).status === 404, 'the run is gone');
  expect(!(await objects.exists(uri)), 'its object is gone');
  await until('its pods go with its Workflow', async () => ((await namespace.podsOf(run.id)) === 0 ? true : undefined));
}

async function attempting(context: CheckContext, expect: Expect): Promise<void> {
  const { tasks, run } = await new Runs(context.server).finished(await startShell(context, { flaky: { line: 'echo "this time not" >&2; exit 3', retries: 1 } }, 'retried'));
  const flaky = tasks['flaky'];
  expect(run.state === 'FAILED' && flaky?.attempt_list.length === 2, `the run is ${run.state} after ${flaky?.attempt_list.length} attempts`);
  expect(/Exit code 3: this time not\. All 2 attempts failed/.test(flaky?.message ?? ''), `it says "${flaky?.message}"`);
  const first = await new Runs(context.server).log(flaky!, 0);
  expect(first === 'this time not\n', `the first attempt has a log of its own: ${JSON.stringify(first)}`);
}

/** What a failed attempt left is nobody's output, whether it is known when the run is submitted or decided by a gate. */
async function leavingNothingBehind(context: CheckContext, expect: Expect): Promise<void> {
  const spec = shellPipeline({ first: { line: 'true' }, late: { line: 'true', after: ['first'] } }, 'own-attempts') as any;
  // The address of its output tells an attempt which one it is.
  const line = 'mkdir -p "$1"; case "$1" in */attempt-0/*) echo stale > "$2"; touch "$1/stale"; exit 1;; esac; touch "$1/fresh"; [ "$3" = yes ] && echo fresh > "$2"; exit 0';
  for (const name of ['first', 'late']) {
    spec.components[`comp-${name}`] = {
      executorLabel: `exec-${name}`,
      inputDefinitions: { parameters: { write: { parameterType: 'STRING' } } },
      outputDefinitions: { artifacts: { data: { artifactType: { schemaTitle: 'system.Dataset', schemaVersion: '0.0.1' } } }, parameters: { said: { parameterType: 'STRING' } } },
    };
    Object.assign(spec.deploymentSpec.executors[`exec-${name}`].container, { command: ['sh', '-c', line, 'sh'], args: ["{{$.outputs.artifacts['data'].path}}", "{{$.outputs.parameters['said'].output_file}}", "{{$.inputs.parameters['write']}}"] });
    spec.root.dag.tasks[name].retryPolicy = { maxRetryCount: 1 };
  }
  spec.root.dag.tasks.first.inputs = { parameters: { write: { runtimeValue: { constant: 'yes' } } } };
  spec.root.dag.tasks.late.inputs = { parameters: { write: { taskOutputParameter: { producerTask: 'first', outputParameterKey: 'said' } } } };
  const { tasks } = await new Runs(context.server).finished(await startSpec(context.server, fitSpec(spec, context.images), 'own-attempts'));
  const { first, late } = tasks;
  expect(first?.state === 'SUCCEEDED' && first.output_parameters['said'] === 'fresh', `the first is ${first?.state} with ${JSON.stringify(first?.output_parameters)}: ${first?.message}`);
  const uri = first?.output_artifacts[0]?.artifact.uri ?? '';
  const left = await context.objects.below(uri);
  expect(left.length === 1 && left[0]!.endsWith('/attempt-1/data/fresh'), `its artifact ${uri} has ${left.join()}`);
  expect(late?.state === 'FAILED' && late.attempt_list.length === 2 && /without output parameter "said"/.test(late.message ?? ''), `the late one, which wrote no parameter the second time, is ${late?.state} after ${late?.attempt_list.length} attempts: ${late?.message}`);
}

async function timing(context: CheckContext, expect: Expect): Promise<string> {
  const { run, tasks } = await new Runs(context.server).finished(await startShell(context, { slow: { line: 'sleep 5' } }, 'timed'));
  const { started_at: from = '', finished_at: to = '', attempt_list: attempts } = tasks['slow']!;
  const seconds = (Date.parse(to) - Date.parse(from)) / 1000;
  const all = (Date.parse(run.finished_at ?? '') - Date.parse(run.started_at ?? '')) / 1000;
  // On a node that is busy a container takes its time, too.
  expect(seconds >= 4 && seconds < all, `five seconds are ${seconds} s of ${all} s`);
  expect(attempts[0]?.started_at === from && attempts[0]?.finished_at === to, 'its attempt has the times of the task');
  return `5 s are ${seconds} s of the ${all} s of the run`;
}

/** Files that no waiting brings into the store fail their task, with the reason, and it is not run again. */
async function sayingWhyItsFilesStay(context: CheckContext, expect: Expect): Promise<string> {
  const { server, namespace, images } = context;
  const runs = new Runs(server);
  const spec = fitSpec(shellPipeline({ make: { line: 'echo made' } }, 'undeliverable'), images) as any;
  const { body } = await createRun(server, { display_name: 'undeliverable', pipeline_spec: spec, runtime_config: { pipeline_root: 'minio://no-such-bucket-of-e2e/root' } });
  const said = new Set<string>();
  const began = Date.now();
  const { run, tasks } = await until('its end', async () => {
    const look = await runs.look(body.run_id);
    const { state, message = '' } = look.tasks['make'] ?? {};
    if (state === 'RUNNING' && message !== '') said.add(message);
    return look.run.state === 'FAILED' || look.run.state === 'SUCCEEDED' ? look : undefined;
  }, 400);
  const { state, message = '', attempt_list: attempts } = tasks['make']!;
  expect(run.state === 'FAILED' && state === 'FAILED' && /bucket/.test(message), `the run is ${run.state}, the task ${state}: ${message}`);
  const pods = await namespace.podsOf(body.run_id);
  expect(attempts.length === 1 && pods <= 1, `it has ${attempts.length} attempts and ${pods} pods`);
  return `failed after ${((Date.now() - began) / 1000).toFixed(0)} s: ${message.slice(0, 90)}; said before: ${[...said].at(-1)?.slice(0, 150) ?? 'nothing'}`;
}

/** What keeps a pod from starting is said while it waits. */
async function sayingWhyItWaits(context: CheckContext, expect: Expect): Promise<string> {
  const { server } = context;
  const runs = new Runs(server);
  const kubernetes = {
    mounted: { secretAsVolume: [{ secretName: 'no-such-secret', mountPath: '/secret' }] },
    variable: { secretAsEnv: [{ secretName: 'no-such-secret', keyToEnv: [{ secretKey: 'a', envVar: 'A' }] }] },
    nowhere: { nodeSelector: { labels: { 'no-such': 'label' } } },
    unpulled: {},
  };
  const expected = { mounted: /^FailedMount: .*secret "no-such-secret" not found/, variable: /^CreateContainerConfigError: secret "no-such-secret" not found/, nowhere: /^Unschedulable: .*(node affinity|selector)/, unpulled: /ImagePull|ErrImage/ };
  const spec = fitSpec(shellPipeline(Object.fromEntries(Object.keys(kubernetes).map((name) => [name, { line: 'true' }])), 'waits'), context.images) as any;
  spec.deploymentSpec.executors['exec-unpulled'].container.image = 'registry.invalid/no-such-image:1';
  const executors = Object.fromEntries(Object.entries(kubernetes).map(([name, settings]) => [`exec-${name}`, settings]));
  const id = await startSpec(server, { pipeline_spec: spec, platform_spec: { platforms: { kubernetes: { deploymentSpec: { executors } } } } }, 'waits');
  const said: Record<string, string> = {};
  await until('a reason of each', async () => {
    const { tasks } = await runs.look(id);
    for (const [name, pattern] of Object.entries(expected)) {
      const message = tasks[name]?.message ?? '';
      if (pattern.test(message)) said[name] = message.slice(0, 70);
    }
    return Object.keys(said).length === Object.keys(expected).length ? true : undefined;
  }).catch(async (error: unknown) => {
    const { tasks } = await runs.look(id);
    expect(false, `${String(error)}: ${Object.values(tasks).map(({ key, message }) => `${key}: ${message}`).join(' | ')}`);
  });
  await runs.terminate(id);
  await runs.finished(id);
  return Object.values(said).join(' | ');
}

/** A run that failed in a loop inside a pipeline in it goes on there once the cause is gone, and nothing that succeeded is run again. */
async function retryingARun(context: CheckContext, expect: Expect): Promise<string> {
  const { server, namespace, images } = context;
  const runs = new Runs(server);
  const name = `retried-${Date.now().toString(36)}`;
  await namespace.keep('config-map', name, { well: 'no' });
  const say = { executorLabel: 'exec-say', inputDefinitions: { parameters: { item: { parameterType: 'STRING' } } }, outputDefinitions: { artifacts: { trace: { artifactType: { schemaTitle: 'system.Artifact', schemaVersion: '0.0.1' } } } } };
  const container = (line: string) => ({ container: { image: 'busybox', command: ['sh', '-c', `mkdir -p "$1"; touch "$1/$(cat /proc/sys/kernel/random/uuid)"; ${line}`, 'sh'], args: ["{{$.outputs.artifacts['trace'].path}}", "{{$.inputs.parameters['item']}}"] } });
  const one = (componentName: string, item: object, more = {}) => ({ componentRef: { name: componentName }, taskInfo: { name: componentName }, inputs: { parameters: { item } }, ...more });
  const constant = { runtimeValue: { constant: 'x' } };
  const spec = {
    schemaVersion: '2.1.0',
    sdkVersion: 'kfp-2.17.0',
    pipelineInfo: { name: 'retried' },
    deploymentSpec: { executors: { 'exec-say': container('true'), 'exec-flaky': container('[ "$WELL" = yes ] || [ "$2" = a ]') } },
    components: {
      'comp-say': say,
      'comp-flaky': { ...say, executorLabel: 'exec-flaky' },
      'comp-loop': {
        inputDefinitions: { parameters: { 'items-loop-item': { parameterType: 'STRING' } } },
        dag: { tasks: { flaky: one('comp-flaky', { componentInputParameter: 'items-loop-item' }), after: one('comp-say', { componentInputParameter: 'items-loop-item' }, { dependentTasks: ['flaky'] }) } },
      },
      'comp-inner': {
        dag: {
          tasks: {
            before: one('comp-say', constant),
            loop: { componentRef: { name: 'comp-loop' }, taskInfo: { name: 'loop' }, dependentTasks: ['before'], parameterIterator: { itemInput: 'items-loop-item', items: { raw: JSON.stringify(['a', 'b']) } } },
          },
        },
      },
    },
    root: { dag: { tasks: { inner: { componentRef: { name: 'comp-inner' }, taskInfo: { name: 'inner' } }, last: one('comp-say', constant, { dependentTasks: ['inner'] }) } } },
  };
  const platform = { platforms: { kubernetes: { deploymentSpec: { executors: { 'exec-flaky': { configMapAsEnv: [{ configMapName: name, keyToEnv: [{ configMapKey: 'well', envVar: 'WELL' }] }] } } } } } };
  const id = await startSpec(server, { pipeline_spec: fitSpec(spec, images), platform_spec: platform }, name);
  const failed = await runs.finished(id);
  const states = (tasks: typeof failed.tasks) => Object.fromEntries(Object.entries(tasks).map(([path, { state }]) => [path, state]));
  expect(failed.run.state === 'FAILED' && failed.tasks['inner/loop#1/flaky']?.state === 'FAILED' && failed.tasks['inner/loop#0/after']?.state === 'SUCCEEDED', `at first: ${JSON.stringify(states(failed.tasks))}`);
  await namespace.change(name, { well: 'yes' });
  await runs.retry(id);
  const { run, tasks } = await runs.finished(id);
  expect(run.state === 'SUCCEEDED' && Object.values(tasks).every(({ state }) => state === 'SUCCEEDED'), `then: ${run.state} ${JSON.stringify(states(tasks))}`);
  expect((await namespace.podsOf(id)) === 6, `${await namespace.podsOf(id)} pods are left of 6 tasks`);
  const traces = await Promise.all(Object.values(tasks).filter(({ kind }) => kind === 'container').map(async (task) => (await context.objects.below(task.output_artifacts[0]?.artifact.uri ?? 'none')).length));
  expect(traces.every((count) => count === 1), `every task left one trace: ${traces.join()}`);
  expect(tasks['inner/loop#1/flaky']?.attempt_list.length === 2 && tasks['inner/before']?.attempt_list.length === 1, 'the attempt before is kept beside the new one');
  return `${traces.length} tasks`;
}

/** Rows, logs and outputs stay when Kubernetes has forgotten the Workflow. */
async function forgettingWorkflows(context: CheckContext, expect: Expect): Promise<void> {
  const { server, namespace, images } = context;
  const runs = new Runs(server);
  const spec = fitSpec(shellPipeline({ say: { line: 'echo kept' } }, 'lifetime'), images);
  const id = await startSpec(server, { pipeline_spec: spec, platform_spec: { platforms: { kubernetes: { pipelineConfig: { resourceTtlOnCompletion: 3 } } } } }, 'lifetime');
  const { run } = await runs.finished(id);
  expect(run.state === 'SUCCEEDED', `the run is ${run.state}`);
  await until('its Workflow and pods are gone', async () => ((await namespace.podsOf(id)) === 0 && (await namespace.workflowsOf(id)) === 0 ? true : undefined));
  const { run: after, tasks } = await runs.look(id);
  expect(after.state === 'SUCCEEDED' && tasks['say']?.state === 'SUCCEEDED', `it is ${after.state} when its Workflow is gone`);
  expect((await runs.log(tasks['say']!)) === 'kept\n', 'its log is there when its pod is gone');
}
