import type { Workflow } from '@millrace/argo';
import { PipelineError, isPipelineError } from '@millrace/errors';
import type { Resource, ResourcePatch, ResourceRef, ResourceStore } from '@millrace/resources';

const ATTEMPTS = 20;

/**
 * Patches the current Workflow, computing the patch again whenever somebody else wrote in between. `compute` returns undefined when there
 * is nothing to write any more. Resolves to the object as it then is, or undefined when there is none.
 */
export async function patchWorkflow(
  store: ResourceStore,
  ref: ResourceRef,
  compute: (workflow: Resource<Workflow>) => Omit<ResourcePatch, 'metadata'> & { metadata?: Omit<ResourcePatch['metadata'], 'resourceVersion'> } | undefined,
): Promise<Resource<Workflow> | undefined> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const workflow = await store.get('Workflow', ref);
    if (workflow === undefined) return undefined;
    const patch = compute(workflow);
    if (patch === undefined) return workflow;
    try {
      return await store.patch('Workflow', ref, { ...patch, metadata: { ...patch.metadata, resourceVersion: workflow.metadata.resourceVersion } });
    } catch (error) {
      if (!isPipelineError(error) || error.code !== 'ABORTED') throw error;
    }
  }
  throw new PipelineError('UNAVAILABLE', `Workflow ${ref.name} changed ${ATTEMPTS} times while it was to be patched; it is tried again later.`);
}
