import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Millrace } from '../harness/millrace.js';
import { shellPipeline } from '../harness/shell-pipeline.js';

/** Where the server can be told to die with a schedule; docs/durability.md says what is written around each. */
const CREATION = ['schedule.stored', 'schedule.created'];
const FIRING = ['submit.stored', 'submit.created', 'schedule.submitted', 'schedule.recorded'];

interface WireRun {
  readonly display_name: string;
  readonly state: string;
  readonly scheduled_at: string;
}

describe('a schedule and kill -9', () => {
  let folder: string;
  let server: Millrace;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'millrace-schedules-'));
  });
  afterEach(async () => {
    await server?.stop('SIGKILL');
    rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 200 });
  });

  const start = async (failpoint?: string) => void (server = await Millrace.start({ dataFolder: folder, sample: false, ...(failpoint !== undefined && { env: { MILLRACE_FAILPOINT: failpoint } }) }));
  const died = async () => {
    if (server.process.exitCode === null && server.process.signalCode === null) await once(server.process, 'exit');
    expect(server.process.signalCode).toBe('SIGKILL');
  };
  const create = (given: object = {}): Promise<{ readonly recurring_run_id: string }> =>
    server.json('/apis/v2beta1/recurringruns', {
      method: 'POST',
      body: JSON.stringify({
        display_name: 'tick', pipeline_spec: shellPipeline({ tick: { line: 'true' } }), max_concurrency: 10, mode: 'ENABLE', trigger: { periodic_schedule: { interval_second: 1 } }, ...given,
      }),
    });
  const runsOf = async (id: string): Promise<readonly WireRun[]> => {
    const filter = encodeURIComponent(JSON.stringify({ predicates: [{ operation: 'EQUALS', key: 'recurring_run_id', string_value: id }] }));
    return (await server.json(`/apis/v2beta1/runs?page_size=200&sort_by=scheduled_at&filter=${filter}`)).runs ?? [];
  };
  const only = async (): Promise<string> => {
    const { recurringRuns } = await server.json('/apis/v2beta1/recurringruns');
    expect(recurringRuns).toHaveLength(1);
    return recurringRuns[0].recurring_run_id;
  };

  it.each(CREATION)('at %s: it is there once, and runs', async (point) => {
    await start(point);
    await create().catch(() => undefined);
    await died();
    await start();
    const id = await only();
    await expect.poll(async () => (await runsOf(id)).length, { timeout: 20_000 }).toBeGreaterThan(1);
  });

  it.each(FIRING)('at %s: every second has one run, with an index of its own', async (point) => {
    await start(`${point}:3`);
    await create();
    await died();
    await start();
    const id = await only();
    await expect.poll(async () => (await runsOf(id)).length, { timeout: 30_000 }).toBeGreaterThan(6);
    await server.json(`/apis/v2beta1/recurringruns/${id}:disable`, { method: 'POST' });
    await expect.poll(async () => (await runsOf(id)).every(({ state }) => state === 'SUCCEEDED'), { timeout: 30_000 }).toBe(true);
    const runs = await runsOf(id);
    const seconds = runs.map(({ scheduled_at }) => Date.parse(scheduled_at) / 1000);
    expect(seconds).toEqual(seconds.map((_second, index) => seconds[0]! + index));
    expect(runs.map(({ display_name }) => display_name)).toEqual(runs.map((_run, index) => `tick #${index + 1}`));
  });

  it('again and again, at any moment: no slot is lost and none has two runs', async () => {
    await start();
    const { recurring_run_id: id } = await create();
    for (let round = 0; round < 4; round += 1) {
      await sleep(700 + round * 330);
      await server.stop('SIGKILL');
      await start();
    }
    await sleep(2_000);
    await server.json(`/apis/v2beta1/recurringruns/${id}:disable`, { method: 'POST' });
    await expect.poll(async () => (await runsOf(id)).every(({ state }) => state === 'SUCCEEDED'), { timeout: 30_000 }).toBe(true);
    const seconds = (await runsOf(id)).map(({ scheduled_at }) => Date.parse(scheduled_at) / 1000);
    expect(seconds.length).toBeGreaterThan(4);
    expect(seconds).toEqual(seconds.map((_second, index) => seconds[0]! + index));
  });

  it('without catch-up: what was missed while it was down is one run', async () => {
    await start();
    const { recurring_run_id: id } = await create({ no_catchup: true });
    await expect.poll(async () => (await runsOf(id)).length, { timeout: 20_000 }).toBeGreaterThan(0);
    await server.stop('SIGKILL');
    const before = Date.now();
    await sleep(4_000);
    await start();
    const up = Date.now();
    await expect.poll(async () => (await runsOf(id)).filter(({ scheduled_at }) => Date.parse(scheduled_at) > up).length, { timeout: 20_000 }).toBeGreaterThan(0);
    const missed = (await runsOf(id)).filter(({ scheduled_at }) => Date.parse(scheduled_at) > before + 1_000 && Date.parse(scheduled_at) <= up - 2_500);
    expect(missed).toEqual([]);
  });

  it('at schedule.deleted: it can be deleted again', async () => {
    await start('schedule.deleted');
    const { recurring_run_id: id } = await create({ mode: 'DISABLE' });
    await server.request(`/apis/v2beta1/recurringruns/${id}`, { method: 'DELETE' }).catch(() => undefined);
    await died();
    await start();
    expect((await server.request(`/apis/v2beta1/recurringruns/${id}`, { method: 'DELETE' })).status).toBe(200);
    expect((await server.request(`/apis/v2beta1/recurringruns/${id}`)).status).toBe(404);
  });
});
