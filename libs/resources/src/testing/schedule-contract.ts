import type { ScheduledWorkflow } from '@millrace/scheduling';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ResourceStore, WatchEvent } from '../resource-store.js';
import { aGatedWorkflow, type OpenedStore } from './resource-store-contract.js';

export function aSchedule(namespace: string, name: string, labels: Readonly<Record<string, string>> = {}): ScheduledWorkflow {
  return {
    apiVersion: 'kubeflow.org/v1beta1',
    kind: 'ScheduledWorkflow',
    metadata: { namespace, name, labels: { ...labels } },
    spec: {
      enabled: true,
      maxConcurrency: 2,
      noCatchup: true,
      trigger: { cronSchedule: { cron: '0 0 9 * * *', startTime: '2026-01-01T00:00:00Z', endTime: '2027-01-01T00:00:00Z' } },
      workflow: { parameters: [{ name: 'a', value: '"[[Index]]"' }], pipelineRoot: '/root' },
      experimentId: 'e',
      pipelineId: 'p',
      serviceAccount: 'pipeline-runner',
    },
    status: {},
  };
}

/** What every ResourceStore promises of ScheduledWorkflows: it keeps them and tells of them. */
export function describeSchedules(adapter: string, open: () => Promise<OpenedStore>): void {
  describe(`${adapter} as a store of ScheduledWorkflows`, () => {
    let opened: OpenedStore;
    let store: ResourceStore;
    let namespace: string;

    beforeEach(async () => {
      opened = await open();
      ({ store, namespace } = opened);
    });
    afterEach(() => opened.close());

    const create = (name: string, labels?: Readonly<Record<string, string>>) => store.create('ScheduledWorkflow', aSchedule(namespace, name, labels));
    const get = (name: string) => store.get('ScheduledWorkflow', { namespace, name });

    it('gives back what was created, with complete metadata', async () => {
      const created = await create('a', { team: 'x' });
      expect(created.metadata).toMatchObject({ name: 'a', namespace, labels: { team: 'x' } });
      expect(created.metadata.uid).not.toBe('');
      expect(Number.isNaN(Date.parse(created.metadata.creationTimestamp))).toBe(false);
      const { spec, status } = (await get('a'))!;
      expect(spec).toEqual(aSchedule(namespace, 'a').spec);
      expect(status).toEqual({});
    });

    it('refuses a second one of the same name, but not a Workflow of that name', async () => {
      await create('a');
      await expect(create('a')).rejects.toMatchObject({ code: 'ALREADY_EXISTS' });
      await expect(store.create('Workflow', aGatedWorkflow(namespace, 'a'))).resolves.toMatchObject({ metadata: { name: 'a' } });
      expect((await get('a'))?.spec.pipelineId).toBe('p');
    });

    it('lists by label', async () => {
      await create('a', { team: 'x' });
      await create('b', { team: 'y' });
      const { items } = await store.list('ScheduledWorkflow', { namespace, labels: { team: 'y' } });
      expect(items.map(({ metadata }) => metadata.name)).toEqual(['b']);
      expect((await store.list('ScheduledWorkflow', { namespace })).items).toHaveLength(2);
      expect((await store.list('Workflow', { namespace })).items).toEqual([]);
    });

    it('a patch merges into spec and status: null removes, a list replaces', async () => {
      const { metadata } = await create('a', { keep: '1', drop: '1' });
      const patched = await store.patch('ScheduledWorkflow', { namespace, name: 'a' }, {
        metadata: { resourceVersion: metadata.resourceVersion, labels: { drop: null, added: '2' } },
        spec: { enabled: false, trigger: { cronSchedule: { endTime: null } } },
        status: { conditions: [{ type: 'Disabled', status: 'True' }], trigger: { lastTriggeredTime: '2026-02-01T09:00:00Z', lastWorkflowIndex: 1 } },
      });
      expect(patched.metadata.labels).toEqual({ keep: '1', added: '2' });
      expect(patched.metadata.resourceVersion).not.toBe(metadata.resourceVersion);
      const again = await store.patch('ScheduledWorkflow', { namespace, name: 'a' }, {
        metadata: { resourceVersion: patched.metadata.resourceVersion },
        status: { conditions: [{ type: 'Enabled', status: 'True' }], trigger: { lastWorkflowIndex: 2 } },
      });
      expect((await get('a'))?.spec).toMatchObject({ enabled: false, maxConcurrency: 2 });
      expect((await get('a'))?.spec.trigger?.cronSchedule).toEqual({ cron: '0 0 9 * * *', startTime: '2026-01-01T00:00:00Z' });
      expect(again.status).toEqual({
        conditions: [{ type: 'Enabled', status: 'True' }],
        trigger: { lastTriggeredTime: '2026-02-01T09:00:00Z', lastWorkflowIndex: 2 },
      });
    });

    it('a patch with a stale resourceVersion is refused', async () => {
      const { metadata } = await create('a');
      const patch = (enabled: boolean) =>
        store.patch('ScheduledWorkflow', { namespace, name: 'a' }, { metadata: { resourceVersion: metadata.resourceVersion }, spec: { enabled } });
      await patch(false);
      await expect(patch(true)).rejects.toMatchObject({ code: 'ABORTED' });
      expect((await get('a'))?.spec.enabled).toBe(false);
    });

    it('a patch of one that does not exist is refused', async () => {
      const patch = store.patch('ScheduledWorkflow', { namespace, name: 'nobody' }, { metadata: { resourceVersion: '1' }, spec: { enabled: true } });
      await expect(patch).rejects.toMatchObject({ code: 'NOT_FOUND' });
    });

    it('a deleted one is gone, and deleting it again is refused', async () => {
      await create('a');
      await store.delete('ScheduledWorkflow', { namespace, name: 'a' });
      await expect.poll(async () => await get('a'), { timeout: 15_000 }).toBeUndefined();
      await expect(store.delete('ScheduledWorkflow', { namespace, name: 'a' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    });

    it('a watch tells of what exists and what changes, and of nothing of another kind', async () => {
      await create('old', { team: 'x' });
      const events: WatchEvent<ScheduledWorkflow>[] = [];
      const watch = store.watch('ScheduledWorkflow', { namespace, labels: { team: 'x' } }, (event) => events.push(event));
      const seen = () => events.map(({ type, object }) => `${type} ${object.metadata.name}`);
      await expect.poll(seen).toContain('ADDED old');
      await create('other', { team: 'y' });
      await store.create('Workflow', aGatedWorkflow(namespace, 'workflow', { team: 'x' }));
      const { metadata } = (await get('old'))!;
      await store.patch('ScheduledWorkflow', { namespace, name: 'old' }, { metadata: { resourceVersion: metadata.resourceVersion }, spec: { enabled: false } });
      await expect.poll(seen, { timeout: 15_000 }).toContain('MODIFIED old');
      expect(events.at(-1)!.object.spec.enabled).toBe(false);
      await store.delete('ScheduledWorkflow', { namespace, name: 'old' });
      await expect.poll(seen, { timeout: 15_000 }).toContain('DELETED old');
      expect(new Set(seen())).toEqual(new Set(['ADDED old', 'MODIFIED old', 'DELETED old']));
      watch.close();
    });
  });
}
