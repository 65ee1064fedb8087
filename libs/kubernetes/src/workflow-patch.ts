import type { Workflow } from '@millrace/argo';
import type { Resource, ResourcePatch } from '@millrace/resources';
import { TooLargeError } from './kube-error.js';
import { mergePatch } from './merge-patch.js';
import { compressNodes } from './workflow-nodes.js';

/** Argo gives up on a Workflow whose JSON is longer than this with its nodes compressed, and says so only in its own log. */
const ARGO_LIMIT = 1024 * 1024;
/** Argo adds nodes, messages and conditions after us. */
const ROOM_FOR_ARGO = 64 * 1024;
/** From here on compressed: the API server checks and tracks every field of plain nodes, which costs ten times as much. */
const COMPRESS_FROM = 256 * 1024;

const bytes = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));

/** Refuses a Workflow that Argo would never finish. */
export function assertFitsArgo(workflow: Workflow): void {
  const size = bytes(workflow);
  if (size <= ARGO_LIMIT - 2 * ROOM_FOR_ARGO) return;
  throw new TooLargeError(
    `Workflow "${workflow.metadata.name}" has ${size} bytes and Argo can run at most ${ARGO_LIMIT - 2 * ROOM_FOR_ARGO}; make the pipeline smaller: fewer tasks, shorter component code, large constants as artifacts.`,
    { size },
  );
}

/**
 * The patch as it is to be sent, given the current object with plain nodes: small ones as they are, large ones with all nodes compressed
 * and without the book-keeping of fields. TooLargeError when Argo could not go on with the result.
 */
export async function prepareWorkflowPatch(
  current: Resource<Workflow>,
  patch: ResourcePatch,
  { storedCompressed }: { readonly storedCompressed: boolean },
): Promise<Readonly<Record<string, unknown>>> {
  const { nodes: nodesPatch, ...statusPatch } = (patch.status ?? {}) as { readonly nodes?: unknown };
  if (nodesPatch === undefined) return { ...patch };
  const nodes = JSON.stringify(mergePatch(current.status?.nodes ?? {}, nodesPatch));
  if (!storedCompressed && nodes.length < COMPRESS_FROM) return { ...patch };

  const compressedNodes = await compressNodes(nodes);
  const { nodes: _nodes, ...status } = current.status ?? {};
  const size = bytes({ ...current, status: mergePatch(status, statusPatch) }) + compressedNodes.length;
  if (size > ARGO_LIMIT - ROOM_FOR_ARGO) {
    throw new TooLargeError(
      `Workflow "${current.metadata.name}" would have ${size} bytes with its nodes compressed, and Argo stops working on one of more than ${ARGO_LIMIT}. Pass large values between tasks as artifacts instead of parameters, or split the pipeline.`,
      { size, limit: ARGO_LIMIT },
    );
  }
  return {
    ...patch,
    metadata: { ...patch.metadata, managedFields: [{}] },
    status: { ...statusPatch, nodes: null, compressedNodes },
  };
}
