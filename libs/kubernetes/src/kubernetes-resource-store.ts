import type { Workflow } from '@millrace/argo';
import { PipelineError, isPipelineError } from '@millrace/errors';
import type { ListOptions, Resource, ResourceKind, ResourceKinds, ResourceList, ResourcePatch, ResourceRef, ResourceStore, Watch, WatchEvent, WatchOptions } from '@millrace/resources';
import { Informer, type InformerHealth } from './informer.js';
import type { KubeClient } from './kube-client.js';
import { listPages } from './list-pages.js';
import { apiVersionOf, collectionPath, objectPath } from './resource-kinds.js';
import { toResource, wasCompressed, type StoredObject } from './stored-object.js';
import { assertFitsArgo, prepareWorkflowPatch } from './workflow-patch.js';

const LABEL_ARGO_INSTANCE = 'workflows.argoproj.io/controller-instanceid';

export interface KubernetesStoreOptions {
  readonly client: KubeClient;
  /** Where lists and watches look that name no namespace. @default in all, which takes rights in the whole cluster */
  readonly namespace?: string;
  /** Put on Workflows, for the Argo controller that looks at these alone. @default none: the controller without an instance id runs them */
  readonly argoInstanceId?: string;
  /** Told of objects that cannot be read and of watches that were lost; must not throw. @default nothing */
  readonly onError?: (error: unknown) => void;
  /** Called when a watch broke off or could not begin; a watch that the server ends in its time is none. @default nothing */
  readonly onBroken?: () => void;
  /** For jitter. @default Math.random */
  readonly random?: () => number;
  /** How long a watch lasts before it is begun anew; one that died without a word is missed ten seconds after that. @default 50 */
  readonly watchSeconds?: number;
}

/** Whether what is watched is up to date. */
export interface StoreHealth {
  /** False while a watch has lost the server and could not begin again yet. */
  readonly connected: boolean;
  /** How long the watch that is worst off has been without the server; 0 when all are connected. */
  readonly lostForMs: number;
}

/** ResourceStore over the Kubernetes API: Argo runs the Workflows. Watches survive whatever happens to the API server. */
export class KubernetesResourceStore implements ResourceStore {
  readonly #informers = new Set<Informer>();

  constructor(private readonly options: KubernetesStoreOptions) {}

  async create<Kind extends ResourceKind>(kind: Kind, object: ResourceKinds[Kind]): Promise<Resource<ResourceKinds[Kind]>> {
    const { name, namespace } = object.metadata ?? {};
    if (!name || !namespace) throw new PipelineError('INVALID_ARGUMENT', `A ${kind} needs a name and a namespace.`);
    if (kind === 'Workflow') assertFitsArgo(object as Workflow);
    const { argoInstanceId } = this.options;
    const labels = kind === 'Workflow' && argoInstanceId !== undefined ? { [LABEL_ARGO_INSTANCE]: argoInstanceId } : {};
    const metadata = { ...object.metadata, labels: { ...object.metadata?.labels, ...labels } };
    // Upstream's CRD requires a status, also of an object that nobody has looked at yet.
    const body = { ...(kind === 'ScheduledWorkflow' ? { status: {} } : {}), ...object, apiVersion: apiVersionOf(kind), kind, metadata };
    return toResource(kind, await this.options.client.json<StoredObject>({ method: 'POST', path: collectionPath(kind, namespace), body }));
  }

  async get<Kind extends ResourceKind>(kind: Kind, ref: ResourceRef): Promise<Resource<ResourceKinds[Kind]> | undefined> {
    const stored = await this.#get(kind, ref);
    return stored && toResource(kind, stored);
  }

  async list<Kind extends ResourceKind>(kind: Kind, options: ListOptions = {}): Promise<ResourceList<ResourceKinds[Kind]>> {
    const items: Resource<ResourceKinds[Kind]>[] = [];
    let resourceVersion = '';
    for await (const page of listPages(this.options.client, kind, this.#within(options))) {
      for (const stored of page.items) items.push(toResource(kind, stored));
      ({ resourceVersion } = page);
    }
    return { items, resourceVersion };
  }

  watch<Kind extends ResourceKind>(kind: Kind, options: WatchOptions, onEvent: (event: WatchEvent<ResourceKinds[Kind]>) => void): Watch {
    const { client, onError = () => undefined, onBroken, random, watchSeconds } = this.options;
    const informer = new Informer({ client, kind, selector: this.#within(options), onEvent: onEvent as (event: WatchEvent<never>) => void, onError, onBroken, random, watchSeconds });
    this.#informers.add(informer);
    informer.start();
    return {
      close: () => {
        this.#informers.delete(informer);
        informer.close();
      },
    };
  }

  async patch<Kind extends ResourceKind>(kind: Kind, ref: ResourceRef, patch: ResourcePatch, from?: Resource<ResourceKinds[Kind]>): Promise<Resource<ResourceKinds[Kind]>> {
    const body = kind === 'Workflow' && patch.status?.['nodes'] !== undefined ? await this.#workflowPatch(ref, patch, from as Resource<Workflow> | undefined) : patch;
    const patched = await this.options.client.json<StoredObject>({ method: 'PATCH', path: objectPath(kind, ref), body, contentType: 'application/merge-patch+json' });
    return toResource(kind, patched);
  }

  async delete(kind: ResourceKind, ref: ResourceRef): Promise<void> {
    await this.options.client.json({ method: 'DELETE', path: objectPath(kind, ref), query: { propagationPolicy: 'Background' } });
  }

  /** Of all watches that are open. */
  get health(): StoreHealth {
    const lost = [...this.#informers].map((informer): InformerHealth => informer.health).filter(({ connected }) => !connected);
    return { connected: lost.length === 0, lostForMs: Math.max(0, ...lost.map(({ lostForMs }) => lostForMs)) };
  }

  /** Ends every watch; the client stays open. */
  close(): void {
    for (const informer of this.#informers) informer.close();
    this.#informers.clear();
  }

  #within(options: ListOptions): ListOptions {
    return { ...options, namespace: options.namespace ?? this.options.namespace };
  }

  /** Whether nodes are stored plain or compressed decides what can be sent, so the object is read where it is not at hand. A patch of another version is refused in any case. */
  async #workflowPatch(ref: ResourceRef, patch: ResourcePatch, from: Resource<Workflow> | undefined): Promise<Readonly<Record<string, unknown>>> {
    const { resourceVersion } = patch.metadata;
    const isAtHand = from !== undefined && from.metadata.resourceVersion === resourceVersion && wasCompressed(from) !== undefined;
    const current = isAtHand ? from : await this.get('Workflow', ref);
    if (current === undefined) throw new PipelineError('NOT_FOUND', `Workflow "${ref.name}" does not exist in namespace "${ref.namespace}".`);
    if (current.metadata.resourceVersion !== resourceVersion) {
      throw new PipelineError('ABORTED', `Workflow "${ref.name}" has changed; read it again and recompute the patch.`, { details: { resourceVersion: current.metadata.resourceVersion } });
    }
    return prepareWorkflowPatch(current, patch, { storedCompressed: wasCompressed(current) === true });
  }

  async #get(kind: ResourceKind, ref: ResourceRef): Promise<StoredObject | undefined> {
    try {
      return await this.options.client.json<StoredObject>({ path: objectPath(kind, ref) });
    } catch (error) {
      if (isPipelineError(error) && error.code === 'NOT_FOUND') return undefined;
      throw error;
    }
  }
}
