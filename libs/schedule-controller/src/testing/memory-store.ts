import { PipelineError } from '@millrace/errors';
import type { ListOptions, Resource, ResourcePatch, ResourceStore, WatchEvent } from '@millrace/resources';
import type { ScheduledWorkflow } from '@millrace/scheduling';

type Schedule = Resource<ScheduledWorkflow>;

/** Schedules in memory, told of at once; Workflows only come as events that a test makes. What it keeps outlives a controller. */
export class MemoryStore {
  readonly objects = new Map<string, Schedule>();
  readonly #watchers = new Map<(event: WatchEvent<ScheduledWorkflow>) => void, { readonly kind: string; readonly options: ListOptions; readonly known: Set<string> }>();
  #version = 0;

  get store(): ResourceStore {
    return this as unknown as ResourceStore;
  }

  async create(_kind: string, { metadata, spec, status }: ScheduledWorkflow): Promise<Schedule> {
    const key = `${metadata.namespace}/${metadata.name}`;
    if (this.objects.has(key)) throw new PipelineError('ALREADY_EXISTS', `${key} exists`);
    const { name = '', namespace = '', labels = {} } = metadata;
    const object: Schedule = {
      metadata: { name, namespace, labels, uid: `uid-${key}`, resourceVersion: this.#next(), creationTimestamp: '2026-03-01T09:00:00Z' },
      spec,
      ...(status && { status }),
    };
    this.#put('ADDED', object);
    return object;
  }

  async get(_kind: string, { namespace, name }: { namespace: string; name: string }): Promise<Schedule | undefined> {
    return this.objects.get(`${namespace}/${name}`);
  }

  async list(_kind: string, options: ListOptions = {}): Promise<{ items: Schedule[]; resourceVersion: string }> {
    return { items: [...this.objects.values()].filter((object) => matches(object, options)), resourceVersion: String(this.#version) };
  }

  watch(kind: string, options: ListOptions, onEvent: (event: WatchEvent<ScheduledWorkflow>) => void) {
    this.#watchers.set(onEvent, { kind, options, known: new Set() });
    if (kind === 'ScheduledWorkflow') for (const object of this.objects.values()) this.#tellOne(onEvent, { type: 'ADDED', object });
    return { close: () => void this.#watchers.delete(onEvent) };
  }

  async patch(_kind: string, { namespace, name }: { namespace: string; name: string }, { metadata, spec, status }: ResourcePatch): Promise<Schedule> {
    const object = this.objects.get(`${namespace}/${name}`);
    if (object === undefined) throw new PipelineError('NOT_FOUND', `${name} is gone`);
    if (object.metadata.resourceVersion !== metadata.resourceVersion) throw new PipelineError('ABORTED', `${name} has changed`);
    const patched = { metadata: { ...object.metadata, labels: merge(object.metadata.labels, metadata.labels), resourceVersion: this.#next() }, spec: merge(object.spec, spec), status: merge(object.status, status) } as Schedule;
    this.#put('MODIFIED', patched);
    return patched;
  }

  async delete(_kind: string, { namespace, name }: { namespace: string; name: string }): Promise<void> {
    const object = this.objects.get(`${namespace}/${name}`);
    if (object === undefined) throw new PipelineError('NOT_FOUND', `${name} is gone`);
    this.objects.delete(`${namespace}/${name}`);
    this.#tell('ScheduledWorkflow', { type: 'DELETED', object });
  }

  /** As if the Workflow of a run had changed. */
  emitWorkflow(labels: Readonly<Record<string, string>>, phase: string): void {
    this.#tell('Workflow', { type: 'MODIFIED', object: { metadata: { namespace: 'ns', name: 'wf', labels }, status: { phase } } as never });
  }

  #put(type: WatchEvent<ScheduledWorkflow>['type'], object: Schedule): void {
    this.objects.set(`${object.metadata.namespace}/${object.metadata.name}`, object);
    this.#tell('ScheduledWorkflow', { type, object });
  }

  #tell(kind: string, event: WatchEvent<ScheduledWorkflow>): void {
    for (const [watcher, { kind: of }] of this.#watchers) if (of === kind) this.#tellOne(watcher, event);
  }

  /** As Kubernetes does: what does not match any more is told of as if it were deleted. */
  #tellOne(watcher: (event: WatchEvent<ScheduledWorkflow>) => void, { type, object }: WatchEvent<ScheduledWorkflow>): void {
    const { options, known } = this.#watchers.get(watcher)!;
    const { name } = object.metadata;
    if (type !== 'DELETED' && matches(object, options)) {
      known.add(name);
      watcher({ type, object });
    } else if (known.delete(name)) {
      watcher({ type: 'DELETED', object });
    }
  }

  #next(): string {
    this.#version += 1;
    return String(this.#version);
  }
}

function matches({ metadata }: Schedule, { labels = {}, withoutLabels = [] }: ListOptions): boolean {
  return Object.entries(labels).every(([name, value]) => metadata.labels?.[name] === value) && withoutLabels.every((name) => metadata.labels?.[name] === undefined);
}

function merge(before: unknown, patch: unknown): unknown {
  if (patch === undefined) return before;
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch;
  const merged: Record<string, unknown> = { ...(before as object) };
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete merged[key];
    else merged[key] = merge(merged[key], value);
  }
  return merged;
}
