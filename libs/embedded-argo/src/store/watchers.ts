import type { ObjectMeta, Resource, Watch, WatchEvent, WatchOptions } from '@millrace/resources';

type Mutable<Object> = { -readonly [Key in keyof WatchEvent<Object>]: WatchEvent<Object>[Key] };

interface Watcher<Object> {
  readonly options: WatchOptions;
  readonly onEvent: (event: WatchEvent<Object>) => void;
  /** By uid, what this watcher has not been told. */
  readonly pending: Map<string, Mutable<Object>>;
  /** Objects it knows, to tell those that leave its selection from those it never saw. */
  readonly known: Set<string>;
}

/** Tells watchers of one kind of changes once per `flush`: what happened in between is one event with the newest state. */
export class Watchers<Object> {
  readonly #watchers = new Set<Watcher<Object>>();

  constructor(
    private readonly schedule: () => void,
    private readonly onError: (error: unknown) => void,
  ) {}

  add(options: WatchOptions, onEvent: (event: WatchEvent<Object>) => void, existing: readonly Resource<Object>[]): Watch {
    const pending = new Map(existing.map((object) => [object.metadata.uid, { type: 'ADDED', object } as Mutable<Object>]));
    const watcher: Watcher<Object> = { options, onEvent, pending, known: new Set() };
    this.#watchers.add(watcher);
    this.schedule();
    return { close: () => void this.#watchers.delete(watcher) };
  }

  changed(object: Resource<Object>, nodes: ReadonlySet<string> | undefined): void {
    for (const watcher of this.#watchers) {
      if (matches(object, watcher.options)) note(watcher, object, nodes);
      // Kubernetes tells of an object that no longer matches as if it were deleted.
      else if (watcher.known.has(object.metadata.uid)) watcher.pending.set(object.metadata.uid, { type: 'DELETED', object });
      else watcher.pending.delete(object.metadata.uid);
    }
  }

  deleted(object: Resource<Object>): void {
    for (const watcher of this.#watchers) {
      const { uid } = object.metadata;
      if (watcher.known.has(uid)) watcher.pending.set(uid, { type: 'DELETED', object });
      else watcher.pending.delete(uid);
    }
  }

  flush(): void {
    for (const watcher of this.#watchers) {
      const events = [...watcher.pending];
      watcher.pending.clear();
      for (const [uid, event] of events) {
        if (!this.#watchers.has(watcher)) break;
        if (event.type === 'DELETED') watcher.known.delete(uid);
        else watcher.known.add(uid);
        try {
          watcher.onEvent(event);
        } catch (error) {
          this.onError(error);
        }
      }
    }
  }

  close(): void {
    this.#watchers.clear();
  }
}

function note<Object>(watcher: Watcher<Object>, object: Resource<Object>, nodes: ReadonlySet<string> | undefined): void {
  const { uid } = object.metadata;
  const before = watcher.pending.get(uid);
  if (before === undefined || before.type === 'DELETED') {
    const type = watcher.known.has(uid) ? 'MODIFIED' : 'ADDED';
    watcher.pending.set(uid, type === 'ADDED' || nodes === undefined ? { type, object } : { type, object, changedNodes: new Set(nodes) });
    return;
  }
  before.object = object;
  if (nodes === undefined) delete before.changedNodes;
  else if (before.changedNodes !== undefined) for (const id of nodes) (before.changedNodes as Set<string>).add(id);
}

export function matches({ metadata }: { readonly metadata: ObjectMeta }, { namespace, labels = {}, withoutLabels = [] }: WatchOptions): boolean {
  if (namespace !== undefined && metadata.namespace !== namespace) return false;
  return Object.entries(labels).every(([key, value]) => metadata.labels?.[key] === value) && withoutLabels.every((key) => metadata.labels?.[key] === undefined);
}
