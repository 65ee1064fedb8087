import type { NodeStatus, Workflow, WorkflowStatus } from '@millrace/argo';
import type { ObjectMeta, Resource } from '@millrace/resources';
import type { ObjectChange } from './argo-database.js';

/**
 * A running Workflow in memory. Readers see what is committed; changes gather in drafts until `commit` makes them visible, each
 * changed node as a new frozen object in the one plain record of nodes.
 */
export class LiveWorkflow {
  readonly uid: string;
  #object: Resource<Workflow>;
  readonly #nodes: Record<string, NodeStatus>;
  readonly #drafts = new Map<string, NodeStatus>();
  #edges: { parent: string; index: number; child: string }[] = [];
  #metadata: Partial<ObjectMeta> | undefined;
  #status: WorkflowStatus | undefined;
  #spec: Workflow['spec'] | undefined;

  constructor(object: Resource<Workflow>) {
    this.uid = object.metadata.uid;
    this.#nodes = object.status?.nodes ?? {};
    this.#object = withNodes(object, object.status ?? {}, this.#nodes);
  }

  /** As of the last commit. Its nodes are live. */
  get object(): Resource<Workflow> {
    return this.#object;
  }

  get spec(): Workflow['spec'] {
    return this.#spec ?? this.#object.spec;
  }

  get metadata(): ObjectMeta {
    return { ...this.#object.metadata, ...this.#metadata };
  }

  /** Status without nodes, drafts included. */
  get status(): WorkflowStatus {
    return this.#status ?? this.#object.status!;
  }

  /** Drafts included. */
  node(id: string): NodeStatus | undefined {
    return this.#drafts.get(id) ?? this.#nodes[id];
  }

  /** Ids of all nodes, drafts included. */
  nodeIds(): string[] {
    return [...new Set([...Object.keys(this.#nodes), ...this.#drafts.keys()])];
  }

  addNode(node: NodeStatus): NodeStatus {
    this.#drafts.set(node.id, node);
    return node;
  }

  /** The node's draft, to be changed in place. */
  editNode(id: string): NodeStatus {
    let draft = this.#drafts.get(id);
    if (draft === undefined) this.#drafts.set(id, (draft = { ...this.#nodes[id]! }));
    return draft;
  }

  addChild(parentId: string, childId: string): void {
    const parent = this.editNode(parentId);
    // A committed node's list is frozen and shared with readers.
    if (parent.children === undefined || Object.isFrozen(parent.children)) parent.children = [...(parent.children ?? [])];
    this.#edges.push({ parent: parentId, index: parent.children.length, child: childId });
    parent.children.push(childId);
  }

  setStatus(change: Partial<WorkflowStatus>): void {
    this.#status = { ...this.status, ...change };
  }

  setMetadata(change: Pick<Partial<ObjectMeta>, 'labels' | 'annotations'>): void {
    this.#metadata = { ...this.#metadata, ...change };
  }

  setSpec(spec: Workflow['spec']): void {
    this.#spec = spec;
  }

  get dirty(): boolean {
    return this.#drafts.size > 0 || this.#status !== undefined || this.#metadata !== undefined || this.#spec !== undefined;
  }

  /** What to write for the drafts. */
  changes(resourceVersion: string, expiresAt: number | undefined): ObjectChange {
    const { nodes: _nodes, ...status } = this.status;
    return {
      uid: this.uid,
      metadata: { ...this.metadata, resourceVersion },
      status,
      spec: this.#spec,
      labelsChanged: this.#metadata?.labels !== undefined,
      nodes: [...this.#drafts.values()],
      children: this.#edges,
      expiresAt,
    };
  }

  /** Makes the drafts the state that readers see. Returns the ids of the changed nodes. */
  commit(resourceVersion: string): Set<string> {
    const changed = new Set(this.#drafts.keys());
    for (const [id, draft] of this.#drafts) {
      if (draft.children !== undefined) Object.freeze(draft.children);
      this.#nodes[id] = Object.freeze(draft);
    }
    const object = { ...this.#object, metadata: Object.freeze({ ...this.metadata, resourceVersion }), spec: this.spec };
    this.#object = withNodes(object, this.status, this.#nodes);
    this.rollback();
    return changed;
  }

  /** Forgets the drafts. */
  rollback(): void {
    this.#drafts.clear();
    this.#edges = [];
    this.#metadata = this.#status = this.#spec = undefined;
  }
}

function withNodes(object: Resource<Workflow>, status: WorkflowStatus, nodes: Record<string, NodeStatus>): Resource<Workflow> {
  return Object.freeze({ ...object, status: Object.freeze({ ...status, nodes }) });
}
