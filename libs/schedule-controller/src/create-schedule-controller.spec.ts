import { PipelineError } from '@millrace/errors';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ScheduleBench } from './testing/schedule-bench.js';

const MINUTE = 60_000;

describe('the schedule controller', () => {
  let bench: ScheduleBench;
  beforeEach(async () => {
    bench = await ScheduleBench.open();
  });
  afterEach(() => bench.close());

  const objects = () => [...bench.memory.objects.values()];

  it('makes a ScheduledWorkflow as KFP lays it out', async () => {
    const run = bench.aSchedule({ trigger: { cronSchedule: { cron: '0 0 3 * * *' } }, parameters: { a: '[[Index]]', n: 2 }, pipelineRoot: '/root', maxConcurrency: 2 });
    const created = await bench.controller().create(run);
    expect(created.submitted).toBe(true);
    expect(objects()).toMatchObject([
      {
        metadata: { namespace: 'ns', name: run.scheduleName, labels: { 'pipeline/recurringrunid': run.id } },
        spec: {
          enabled: true,
          maxConcurrency: 2,
          noCatchup: false,
          trigger: { cronSchedule: { cron: '0 0 3 * * *' } },
          workflow: { parameters: [{ name: 'a', value: '"[[Index]]"' }, { name: 'n', value: '2' }], pipelineRoot: '/root' },
          experimentId: bench.experimentId,
          pipelineId: bench.pipelineId,
          serviceAccount: 'pipeline-runner',
        },
      },
    ]);
  });

  it.each([0, 11, 1.5])('refuses %s runs at once', async (maxConcurrency) => {
    const create = bench.controller().create(bench.aSchedule({ maxConcurrency }));
    await expect(create).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', message: expect.stringContaining('must be in [1, 10]') as string, details: { path: 'max_concurrency' } });
  });

  it('stores nothing of what could have no run', async () => {
    const controller = bench.controller();
    await expect(controller.create(bench.aSchedule({ trigger: { cronSchedule: { cron: 'x' } } }))).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    await expect(controller.create(bench.aSchedule({ pipelineId: 'nobody' }))).rejects.toMatchObject({ code: 'NOT_FOUND', message: expect.stringContaining('Its pipeline nobody is gone') as string });
    await expect(controller.create(bench.aSchedule({ experimentId: 'nobody' }))).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect((await bench.database.recurringRuns.list({})).items).toEqual([]);
    expect(objects()).toEqual([]);
  });

  it.each(['schedule.stored', 'schedule.created'])('dying at %s loses no recurring run and makes none twice', async (point) => {
    bench.crashAt = point;
    const run = bench.aSchedule();
    await bench.controller().create(run).catch(() => undefined);
    bench.crashAt = undefined;
    const controller = bench.controller();
    await controller.start();
    expect(objects()).toHaveLength(1);
    expect(await bench.database.recurringRuns.get(run.id)).toMatchObject({ submitted: true });
  });

  it('a store that is away for a moment delays a recurring run; one that refuses it refuses it', async () => {
    const create = bench.memory.create.bind(bench.memory);
    bench.memory.create = () => Promise.reject(new PipelineError('UNAVAILABLE', 'away'));
    const controller = bench.controller();
    expect(await controller.create(bench.aSchedule())).toMatchObject({ submitted: false });
    bench.memory.create = () => Promise.reject(new PipelineError('INVALID_ARGUMENT', 'refused'));
    await expect(controller.create(bench.aSchedule())).rejects.toMatchObject({ message: 'refused' });
    expect((await bench.database.recurringRuns.list({})).items).toHaveLength(1);
    bench.memory.create = create;
    await controller.start();
    expect(objects()).toHaveLength(1);
  });

  it('is told of a run that ends, and makes the one that waited for it at once', async () => {
    const { id } = await bench.controller().create(bench.aSchedule({ maxConcurrency: 1, createdAt: new Date(bench.now - 3 * MINUTE) }));
    await bench.controller().start();
    await expect.poll(() => bench.slots(id)).toHaveLength(1);
    await bench.finishRuns(id);
    await expect.poll(() => bench.slots(id), { timeout: 2_000 }).toHaveLength(2);
    await bench.finishRuns(id);
    await expect.poll(() => bench.slots(id), { timeout: 2_000 }).toHaveLength(3);
  });

  it('an object that somebody deleted is told of, and made again when the recurring run is enabled', async () => {
    const controller = bench.controller();
    const { id, scheduleName } = await controller.create(bench.aSchedule());
    await bench.pass(MINUTE);
    await controller.start();
    await bench.memory.delete('ScheduledWorkflow', { namespace: 'ns', name: scheduleName });
    await expect.poll(async () => (await bench.database.recurringRuns.get(id)).error).toContain(`"${scheduleName}" was deleted`);
    expect(await bench.database.recurringRuns.get(id)).toMatchObject({ status: 'DISABLED' });
    await controller.setEnabled(id, true);
    await expect.poll(async () => (await bench.database.recurringRuns.get(id)).error).toBeUndefined();
    bench.now += MINUTE;
    await controller.setEnabled(id, false);
    await controller.setEnabled(id, true);
    await expect.poll(() => bench.slots(id)).toEqual(['09:01:00', '09:02:00']);
    expect(await bench.database.recurringRuns.get(id)).toMatchObject({ status: 'ENABLED' });
  });

  it('objects that went with their store are made again at the start, and go on where they were', async () => {
    const { id } = await bench.controller().create(bench.aSchedule());
    await bench.pass(MINUTE);
    bench.memory.objects.clear();
    bench.now += MINUTE;
    await bench.controller().start();
    await expect.poll(() => bench.slots(id)).toEqual(['09:01:00', '09:02:00']);
    expect(bench.submitted.map(({ schedule }) => schedule?.index)).toEqual([1, 2]);
  });

  it.each([['leave', 0], ['end-first', 1], ['end-after', 1]] as const)('deleting with "%s" terminates %i of its runs in progress', async (runs, ended) => {
    const controller = bench.controller();
    const { id } = await controller.create(bench.aSchedule());
    await bench.pass(MINUTE);
    await bench.finishRuns(id);
    await bench.pass(MINUTE);
    await controller.delete(id, runs);
    expect(bench.terminated).toHaveLength(ended);
    expect(objects()).toEqual([]);
    expect(await bench.database.recurringRuns.find(id)).toBeUndefined();
    expect(await bench.slots(id)).toHaveLength(2);
    await expect(controller.delete(id, runs)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('a deletion that died half-way can be asked for again', async () => {
    const controller = bench.controller();
    const { id } = await controller.create(bench.aSchedule());
    bench.crashAt = 'schedule.deleted';
    await controller.delete(id, 'leave').catch(() => undefined);
    bench.crashAt = undefined;
    expect(objects()).toEqual([]);
    await controller.delete(id, 'leave');
    expect(await bench.database.recurringRuns.find(id)).toBeUndefined();
  });
});
