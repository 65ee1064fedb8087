import { spawnSync } from 'node:child_process';
import { Runs } from '../harness/runs.js';
import { Server } from '../harness/server.js';
import { pause, startSpec, until, type CheckContext, type ClusterCheck, type Expect } from './cluster-check.js';
import type { ClusterServices, RunningService } from './cluster-services.js';
import { setting } from './cluster-settings.js';
import { fitSpec } from './fit-pipeline.js';

/** Processes that die and servers that are away, while runs are under way: one check after another, with the cluster for itself. */
export const OUTAGES: Readonly<Record<string, ClusterCheck>> = {
  replicas: seeingWhatOthersDo,
  kills: killingEverything,
  'kubernetes-away': (context, expect) => beingWithout('KUBERNETES', context, expect),
  's3-away': (context, expect) => beingWithout('S3', context, expect),
};

const RUNS = 50;
const AWAY_MS = Number(setting('E2E_AWAY') ?? 30) * 1_000;
const DONE: ReadonlySet<string> = new Set(['SUCCEEDED', 'FAILED', 'CANCELED', 'SKIPPED']);

/**
 * Tasks of which each run of its container leaves one more object in its artifact, so that nothing can run twice unnoticed. The second waits for what the first says.
 * With retries a further attempt leaves its object elsewhere, and is one more pod.
 */
function tracedPipeline(tasks: 1 | 2, { seconds = 0, retries = 0 }: { readonly seconds?: number; readonly retries?: number } = {}): object {
  const leave = (): object => ({
    container: {
      image: 'busybox',
      command: ['sh', '-c', `mkdir -p "$1" && touch "$1/$(cat /proc/sys/kernel/random/uuid)" && sleep ${seconds} && echo done > "$2"`, 'sh'],
      args: ["{{$.outputs.artifacts['trace'].path}}", "{{$.outputs.parameters['said'].output_file}}", "{{$.inputs.parameters['text']}}"],
    },
  });
  const component = {
    executorLabel: 'exec-leave',
    inputDefinitions: { parameters: { text: { parameterType: 'STRING' } } },
    outputDefinitions: { artifacts: { trace: { artifactType: { schemaTitle: 'system.Artifact', schemaVersion: '0.0.1' } } }, parameters: { said: { parameterType: 'STRING' } } },
  };
  const task = (name: string, text: object) => ({ taskInfo: { name }, componentRef: { name: 'comp-leave' }, inputs: { parameters: { text } }, ...(retries > 0 && { retryPolicy: { maxRetryCount: retries } }) });
  return {
    schemaVersion: '2.1.0',
    sdkVersion: 'kfp-2.17.0',
    pipelineInfo: { name: 'traced' },
    deploymentSpec: { executors: { 'exec-leave': leave() } },
    components: { 'comp-leave': component },
    root: { dag: { tasks: { one: task('one', { runtimeValue: { constant: 'x' } }), ...(tasks === 2 && { two: task('two', { taskOutputParameter: { producerTask: 'one', outputParameterKey: 'said' } }) }) } } },
  };
}

/** What became of runs of `tracedPipeline`: every one ended well, and every task had one pod and left one trace. */
async function expectOnce({ namespace, objects }: CheckContext, server: Server, runs: ReadonlyMap<string, 1 | 2>, expect: Expect): Promise<string> {
  let pods = 0;
  let traces = 0;
  for (const [id, tasks] of runs) {
    const { run, tasks: rows } = await new Runs(server).look(id);
    const list = Object.values(rows);
    expect(run.state === 'SUCCEEDED' && list.length === tasks && list.every(({ state }) => state === 'SUCCEEDED'), `${run.name} is ${run.state}: ${run.error ?? list.map(({ state }) => state).join()}`);
    const counted = await namespace.podsOf(id);
    expect(counted === tasks, `${run.name} has ${counted} pods for ${tasks} tasks`);
    pods += counted;
    for (const row of list) {
      const left = await objects.below(row.output_artifacts[0]?.artifact.uri ?? 'none');
      expect(left.length === 1, `${run.name} ${row.key} left ${left.length} traces`);
      traces += left.length;
    }
    await namespace.removeWorkflowOf(id);
  }
  return `${runs.size} runs, ${pods} pods, ${traces} traces`;
}

