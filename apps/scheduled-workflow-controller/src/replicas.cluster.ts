import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase, type Database, type RecurringRun, type Run } from '@millrace/database';
import { anExperiment, aRecurringRun } from '@millrace/database/testing';
import { KubeClient, KubernetesResourceStore } from '@millrace/kubernetes';
import { aNamespace, openTestCluster, type KubeApiServer, type TestCluster } from '@millrace/kubernetes/testing';
import { createScheduleController } from '@millrace/schedule-controller';
import { ServiceReplicas, type ServiceReplica } from '@millrace/service-host/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

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
  let cluster: TestCluster & { readonly server: KubeApiServer };
  let client: KubeClient;
  let store: KubernetesResourceStore;
  let folder: string;
  let database: Database;
  let replicas: ServiceReplicas;

  beforeAll(async () => {
    ServiceReplicas.bundle('scheduled-workflow-controller');
    cluster = (await openTestCluster()) as typeof cluster;
    client = new KubeClient(cluster.config());
    store = new KubernetesResourceStore({ client });
    await aNamespace(client, NAMESPACE);
  });
  afterAll(async () => {
    store?.close();
    await client?.close();
    await cluster?.close();
  });
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'millrace-schedules-'));
    const databaseUrl = `file:${join(folder, 'rows.db')}`;
    replicas = new ServiceReplicas({ service: 'scheduled-workflow-controller', folder, namespace: NAMESPACE, databaseUrl, apiPort: cluster.server.port });
    database = await openDatabase({ url: databaseUrl });
  });
  afterEach(async () => {
    replicas.killAll();
    await database.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const ready = async (replica: ServiceReplica) => {
    await expect.poll(() => replicas.isReady(replica), { timeout: 40_000 }).toBe(true);
  };
  const share = async (...shards: readonly number[]) => {
    await expect.poll(() => replicas.figures('millrace_schedule_shards'), { timeout: 60_000, interval: 500 }).toEqual(shards);
  };
  const make = async (): Promise<RecurringRun[]> => {
    const { id: experimentId } = await database.experiments.create(anExperiment({ namespace: NAMESPACE }));
    const api = createScheduleController({ database, store, runs: { submit: notHere, terminate: notHere, preview: async () => ({ tasks: 1, cached: 0, run: 1, undecided: 0 }) } });
    const trigger = { cronSchedule: { cron: `*/${EVERY_SECONDS} * * * * *` } };
    return Promise.all(
      Array.from({ length: ENOUGH }, (_, index) => {
        const { pipelineId: _none, pipelineVersionId: _neither, ...run } = aRecurringRun({ namespace: NAMESPACE, experimentId, createdAt: new Date(), trigger, maxConcurrency: 10, scheduleName: `often-${index}` });
        return api.create(run, { pipelineSpec: WORKFLOW as never });
      }),
    );
  };
  const slotsOf = async ({ id }: RecurringRun): Promise<number[]> => (await database.runs.listLatestOf(id, 1_000)).map(({ scheduledAt }: Run) => scheduledAt.getTime() / 1000).toSorted((a, b) => a - b);
  /** Until every recurring run has a run of a slot after this moment; for how long that took, in ms. */
  const allFire = async (made: readonly RecurringRun[]): Promise<number> => {
    const since = Date.now();
    const fired = async (): Promise<boolean> => {
      for (const { id } of made) {
        for (const run of await database.runs.listUnfinishedOf(id)) await database.runs.record({ runId: run.id, at: new Date(), run: { state: 'SUCCEEDED', finishedAt: new Date() } });
      }
      return (await Promise.all(made.map(slotsOf))).every((slots) => (slots.at(-1) ?? 0) * 1000 > since);
    };
    await expect.poll(fired, { timeout: 60_000, interval: 500 }).toBe(true);
    return Date.now() - since;
  };

  it('share the recurring runs; those of one that is killed fire from the other, with one run for each slot and none left out', async () => {
    const [one, two] = [await replicas.start(), await replicas.start()];
    await Promise.all([ready(one), ready(two)]);
    await share(16, 16);
    const made = await make();
    await allFire(made);

    replicas.kill(one);
    const took = await allFire(made);
    console.log(`after SIGKILL every recurring run had its next run in ${(took / 1000).toFixed(1)} s`);
    // Missed for ten seconds at least, and a slot may be five away.
    expect(took).toBeLessThan(35_000);
    await share(32);

    await ready(await replicas.start());
    await share(16, 16);
    await allFire(made);
    expect(await replicas.end(two)).toBe(0);
    await share(32);
    await allFire(made);

    for (const recurringRun of made) {
      const slots = await slotsOf(recurringRun);
      expect(slots.slice(1).map((slot, index) => slot - slots[index]!)).toEqual(slots.slice(1).map(() => EVERY_SECONDS));
      const runs = await database.runs.listLatestOf(recurringRun.id, 1_000);
      expect(new Set(runs.map(({ displayName }) => displayName)).size).toBe(runs.length);
    }
  }, 300_000);
});

function notHere(): never {
  throw new Error('runs are made by replicas');
}
