import { randomUUID } from 'node:crypto';
import type { NodeStatus, Workflow } from '@millrace/argo';
import { ANNOTATION_RETRY, isWorkflowCompleted, keptAttemptId } from '@millrace/argo';
import { PipelineError, isPipelineError } from '@millrace/errors';
import type {
  ListOptions, ObjectMeta, Resource, ResourceKind, ResourceKinds, ResourceList, ResourcePatch, ResourceRef, ResourceStore, Watch, WatchEvent,
  WatchOptions,
} from '@millrace/resources';
import type { ScheduledWorkflow } from '@millrace/scheduling';
import { toTimestamp } from '../clock.js';
import type { ArgoEngine } from '../engine/argo-engine.js';
import { attemptId } from '../pod/build-attempt.js';
import { checkWorkflow } from '../workflow/check-workflow.js';
import type { ArgoDatabase, StoredHead } from './argo-database.js';
import { LiveWorkflow } from './live-workflow.js';
import { Schedules } from './schedules.js';
import { isReopening, reopenWorkflow } from './reopen-workflow.js';
import { staleVersion } from './stale-version.js';
import { storedWorkflow } from './stored-workflow.js';
import { Watchers } from './watchers.js';
import { mergeAnswer, readPatch } from './workflow-patch.js';

export interface EmbeddedStoreOptions {
  readonly database: ArgoDatabase;
  readonly engine: ArgoEngine;
  readonly newUid?: () => string;
  readonly onError: (error: unknown) => void;
  readonly failpoint?: (name: string) => void;
}

/** ResourceStore over SQLite rows and the engine's live objects. Objects that completed are read from the rows. */
export class EmbeddedResourceStore implements ResourceStore {
  readonly #live = new Map<string, LiveWorkflow>();
  /** `namespace/name` of live objects → uid. */
  readonly #names = new Map<string, string>();
  readonly #watchers: Watchers<Workflow>;
  readonly #schedules: Schedules;
  #closed = false;
  #cancelExpiry: (() => void) | undefined;

