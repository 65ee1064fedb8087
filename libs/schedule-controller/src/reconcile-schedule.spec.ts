import { PipelineError } from '@millrace/errors';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runNameOf, scheduledRunId } from './scheduled-run.js';
import { CREATED, ScheduleBench } from './testing/schedule-bench.js';

const MINUTE = 60_000;

describe('a schedule', () => {
  let bench: ScheduleBench;
  beforeEach(async () => {
    bench = await ScheduleBench.open();
  });
  afterEach(() => bench.close());

  const object = (id: string) => [...bench.memory.objects.values()].find(({ metadata }) => metadata.labels?.['pipeline/recurringrunid'] === id)!;
  const started = async (...given: Parameters<ScheduleBench['aSchedule']>) => bench.controller().create(bench.aSchedule(...given));

  it('has a run for every slot, named by its index and made of the schedule and the slot', async () => {
    const { id } = await started({ displayName: 'nightly' });
    await bench.pass(MINUTE - 1);
    expect(await bench.slots(id)).toEqual([]);
    await bench.pass(1);
    await bench.pass(MINUTE);
    expect(await bench.slots(id)).toEqual(['09:01:00', '09:02:00']);
    expect(bench.submitted).toMatchObject([
      { id: scheduledRunId(id, CREATED.getTime() + MINUTE), displayName: 'nightly #1', recurringRunId: id, schedule: { index: 1 } },
      { displayName: 'nightly #2', scheduledAt: new Date('2026-03-01T09:02:00Z'), schedule: { index: 2 } },
    ]);
  });

  it('says in its status and its row what it did and what comes next', async () => {
    const { id } = await started();
    await bench.pass(MINUTE);
    expect(object(id).status).toMatchObject({
      conditions: [{ type: 'Enabled', status: 'True' }],
      trigger: { lastTriggeredTime: '2026-03-01T09:01:00Z', nextTriggeredTime: '2026-03-01T09:02:00Z', lastWorkflowIndex: 1 },
      workflowHistory: { active: [{ phase: 'RUNNING', index: 1, scheduledAt: '2026-03-01T09:01:00Z' }], completed: [] },
    });
    expect(await bench.database.recurringRuns.get(id)).toMatchObject({ lastRunAt: new Date('2026-03-01T09:01:00Z'), nextRunAt: new Date('2026-03-01T09:02:00Z'), lastIndex: 1, submitted: true });
    await bench.finishRuns(id);
    await bench.pass(0, bench.reconciler());
    expect(object(id).status?.workflowHistory).toMatchObject({ active: [], completed: [{ phase: 'SUCCEEDED', index: 1 }] });
  });

  it('writes nothing while nothing happens', async () => {
    const { id } = await started();
    await bench.pass(1000);
    const { resourceVersion } = object(id).metadata;
    for (let second = 0; second < 50; second += 1) await bench.pass(1000);
    expect(object(id).metadata.resourceVersion).toBe(resourceVersion);
  });

  it('with catch-up makes the runs it missed one by one, without it only the latest', async () => {
    const all = await started();
    const latest = await started({ noCatchup: true });
    await bench.pass(5 * MINUTE + 30_000);
    expect(await bench.slots(all.id)).toEqual(['09:01:00', '09:02:00', '09:03:00', '09:04:00', '09:05:00']);
    expect(await bench.slots(latest.id)).toEqual(['09:05:00']);
  });

  it('has at most as many runs at once as it may, and goes on when one ends', async () => {
    const { id } = await started({ maxConcurrency: 2 });
    await bench.pass(4 * MINUTE);
    expect(await bench.slots(id)).toEqual(['09:01:00', '09:02:00']);
    await bench.finishRuns(id);
    await bench.pass(0);
    expect(await bench.slots(id)).toEqual(['09:01:00', '09:02:00', '09:03:00', '09:04:00']);
  });

  it('starts nothing while it is disabled, and catches up when it is enabled', async () => {
    const { id } = await started({ status: 'DISABLED' });
    const controller = bench.controller();
    await bench.pass(2 * MINUTE);
    expect(await bench.slots(id)).toEqual([]);
    expect(await bench.database.recurringRuns.get(id)).toMatchObject({ status: 'DISABLED' });
    expect((await bench.database.recurringRuns.get(id)).nextRunAt).toBeUndefined();
    await controller.setEnabled(id, true);
    await bench.pass(0);
    expect(await bench.slots(id)).toEqual(['09:01:00', '09:02:00']);
    await controller.setEnabled(id, false);
    await bench.pass(2 * MINUTE);
    expect(await bench.slots(id)).toHaveLength(2);
  });

  it('without a trigger runs once, and has succeeded when that run has ended', async () => {
    const { id } = await started({ trigger: {} });
    await bench.pass(0);
    expect(object(id).status?.conditions).toMatchObject([{ type: 'Running' }]);
    await bench.finishRuns(id);
    await bench.pass(MINUTE);
    expect(await bench.slots(id)).toEqual(['09:00:00']);
    expect(object(id).status?.conditions).toMatchObject([{ type: 'Succeeded' }]);
  });

  it('takes the latest version at the time of each run, unless one is named', async () => {
    const always = await started();
    const pinned = await bench.database.pipelines.latestVersion(bench.pipelineId);
    await started({ pipelineVersionId: pinned!.id });
    await bench.pass(MINUTE);
    const newer = await bench.addVersion(new Date(bench.now));
    await bench.pass(MINUTE);
    const versions = (recurring: boolean) => bench.submitted.filter(({ recurringRunId }) => (recurringRunId === always.id) === recurring).map(({ pipelineVersionId }) => pipelineVersionId);
    expect(versions(true)).toEqual([pinned!.id, newer]);
    expect(versions(false)).toEqual([pinned!.id, pinned!.id]);
  });

  it('runs the document that it was made with when it names no pipeline', async () => {
    const version = await bench.database.pipelines.latestVersion(bench.pipelineId);
    const document = await bench.database.pipelines.getDocument(version!.id);
    const { id } = await bench.controller().create(bench.aSchedule({ pipelineId: undefined }), document);
    await bench.pass(MINUTE);
    expect(bench.submitted).toMatchObject([{ recurringRunId: id, document }]);
    expect(bench.submitted[0]!.pipelineVersionId).toBeUndefined();
  });

  it('hands on parameters as they were given, and those that somebody wrote into the object without quotes', async () => {
    const { id } = await started({ parameters: { n: 3, when: '[[ScheduledTime]]', list: [1, 'a'] } });
    const { metadata } = object(id);
    const parameters = [...(object(id).spec.workflow?.parameters ?? []), { name: 'bare', value: 'plain text' }];
    await bench.memory.patch('ScheduledWorkflow', metadata, { metadata: { resourceVersion: metadata.resourceVersion }, spec: { workflow: { parameters } } });
    await bench.pass(MINUTE);
    expect(bench.submitted[0]!.parameters).toEqual({ n: 3, when: '[[ScheduledTime]]', list: [1, 'a'], bare: 'plain text' });
  });

  it('says when its pipeline is gone, and goes on when there is one again', async () => {
    const { id } = await started();
    await bench.database.pipelines.delete(bench.pipelineId, { cascade: true });
    await bench.pass(MINUTE);
    expect(await bench.slots(id)).toEqual([]);
    const { error } = await bench.database.recurringRuns.get(id);
    expect(error).toBe(`The run of 2026-03-01T09:01:00Z could not be started. Its pipeline ${bench.pipelineId} is gone; make a recurring run of another one.`);
    expect(object(id).status?.conditions).toMatchObject([{ type: 'Enabled' }, { type: 'Error', message: error }]);
    await bench.pass(30_000);
    expect((await bench.database.recurringRuns.get(id)).error).toBe(error);
    await bench.database.pipelines.createWithVersion(
      { id: bench.pipelineId, namespace: 'ns', name: 'again', displayName: 'again', description: '', tags: {}, createdAt: CREATED },
      { id: 'v', pipelineId: bench.pipelineId, name: 'v', displayName: 'v', description: '', tags: {}, createdAt: CREATED },
      bench.anyDocument(),
    );
    await bench.pass(30_000);
    expect(await bench.slots(id)).toEqual(['09:02:00']);
    expect(await bench.database.recurringRuns.get(id)).toMatchObject({ lastIndex: 1 });
    expect((await bench.database.recurringRuns.get(id)).error).toBeUndefined();
    expect(object(id).status?.conditions).toHaveLength(1);
  });

  it('a submission that is refused costs its slot; one that fails for now is tried again', async () => {
    const { id } = await started();
    bench.refusal = new PipelineError('INVALID_ARGUMENT', 'Parameter "a" is missing.');
    await bench.pass(MINUTE);
    expect((await bench.database.recurringRuns.get(id)).error).toContain('Parameter "a" is missing.');
    bench.refusal = new PipelineError('UNAVAILABLE', 'The database is away.');
    await expect(bench.pass(MINUTE)).rejects.toThrow('The database is away.');
    bench.refusal = undefined;
    await bench.pass(0);
    expect(await bench.slots(id)).toEqual(['09:02:00']);
  });

  it('says when its experiment is gone', async () => {
    const { id } = await started();
    await bench.database.experiments.delete(bench.experimentId);
    await bench.pass(MINUTE);
    expect((await bench.database.recurringRuns.get(id)).error).toContain(`Its experiment ${bench.experimentId} is gone`);
  });

  it('what somebody changes in the object counts, and the row is kept like it', async () => {
    const { id } = await started();
    const patch = async (spec: object) => {
      const { metadata } = object(id);
      await bench.memory.patch('ScheduledWorkflow', metadata, { metadata: { resourceVersion: metadata.resourceVersion }, spec: { ...spec } });
      await bench.pass(0);
    };
    await bench.pass(0);
    await patch({ enabled: false, maxConcurrency: 3, noCatchup: true, trigger: { periodicSchedule: null, cronSchedule: { cron: '0 0 12 * * *' } } });
    expect(await bench.database.recurringRuns.get(id)).toMatchObject({ status: 'DISABLED', maxConcurrency: 3, noCatchup: true, trigger: { cronSchedule: { cron: '0 0 12 * * *' } } });
    await patch({ enabled: true, trigger: { cronSchedule: { cron: 'nonsense' } } });
    expect((await bench.database.recurringRuns.get(id)).error).toContain('it has 1 field');
  });

  it("leaves another system's objects and those without a row alone", async () => {
    await bench.memory.create('ScheduledWorkflow', { metadata: { namespace: 'ns', name: 'foreign' }, spec: { enabled: true, trigger: { periodicSchedule: { intervalSecond: 1 } } } });
    await bench.memory.create('ScheduledWorkflow', { metadata: { namespace: 'ns', name: 'lost', labels: { 'pipeline/recurringrunid': 'nobody' } }, spec: { enabled: true, trigger: {} } });
    await bench.pass(MINUTE);
    expect([...bench.memory.objects.values()].map(({ status }) => status)).toEqual([undefined, undefined]);
    expect(bench.submitted).toEqual([]);
  });

  it('keeps as many finished runs in its history as it is to', async () => {
    const { id } = await started();
    const { metadata } = object(id);
    await bench.memory.patch('ScheduledWorkflow', metadata, { metadata: { resourceVersion: metadata.resourceVersion }, spec: { maxHistory: 2 } });
    for (let minute = 0; minute < 4; minute += 1) {
      await bench.pass(MINUTE);
      await bench.finishRuns(id);
    }
    await bench.pass(1000, bench.reconciler());
    expect(object(id).status?.workflowHistory?.completed?.map(({ index }) => index)).toEqual([4, 3]);
  });
});

