import { promisify } from 'node:util';
import { gunzipSync, gzip } from 'node:zlib';
import type { NodeStatus, Workflow } from '@millrace/argo';
import { PipelineError } from '@millrace/errors';
import { isSameJson } from './same-json.js';

type Nodes = Readonly<Record<string, NodeStatus>>;
type Status = NonNullable<Workflow['status']>;

/** What compressed nodes may become: far above what Argo can work with, far below what would end this process. */
const MAX_NODES_BYTES = 256 * 1024 * 1024;
const compress = promisify(gzip);

/** Whether the nodes of this status are compressed: patches of single nodes would be lost. */
export function isCompressed(status: Workflow['status']): boolean {
  return Boolean(status?.compressedNodes) && Object.keys(status?.nodes ?? {}).length === 0;
}

/** The Workflow with its nodes in plain form, whatever form they are stored in. Throws a PipelineError when they cannot be read. */
export function withPlainNodes<Object extends Pick<Workflow, 'status'> & { readonly metadata: { readonly name?: string } }>(workflow: Object): Object {
  const { status } = workflow;
  if (status?.offloadNodeStatusVersion) {
    throw new PipelineError(
      'FAILED_PRECONDITION',
      `Argo keeps the nodes of Workflow "${workflow.metadata.name}" in its own database; switch nodeStatusOffLoad off in Argo's configuration.`,
    );
  }
  if (!status?.compressedNodes) return workflow;
  const { compressedNodes, ...rest } = status;
  if (!isCompressed(status)) return { ...workflow, status: rest };
  try {
    const nodes = JSON.parse(gunzipSync(Buffer.from(compressedNodes, 'base64'), { maxOutputLength: MAX_NODES_BYTES }).toString('utf8')) as Status['nodes'];
    return { ...workflow, status: { ...rest, nodes } };
  } catch (cause) {
    throw new PipelineError('INTERNAL', `The compressed nodes of Workflow "${workflow.metadata.name}" cannot be read: ${(cause as Error).message}`, { cause });
  }
}

/** The form in which Argo stores nodes of large Workflows. */
export async function compressNodes(nodes: string): Promise<string> {
  return (await compress(nodes, { level: 6 })).toString('base64');
}

/** Ids of nodes that are not the same in both. */
export function changedNodes(before: Nodes | undefined, after: Nodes | undefined): Set<string> {
  const changed = new Set<string>();
  for (const [id, node] of Object.entries(after ?? {})) {
    const known = before?.[id];
    if (!isSameJson(known, node)) changed.add(id);
  }
  for (const id of Object.keys(before ?? {})) if (after?.[id] === undefined) changed.add(id);
  return changed;
}
