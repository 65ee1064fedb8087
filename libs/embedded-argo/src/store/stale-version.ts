import { PipelineError } from '@millrace/errors';
import type { ObjectMeta, ResourceKind } from '@millrace/resources';

/** ABORTED: the patch was computed from another version than the current one. */
export function staleVersion(kind: ResourceKind, { name, resourceVersion }: ObjectMeta, given: string | undefined): PipelineError {
  return new PipelineError(
    'ABORTED',
    `${kind} "${name}" has changed (version ${resourceVersion}, not ${given ?? 'unset'}); read it again and recompute the patch.`,
    { details: { resourceVersion } },
  );
}
