import type { NodeStatus, Outputs } from '@millrace/argo';
import { PipelineError } from '@millrace/errors';
import type { ObjectMeta, Resource, ResourcePatch } from '@millrace/resources';
import type { Workflow } from '@millrace/argo';

/** What a patch asks for, checked against the object. */
export interface WorkflowPatch {
  readonly labels?: ObjectMeta['labels'];
  readonly annotations?: ObjectMeta['annotations'];
  readonly shutdown?: string;
  readonly gates: readonly { readonly id: string; readonly change: Partial<NodeStatus> }[];
}

const GATE_PHASES = ['Succeeded', 'Failed', 'Error', 'Skipped'];
const GATE_FIELDS = ['phase', 'message', 'outputs', 'finishedAt'];

/** RFC 7386 for flat maps: null removes. */
export function mergeMap(
  before: Readonly<Record<string, string>> | undefined,
  patch: Readonly<Record<string, string | null>>,
): Readonly<Record<string, string>> {
  const merged = new Map(Object.entries(before ?? {}));
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) merged.delete(key);
    else merged.set(key, value);
  }
  return Object.fromEntries(merged);
}

/**
 * Understands the patches that services send: labels, annotations, `spec.shutdown` and answers to active suspend nodes. Anything
 * else is refused by name, because the engine would not act on it.
 */
export function readPatch(object: Resource<Workflow>, patch: ResourcePatch): WorkflowPatch {
  const refuse = (path: string, why: string): never => {
    throw new PipelineError('INVALID_ARGUMENT', `Workflow "${object.metadata.name}" cannot be patched: ${path} ${why}.`, { details: { path } });
  };
  for (const key of Object.keys(patch)) if (!['metadata', 'spec', 'status'].includes(key)) refuse(key, 'cannot be changed');
  const { labels, annotations, resourceVersion: _version, ...metadata } = patch.metadata;
  for (const key of Object.keys(metadata)) refuse(`metadata.${key}`, 'cannot be changed');
  for (const [field, map] of Object.entries({ labels, annotations })) {
    for (const [key, value] of Object.entries(map ?? {})) {
      if (value !== null && typeof value !== 'string') refuse(`metadata.${field}['${key}']`, 'must be a text or null');
    }
  }
  const { shutdown, ...spec } = (patch.spec ?? {}) as { readonly shutdown?: unknown };
  for (const key of Object.keys(spec)) refuse(`spec.${key}`, 'cannot be changed while it exists');
  if (shutdown !== undefined && shutdown !== 'Terminate' && shutdown !== 'Stop') refuse('spec.shutdown', 'must be "Terminate" or "Stop"');
  const { nodes, ...status } = (patch.status ?? {}) as { readonly nodes?: Readonly<Record<string, Partial<NodeStatus> | null>> };
  for (const key of Object.keys(status)) refuse(`status.${key}`, 'is written by the engine alone');
  const gates = Object.entries(nodes ?? {}).map(([id, change]) => {
    const path = `status.nodes['${id}']`;
    const node = object.status?.nodes?.[id];
    if (node === undefined) refuse(path, 'does not exist');
    if (node!.type !== 'Suspend' || node!.phase !== 'Running') refuse(path, `is a ${node!.type} node in phase ${node!.phase}; only a Suspend node that runs can be answered`);
    if (change === null) return refuse(path, 'cannot be removed');
    for (const field of Object.keys(change)) if (!GATE_FIELDS.includes(field)) refuse(`${path}.${field}`, 'cannot be changed');
    if (change.phase !== undefined && !GATE_PHASES.includes(change.phase)) refuse(`${path}.phase`, `must be one of ${GATE_PHASES.join(', ')}`);
    for (const parameter of (change.outputs as Outputs | null | undefined)?.parameters ?? []) {
      if (typeof parameter.name !== 'string' || (parameter.value !== undefined && typeof parameter.value !== 'string')) {
        refuse(`${path}.outputs.parameters`, 'must have a name and a text as value each');
      }
    }
    return { id, change };
  });
  return {
    ...(labels === undefined ? {} : { labels: mergeMap(object.metadata.labels, labels) }),
    ...(annotations === undefined ? {} : { annotations: mergeMap(object.metadata.annotations, annotations) }),
    ...(shutdown === undefined ? {} : { shutdown: shutdown as string }),
    gates,
  };
}

/** Merges an answer into a draft of its node. */
export function mergeAnswer(draft: NodeStatus, change: Partial<NodeStatus>): void {
  for (const [field, value] of Object.entries(change) as [keyof NodeStatus, unknown][]) {
    if (value === null) delete draft[field];
    else if (field === 'outputs') draft.outputs = mergeOutputs(draft.outputs, value as Record<string, unknown>);
    else Object.assign(draft, { [field]: value });
  }
}

function mergeOutputs(before: Outputs | undefined, patch: Record<string, unknown>): Outputs {
  const merged = new Map<string, unknown>(Object.entries(before ?? {}));
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) merged.delete(key);
    else merged.set(key, value);
  }
  return Object.fromEntries(merged) as Outputs;
}
