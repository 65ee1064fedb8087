import type { RecurringRun, Run } from '@millrace/database';
import { anExperiment, aRecurringRun } from '@millrace/database/testing';
import { createScheduleController } from '@millrace/schedule-controller';
import { useServiceReplicas } from '@millrace/service-host/testing';
import { describe, expect, it } from 'vitest';

const NAMESPACE = 'schedules';
const EVERY_SECONDS = 5;
const ENOUGH = 12;
/** Nobody runs it: the test ends its runs. */
const WORKFLOW = {
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'Workflow',
  metadata: { generateName: 'due-' },
  spec: { entrypoint: 'root', templates: [{ name: 'root', dag: { tasks: [{ name: 'gate', template: 'gate' }] } }, { name: 'gate', suspend: {} }] },
};

describe.skipIf(process.env['TEST_KUBECONFIG'] !== undefined)('replicas of the schedule controller', () => {
  const used = useServiceReplicas({ service: 'scheduled-workflow-controller', namespace: NAMESPACE, shardMetric: 'millrace_schedule_shards' });
  const { ready, share } = used;

  const make = async (): Promise<RecurringRun[]> => {
    const { id: experimentId } = await used.database.experiments.create(anExperiment({ namespace: NAMESPACE }));
    const api = createScheduleController({ database: used.database, store: used.store, runs: { submit: notHere, terminate: notHere, preview: async () => ({ tasks: 1, cached: 0, run: 1, undecided: 0 }) } });
    const trigger = { cronSchedule: { cron: `*/${EVERY_SECONDS} * * * * *` } };
    return Promise.all(
      Array.from({ length: ENOUGH }, (_, index) => {
        const { pipelineId: _none, pipelineVersionId: _neither, ...run } = aRecurringRun({ namespace: NAMESPACE, experimentId, createdAt: new Date(), trigger, maxConcurrency: 10, scheduleName: `often-${index}` });
        return api.create(run, { pipelineSpec: WORKFLOW as never });
      }),
    );
  };
  const slotsOf = async ({ id }: RecurringRun): Promise<number[]> => (await used.database.runs.listLatestOf(id, 1_000)).map(({ scheduledAt }: Run) => scheduledAt.getTime() / 1000).toSorted((a, b) => a - b);
  /** Until every recurring run has a run of a slot after this moment; for how long that took, in ms. */
  const allFire = async (made: readonly RecurringRun[]): Promise<number> => {
    const since = Date.now();
    const fired = async (): Promise<boolean> => {
      for (const { id } of made) {
        for (const run of await used.database.runs.listUnfinishedOf(id)) await used.database.runs.record({ runId: run.id, at: new Date(), run: { state: 'SUCCEEDED', finishedAt: new Date() } });
      }
      return (await Promise.all(made.map(slotsOf))).every((slots) => (slots.at(-1) ?? 0) * 1000 > since);
    };
    await expect.poll(fired, { timeout: 60_000, interval: 500 }).toBe(true);
    return Date.now() - since;
  };

  it('share the recurring runs; those of one that is killed fire from the other, with one run for each slot and none left out', async () => {
    const [one, two] = [await used.replicas.start(), await used.replicas.start()];
    await Promise.all([ready(one), ready(two)]);
    await share(16, 16);
    const made = await make();
    await allFire(made);

    used.replicas.kill(one);
    const took = await allFire(made);
    console.log(`after SIGKILL every recurring run had its next run in ${(took / 1000).toFixed(1)} s`);
    // Missed for ten seconds at least, and a slot may be five away.
    expect(took).toBeLessThan(35_000);
    await share(32);

    await ready(await used.replicas.start());
    await share(16, 16);
    await allFire(made);
    expect(await used.replicas.end(two)).toBe(0);
    await share(32);
    await allFire(made);

    for (const recurringRun of made) {
      const slots = await slotsOf(recurringRun);
      expect(slots.slice(1).map((slot, index) => slot - slots[index]!)).toEqual(slots.slice(1).map(() => EVERY_SECONDS));
      const runs = await used.database.runs.listLatestOf(recurringRun.id, 1_000);
      expect(new Set(runs.map(({ displayName }) => displayName)).size).toBe(runs.length);
    }
  }, 300_000);
});

function notHere(): never {
  throw new Error('runs are made by replicas');
}
