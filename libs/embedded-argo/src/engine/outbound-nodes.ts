import type { NodeStatus } from '@millrace/argo';

/** The ids of the nodes behind which a finished node's successors hang: itself, or the ends of what it bounds. */
export function outboundNodes(node: NodeStatus, find: (id: string) => NodeStatus | undefined): string[] {
  switch (node.type) {
    case 'Retry': {
      const last = node.children?.at(-1);
      return last === undefined ? [] : [last];
    }
    case 'TaskGroup':
      if ((node.children?.length ?? 0) === 0) return [node.id];
      return node.children!.flatMap((id) => outboundNodes(find(id)!, find));
    case 'DAG':
    case 'Steps':
      return (node.outboundNodes ?? []).flatMap((id) => outboundNodes(find(id)!, find));
    default:
      return [node.id];
  }
}
