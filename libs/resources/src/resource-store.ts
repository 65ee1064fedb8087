import type { Workflow } from '@millrace/argo';
import type { ScheduledWorkflow } from '@millrace/scheduling';

/** The part of Kubernetes' ObjectMeta that services rely on. */
export interface ObjectMeta {
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
  /** Opaque; changes with every write to the object. */
  readonly resourceVersion: string;
  readonly creationTimestamp: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** An object as the store returns it: its metadata is complete. */
export type Resource<Object> = Omit<Object, 'metadata'> & { readonly metadata: ObjectMeta };

/** The kinds a store holds. Workflows are run by the substrate; a ScheduledWorkflow is only kept, its status is its controller's. */
export interface ResourceKinds {
  Workflow: Workflow;
  ScheduledWorkflow: ScheduledWorkflow;
}
export type ResourceKind = keyof ResourceKinds;

export interface ResourceRef {
  readonly namespace: string;
  readonly name: string;
}

export interface ListOptions {
  /** All namespaces when absent. */
  readonly namespace?: string;
  /** Labels that must all be present with these values. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Labels that must be absent, whatever their value. */
  readonly withoutLabels?: readonly string[];
}

export interface ResourceList<Object> {
  readonly items: readonly Resource<Object>[];
  readonly resourceVersion: string;
}

export type WatchOptions = ListOptions;

/**
 * One change of one object. Events of one object arrive in order; changes that happen faster than they are handled are
 * coalesced into the newest state. `object` must be treated as a snapshot to read from at once: an in-process store may
 * hand out its live object, so a later read of it can show a newer state, never an older one.
 */
export interface WatchEvent<Object> {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly object: Resource<Object>;
  /** Ids of the `status.nodes` that changed since the previous event of this object; absent: unknown, look at all. */
  readonly changedNodes?: ReadonlySet<string>;
}

export interface Watch {
  /** Ends the watch; no event is delivered after it returns. Idempotent. */
  close(): void;
}

/**
 * An RFC 7386 merge patch that names the version it was computed from. An adapter may refuse changes of a Workflow that its engine
 * would not act on; of a ScheduledWorkflow all of spec and status can be changed.
 */
export interface ResourcePatch {
  readonly metadata: {
    readonly resourceVersion: string;
    readonly labels?: Readonly<Record<string, string | null>>;
    readonly annotations?: Readonly<Record<string, string | null>>;
  };
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly status?: Readonly<Record<string, unknown>>;
}

/**
 * Kubernetes-style storage of running things. Both adapters pass `@millrace/resources/testing`.
 *
 * Adapters do not retry. Errors are PipelineError: NOT_FOUND, ALREADY_EXISTS, ABORTED (the patch's resourceVersion is not the
 * current one: read again and recompute), INVALID_ARGUMENT (the object is refused, with every reason), UNAVAILABLE.
 */
export interface ResourceStore {
  /** Stores a new object; `metadata.namespace` and `metadata.name` are required. Durable when the promise resolves. */
  create<Kind extends ResourceKind>(kind: Kind, object: ResourceKinds[Kind]): Promise<Resource<ResourceKinds[Kind]>>;
  /** The current object, or undefined when there is none. */
  get<Kind extends ResourceKind>(kind: Kind, ref: ResourceRef): Promise<Resource<ResourceKinds[Kind]> | undefined>;
  list<Kind extends ResourceKind>(kind: Kind, options?: ListOptions): Promise<ResourceList<ResourceKinds[Kind]>>;
  /** Calls `onEvent` with ADDED for each object that exists, then with every change until closed. */
  watch<Kind extends ResourceKind>(kind: Kind, options: WatchOptions, onEvent: (event: WatchEvent<ResourceKinds[Kind]>) => void): Watch;
  /**
   * Applies a merge patch atomically. Durable when the promise resolves. `from` is the object that the patch was computed from, as this store gave it: an
   * adapter that has to know it is spared reading it.
   */
  patch<Kind extends ResourceKind>(kind: Kind, ref: ResourceRef, patch: ResourcePatch, from?: Resource<ResourceKinds[Kind]>): Promise<Resource<ResourceKinds[Kind]>>;
  /** Removes the object, ending what it runs. NOT_FOUND when there is none. */
  delete(kind: ResourceKind, ref: ResourceRef): Promise<void>;
}
