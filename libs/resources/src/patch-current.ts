import { PipelineError, isPipelineError } from '@millrace/errors';
import type { Resource, ResourceKind, ResourceKinds, ResourcePatch, ResourceRef, ResourceStore } from './resource-store.js';

const ATTEMPTS = 20;

/** A patch without the version, which is that of the object it is computed from. */
export type PatchBody = Omit<ResourcePatch, 'metadata'> & { readonly metadata?: Omit<ResourcePatch['metadata'], 'resourceVersion'> };

export interface PatchTarget<Kind extends ResourceKind> {
  readonly kind: Kind;
  readonly ref: ResourceRef;
  /** As it was seen last: tried first, without a request for what most often has not changed. */
  readonly known?: Resource<ResourceKinds[Kind]>;
}

/**
 * Patches the current object, computing the patch again whenever somebody else wrote in between. `compute` returns undefined when there
 * is nothing to write any more. Resolves to the object as it then is, or undefined when there is none.
 */
export async function patchCurrent<Kind extends ResourceKind>(
  store: ResourceStore,
  { kind, ref, known }: PatchTarget<Kind>,
  compute: (object: Resource<ResourceKinds[Kind]>) => PatchBody | undefined,
): Promise<Resource<ResourceKinds[Kind]> | undefined> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const isKnown = attempt === 0 && known !== undefined;
    const object = isKnown ? known : await store.get(kind, ref);
    if (object === undefined) return undefined;
    const patch = compute(object);
    if (patch === undefined) return object;
    try {
      return await store.patch(kind, ref, { ...patch, metadata: { ...patch.metadata, resourceVersion: object.metadata.resourceVersion } }, object);
    } catch (error) {
      if (isPipelineError(error) && isKnown && error.code === 'NOT_FOUND') return undefined;
      if (!isPipelineError(error) || error.code !== 'ABORTED') throw error;
    }
  }
  throw new PipelineError('UNAVAILABLE', `${kind} ${ref.name} changed ${ATTEMPTS} times while it was to be patched; it is tried again later.`);
}
