import { PipelineError } from '@millrace/errors';
import type { ListOptions, ObjectMeta, Resource, ResourcePatch, ResourceRef, Watch, WatchEvent, WatchOptions } from '@millrace/resources';
import { SCHEDULED_WORKFLOW_API_VERSION, type ScheduledWorkflow } from '@millrace/scheduling';
import type { ArgoDatabase } from './argo-database.js';
import { staleVersion } from './stale-version.js';
import { matches, Watchers } from './watchers.js';
import { mergeMap } from './workflow-patch.js';

type Schedule = Resource<ScheduledWorkflow>;

export interface SchedulesOptions {
  readonly database: ArgoDatabase;
  readonly nextResourceVersion: () => string;
  readonly newUid: () => string;
  readonly now: () => string;
  /** Has `flush` called soon. */
  readonly schedule: () => void;
  readonly onError: (error: unknown) => void;
}

/** ScheduledWorkflows: kept and watched, run by nobody here. All are in memory; each change is one row. */
export class Schedules {
  /** By `namespace/name`. Frozen objects, a new one for every version. */
  readonly #objects = new Map<string, Schedule>();
  readonly #watchers: Watchers<ScheduledWorkflow>;

  constructor(private readonly options: SchedulesOptions) {
    this.#watchers = new Watchers(options.schedule, options.onError);
    for (const stored of options.database.schedules()) this.#objects.set(keyOf(stored.metadata), whole(stored));
  }

  create({ metadata: given, spec, status = {} }: ScheduledWorkflow): Schedule {
    const { namespace = '', name = '', labels, annotations } = given;
    for (const [field, value] of Object.entries({ namespace, name })) {
      if (value === '') throw new PipelineError('INVALID_ARGUMENT', `A ScheduledWorkflow needs metadata.${field}.`, { details: { path: `metadata.${field}` } });
    }
    if (this.#objects.has(`${namespace}/${name}`)) {
      throw new PipelineError('ALREADY_EXISTS', `ScheduledWorkflow "${name}" exists already in namespace "${namespace}"; choose another name.`);
    }
    const { newUid, nextResourceVersion, now } = this.options;
    const metadata: ObjectMeta = {
      name,
      namespace,
      uid: newUid(),
      resourceVersion: nextResourceVersion(),
      creationTimestamp: now(),
      ...(labels === undefined ? {} : { labels }),
      ...(annotations === undefined ? {} : { annotations }),
    };
    return this.#put({ metadata, spec, status });
  }

  get({ namespace, name }: ResourceRef): Schedule | undefined {
    return this.#objects.get(`${namespace}/${name}`);
  }

  list(options: ListOptions): Schedule[] {
    return [...this.#objects.values()].filter((object) => matches(object, options));
  }

  watch(options: WatchOptions, onEvent: (event: WatchEvent<ScheduledWorkflow>) => void): Watch {
    return this.#watchers.add(options, onEvent, this.list(options));
  }

  patch(ref: ResourceRef, { metadata, spec = {}, status = {} }: ResourcePatch): Schedule {
    const object = this.#find(ref);
    if (metadata?.resourceVersion !== object.metadata.resourceVersion) throw staleVersion('ScheduledWorkflow', object.metadata, metadata?.resourceVersion);
    const { labels, annotations } = metadata;
    return this.#put({
      metadata: {
        ...object.metadata,
        resourceVersion: this.options.nextResourceVersion(),
        ...(labels && { labels: mergeMap(object.metadata.labels, labels) }),
        ...(annotations && { annotations: mergeMap(object.metadata.annotations, annotations) }),
      },
      spec: mergeJson(object.spec, spec) as ScheduledWorkflow['spec'],
      status: mergeJson(object.status, status) as ScheduledWorkflow['status'],
    });
  }

  delete(ref: ResourceRef): void {
    const object = this.#find(ref);
    const { database, nextResourceVersion } = this.options;
    const resourceVersion = nextResourceVersion();
    database.transaction(() => {
      database.deleteSchedule(object.metadata.uid);
      database.setLastResourceVersion(Number(resourceVersion));
    });
    this.#objects.delete(keyOf(object.metadata));
    this.#watchers.deleted(whole({ ...object, metadata: { ...object.metadata, resourceVersion } }));
    this.options.schedule();
  }

  flush(): void {
    this.#watchers.flush();
  }

  close(): void {
    this.#watchers.close();
  }

  #find({ namespace, name }: ResourceRef): Schedule {
    const object = this.#objects.get(`${namespace}/${name}`);
    if (object === undefined) throw new PipelineError('NOT_FOUND', `ScheduledWorkflow "${name}" does not exist in namespace "${namespace}".`);
    return object;
  }

  #put(parts: Pick<Schedule, 'metadata' | 'spec' | 'status'>): Schedule {
    const { database } = this.options;
    // What is held is what a restart would read, and none of it is the caller's.
    const object = whole(JSON.parse(JSON.stringify(parts), withoutNull) as typeof parts);
    database.transaction(() => {
      database.putSchedule(object);
      database.setLastResourceVersion(Number(object.metadata.resourceVersion));
    });
    this.#objects.set(keyOf(object.metadata), object);
    this.#watchers.changed(object, undefined);
    this.options.schedule();
    return object;
  }
}

function whole(parts: Pick<Schedule, 'metadata' | 'spec' | 'status'>): Schedule {
  return deepFreeze({ apiVersion: SCHEDULED_WORKFLOW_API_VERSION, kind: 'ScheduledWorkflow', ...parts });
}

function keyOf({ namespace, name }: ObjectMeta): string {
  return `${namespace}/${name}`;
}

/** RFC 7386. */
function mergeJson(before: unknown, patch: unknown): unknown {
  if (!isRecord(patch)) return patch;
  const merged = new Map(Object.entries(isRecord(before) ? before : {}));
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) merged.delete(key);
    else merged.set(key, mergeJson(merged.get(key), value));
  }
  return Object.fromEntries(merged);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** To Kubernetes a field that is null is one that is absent. */
function withoutNull(this: unknown, _key: string, value: unknown): unknown {
  return value === null && !Array.isArray(this) ? undefined : value;
}

function deepFreeze<Value>(value: Value): Value {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    for (const member of Object.values(value)) deepFreeze(member);
    Object.freeze(value);
  }
  return value;
}
