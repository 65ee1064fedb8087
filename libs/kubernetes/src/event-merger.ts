import { isWorkflowCompleted, LABEL_PERSISTED, type Workflow } from '@millrace/argo';
import type { Resource, ResourceKind, ResourceKinds, WatchEvent } from '@millrace/resources';
import { toResource, type StoredObject } from './stored-object.js';
import { changedNodes } from './workflow-nodes.js';

type Told = Resource<ResourceKinds[ResourceKind]>;

export interface EventMergerOptions {
  readonly kind: ResourceKind;
  readonly onEvent: (event: WatchEvent<ResourceKinds[ResourceKind]>) => void;
  readonly onError: (error: unknown) => void;
}

/**
 * Turns what the server says into events: what came in between two turns of the event loop is one event with the newest state, an object
 * whose version is known is none, and one that cannot be read is reported and left out without harm to the others.
 */
export class EventMerger {
  /** By uid, as last told. */
  readonly #told = new Map<string, Told>();
  readonly #pending = new Map<string, { readonly stored: StoredObject; readonly gone: boolean }>();
  #scheduled: NodeJS.Immediate | undefined;
  #closed = false;

  constructor(private readonly options: EventMergerOptions) {}

  changed(stored: StoredObject): void {
    this.#note(stored, false);
  }

  deleted(stored: StoredObject): void {
    this.#note(stored, true);
  }

  /** After a list: whatever else was known is gone. */
  keepOnly(uids: ReadonlySet<string>): void {
    for (const [uid, object] of this.#told) if (!uids.has(uid)) this.#note(object as StoredObject, true);
    for (const [uid, { stored, gone }] of this.#pending) if (!gone && !uids.has(uid)) this.#note(stored, true);
  }

  close(): void {
    this.#closed = true;
    if (this.#scheduled !== undefined) clearImmediate(this.#scheduled);
    this.#pending.clear();
    this.#told.clear();
  }

  #note(stored: StoredObject, gone: boolean): void {
    const uid = stored.metadata?.uid;
    if (this.#closed || typeof uid !== 'string') return;
    this.#pending.set(uid, { stored, gone });
    this.#scheduled ??= setImmediate(() => {
      this.#scheduled = undefined;
      this.#flush();
    });
  }

  #flush(): void {
    const pending = [...this.#pending];
    this.#pending.clear();
    for (const [uid, { stored, gone }] of pending) {
      if (this.#closed) return;
      try {
        const event = gone ? this.#goneEvent(uid, stored) : this.#changeEvent(uid, stored);
        if (event !== undefined) this.options.onEvent(event);
      } catch (error) {
        this.options.onError(error);
      }
    }
  }

  #goneEvent(uid: string, stored: StoredObject): WatchEvent<ResourceKinds[ResourceKind]> | undefined {
    const before = this.#told.get(uid);
    if (before === undefined) return undefined;
    this.#told.delete(uid);
    try {
      return { type: 'DELETED', object: toResource(this.options.kind, stored) };
    } catch {
      // That it is gone must be told, whatever its last state looks like.
      return { type: 'DELETED', object: before };
    }
  }

  #changeEvent(uid: string, stored: StoredObject): WatchEvent<ResourceKinds[ResourceKind]> | undefined {
    const before = this.#told.get(uid);
    if (before?.metadata.resourceVersion === stored.metadata.resourceVersion) return undefined;
    const object = toResource(this.options.kind, stored);
    this.#told.set(uid, withoutHistory(object));
    if (before === undefined) return { type: 'ADDED', object };
    const nodes = this.options.kind === 'Workflow' ? nodesOf(before) : undefined;
    return nodes === undefined ? { type: 'MODIFIED', object } : { type: 'MODIFIED', object, changedNodes: changedNodes(nodes, nodesOf(object)) };
  }
}

const nodesOf = (object: Told) => (object as Workflow).status?.nodes;

/** Of a Workflow that is over and stored nobody asks any more which node changed. */
function withoutHistory(object: Told): Told {
  const { status, metadata } = object as Resource<Workflow>;
  if (!isWorkflowCompleted(status?.phase) || metadata.labels?.[LABEL_PERSISTED] === undefined) return object;
  const { nodes: _nodes, ...rest } = status ?? {};
  return { ...object, status: rest } as Told;
}
