import { hostname } from 'node:os';
import { randomUUID } from 'node:crypto';
import type { KubeClient } from '../kube-client.js';
import type { Lease, LeaseStore } from './lease-store.js';

const LABEL_GROUP = 'millrace/lease-group';
/** A lease that is asked for in vain must not take as long as it is good for. */
const TIMEOUT_MS = 2_000;
const DURATION_SECONDS = 10;

interface KubeLease {
  readonly metadata: { readonly name: string; readonly resourceVersion: string };
  readonly spec?: { readonly holderIdentity?: string; readonly leaseTransitions?: number };
}

/** Leases of coordination.k8s.io, as `kubectl get leases` shows them. The times in them are for people: nobody decides by them. */
export class KubernetesLeases implements LeaseStore {
  readonly #path: string;

  constructor(private readonly options: { readonly client: KubeClient; readonly namespace: string; readonly group: string }) {
    this.#path = `/apis/coordination.k8s.io/v1/namespaces/${encodeURIComponent(options.namespace)}/leases`;
  }

  async list(): Promise<readonly Lease[]> {
    const { items } = await this.options.client.json<{ items: readonly KubeLease[] }>({ path: this.#path, query: { labelSelector: `${LABEL_GROUP}=${this.options.group}` }, timeoutMs: TIMEOUT_MS });
    return items.map((item) => this.#read(item));
  }

  async create(name: string, holder: string): Promise<Lease> {
    return this.#read(await this.options.client.json<KubeLease>({ method: 'POST', path: this.#path, body: this.#body(name, holder), timeoutMs: TIMEOUT_MS }));
  }

  async update({ name, version, holder: before }: Lease, holder: string): Promise<Lease> {
    const body = this.#body(name, holder, before === holder ? undefined : new Date());
    const patched = await this.options.client.json<KubeLease>({
      method: 'PATCH',
      path: `${this.#path}/${this.#fullName(name)}`,
      contentType: 'application/merge-patch+json',
      body: { ...body, metadata: { resourceVersion: version } },
      timeoutMs: TIMEOUT_MS,
    });
    return this.#read(patched);
  }

  async delete({ name, version }: Lease): Promise<void> {
    await this.options.client.json({ method: 'DELETE', path: `${this.#path}/${this.#fullName(name)}`, body: { preconditions: { resourceVersion: version } }, timeoutMs: TIMEOUT_MS });
  }

  #body(name: string, holder: string, acquired?: Date) {
    return {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name: this.#fullName(name), labels: { [LABEL_GROUP]: this.options.group } },
      spec: { holderIdentity: holder === '' ? null : holder, leaseDurationSeconds: DURATION_SECONDS, renewTime: microTime(new Date()), ...(acquired && { acquireTime: microTime(acquired) }) },
    };
  }

  #fullName(name: string): string {
    return `${this.options.group}-${name}`;
  }

  #read({ metadata, spec }: KubeLease): Lease {
    return { name: metadata.name.slice(this.options.group.length + 1), version: metadata.resourceVersion, holder: spec?.holderIdentity ?? '' };
  }
}

const microTime = (date: Date): string => date.toISOString().replace('Z', '000Z');

/** A name for this process that no other has or will have: a pod that is started again is somebody else. */
export function newMemberIdentity(name = hostname()): string {
  return `${name.toLowerCase().replaceAll(/[^a-z0-9-]+/g, '-').slice(0, 40)}-${randomUUID().slice(0, 8)}`;
}
