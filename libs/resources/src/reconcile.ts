import type { ListOptions, Resource, ResourceKind, ResourceKinds, ResourceRef, ResourceStore } from './resource-store.js';

export interface ReconcileResult {
  /** Look again after this long, at everything, even when nothing changes until then. */
  readonly requeueAfterMs?: number;
}

export interface ReconcilerBackoff {
  /** Wait after the first failure of an object; it doubles with each further one. @default 100 */
  readonly baseMs?: number;
  /** @default 30000 */
  readonly maxMs?: number;
}

export interface ReconcilerOptions<Kind extends ResourceKind> {
  readonly store: ResourceStore;
  readonly kind: Kind;
  /** Objects that do not match are never seen. @default all */
  readonly selector?: ListOptions;
  /** How many objects are worked on at once. @default 8 */
  readonly concurrency?: number;
  /**
   * Brings the world in line with the object. `changedNodes` are the `status.nodes` that changed since the last call that
   * succeeded; undefined means unknown: look at everything. A rejection is retried with back-off and `undefined`. For an
   * object that was deleted `deleted` is called instead. `signal` aborts when the reconciler closes.
   */
  readonly reconcile: (
    object: Resource<ResourceKinds[Kind]>,
    changedNodes: ReadonlySet<string> | undefined,
    signal: AbortSignal,
  ) => Promise<ReconcileResult | void>;
  /** Called once for each deleted object, after a running `reconcile` of it. Not retried. */
  readonly deleted?: (object: Resource<ResourceKinds[Kind]>) => Promise<void> | void;
  /** Told of every failure, for the log; must not throw. */
  readonly onError: (error: unknown, object: Resource<ResourceKinds[Kind]>, failures: number) => void;
  readonly backoff?: ReconcilerBackoff;
}

export interface Reconciler {
  /** Looks at everything of an object soon, because something else than the object changed. Nothing happens for one that it does not know. */
  look(ref: ResourceRef): void;
  /** Resolves when nothing is queued and nothing runs. Waits for no back-off and no `requeueAfterMs`. */
  idle(): Promise<void>;
  /** Objects that wait for a call or are in one. */
  readonly backlog: number;
  /** How long the object that waits longest for a call has waited; 0 when none does. */
  readonly waitingForMs: number;
  /** Ends the watch and the timers, aborts the signal and waits for what runs. Idempotent. */
  close(): Promise<void>;
}

interface Entry<Kind extends ResourceKind> {
  object: Resource<ResourceKinds[Kind]>;
  /** Undefined: look at everything. */
  changed: Set<string> | undefined;
  pending: boolean;
  running: boolean;
  gone: boolean;
  failures: number;
  /** When it began to wait in the queue. */
  queuedAt: number;
  timer?: NodeJS.Timeout;
}

/**
 * A level-triggered work queue over a watch: each object is handled by one call at a time, changes that arrive meanwhile are
 * merged into the next call, and an object that keeps failing waits in its own back-off without holding up the others.
 */
export function startReconciler<Kind extends ResourceKind>(options: ReconcilerOptions<Kind>): Reconciler {
  const { store, kind, selector = {}, concurrency = 8, reconcile, deleted, onError } = options;
  const { baseMs = 100, maxMs = 30_000 } = options.backoff ?? {};
  const entries = new Map<string, Entry<Kind>>();
  const queue = new Set<Entry<Kind>>();
  const abort = new AbortController();
  const waiting: (() => void)[] = [];
  let running = 0;
  let closed = false;

  function enqueue(entry: Entry<Kind>): void {
    if (closed || entry.running) return;
    if (!queue.has(entry)) entry.queuedAt = performance.now();
    queue.add(entry);
    pump();
  }

  function later(entry: Entry<Kind>, delayMs: number): void {
    if (closed) return;
    clearTimeout(entry.timer);
    entry.timer = setTimeout(() => {
      entry.timer = undefined;
      entry.pending = true;
      entry.changed = undefined;
      enqueue(entry);
    }, delayMs);
  }

  function pump(): void {
    for (const entry of queue) {
      if (running >= concurrency) return;
      queue.delete(entry);
      running += 1;
      entry.running = true;
      void handle(entry).finally(() => {
        running -= 1;
        entry.running = false;
        // After a failure only the back-off's timer brings an object back, unless it was deleted meanwhile.
        if (entry.pending && (entry.gone || entry.failures === 0)) {
          clearTimeout(entry.timer);
          entry.timer = undefined;
          enqueue(entry);
        }
        if (!closed) pump();
        settle();
      });
    }
  }

  async function handle(entry: Entry<Kind>): Promise<void> {
    const { object, changed, gone } = entry;
    entry.pending = false;
    entry.changed = new Set();
    try {
      if (gone) {
        await deleted?.(object);
        return;
      }
      const result = await reconcile(object, changed, abort.signal);
      entry.failures = 0;
      if (result?.requeueAfterMs !== undefined) later(entry, result.requeueAfterMs);
    } catch (error) {
      if (closed) return;
      entry.failures += 1;
      onError(error, object, entry.failures);
      if (gone) return;
      entry.changed = undefined;
      entry.pending = true;
      later(entry, Math.min(maxMs, baseMs * 2 ** Math.min(entry.failures - 1, 30)));
    }
  }

  function settle(): void {
    if (running > 0 || (!closed && queue.size > 0)) return;
    for (const resolve of waiting.splice(0)) resolve();
  }

  const watch = store.watch(kind, selector, (event) => {
    if (closed) return;
    const uid = event.object.metadata.uid;
    let entry = entries.get(uid);
    if (event.type === 'DELETED') {
      entry ??= newEntry(event.object);
      entries.delete(uid);
      clearTimeout(entry.timer);
      entry.timer = undefined;
      Object.assign(entry, { object: event.object, gone: true, pending: true });
      enqueue(entry);
      return;
    }
    if (entry === undefined) {
      entry = newEntry(event.object);
      entries.set(uid, entry);
    }
    entry.object = event.object;
    if (event.changedNodes === undefined) entry.changed = undefined;
    else if (entry.changed !== undefined) for (const id of event.changedNodes) entry.changed.add(id);
    entry.pending = true;
    if (entry.failures > 0) return;
    // A change cannot wait for a time that was only meant for the case that nothing changes.
    clearTimeout(entry.timer);
    entry.timer = undefined;
    enqueue(entry);
  });

  const drained = (): Promise<void> =>
    new Promise((resolve) => {
      waiting.push(resolve);
      settle();
    });

  return {
    look({ namespace, name }) {
      for (const entry of entries.values()) {
        const { metadata } = entry.object;
        if (metadata.name !== name || metadata.namespace !== namespace) continue;
        entry.changed = undefined;
        entry.pending = true;
        if (entry.failures > 0) return;
        clearTimeout(entry.timer);
        entry.timer = undefined;
        enqueue(entry);
      }
    },
    idle: drained,
    get backlog() {
      return queue.size + running;
    },
    get waitingForMs() {
      // The first is the one that came first.
      const [oldest] = queue;
      return oldest === undefined ? 0 : performance.now() - oldest.queuedAt;
    },
    async close() {
      closed = true;
      watch.close();
      abort.abort();
      for (const entry of entries.values()) clearTimeout(entry.timer);
      queue.clear();
      await drained();
    },
  };
}

function newEntry<Kind extends ResourceKind>(object: Resource<ResourceKinds[Kind]>): Entry<Kind> {
  return { object, changed: undefined, pending: false, running: false, gone: false, failures: 0, queuedAt: 0 };
}