describe('one run for each slot', () => {
  let bench: ScheduleBench;
  beforeEach(async () => {
    bench = await ScheduleBench.open();
  });
  afterEach(() => bench.close());

  const object = (id: string) => [...bench.memory.objects.values()].find(({ metadata }) => metadata.labels?.['pipeline/recurringrunid'] === id)!;

  it.each(['schedule.submitted', 'schedule.recorded'])('when it dies at %s', async (point) => {
    const { id } = await bench.controller().create(bench.aSchedule({ displayName: 'n' }));
    bench.crashAt = point;
    expect(await bench.pass(MINUTE)).toBe(false);
    await bench.pass(MINUTE);
    expect(await bench.slots(id)).toEqual(['09:01:00', '09:02:00']);
    expect(bench.submitted.map(({ displayName }) => displayName)).toEqual(['n #1', 'n #2']);
    expect(await bench.database.recurringRuns.get(id)).toMatchObject({ lastIndex: 2 });
  });

  it('without catch-up, when it dies and comes back slots later', async () => {
    const { id } = await bench.controller().create(bench.aSchedule({ noCatchup: true, displayName: 'n' }));
    bench.crashAt = 'schedule.submitted';
    await bench.pass(MINUTE);
    await bench.pass(3 * MINUTE);
    expect(await bench.slots(id)).toEqual(['09:01:00', '09:04:00']);
    expect(bench.submitted.map(({ displayName }) => displayName)).toEqual(['n #1', 'n #2']);
  });

  it('when several controllers follow it at once, each behind the others', async () => {
    const { id } = await bench.controller().create(bench.aSchedule());
    const controllers = [bench.reconciler(), bench.reconciler(), bench.reconciler()];
    for (let minute = 0; minute < 5; minute += 1) {
      bench.now += MINUTE;
      const stale = [...bench.memory.objects.values()][0]!;
      await Promise.all(controllers.map((controller) => controller.reconcile(stale)));
      for (const controller of controllers) await bench.pass(0, controller);
    }
    expect(await bench.slots(id)).toEqual(['09:01:00', '09:02:00', '09:03:00', '09:04:00', '09:05:00']);
    expect(await bench.database.recurringRuns.get(id)).toMatchObject({ lastIndex: 5 });
  });

  it('and no more at once than there may be, when another controller makes one while this one looks', async () => {
    const { id } = await bench.controller().create(bench.aSchedule({ maxConcurrency: 1 }));
    bench.now += 3 * MINUTE;
    const stale = object(id);
    const { runs } = bench.database;
    for (const read of ['listUnfinishedOf', 'listLatestOf'] as const) {
      const asked = runs[read].bind(runs) as (...args: unknown[]) => Promise<never>;
      runs[read] = async (...args: unknown[]) => {
        runs[read] = asked;
        const answer = await asked(...args);
        await bench.reconciler().reconcile(stale);
        return answer;
      };
      await bench.reconciler().reconcile(stale);
      expect(await bench.slots(id)).toEqual(['09:01:00']);
    }
  });

  it('when the clock is set back and comes to the same times again', async () => {
    const { id } = await bench.controller().create(bench.aSchedule());
    for (let minute = 0; minute < 4; minute += 1) await bench.pass(MINUTE);
    await bench.pass(-2.5 * MINUTE);
    for (let minute = 0; minute < 4; minute += 1) await bench.pass(MINUTE);
    expect(await bench.slots(id)).toEqual(['09:01:00', '09:02:00', '09:03:00', '09:04:00', '09:05:00']);
    expect(bench.submitted.map(({ schedule }) => schedule?.index)).toEqual([1, 2, 3, 4, 5]);
  });

  it('whatever crashes and whatever the clock does', async () => {
    const random = seeded(1);
    for (let round = 0; round < 12; round += 1) {
      const noCatchup = round % 2 === 1;
      const trigger = round % 3 === 0 ? { cronSchedule: { cron: '*/30 * * * * *' } } : { periodicSchedule: { intervalSecond: 45 } };
      const { id } = await bench.controller().create(bench.aSchedule({ noCatchup, trigger, createdAt: new Date(Math.floor(bench.now / 1000) * 1000) }));
      for (let step = 0; step < 25; step += 1) {
        if (random() < 0.3) bench.crashAt = random() < 0.5 ? 'schedule.submitted' : 'schedule.recorded';
        await bench.pass(random() < 0.08 ? -90_000 : Math.floor(random() * 100_000), random() < 0.2 ? bench.reconciler() : undefined);
        if (random() < 0.5) await bench.finishRuns(id);
      }
      bench.crashAt = undefined;
      await bench.pass(0);
      const slots = await bench.slots(id);
      expect(new Set(slots).size).toBe(slots.length);
      const own = bench.submitted.filter(({ recurringRunId }) => recurringRunId === id);
      expect(own.map(({ schedule }) => schedule!.index)).toEqual(own.map((_run, index) => index + 1));
      expect(await bench.database.recurringRuns.get(id)).toMatchObject({ lastIndex: own.length });
      await bench.controller().delete(id, 'leave');
    }
  }, 60_000);
});

describe('scheduledRunId', () => {
  it('is a UUID that says nothing but schedule and slot', () => {
    const id = scheduledRunId('a', 1_000);
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(scheduledRunId('a', 1_999)).toBe(id);
    expect(scheduledRunId('a', 2_000)).not.toBe(id);
    expect(scheduledRunId('b', 1_000)).not.toBe(id);
  });

  it('names of runs fit their column', () => {
    expect(runNameOf('n'.repeat(255), 12)).toBe(`${'n'.repeat(251)} #12`);
  });
});

function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
}
