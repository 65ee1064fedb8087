export type NodeKind = 'container' | 'dag' | 'importer';

export interface GraphNode {
  /** The task's path. */
  readonly id: string;
  /** The group it is in; undefined at the top. */
  readonly parent: string | undefined;
  readonly name: string;
  readonly kind: NodeKind;
  /** Siblings it waits for. */
  readonly dependsOn: readonly string[];
}

/** What is drawn, without any state: it changes only when tasks appear. */
export interface Graph {
  readonly nodes: ReadonlyMap<string, GraphNode>;
  /** Ids of the nodes at the top, and in each group, in their order. */
  readonly children: ReadonlyMap<string | undefined, readonly string[]>;
  /** The same for the same structure. */
  readonly signature: string;
}

export function toGraph(nodes: readonly GraphNode[]): Graph {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const children = new Map<string | undefined, string[]>([[undefined, []]]);
  const kept = new Map<string, GraphNode>();
  for (const node of nodes) {
    const parent = node.parent !== undefined && byId.has(node.parent) ? node.parent : undefined;
    const dependsOn = node.dependsOn.filter((id) => byId.has(id));
    kept.set(node.id, { ...node, parent, dependsOn });
    const siblings = children.get(parent);
    if (siblings) siblings.push(node.id);
    else children.set(parent, [node.id]);
  }
  return { nodes: kept, children, signature: signatureOf(nodes) };
}

export const signatureOf = (nodes: readonly GraphNode[]): string => nodes.map((node) => `${node.id}|${node.parent ?? ''}|${node.kind}|${node.dependsOn.join(',')}`).join('\n');

/** All tasks inside a group, at any depth; groups themselves are not counted. */
export function tasksInside(graph: Graph, id: string): string[] {
  return (graph.children.get(id) ?? []).flatMap((child) => (graph.nodes.get(child)?.kind === 'dag' ? tasksInside(graph, child) : [child]));
}

const LARGE_GROUP = 5;
const LARGE_GRAPH = 60;

/** The groups that start unfolded: small ones in a graph that is not large. */
export function initiallyUnfolded(graph: Graph): Set<string> {
  if (graph.nodes.size > LARGE_GRAPH) return new Set();
  const groups = [...graph.nodes.values()].filter((node) => node.kind === 'dag');
  return new Set(groups.filter((group) => tasksInside(graph, group.id).length <= LARGE_GROUP).map((group) => group.id));
}

/** The groups around a node, outermost first: they must be unfolded for it to be seen. */
export function groupsAround(graph: Graph, id: string): string[] {
  const parent = graph.nodes.get(id)?.parent;
  return parent === undefined ? [] : [...groupsAround(graph, parent), parent];
}
