import { SHARD_COUNT, shardOf, type ShardOwnership, type ShardWorker } from '@millrace/resources';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ScheduleBench } from './testing/schedule-bench.js';

const MINUTE = 60_000;

/** Shards as a test gives and takes them. */
class GivenShards implements ShardOwnership {
  readonly #owned = new Set<number>();
  #worker!: ShardWorker;

  constructor(private readonly first: readonly number[]) {}

  start(worker: ShardWorker): void {
    this.#worker = worker;
    for (const shard of this.first) void this.give(shard);
  }

  owns(shard: number): boolean {
    return this.#owned.has(shard);
  }

  give(shard: number): Promise<void> {
    const begun = this.#worker.begin(shard);
    this.#owned.add(shard);
    return begun;
  }

  async take(shard: number): Promise<void> {
    this.#owned.delete(shard);
    await this.#worker.end(shard);
  }

  /** As when a renewal is late: nothing is believed in, and nobody is told. */
  doubt(shard: number): () => void {
    this.#owned.delete(shard);
    return () => void this.#owned.add(shard);
  }

  async close(): Promise<void> {
    for (const shard of [...this.#owned]) await this.take(shard);
  }
}

const ALL = Array.from({ length: SHARD_COUNT }, (_, shard) => shard);
const even = (shard: number): boolean => shard % 2 === 0;

describe('replicas that share schedules', () => {
  let bench: ScheduleBench;
  beforeEach(async () => {
    bench = await ScheduleBench.open();
  });
  afterEach(() => bench.close());

  const labelsOf = (name: string) => bench.memory.objects.get(`ns/${name}`)?.metadata.labels;
  const makeMany = async (count: number, given: Parameters<ScheduleBench['aSchedule']>[0] = {}) => {
    const api = bench.controller();
    return Promise.all(Array.from({ length: count }, () => api.create(bench.aSchedule(given))));
  };

  const makeOne = async (given: Parameters<ScheduleBench['aSchedule']>[0] = {}) => (await makeMany(1, given))[0]!;

  it('each follow those of their own shards, and together all of them', async () => {
    const made = await makeMany(12);
    bench.now += MINUTE;
    const [mine, others] = [made.filter(({ id }) => even(shardOf(id))), made.filter(({ id }) => !even(shardOf(id)))];
    expect([mine.length, others.length].every((count) => count > 0)).toBe(true);
    await bench.controller(new GivenShards(ALL.filter(even))).start();
    for (const { id } of mine) await expect.poll(() => bench.slots(id)).toEqual(['09:01:00']);
    for (const { id } of others) expect(await bench.slots(id)).toEqual([]);
    await bench.controller(new GivenShards(ALL.filter((shard) => !even(shard)))).start();
    for (const { id } of others) await expect.poll(() => bench.slots(id)).toEqual(['09:01:00']);
    expect(bench.submitted).toHaveLength(12);
  });

  it('go on with what another one had, with one run for each slot, though both believe in it', async () => {
    const { id } = await makeOne({ createdAt: new Date(bench.now - 2 * MINUTE) });
    const shard = shardOf(id);
    const [one, two] = [new GivenShards([shard]), new GivenShards([])];
    await bench.controller(one).start();
    await bench.controller(two).start();
    await expect.poll(() => bench.slots(id)).toEqual(['08:59:00', '09:00:00']);
    await two.give(shard);
    bench.now += MINUTE;
    await bench.finishRuns(id);
    await expect.poll(() => bench.slots(id)).toEqual(['08:59:00', '09:00:00', '09:01:00']);
    await one.take(shard);
    bench.now += MINUTE;
    await bench.finishRuns(id);
    await expect.poll(() => bench.slots(id)).toEqual(['08:59:00', '09:00:00', '09:01:00', '09:02:00']);
    expect(new Set(bench.submitted.map(({ schedule }) => schedule?.index)).size).toBe(4);
  });

  it('take nothing up that is not theirs any more', async () => {
    const { id } = await makeOne();
    const shards = new GivenShards([shardOf(id)]);
    await bench.controller(shards).start();
    await shards.take(shardOf(id));
    bench.now += MINUTE;
    await bench.finishRuns(id);
    await bench.controller().setEnabled(id, false);
    await bench.controller().setEnabled(id, true);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(await bench.slots(id)).toEqual([]);
    await shards.give(shardOf(id));
    await expect.poll(() => bench.slots(id)).toEqual(['09:01:00']);
  });

  it('forget no change that came while they could not be sure of the shard', async () => {
    const { id } = await makeOne();
    const shards = new GivenShards([shardOf(id)]);
    await bench.controller(shards).start();
    await expect.poll(async () => (await bench.database.recurringRuns.get(id)).nextRunAt).toBeDefined();
    const sureAgain = shards.doubt(shardOf(id));
    bench.now += MINUTE;
    await bench.controller().setEnabled(id, false);
    await bench.controller().setEnabled(id, true);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(await bench.slots(id)).toEqual([]);
    sureAgain();
    await expect.poll(() => bench.slots(id), { timeout: 3_000 }).toEqual(['09:01:00']);
  });

  it('take up what an older version made without the label of its shard', async () => {
    const { id, scheduleName } = await makeOne();
    await bench.memory.patch('ScheduledWorkflow', { namespace: 'ns', name: scheduleName }, { metadata: { resourceVersion: bench.memory.objects.get(`ns/${scheduleName}`)!.metadata.resourceVersion, labels: { 'millrace/shard': null } } });
    expect(labelsOf(scheduleName)).toEqual({ 'pipeline/recurringrunid': id });
    bench.now += MINUTE;
    await bench.controller(new GivenShards(ALL)).start();
    await expect.poll(() => bench.slots(id)).toEqual(['09:01:00']);
    expect(labelsOf(scheduleName)).toMatchObject({ 'millrace/shard': String(shardOf(id)) });
  });

  it("leave objects of another system without a label, and take a label's loss for no deletion", async () => {
    const { id, scheduleName } = await makeOne();
    await bench.memory.create('', { apiVersion: 'kubeflow.org/v1beta1', kind: 'ScheduledWorkflow', metadata: { namespace: 'ns', name: 'of-kfp' }, spec: {} });
    const shards = new GivenShards(ALL);
    await bench.controller(shards).start();
    await expect.poll(async () => (await bench.database.recurringRuns.get(id)).nextRunAt).toBeDefined();
    await bench.memory.patch('ScheduledWorkflow', { namespace: 'ns', name: scheduleName }, { metadata: { resourceVersion: bench.memory.objects.get(`ns/${scheduleName}`)!.metadata.resourceVersion, labels: { 'millrace/shard': null } } });
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(await bench.database.recurringRuns.get(id)).toMatchObject({ status: 'ENABLED' });
    await shards.give(3);
    await bench.controller(new GivenShards(ALL)).start();
    await expect.poll(() => labelsOf(scheduleName)).toMatchObject({ 'millrace/shard': String(shardOf(id)) });
    expect(labelsOf('of-kfp')).toEqual({});
  });

  it('look again when the database was away while they took a shard', async () => {
    const { id } = await makeOne();
    bench.memory.objects.clear();
    bench.now += MINUTE;
    const { recurringRuns } = bench.database;
    const list = recurringRuns.list.bind(recurringRuns);
    recurringRuns.list = () => Promise.reject(new Error('away'));
    const shards = new GivenShards(ALL);
    await bench.controller(shards).start();
    await expect.poll(() => bench.problems.join()).toContain('recurring runs could not be looked through');
    recurringRuns.list = list;
    await shards.take(0);
    await shards.give(0);
    await expect.poll(() => bench.slots(id)).toEqual(['09:01:00']);
  });
});
