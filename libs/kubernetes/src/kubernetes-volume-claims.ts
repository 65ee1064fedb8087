import { PipelineError, isPipelineError } from '@millrace/errors';
import type { KubeClient } from './kube-client.js';
import { podsPath } from './pods.js';

const OWNER = 'millrace/owner';

interface OwnedClaim {
  readonly namespace: string;
  readonly name: string;
  readonly owner: string;
}

/** What a claim is made of, in Kubernetes' own words. */
type ClaimManifest = { readonly metadata?: unknown; readonly spec?: unknown };

interface Claim {
  readonly metadata: { readonly annotations?: Readonly<Record<string, string>>; readonly uid: string; readonly deletionTimestamp?: string };
}

interface PodList {
  readonly items: readonly { readonly status?: { readonly phase?: string }; readonly spec: { readonly volumes?: readonly { readonly persistentVolumeClaim?: { readonly claimName: string } }[] } }[];
}

/** PersistentVolumeClaims as tasks of pipelines make and delete them. Errors are PipelineError. */
export class KubernetesVolumeClaims {
  constructor(private readonly client: KubeClient) {}

  /** Makes a claim. One that somebody else made is an ALREADY_EXISTS, unless it may be used again; one of the same owner is what was asked for. */
  async create({ namespace, name, owner, manifest, reuse }: OwnedClaim & { readonly manifest: ClaimManifest; readonly reuse: boolean }): Promise<void> {
    const { annotations } = (manifest.metadata ?? {}) as { readonly annotations?: object };
    const body = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name, namespace, annotations: { ...annotations, [OWNER]: owner } }, spec: manifest.spec };
    try {
      await this.client.json({ method: 'POST', path: claimsPath(namespace), body });
    } catch (error) {
      if (!isPipelineError(error) || error.code !== 'ALREADY_EXISTS') throw error;
      const there = await this.#find(namespace, name);
      if (there?.metadata.deletionTimestamp !== undefined) throw new PipelineError('ALREADY_EXISTS', `The volume "${name}" is still being deleted in namespace "${namespace}"; run it again when it is gone, or let CreatePVC choose a name with pvc_name_suffix.`);
      if (reuse || there?.metadata.annotations?.[OWNER] === owner) return;
      throw new PipelineError('ALREADY_EXISTS', `The volume "${name}" exists already in namespace "${namespace}"; delete it with DeletePVC, or let CreatePVC choose a name with pvc_name_suffix.`, { cause: error });
    }
  }

  /**
   * Deletes a claim; what is in it goes as its storage class says. NOT_FOUND when there is none, FAILED_PRECONDITION while a pod that is not over mounts it.
   * Kubernetes keeps no trace of who deleted it, so `begin` notes it before it goes.
   */
  async delete({ namespace, name, isBegun, begin }: OwnedClaim & { readonly isBegun: boolean; readonly begin: () => Promise<void> }): Promise<void> {
    const there = await this.#find(namespace, name);
    if (there === undefined && isBegun) return;
    if (there === undefined) throw new PipelineError('NOT_FOUND', `There is no volume "${name}" to delete in namespace "${namespace}"; create it with CreatePVC, or leave out the task.`);
    const pods = await this.client.json<PodList>({ path: podsPath(namespace), query: { fieldSelector: 'status.phase!=Succeeded,status.phase!=Failed' } });
    const isMounted = pods.items.some(({ spec }) => spec.volumes?.some(({ persistentVolumeClaim }) => persistentVolumeClaim?.claimName === name));
    // Kubernetes would let it go as soon as the last pod is over, and the task would have said that it is gone.
    if (isMounted) throw new PipelineError('FAILED_PRECONDITION', `The volume "${name}" cannot be deleted while a task uses it; let DeletePVC run after that task.`);
    if (!isBegun) await begin();
    try {
      await this.client.json({ method: 'DELETE', path: claimsPath(namespace, name), body: { preconditions: { uid: there.metadata.uid } } });
    } catch (error) {
      if (!isPipelineError(error) || error.code !== 'NOT_FOUND') throw error;
    }
  }

  async #find(namespace: string, name: string): Promise<Claim | undefined> {
    try {
      return await this.client.json<Claim>({ path: claimsPath(namespace, name) });
    } catch (error) {
      if (isPipelineError(error) && error.code === 'NOT_FOUND') return undefined;
      throw error;
    }
  }
}

function claimsPath(namespace: string, name?: string): string {
  return `/api/v1/namespaces/${encodeURIComponent(namespace)}/persistentvolumeclaims${name === undefined ? '' : `/${encodeURIComponent(name)}`}`;
}
