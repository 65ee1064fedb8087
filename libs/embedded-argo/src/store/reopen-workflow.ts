import { ANNOTATION_RETRY, isWorkflowCompleted, type NodeStatus, type Workflow, type WorkflowStatus } from '@millrace/argo';
import { PipelineError } from '@millrace/errors';
import type { Resource, ResourcePatch } from '@millrace/resources';
import { mergeMap } from './workflow-patch.js';

type NodeChange = Readonly<Record<string, unknown>>;

const STATUS_FIELDS: ReadonlySet<string> = new Set(['phase', 'startedAt', 'finishedAt', 'message', 'conditions', 'nodes', 'taskResultsCompletionStatus']);
const NODE_FIELDS: ReadonlySet<string> = new Set(['phase', 'finishedAt', 'message', 'outputs', 'outboundNodes', 'children']);

/** Whether a patch is the one of a retry: a Workflow that is over is to run. */
export function isReopening({ status }: Resource<Workflow>, patch: ResourcePatch): boolean {
  return isWorkflowCompleted(status?.phase) && patch.status?.['phase'] === 'Running';
}

export interface Reopened {
  /** As it runs from now on. */
  readonly reopened: Resource<Workflow>;
  readonly removedPods: readonly string[];
  readonly retry: number;
}

/** The Workflow as such a patch leaves it. What a retry has no need to change is refused by name. */
export function reopenWorkflow(object: Resource<Workflow>, patch: ResourcePatch, resourceVersion: string): Reopened {
  const refuse = (path: string, why: string): never => {
    throw new PipelineError('INVALID_ARGUMENT', `Workflow "${object.metadata.name}" cannot be retried: ${path} ${why}.`, { details: { path } });
  };
  for (const key of Object.keys(patch)) if (!['metadata', 'spec', 'status'].includes(key)) refuse(key, 'cannot be changed');
  const { labels = {}, annotations = {}, resourceVersion: _version, ...metadata } = patch.metadata;
  for (const key of Object.keys(metadata)) refuse(`metadata.${key}`, 'cannot be changed');
  const { shutdown, ...spec } = (patch.spec ?? {}) as { readonly shutdown?: unknown };
  for (const key of Object.keys(spec)) refuse(`spec.${key}`, 'cannot be changed while it exists');
  if (shutdown !== undefined && shutdown !== null) refuse('spec.shutdown', 'must be null');
  const change = patch.status as Readonly<Record<string, unknown>>;
  for (const key of Object.keys(change)) if (!STATUS_FIELDS.has(key)) refuse(`status.${key}`, 'is written by the engine alone');
  const retry = Number(annotations[ANNOTATION_RETRY]);
  if (!Number.isInteger(retry) || retry < 1) refuse(`metadata.annotations['${ANNOTATION_RETRY}']`, 'must be a whole number from 1');

  const nodes: Record<string, NodeStatus> = { ...object.status?.nodes };
  const removedPods: string[] = [];
  for (const [id, nodeChange] of Object.entries((change['nodes'] ?? {}) as Readonly<Record<string, NodeChange | null>>)) {
    const node = nodes[id];
    const path = `status.nodes['${id}']`;
    if (node === undefined) return refuse(path, 'does not exist');
    if (nodeChange === null) {
      if (node.type === 'Pod') removedPods.push(id);
      delete nodes[id];
      continue;
    }
    for (const field of Object.keys(nodeChange)) if (!NODE_FIELDS.has(field)) refuse(`${path}.${field}`, 'cannot be changed');
    nodes[id] = merged(node, nodeChange);
  }
  for (const node of Object.values(nodes)) {
    const lost = node.children?.find((child) => nodes[child] === undefined);
    if (lost !== undefined) refuse(`status.nodes['${node.id}'].children`, `has "${lost}", which is not there`);
    Object.freeze(node.children);
    Object.freeze(node);
  }
  const { shutdown: _shutdown, ...ownSpec } = object.spec;
  const { nodes: _nodes, taskResultsCompletionStatus: _results, ...statusChange } = change;
  return {
    reopened: {
      ...object,
      metadata: {
        ...object.metadata,
        resourceVersion,
        labels: mergeMap(object.metadata.labels, labels as Readonly<Record<string, string | null>>),
        annotations: mergeMap(object.metadata.annotations, annotations as Readonly<Record<string, string | null>>),
      },
      spec: shutdown === null ? ownSpec : object.spec,
      status: { ...merged({ ...object.status } as WorkflowStatus, statusChange), nodes },
    },
    removedPods,
    retry,
  };
}

/** RFC 7386 for one level: null removes. */
function merged<Object extends object>(before: Object, change: NodeChange): Object {
  const fields = new Map<string, unknown>(Object.entries(before));
  for (const [key, value] of Object.entries(change)) {
    if (value === null) fields.delete(key);
    else fields.set(key, value);
  }
  return Object.fromEntries(fields) as Object;
}
