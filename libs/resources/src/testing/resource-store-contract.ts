import type { Workflow } from '@millrace/argo';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Resource, ResourceStore, WatchEvent } from '../resource-store.js';

export interface OpenedStore {
  readonly store: ResourceStore;
  /** A namespace of its own for each test. */
  readonly namespace: string;
  close(): Promise<void>;
}

type Event = WatchEvent<Workflow>;

/** A Workflow that waits at a gate named `gate` until it is answered, and so stands still by itself. */
export function aGatedWorkflow(namespace: string, name: string, labels: Readonly<Record<string, string>> = {}): Workflow {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Workflow',
    metadata: { namespace, name, labels: { ...labels } },
    spec: {
      entrypoint: 'root',
      templates: [
        { name: 'root', dag: { failFast: false, tasks: [{ name: 'gate', template: 'gate' }] } },
        { name: 'gate', suspend: {}, outputs: { parameters: [{ name: 'run', valueFrom: { supplied: {} } }] } },
      ],
    },
  };
}

/** What every ResourceStore promises. `open` gives a running store in which Workflows are reconciled. */
export function describeResourceStore(adapter: string, open: () => Promise<OpenedStore>): void {
  describe(`${adapter} as a ResourceStore`, () => {
    let opened: OpenedStore;
    let store: ResourceStore;
    let namespace: string;

    beforeEach(async () => {
      opened = await open();
      ({ store, namespace } = opened);
    });
    afterEach(() => opened.close());

    const create = (name: string, labels?: Readonly<Record<string, string>>) => store.create('Workflow', aGatedWorkflow(namespace, name, labels));
    const get = (name: string) => store.get('Workflow', { namespace, name });
    const gateOf = (object: Resource<Workflow> | undefined) =>
      Object.values(object?.status?.nodes ?? {}).find((node) => node.type === 'Suspend' && node.phase === 'Running');
    /** The object once its gate is open and nothing moves any more. */
    const settled = async (name: string): Promise<Resource<Workflow>> => {
      await expect.poll(async () => gateOf(await get(name)) !== undefined, { timeout: 15_000 }).toBe(true);
      return (await get(name))!;
    };
    /** Tries again while the engine writes in between. */
    const patchFresh = async (name: string, patch: { labels?: Record<string, string | null>; spec?: Record<string, unknown>; status?: (object: Resource<Workflow>) => Record<string, unknown> }) => {
      for (let attempt = 1; ; attempt += 1) {
        const object = (await get(name))!;
        try {
          return await store.patch('Workflow', { namespace, name }, {
            metadata: { resourceVersion: object.metadata.resourceVersion, ...(patch.labels && { labels: patch.labels }) },
            ...(patch.spec && { spec: patch.spec }),
            ...(patch.status && { status: patch.status(object) }),
          });
        } catch (error) {
          if ((error as { code?: string }).code !== 'ABORTED' || attempt === 20) throw error;
        }
      }
    };

    it('gives a created object complete metadata', async () => {
      const { metadata } = await create('a', { team: 'x' });
      expect(metadata).toMatchObject({ name: 'a', namespace, labels: { team: 'x' } });
      expect(metadata.uid).not.toBe('');
      expect(metadata.resourceVersion).not.toBe('');
      expect(Number.isNaN(Date.parse(metadata.creationTimestamp))).toBe(false);
    });

    it('gives back what was created', async () => {
      await create('a');
      expect((await get('a'))?.spec.templates?.map(({ name }) => name)).toEqual(['root', 'gate']);
    });

    it('knows nothing of an object that does not exist', async () => {
      expect(await get('nobody')).toBeUndefined();
    });

    it('refuses a second object of the same name', async () => {
      await create('a');
      await expect(create('a')).rejects.toMatchObject({ code: 'ALREADY_EXISTS' });
    });

    it('lists by label', async () => {
      await create('a', { team: 'x' });
      await create('b', { team: 'y' });
      const { items } = await store.list('Workflow', { namespace, labels: { team: 'y' } });
      expect(items.map(({ metadata }) => metadata.name)).toEqual(['b']);
      expect((await store.list('Workflow', { namespace })).items).toHaveLength(2);
    });

    it('lists and watches what lacks a label; an object that gets it is told as deleted, one that loses it as added', async () => {
      await create('a');
      await create('b', { done: 'yes' });
      const { items } = await store.list('Workflow', { namespace, withoutLabels: ['done'] });
      expect(items.map(({ metadata }) => metadata.name)).toEqual(['a']);
      const seen: string[] = [];
      const watch = store.watch('Workflow', { namespace, withoutLabels: ['done'] }, ({ type, object }) => type !== 'MODIFIED' && seen.push(`${type} ${object.metadata.name}`));
      await expect.poll(() => seen).toEqual(['ADDED a']);
      await patchFresh('a', { labels: { done: 'yes' } });
      await expect.poll(() => seen, { timeout: 15_000 }).toEqual(['ADDED a', 'DELETED a']);
      await patchFresh('b', { labels: { done: null } });
      await expect.poll(() => seen, { timeout: 15_000 }).toEqual(['ADDED a', 'DELETED a', 'ADDED b']);
      watch.close();
    });

    it('a patch with the current resourceVersion is applied', async () => {
      await create('a', { keep: '1', drop: '1' });
      await settled('a');
      const patched = await patchFresh('a', { labels: { added: '2', drop: null } });
      expect(patched.metadata.labels).toMatchObject({ keep: '1', added: '2' });
      expect(patched.metadata.labels).not.toHaveProperty('drop');
      expect((await get('a'))?.metadata.labels).toMatchObject({ added: '2' });
    });

    it('a patch with a stale resourceVersion is refused', async () => {
      await create('a');
      const { metadata } = await settled('a');
      await patchFresh('a', { labels: { changed: '1' } });
      const stale = store.patch('Workflow', { namespace, name: 'a' }, { metadata: { resourceVersion: metadata.resourceVersion, labels: { changed: '2' } } });
      await expect(stale).rejects.toMatchObject({ code: 'ABORTED' });
      expect((await get('a'))?.metadata.labels).toMatchObject({ changed: '1' });
    });

    it('a patch of an object that does not exist is refused', async () => {
      const patch = store.patch('Workflow', { namespace, name: 'nobody' }, { metadata: { resourceVersion: '1' } });
      await expect(patch).rejects.toMatchObject({ code: 'NOT_FOUND' });
    });

    it('an answered gate lets the workflow go on', async () => {
      await create('a');
      await settled('a');
      await patchFresh('a', {
        status: (object) => ({ nodes: { [gateOf(object)!.id]: { phase: 'Succeeded', finishedAt: new Date().toISOString(), outputs: { parameters: [{ name: 'run', value: 'true' }] } } } }),
      });
      await expect.poll(async () => (await get('a'))?.status?.phase, { timeout: 15_000 }).toBe('Succeeded');
      const gate = Object.values((await get('a'))!.status!.nodes!).find(({ displayName }) => displayName === 'gate');
      expect(gate).toMatchObject({ phase: 'Succeeded', outputs: { parameters: [{ name: 'run', value: 'true' }] } });
    });

    it('a shutdown ends the workflow', async () => {
      await create('a');
      await settled('a');
      await patchFresh('a', { spec: { shutdown: 'Terminate' } });
      await expect.poll(async () => (await get('a'))?.status?.phase, { timeout: 15_000 }).toBe('Failed');
    });

    it('a deleted object is gone, and deleting it again is refused', async () => {
      await create('a');
      await store.delete('Workflow', { namespace, name: 'a' });
      await expect.poll(async () => await get('a'), { timeout: 15_000 }).toBeUndefined();
      await expect(store.delete('Workflow', { namespace, name: 'a' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    });

    it('a name can be used again after deletion, by an object of its own', async () => {
      const first = await create('a');
      await store.delete('Workflow', { namespace, name: 'a' });
      await expect.poll(async () => await get('a'), { timeout: 15_000 }).toBeUndefined();
      const second = await create('a');
      expect(second.metadata.uid).not.toBe(first.metadata.uid);
    });

    it('a watch begins with what exists and goes on with what changes', async () => {
      await create('old', { team: 'x' });
      await settled('old');
      const events: Event[] = [];
      const watch = store.watch('Workflow', { namespace, labels: { team: 'x' } }, (event) => events.push(event));
      const seen = () => events.map(({ type, object }) => `${type} ${object.metadata.name}`);
      await expect.poll(seen).toContain('ADDED old');
      await create('new', { team: 'x' });
      await create('other', { team: 'y' });
      await expect.poll(seen, { timeout: 15_000 }).toContain('ADDED new');
      await patchFresh('old', { labels: { changed: '1' } });
      await expect.poll(seen, { timeout: 15_000 }).toContain('MODIFIED old');
      await store.delete('Workflow', { namespace, name: 'old' });
      await expect.poll(seen, { timeout: 15_000 }).toContain('DELETED old');
      expect(seen().filter((text) => text.endsWith(' other'))).toEqual([]);
      expect(seen().filter((text) => text === 'ADDED old')).toHaveLength(1);
      watch.close();
    });

    it('a closed watch delivers nothing more', async () => {
      const events: Event[] = [];
      const watch = store.watch('Workflow', { namespace }, (event) => events.push(event));
      await create('a');
      await settled('a');
      watch.close();
      watch.close();
      const count = events.length;
      await patchFresh('a', { labels: { changed: '1' } });
      await new Promise((resolve) => setTimeout(resolve, 50));
      expect(events).toHaveLength(count);
    });

    it('events of one object come in order', async () => {
      const versions: string[] = [];
      const labels: (string | undefined)[] = [];
      const watch = store.watch('Workflow', { namespace }, ({ object }) => {
        versions.push(object.metadata.resourceVersion);
        labels.push(object.metadata.labels?.['step']);
      });
      await create('a');
      await settled('a');
      for (let step = 0; step < 5; step += 1) await patchFresh('a', { labels: { step: String(step) } });
      await expect.poll(() => labels.at(-1), { timeout: 15_000 }).toBe('4');
      expect(new Set(versions).size).toBe(versions.length);
      const steps = labels.filter((label) => label !== undefined);
      expect(steps).toEqual([...steps].sort());
      watch.close();
    });
  });
}
