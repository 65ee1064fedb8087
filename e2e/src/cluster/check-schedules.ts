import { Runs } from '../harness/runs.js';
import { shellPipeline } from '../harness/shell-pipeline.js';
import { pause, startShell, until, type CheckContext, type ClusterCheck, type Expect } from './cluster-check.js';
import { fitSpec } from './fit-pipeline.js';

/** Recurring runs of what is in the cache, so that they cost no pods. */
export const SCHEDULES: Readonly<Record<string, ClusterCheck>> = {
  cron: cron,
  'interval-and-catch-up': catchingUp,
  delete: deleting,
};

interface ScheduledRun {
  readonly run_id: string;
  readonly state: string;
  readonly scheduled_at: string;
}

const LINE = 'echo due';
const CRON_SECONDS = 5;

async function make({ server, images }: CheckContext, name: string, trigger: object, more: object = {}): Promise<string> {
  const spec = fitSpec(shellPipeline({ due: { line: LINE, enableCache: true } }, 'due'), images);
  const body = { display_name: name, pipeline_spec: spec, mode: 'ENABLE', max_concurrency: '10', trigger, ...more };
  return (await server.json('/apis/v2beta1/recurringruns', { method: 'POST', body: JSON.stringify(body) })).recurring_run_id;
}

async function fillCache(context: CheckContext): Promise<void> {
  const { run } = await new Runs(context.server).finished(await startShell(context, { due: { line: LINE, enableCache: true } }, 'due'));
  if (run.state !== 'SUCCEEDED') throw new Error(`the first run is ${run.state}: ${run.error}`);
}

async function runsOf({ server }: CheckContext, recurring: string): Promise<ScheduledRun[]> {
  const filter = encodeURIComponent(JSON.stringify({ predicates: [{ operation: 'EQUALS', key: 'recurring_run_id', string_value: recurring }] }));
  const { runs = [] } = await server.json<{ runs?: ScheduledRun[] }>(`/apis/v2beta1/runs?page_size=200&filter=${filter}`);
  return runs.toSorted((a, b) => Date.parse(a.scheduled_at) - Date.parse(b.scheduled_at));
}

const slotsOf = (runs: readonly ScheduledRun[]): number[] => runs.map(({ scheduled_at: at }) => Date.parse(at) / 1000);
const gaps = (slots: readonly number[]): number[] => slots.slice(1).map((slot, index) => slot - slots[index]!);

/** So many that each controller has some: what one has is made of ids. */
const SHARED = 4;

/** One run for each slot, though every controller is killed in turn; none while it is disabled. */
async function cron(context: CheckContext, expect: Expect): Promise<string> {
  await fillCache(context);
  const { server, services, namespace } = context;
  const ids = await Promise.all(Array.from({ length: SHARED }, (_, index) => make(context, `every five seconds, ${index}`, { cron_schedule: { cron: `*/${CRON_SECONDS} * * * * *` } })));
  const counts = (): Promise<number[]> => Promise.all(ids.map(async (id) => (await runsOf(context, id)).length));
  const moreThan = async (what: string, before: readonly number[], more: number): Promise<void> => {
    await until(what, async () => ((await counts()).every((count, index) => count >= (before[index] ?? 0) + more) ? true : undefined));
  };
  await moreThan('two runs of each', [], 2);
  const taken: number[] = [];
  for (const controller of services?.all('scheduled-workflow-controller') ?? []) {
    await services!.kill(controller);
    const at = Date.now();
    // The first may have been made by the one that was killed.
    await moreThan('two more runs of each', await counts(), 2);
    taken.push((Date.now() - at) / 1000);
    await services!.start('scheduled-workflow-controller');
  }
  await pause(2 * CRON_SECONDS * 1000);
  const set = (what: 'disable' | 'enable') => Promise.all(ids.map((id) => server.json(`/apis/v2beta1/recurringruns/${id}:${what}`, { method: 'POST' })));
  await set('disable');
  await pause(2_000);
  const stopped = await counts();
  await pause(3 * CRON_SECONDS * 1000);
  expect((await counts()).join() === stopped.join(), `runs were made while it was disabled: ${stopped.join()} and ${(await counts()).join()}`);
  for (const id of ids) {
    const slots = slotsOf(await runsOf(context, id));
    expect(slots.every((slot) => slot % CRON_SECONDS === 0) && gaps(slots).every((gap) => gap === CRON_SECONDS), `one run for each slot, none left out: ${gaps(slots).join()}`);
  }
  await set('enable');
  await moreThan('a run of each after it was enabled', stopped, 1);
  await Promise.all(ids.map((id) => server.json(`/apis/v2beta1/recurringruns/${id}`, { method: 'DELETE' })));
  const all = (await Promise.all(ids.map((id) => runsOf(context, id)))).flat();
  for (const { run_id: run } of all) {
    const ended = await server.finished(run, { everyMs: 400 });
    expect(ended.state === 'SUCCEEDED', `run ${run} is ${ended.state}`);
  }
  expect((await Promise.all(all.slice(0, 5).map(({ run_id: run }) => namespace.podsOf(run)))).every((pods) => pods === 0), 'what is cached has no pods');
  return `${all.length} runs of ${ids.length}, one for each slot; after SIGKILL each had two more runs in ${taken.map((seconds) => seconds.toFixed(1)).join(' and ')} s`;
}