/** What one API server does is told by the other one, and a client that changes over starts over. */
async function seeingWhatOthersDo(context: CheckContext, expect: Expect): Promise<string> {
  const { services, images } = context;
  const [one, other] = services!.all('api-server').map(({ url }) => new Server(url!));
  if (one === undefined || other === undefined) throw new Error('there is one API server only');
  const stream = await readEvents(other);
  const began = Date.now();
  const id = await startSpec(one, fitSpec(tracedPipeline(1), images), 'seen by the other');
  const first = await until('its run on the other server', async () => stream.events.find(({ data }) => data.includes(id)));
  const seenMs = first.at - began;
  await one.finished(id, { everyMs: 400 });
  await until('its end on the other server', async () => stream.events.find(({ type, data }) => type === 'run' && data.includes(id) && data.includes('"SUCCEEDED"')), 10);
  const last = stream.events.at(-1)!.id;
  stream.close();
  const elsewhere = await readEvents(one, last);
  await until('that it has to start over', async () => elsewhere.events.find(({ type }) => type === 'reset'), 10);
  elsewhere.close();
  const again = await readEvents(other, last);
  await pause(1_000);
  expect(again.events.every(({ type }) => type !== 'reset'), 'who comes back to the same server goes on');
  again.close();
  await context.namespace.removeWorkflowOf(id);
  return `told by the other server ${seenMs} ms after the request`;
}

interface SeenEvent {
  readonly id: string;
  readonly type: string;
  readonly data: string;
  readonly at: number;
}

async function readEvents(server: Server, lastId?: string): Promise<{ readonly events: SeenEvent[]; close(): void }> {
  const abort = new AbortController();
  const { body } = await server.request('/apis/millrace/v1/events', { signal: abort.signal, headers: lastId === undefined ? {} : { 'last-event-id': lastId } });
  const events: SeenEvent[] = [];
  void (async () => {
    let text = '';
    for await (const chunk of body!.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      const frames = text.split('\n\n');
      text = frames.pop()!;
      for (const frame of frames) {
        const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(frame)?.[1] ?? '';
        if (field('event') !== '') events.push({ id: field('id'), type: field('event'), data: field('data'), at: Date.now() });
      }
    }
  })().catch(() => undefined);
  return { events, close: () => abort.abort() };
}

/** Every service is killed in turn while fifty runs go through: nothing is lost, nothing is run twice. */
async function killingEverything(context: CheckContext, expect: Expect): Promise<string> {
  const services = context.services!;
  const atOnce = Number(setting('E2E_RUNS_AT_ONCE') ?? 8);
  const runs = new Map<string, 1 | 2>();
  let left = RUNS;
  const began = Date.now();
  const submitting = Promise.all(
    Array.from({ length: atOnce }, async () => {
      while (left > 0) {
        const number = left--;
        const tasks = number % 2 === 0 ? 2 : 1;
        const id = await submit(services, fitSpec(tracedPipeline(tasks), context.images), `survivor ${number}`);
        runs.set(id, tasks);
        await ended(services, id);
      }
    }),
  );
  let over = false;
  const all = submitting.finally(() => (over = true));
  const moves: number[] = [];
  const killed: string[] = [];
  await pause(8_000);
  for (let turn = 0; !over; turn += 1) {
    const name = (['persistence-agent', 'api-server', 'persistence-agent', 'scheduled-workflow-controller'] as const)[turn % 4]!;
    // The oldest: the one that was started again last is the other's successor.
    const victim = services.all(name)[0]!;
    await services.kill(victim);
    killed.push(name);
    if (name === 'persistence-agent') moves.push(await untilMoved(services, Date.now()));
    else await pause(2_000);
    await services.start(name, victim.url === undefined ? undefined : Number(new URL(victim.url).port));
    await Promise.race([all, pause(4_000)]);
  }
  await all;
  const seconds = (Date.now() - began) / 1000;
  const counts = await expectOnce(context, context.server, runs, expect);
  expect(runs.size === RUNS, `${runs.size} runs were submitted`);
  expect(killed.includes('api-server') && moves.length >= 2, `not everything was killed while they ran: ${killed.join()}`);
  return `${counts} in ${seconds.toFixed(0)} s; killed: ${[...new Set(killed)].map((name) => `${name} ${killed.filter((other) => other === name).length} x`).join(', ')}; shards of a killed agent moved in ${moves.map((move) => move.toFixed(1)).join(', ')} s`;
}