  constructor(private readonly options: EmbeddedStoreOptions) {
    const { database, engine, newUid = randomUUID, onError } = options;
    this.#watchers = new Watchers(() => engine.schedule(), onError);
    this.#schedules = new Schedules({
      database,
      nextResourceVersion: () => engine.nextResourceVersion(),
      newUid,
      now: () => toTimestamp(engine.clock.now()),
      schedule: () => engine.schedule(),
      onError,
    });
  }

  /** Goes on with what was running, and removes what has expired. */
  start(): void {
    const { database, engine } = this.options;
    for (const head of database.running()) {
      const stored = storedWorkflow(head, database);
      this.#hold(new LiveWorkflow({ ...stored, spec: stored.spec, status: { ...stored.status, nodes: database.nodes(head.uid) } }));
    }
    for (const live of this.#live.values()) engine.adopt(live);
    this.#expire();
  }

  async create<Kind extends ResourceKind>(kind: Kind, given: ResourceKinds[Kind]): Promise<Resource<ResourceKinds[Kind]>> {
    this.#open();
    if (kind === 'ScheduledWorkflow') return this.#writing(() => this.#schedules.create(given as ScheduledWorkflow)) as Resource<ResourceKinds[Kind]>;
    return this.#createWorkflow(given as Workflow) as Resource<ResourceKinds[Kind]>;
  }

  #createWorkflow(given: Workflow): Resource<Workflow> {
    const { database, engine, newUid = randomUUID } = this.options;
    // A copy: the caller may go on changing its own.
    const object = withoutNulls(given);
    const { name = '', namespace = '' } = object.metadata ?? {};
    checkWorkflow(object, engine.place);
    if (database.find(namespace, name) !== undefined) {
      throw new PipelineError('ALREADY_EXISTS', `Workflow "${name}" exists already in namespace "${namespace}"; choose another name.`);
    }
    const metadata: ObjectMeta = Object.freeze({
      name,
      namespace,
      uid: newUid(),
      resourceVersion: engine.nextResourceVersion(),
      creationTimestamp: toTimestamp(engine.clock.now()),
      ...(object.metadata.labels === undefined ? {} : { labels: { ...object.metadata.labels } }),
      ...(object.metadata.annotations === undefined ? {} : { annotations: { ...object.metadata.annotations } }),
    });
    const stored: Resource<Workflow> = { apiVersion: 'argoproj.io/v1alpha1', kind: 'Workflow', metadata, spec: object.spec };
    this.#writing(() =>
      database.transaction(() => {
        database.insert(stored);
        database.setLastResourceVersion(Number(metadata.resourceVersion));
        this.options.failpoint?.('create.before');
      }),
    );
    this.options.failpoint?.('create.stored');
    const live = new LiveWorkflow(stored);
    const created = live.object;
    this.#hold(live);
    this.#watchers.changed(created, undefined);
    engine.adopt(live);
    return created;
  }

  async get<Kind extends ResourceKind>(kind: Kind, { namespace, name }: ResourceRef): Promise<Resource<ResourceKinds[Kind]> | undefined> {
    this.#open();
    if (kind === 'ScheduledWorkflow') return this.#schedules.get({ namespace, name }) as Resource<ResourceKinds[Kind]> | undefined;
    const object = this.#find(namespace, name);
    // Read in full: whoever keeps it must not find it empty when it is deleted meanwhile.
    return object && ({ ...object, status: { ...object.status } } as Resource<ResourceKinds[Kind]>);
  }

  async list<Kind extends ResourceKind>(kind: Kind, options: ListOptions = {}): Promise<ResourceList<ResourceKinds[Kind]>> {
    this.#open();
    const items = kind === 'ScheduledWorkflow' ? this.#schedules.list(options) : this.#list(options);
    return { items: items as Resource<ResourceKinds[Kind]>[], resourceVersion: this.options.engine.resourceVersion };
  }

  watch<Kind extends ResourceKind>(kind: Kind, options: WatchOptions, onEvent: (event: WatchEvent<ResourceKinds[Kind]>) => void): Watch {
    this.#open();
    if (kind === 'ScheduledWorkflow') return this.#schedules.watch(options, onEvent as (event: WatchEvent<ScheduledWorkflow>) => void);
    return this.#watchers.add(options, onEvent as (event: WatchEvent<Workflow>) => void, this.#list(options));
  }

  async patch<Kind extends ResourceKind>(kind: Kind, ref: ResourceRef, patch: ResourcePatch): Promise<Resource<ResourceKinds[Kind]>> {
    this.#open();
    if (kind === 'ScheduledWorkflow') return this.#writing(() => this.#schedules.patch(ref, patch)) as Resource<ResourceKinds[Kind]>;
    return this.#patchWorkflow(ref, patch) as Resource<ResourceKinds[Kind]>;
  }

  #patchWorkflow({ namespace, name }: ResourceRef, patch: ResourcePatch): Resource<Workflow> {
    const { engine } = this.options;
    const object = this.#find(namespace, name) ?? notFound(namespace, name);
    const { resourceVersion, uid } = object.metadata;
    if (patch.metadata?.resourceVersion !== resourceVersion) throw staleVersion('Workflow', object.metadata, patch.metadata?.resourceVersion);
    if (isReopening(object, patch)) return this.#reopen(object, patch);
    const { labels, annotations, shutdown, gates } = readPatch(object, patch);
    const live = this.#live.get(uid) ?? new LiveWorkflow(object);
    const run = engine.run(uid);
    if (labels !== undefined || annotations !== undefined) live.setMetadata({ ...(labels && { labels }), ...(annotations && { annotations }) });
    if (shutdown !== undefined) live.setSpec({ ...live.spec, shutdown });
    for (const { id, change } of gates) {
      mergeAnswer(live.editNode(id), change);
      if (change.phase !== undefined) run?.suspendAnswered(id);
    }
    try {
      engine.commit([live]);
    } catch (error) {
      engine.recover([live]);
      throw unavailable(error);
    }
    const patched = live.object;
    if (run === undefined) {
      this.#expire();
      engine.schedule();
    } else {
      if (shutdown !== undefined) engine.shutdown(run);
      engine.touch(run);
    }
    return patched;
  }

  /** A Workflow that is over runs again, from the nodes that are left of it. */
  #reopen(object: Resource<Workflow>, patch: ResourcePatch): Resource<Workflow> {
    const { database, engine, failpoint } = this.options;
    const { uid } = object.metadata;
    const { reopened, removedPods, retry } = reopenWorkflow(object, patch, engine.nextResourceVersion());
    this.#writing(() => {
      // Before it is stored: a Workflow that runs takes an attempt's record for the end of its own.
      engine.setAside(uid, removedPods, retry);
      database.transaction(() => {
        database.rewrite(reopened);
        database.setLastResourceVersion(Number(reopened.metadata.resourceVersion));
        failpoint?.('reopen.before');
      });
    });
    failpoint?.('reopen.stored');
    const live = new LiveWorkflow(reopened);
    const running = live.object;
    this.#hold(live);
    this.#watchers.changed(running, undefined);
    engine.adopt(live);
    return running;
  }

  async delete(kind: ResourceKind, { namespace, name }: ResourceRef): Promise<void> {
    this.#open();
    if (kind === 'ScheduledWorkflow') this.#writing(() => this.#schedules.delete({ namespace, name }));
    else this.#remove(this.#find(namespace, name) ?? notFound(namespace, name));
  }

  /** Called by the engine when changes of an object are durable. */
  committed(live: LiveWorkflow, changed: ReadonlySet<string>): void {
    const { object } = live;
    this.#watchers.changed(object, changed);
    if (!isWorkflowCompleted(object.status?.phase) || !this.#live.has(live.uid)) return;
    this.#live.delete(live.uid);
    this.#names.delete(`${object.metadata.namespace}/${object.metadata.name}`);
    this.#expire();
  }

  /** Called by the engine at the end of a tick. */
  flush(): void {
    this.#watchers.flush();
    this.#schedules.flush();
  }

  close(): void {
    this.#closed = true;
    this.#cancelExpiry?.();
    this.#watchers.close();
    this.#schedules.close();
  }

  #hold(live: LiveWorkflow): void {
    const { namespace, name, uid } = live.object.metadata;
    this.#live.set(uid, live);
    this.#names.set(`${namespace}/${name}`, uid);
  }

  #find(namespace: string, name: string): Resource<Workflow> | undefined {
    const uid = this.#names.get(`${namespace}/${name}`);
    if (uid !== undefined) return this.#live.get(uid)!.object;
    const head = this.options.database.find(namespace, name);
    return head === undefined ? undefined : storedWorkflow(head, this.options.database);
  }

  #list(options: ListOptions): Resource<Workflow>[] {
    const { database } = this.options;
    return database.list(options).map((head: StoredHead) => this.#live.get(head.uid)?.object ?? storedWorkflow(head, database));
  }

  #remove(object: Resource<Workflow>): void {
    const { database, engine } = this.options;
    const { uid, namespace, name } = object.metadata;
    const nodes: NodeStatus[] = Object.values(object.status?.nodes ?? {});
    const retries = Array.from({ length: Number(object.metadata.annotations?.[ANNOTATION_RETRY] ?? 0) }, (_, index) => index + 1);
    const pods = nodes.filter(({ type }) => type === 'Pod').flatMap(({ id }) => [id, ...retries.map((retry) => keptAttemptId(id, retry))]);
    const attempts = pods.map((id) => attemptId(uid, id));
    const metadata = { ...object.metadata, resourceVersion: engine.nextResourceVersion() };
    // Whoever is told of the deletion may still want to read the object, whose rows are about to go.
    const last: Resource<Workflow> = { ...object, metadata, spec: object.spec, status: { ...object.status } };
    this.#writing(() =>
      database.transaction(() => {
        database.delete(uid, attempts);
        database.setLastResourceVersion(Number(metadata.resourceVersion));
      }),
    );
    this.options.failpoint?.('remove.stored');
    this.#live.delete(uid);
    this.#names.delete(`${namespace}/${name}`);
    // What it made for itself goes with it; after a success it is gone already.
    const claims = (object.status?.persistentVolumeClaims ?? []).flatMap(({ persistentVolumeClaim: claim }) => (claim === undefined ? [] : [{ namespace, name: claim.claimName }]));
    engine.drop(uid, attempts, claims);
    this.#dropClaims(last);
    this.#watchers.deleted(last);
    engine.schedule();
  }

  /** The claims that the Workflow made for itself go with it, as what it owns does on a cluster. */
  #dropClaims({ metadata, status }: Resource<Workflow>): void {
    const { engine, onError } = this.options;
    try {
      for (const { persistentVolumeClaim: claim } of status?.persistentVolumeClaims ?? []) engine.claims.delete(metadata.namespace, claim!.claimName);
    } catch (error) {
      onError(error);
    }
  }

  /** Removes what has outlived its ttlStrategy, and looks again when the next one does. */
  #expire(): void {
    const { database, engine, onError } = this.options;
    this.#cancelExpiry?.();
    try {
      const { due, next } = database.expired(engine.clock.now());
      for (const head of due) this.#remove(storedWorkflow(head, database));
      this.#cancelExpiry = next === undefined ? undefined : engine.clock.at(next, () => void (this.#closed || this.#expire()));
    } catch (error) {
      onError(error);
    }
  }

  #writing<Result>(work: () => Result): Result {
    try {
      return work();
    } catch (error) {
      throw unavailable(error);
    }
  }

  #open(): void {
    if (this.#closed) throw new PipelineError('UNAVAILABLE', 'The embedded store is closed; open it again.');
  }
}

/** To Kubernetes a field that is null is one that is absent. */
function withoutNulls(workflow: Workflow): Workflow {
  return JSON.parse(JSON.stringify(workflow), function (this: unknown, _key, value: unknown) {
    return value === null && !Array.isArray(this) ? undefined : value;
  }) as Workflow;
}

function notFound(namespace: string, name: string): never {
  throw new PipelineError('NOT_FOUND', `Workflow "${name}" does not exist in namespace "${namespace}".`);
}

function unavailable(error: unknown): Error {
  if (isPipelineError(error)) return error;
  return new PipelineError('UNAVAILABLE', `The embedded store could not write: ${(error as Error).message}. Check the disk, then try again.`, { cause: error });
}
