import { isPipelineError } from '@millrace/errors';
import type { Effect } from '@millrace/pipeline-semantics';
import type { JsonObject } from '@millrace/pipeline-spec';

interface OwnedClaim {
  readonly namespace: string;
  readonly name: string;
  /** The task on whose behalf it is done: done again for the same task it changes nothing. */
  readonly owner: string;
}

export interface Deletion {
  /** Whether `begin` was called before, by whoever was cut off then: a claim that is gone is what was asked for. */
  readonly isBegun: boolean;
  /** To be awaited once it is certain that there is a claim to delete, and before it goes. A substrate that remembers who deleted a claim need not. */
  readonly begin: () => Promise<void>;
}

/** The volume claims of a substrate, for tasks that make, delete and fill them. Errors are PipelineError; UNAVAILABLE is worth another try. */
export interface VolumeClaims {
  /** Makes a claim of `manifest` (`metadata`, `spec`). ALREADY_EXISTS when somebody else made one, unless it may be used again. */
  create(claim: OwnedClaim & { readonly manifest: JsonObject; readonly reuse: boolean }): Promise<void>;
  /** NOT_FOUND when there is none, unless this deletion was begun before; FAILED_PRECONDITION while a task uses it. */
  delete(claim: OwnedClaim & Deletion): Promise<void>;
  /** Copies what is at a URI into a claim, whole or not at all. @default tasks that need it are refused */
  copyIn?(copy: { readonly namespace: string; readonly name: string; readonly from: string; readonly to: string }): Promise<void>;
}

export const CANNOT_FILL = 'The importer copies into the workspace, which this installation cannot do; import without download_to_workspace, and give the artifact to the task.';

export const HAS_NO_IMAGE =
  'The importer copies into the workspace, for which this installation has no image; set MILLRACE_COPY_IMAGE (`runs.copyImage` of the chart), or import without download_to_workspace.';

/** Does what a task has to do outside its Workflow. The sentence says why it could not; undefined when it is done. Throws what may pass. */
export async function performEffect(effect: Effect, claims: VolumeClaims, { namespace, taskId, ...deletion }: Deletion & { readonly namespace: string; readonly taskId: string }): Promise<string | undefined> {
  const { name } = effect;
  try {
    switch (effect.kind) {
      case 'create-claim':
        await claims.create({ namespace, name, owner: taskId, manifest: effect.manifest, reuse: effect.reuse });
        return undefined;
      case 'delete-claim':
        await claims.delete({ namespace, name, owner: taskId, ...deletion });
        return undefined;
      case 'copy-into-claim':
        if (claims.copyIn === undefined) return CANNOT_FILL;
        await claims.copyIn({ namespace, name, from: effect.from, to: effect.to });
        return undefined;
    }
  } catch (error) {
    if (isPipelineError(error) && error.code !== 'UNAVAILABLE' && error.code !== 'INTERNAL') return error.message;
    throw error;
  }
}