async function catchingUp(context: CheckContext, expect: Expect): Promise<string> {
  await fillCache(context);
  const start = new Date(Math.floor(Date.now() / 1000) * 1000 - 65_000).toISOString();
  const trigger = { periodic_schedule: { start_time: start, interval_second: '10' } };
  const [all, newest] = await Promise.all([make(context, 'all of them', trigger), make(context, 'only the newest', trigger, { no_catchup: true })]);
  await until('the missed runs', async () => ((await runsOf(context, all)).length >= 7 && (await runsOf(context, newest)).length >= 2 ? true : undefined));
  await Promise.all([all, newest].map((id) => context.server.json(`/apis/v2beta1/recurringruns/${id}`, { method: 'DELETE' })));
  const [caught, skipped] = [slotsOf(await runsOf(context, all)), slotsOf(await runsOf(context, newest))];
  const from = Date.parse(start) / 1000;
  expect(caught[0]! - from <= 10 && gaps(caught).every((gap) => gap === 10), `every slot of the past has its run: ${caught.map((slot) => slot - from).join()}`);
  expect(skipped[0]! - from >= 50 && gaps(skipped).every((gap) => gap >= 10), `without catch-up only the newest: ${skipped.map((slot) => slot - from).join()}`);
  return `${caught.length} with catch-up, ${skipped.length} without`;
}

/** The runs that a recurring run had made stay when it goes, unless they are to be ended with it; nothing makes more. */
async function deleting(context: CheckContext, expect: Expect): Promise<void> {
  const { server, namespace, images } = context;
  const spec = fitSpec(shellPipeline({ long: { line: 'sleep 600' } }, 'long'), images);
  const body = { display_name: 'long ones', pipeline_spec: spec, mode: 'ENABLE', max_concurrency: '1', trigger: { periodic_schedule: { interval_second: '1' } } };
  const { recurring_run_id: id } = await server.json('/apis/v2beta1/recurringruns', { method: 'POST', body: JSON.stringify(body) });
  const [run] = await until('a run', async () => {
    const runs = await runsOf(context, id);
    return runs.length > 0 && (await namespace.podsOf(runs[0]!.run_id)) > 0 ? runs : undefined;
  });
  await pause(3_000);
  expect((await runsOf(context, id)).length === 1, 'no more at once than it may have');
  await server.json(`/apis/v2beta1/recurringruns/${id}?propagation_policy=FOREGROUND`, { method: 'DELETE' });
  expect((await server.request(`/apis/v2beta1/recurringruns/${id}`)).status === 404, 'it is gone');
  const { run: ended } = await new Runs(server).finished(run!.run_id);
  expect(ended.state === 'CANCELED', `its run is ${ended.state}`);
  expect((await namespace.schedules()) === 0, 'no ScheduledWorkflow is left');
}