/** Through whichever API server answers. One that died may have made the run before it could say so. */
async function submit(services: ClusterServices, spec: object, name: string): Promise<string> {
  for (;;) {
    try {
      return await startSpec(anyOf(services), spec, name);
    } catch {
      await pause(1_000);
      const filter = encodeURIComponent(JSON.stringify({ predicates: [{ operation: 'EQUALS', key: 'display_name', string_value: name }] }));
      const found = await anyOf(services).json<{ runs?: { run_id: string }[] }>(`/apis/v2beta1/runs?filter=${filter}`).catch(() => undefined);
      if (found?.runs?.[0] !== undefined) return found.runs[0].run_id;
    }
  }
}

async function ended(services: ClusterServices, id: string): Promise<void> {
  for (;;) {
    const run = await anyOf(services).json<{ state: string }>(`/apis/v2beta1/runs/${id}`).catch(() => undefined);
    if (run !== undefined && DONE.has(run.state)) return;
    await pause(700);
  }
}

function anyOf(services: ClusterServices): Server {
  const running = services.all('api-server');
  return new Server(running[Math.floor(Math.random() * running.length)]?.url ?? services.server.url);
}

/** Seconds until the agents that are left have all shards. */
async function untilMoved(services: ClusterServices, since: number): Promise<number> {
  const shardsOf = async ({ probes }: RunningService): Promise<number> => Number(/^millrace_agent_shards (\d+)/m.exec(await (await fetch(`${probes}/metrics`)).text())?.[1] ?? 0);
  await until('that the other agent has every shard', async () => {
    const owned = await Promise.all(services.all('persistence-agent').map(shardsOf));
    return owned.reduce((sum, count) => sum + count, 0) === 32 ? true : undefined;
  });
  return (Date.now() - since) / 1000;
}

/** A server of the cluster is away while runs are under way, half of them of tasks that would be retried, and one is asked for. */
async function beingWithout(what: 'KUBERNETES' | 'S3', context: CheckContext, expect: Expect): Promise<string> {
  const [stop, start] = [setting(`E2E_STOP_${what}`), setting(`E2E_START_${what}`)];
  if (stop === undefined || start === undefined) return `SKIPPED: E2E_STOP_${what} and E2E_START_${what} say how it is stopped and started`;
  const { server, images } = context;
  const runs = new Map<string, 1 | 2>();
  for (let number = 0; number < 4; number += 1) runs.set(await startSpec(server, fitSpec(tracedPipeline(2, { seconds: 4 + 4 * number, retries: number % 2 }), images), `without ${what} ${number}`), 2);
  await until('that the first tasks run', async () => ((await new Runs(server).look([...runs.keys()][0]!)).tasks['one']?.state === 'RUNNING' ? true : undefined));
  command(stop);
  const away = Date.now();
  let asked: string;
  try {
    await pause(5_000);
    // Taken while it is away, or refused with a reason and taken later.
    asked = await startSpec(server, fitSpec(tracedPipeline(1), images), `asked for without ${what}`).catch((error: unknown) => `refused: ${(error as Error).message}`);
    await pause(AWAY_MS - (Date.now() - away));
  } finally {
    command(start);
  }
  const back = Date.now();
  if (!asked.startsWith('refused')) runs.set(asked, 1);
  for (const id of runs.keys()) await until(`the end of run ${id}`, async () => (DONE.has((await server.json(`/apis/v2beta1/runs/${id}`)).state) ? true : undefined), 240);
  const counts = await expectOnce(context, server, runs, expect);
  return `away ${((back - away) / 1000).toFixed(0)} s; ${counts}, all over ${((Date.now() - back) / 1000).toFixed(0)} s after it was back; a run asked for meanwhile was ${asked.startsWith('refused') ? asked : 'taken'}`;
}

function command(line: string): void {
  const { status, stderr } = spawnSync('sh', ['-c', line], { encoding: 'utf8', stdio: ['ignore', 'ignore', 'pipe'], timeout: 60_000 });
  if (status !== 0) throw new Error(`"${line}" ended with ${String(status)}: ${stderr}`);
}
