import type { LogPageView, TaskDetail } from '@millrace/api-contract';
import { createRun } from '../harness/requests.js';
import { Runs } from '../harness/runs.js';
import { shellPipeline } from '../harness/shell-pipeline.js';
import type { ClusterFinding } from './check-on-cluster.js';
import type { ClusterServices } from './cluster-services.js';
import { fitSpec, type Images } from './fit-pipeline.js';
import type { RunNamespace } from './run-namespace.js';
import type { Server } from '../harness/server.js';

export interface LifeOptions {
  readonly server: Server;
  readonly namespace: RunNamespace;
  readonly images: Images;
  /** Whether there is an object under an address. */
  readonly exists: (uri: string) => Promise<boolean>;
  /** Absent for an installed Millrace, whose processes are not ours to kill. */
  readonly services?: ClusterServices;
}

/** Logs while a task runs and afterwards, terminate, delete, retries, and the death of the agent: on the cluster alone. */
export async function checkLife(options: LifeOptions): Promise<ClusterFinding[]> {
  const checks = { logs: logsWhileRunning, terminate: terminating, delete: deleting, retries: retrying, ...(options.services !== undefined && { 'agent-killed': killing }) };
  return Promise.all(
    Object.entries(checks).map(async ([name, check]) => {
      const faults: string[] = [];
      const expect = (holds: boolean, what: string): void => void (holds || faults.push(`not so: ${what}`));
      await check(options, expect).catch((error: unknown) => faults.push(String(error)));
      return { file: `life/${name}`, laptop: '', cluster: faults.length === 0 ? 'as promised' : 'FAULTY', pods: '', seconds: '', tasks: 0, faults };
    }),
  );
}

type Expect = (holds: boolean, what: string) => void;
type Tasks = Parameters<typeof shellPipeline>[0];

async function start({ server, images }: LifeOptions, tasks: Tasks, name: string): Promise<string> {
  const { status, body, message } = await createRun(server, { display_name: name, pipeline_spec: fitSpec(shellPipeline(tasks, name), images) });
  if (status !== 200) throw new Error(`the run was refused: ${message}`);
  return body.run_id;
}

async function until<Value>(what: string, look: () => Promise<Value | undefined>): Promise<Value> {
  for (const end = Date.now() + 120_000; Date.now() < end; await new Promise((next) => setTimeout(next, 400))) {
    const found = await look();
    if (found !== undefined) return found;
  }
  throw new Error(`not within two minutes: ${what}`);
}

const logOf = (server: Server, { run_id, id }: TaskDetail) => server.json<LogPageView>(`/apis/millrace/v1/runs/${run_id}/tasks/${id}/logs?from=0`);

async function logsWhileRunning(options: LifeOptions, expect: Expect): Promise<void> {
  const { server } = options;
  const runs = new Runs(server);
  const id = await start(options, { talk: { line: 'for i in 1 2 3 4 5 6 7 8 9 10 11 12; do echo "line $i"; sleep 1; done' } }, 'talks');
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

async function terminating(options: LifeOptions, expect: Expect): Promise<void> {
  const runs = new Runs(options.server);
  const id = await start(options, { long: { line: 'echo begun; sleep 300' }, later: { line: 'true', after: ['long'] } }, 'terminated');
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

async function deleting(options: LifeOptions, expect: Expect): Promise<void> {
  const { server, namespace, exists } = options;
  const runs = new Runs(server);
  const spec = fitSpec(shellPipeline({ make: { line: 'echo made > "$1"' } }, 'deleted'), options.images) as any;
  spec.components['comp-make'].outputDefinitions = { artifacts: { data: { artifactType: { schemaTitle: 'system.Dataset', schemaVersion: '0.0.1' } } } };
  spec.deploymentSpec.executors['exec-make'].container.args = ["{{$.outputs.artifacts['data'].path}}"];
  const made = await createRun(server, { display_name: 'deleted', pipeline_spec: spec });
  const { tasks, run } = await runs.finished(made.body.run_id);
  const uri = tasks['make']?.output_artifacts[0]?.artifact.uri ?? '';
  expect(run.state === 'SUCCEEDED' && (await exists(uri)), `the run is ${run.state} and there is an object at ${uri}`);
  const answer = await server.request(`/apis/v2beta1/runs/${run.id}`, { method: 'DELETE' });
  expect(answer.status === 200, `the answer to DELETE is ${answer.status}`);
  expect((await server.request(`/apis/v2beta1/runs/${run.id}`)).status === 404, 'the run is gone');
  expect(!(await exists(uri)), 'its object is gone');
  await until('its pods go with its Workflow', async () => ((await namespace.podsOf(run.id)) === 0 ? true : undefined));
}

async function retrying(options: LifeOptions, expect: Expect): Promise<void> {
  const { tasks, run } = await new Runs(options.server).finished(await start(options, { flaky: { line: 'echo "this time not" >&2; exit 3', retries: 1 } }, 'retried'));
  const flaky = tasks['flaky'];
  expect(run.state === 'FAILED' && flaky?.attempt_list.length === 2, `the run is ${run.state} after ${flaky?.attempt_list.length} attempts`);
  expect(/Exit code 3: this time not\. All 2 attempts failed/.test(flaky?.message ?? ''), `it says "${flaky?.message}"`);
  const first = await new Runs(options.server).log(flaky!, 0);
  expect(first === 'this time not\n', `the first attempt has a log of its own: ${JSON.stringify(first)}`);
}

async function killing(options: LifeOptions, expect: Expect): Promise<void> {
  const { server, services, namespace } = options;
  const names = Array.from({ length: 4 }, (_, index) => `survivor-${index}`);
  const ids = await Promise.all(names.map((name) => start(options, { one: { line: 'sleep 3' }, two: { line: 'true', after: ['one'] } }, name)));
  await services!.killAgent();
  await new Promise((next) => setTimeout(next, 5_000));
  await services!.startAgent();
  for (const id of ids) {
    const { run, tasks } = await new Runs(server).finished(id);
    expect(run.state === 'SUCCEEDED' && Object.values(tasks).every(({ state }) => state === 'SUCCEEDED'), `${run.name} is ${run.state}`);
    expect((await namespace.podsOf(id)) === 2, 'every task had one pod');
    await namespace.removeWorkflowOf(id);
  }
}
