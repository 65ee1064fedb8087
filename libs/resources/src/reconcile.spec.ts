import { describe, expect, it } from 'vitest';
import type { Workflow } from '@millrace/argo';
import { startReconciler, type ReconcilerOptions } from './reconcile.js';
import type { Resource, ResourceStore, WatchEvent } from './resource-store.js';

type Event = WatchEvent<Workflow>;

function aStore(): { readonly store: ResourceStore; emit(type: Event['type'], name: string, changed?: readonly string[]): void } {
  let listener: ((event: Event) => void) | undefined;
  const store = {
    watch(_kind: string, _options: unknown, onEvent: (event: Event) => void) {
      listener = onEvent;
      return { close: () => (listener = undefined) };
    },
  } as unknown as ResourceStore;
  const object = (name: string) =>
    ({ metadata: { name, namespace: 'ns', uid: name, resourceVersion: '1', creationTimestamp: '' }, spec: {} }) as Resource<Workflow>;
  return {
    store,
    emit: (type, name, changed) =>
      listener?.({ type, object: object(name), ...(changed === undefined ? {} : { changedNodes: new Set(changed) }) }),
  };
}

function start(store: ResourceStore, options: Partial<ReconcilerOptions<'Workflow'>> & Pick<ReconcilerOptions<'Workflow'>, 'reconcile'>) {
  return startReconciler({ store, kind: 'Workflow', onError: () => undefined, backoff: { baseMs: 5, maxMs: 20 }, ...options });
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe('startReconciler', () => {
  it('tells how long the object has waited that waits longest', async () => {
    const { store, emit } = aStore();
    let release = () => undefined as void;
    const reconciler = start(store, { concurrency: 1, reconcile: () => new Promise<void>((resolve) => (release = resolve)) });
    expect(reconciler.waitingForMs).toBe(0);
    emit('ADDED', 'works');
    expect(reconciler.waitingForMs).toBe(0);
    emit('ADDED', 'waits');
    await pause(30);
    emit('MODIFIED', 'waits', []);
    emit('ADDED', 'waits-less');
    expect(reconciler.waitingForMs).toBeGreaterThanOrEqual(29);
    release();
    await pause(1);
    expect(reconciler.waitingForMs).toBeLessThan(25);
    const closed = reconciler.close();
    release();
    await closed;
  });

  it('merges what changes while an object is worked on into one further call', async () => {
    const { store, emit } = aStore();
    const seen: (string[] | undefined)[] = [];
    const reconciler = start(store, {
      async reconcile(_object, changed) {
        seen.push(changed && [...changed]);
        await pause(10);
      },
    });
    emit('ADDED', 'a');
    emit('MODIFIED', 'a', ['x']);
    emit('MODIFIED', 'a', ['y', 'x']);
    await reconciler.idle();
    expect(seen).toEqual([undefined, ['x', 'y']]);
    await reconciler.close();
  });

  it('works on one object at a time but on several objects at once, up to the limit', async () => {
    const { store, emit } = aStore();
    const active = new Map<string, number>();
    let most = 0;
    const reconciler = start(store, {
      concurrency: 3,
      async reconcile({ metadata }) {
        active.set(metadata.name, (active.get(metadata.name) ?? 0) + 1);
        expect(active.get(metadata.name)).toBe(1);
        most = Math.max(most, [...active.values()].reduce((sum, n) => sum + n, 0));
        await pause(3);
        active.set(metadata.name, 0);
      },
    });
    for (let round = 0; round < 3; round += 1) for (const name of ['a', 'b', 'c', 'd', 'e']) emit('MODIFIED', name, ['n']);
    await reconciler.idle();
    expect(most).toBe(3);
    await reconciler.close();
  });

  it('retries a failing object with growing waits and everything to look at, without holding up others', async () => {
    const { store, emit } = aStore();
    const times: number[] = [];
    const changes: unknown[] = [];
    const failures: number[] = [];
    let good = 0;
    const reconciler = start(store, {
      concurrency: 1,
      onError: (_error, _object, count) => failures.push(count),
      async reconcile({ metadata }, changed) {
        if (metadata.name === 'good') return void (good += 1);
        times.push(Date.now());
        changes.push(changed);
        if (times.length < 5) throw new Error('poison');
      },
    });
    emit('MODIFIED', 'poison', ['n']);
    emit('MODIFIED', 'good', ['n']);
    await reconciler.idle();
    expect(good).toBe(1);
    emit('MODIFIED', 'poison', ['m']);
    await expect.poll(() => times.length).toBe(5);
    expect(failures).toEqual([1, 2, 3, 4]);
    expect(changes.slice(1)).toEqual([undefined, undefined, undefined, undefined]);
    expect(times[4]! - times[3]!).toBeGreaterThanOrEqual(15);
    await reconciler.close();
  });

  it('looks again after the time it was asked for', async () => {
    const { store, emit } = aStore();
    let calls = 0;
    const reconciler = start(store, {
      async reconcile() {
        calls += 1;
        return calls < 3 ? { requeueAfterMs: 5 } : undefined;
      },
    });
    emit('ADDED', 'a');
    await expect.poll(() => calls).toBe(3);
    await reconciler.close();
  });

  it('does not let a requested wait delay a change that came during the call', async () => {
    const { store, emit } = aStore();
    const seen: unknown[] = [];
    const reconciler = start(store, {
      async reconcile(_object, changed) {
        seen.push(changed);
        if (seen.length === 1) emit('MODIFIED', 'a', ['n']);
        return { requeueAfterMs: 60_000 };
      },
    });
    emit('ADDED', 'a');
    await expect.poll(() => seen.length).toBe(2);
    await reconciler.close();
  });

  it('looks at an object again when asked to, also instead of a wait, and not at one it does not know', async () => {
    const { store, emit } = aStore();
    const seen: (string | undefined)[] = [];
    const reconciler = start(store, {
      async reconcile({ metadata }, changed) {
        seen.push(`${metadata.name} ${changed === undefined ? 'all' : 'some'}`);
        return { requeueAfterMs: 60_000 };
      },
    });
    emit('ADDED', 'a');
    emit('ADDED', 'b');
    await reconciler.idle();
    reconciler.look({ namespace: 'ns', name: 'a' });
    reconciler.look({ namespace: 'other', name: 'b' });
    reconciler.look({ namespace: 'ns', name: 'nobody' });
    await reconciler.idle();
    expect(seen).toEqual(['a all', 'b all', 'a all']);
    await reconciler.close();
  });

  it('reports a deletion once, after the call that runs', async () => {
    const { store, emit } = aStore();
    const log: string[] = [];
    const reconciler = start(store, {
      async reconcile() {
        await pause(5);
        log.push('reconciled');
      },
      deleted: () => void log.push('deleted'),
    });
    emit('ADDED', 'a');
    emit('DELETED', 'a');
    await reconciler.idle();
    expect(log).toEqual(['reconciled', 'deleted']);
    await reconciler.close();
  });

  it('waits on close for what runs and starts nothing more', async () => {
    const { store, emit } = aStore();
    let ended = 0;
    let aborted = false;
    const reconciler = start(store, {
      concurrency: 1,
      async reconcile(_object, _changed, signal) {
        await pause(10);
        aborted = signal.aborted;
        ended += 1;
      },
    });
    emit('ADDED', 'a');
    emit('ADDED', 'b');
    await reconciler.close();
    expect(ended).toBe(1);
    expect(aborted).toBe(true);
    await pause(15);
    expect(ended).toBe(1);
  });
});
