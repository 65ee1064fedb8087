import type { NodeStatus, Outputs } from '@millrace/argo';
import type { DagInstance } from './dag-instance.js';
import type { Place } from './place.js';
import type { RunState } from './run-state.js';
import type { StepsInstance } from './steps-instance.js';
import { bareReference, resolveArtifact, scopeOf, unresolvable, type NodeReader } from './task-scope.js';

/** Ends a DAG or steps node with its outputs, or in an error when they cannot be put together: then without `outbound` as well. */
export function endBoundary(
  boundary: DagInstance | StepsInstance,
  state: RunState,
  phase: 'Succeeded' | 'Failed' | 'Error',
  { message, outbound = [] }: { readonly message?: string; readonly outbound?: string[] },
): void {
  const id = boundary.nodeId;
  try {
    const outputs = phase === 'Succeeded' ? boundaryOutputs(boundary, state) : undefined;
    if (outbound.length > 0) state.live.editNode(id).outboundNodes = outbound;
    state.end(id, phase, { message, outputs });
  } catch (error) {
    state.end(id, 'Error', { message: outputsError(state.places.get(id)!, boundary.name, error as Error) });
  }
}

/** Whether a node is in error because its outputs could not be put together, not because of what is in it. */
export function hasNoOutputs({ type, phase, message }: NodeStatus): boolean {
  return phase === 'Error' && (type === 'Steps' || (type === 'DAG' && message !== undefined));
}

/** The outputs that a DAG or steps template declares, from its tasks. Throws an Error whose message becomes the node's. */
function boundaryOutputs(boundary: DagInstance | StepsInstance, reader: NodeReader): Outputs | undefined {
  const declared = boundary.template.outputs;
  const scope = scopeOf(boundary, reader);
  const parameters = (declared?.parameters ?? []).map(({ valueFrom, ...parameter }) => {
    const reference = valueFrom?.parameter ?? '';
    // Inputs were put in when it began: a reference to one is by now a text, which as in Argo refers to nothing.
    const value = scope.tag(bareReference(reference));
    if (typeof value === 'string') return { ...parameter, value };
    if (valueFrom?.default !== undefined) return { ...parameter, value: valueFrom.default };
    throw new Error(
      value === null
        ? `output parameter "${parameter.name}": "${reference}" is an absent optional (skipped/omitted node output with no default)`
        : unresolvable(reference),
    );
  });
  const artifacts = (declared?.artifacts ?? []).flatMap((artifact) => {
    const found = resolveArtifact(artifact, scope);
    if (found !== undefined) return [{ ...found, ...(artifact.globalName !== undefined && { globalName: artifact.globalName }) }];
    if (artifact.optional === true) return [];
    throw new Error(`unable to resolve outputs from scope: ${unresolvable(artifact.from ?? artifact.name)}`);
  });
  if (parameters.length === 0 && artifacts.length === 0) return undefined;
  return { ...(parameters.length > 0 && { parameters }), ...(artifacts.length > 0 && { artifacts }) };
}

/** What a DAG or steps template says whose outputs could not be put together: inside a DAG it is its task's error. */
function outputsError(place: Place, name: string, { message }: Error): string {
  return place.kind === 'task' || place.kind === 'item' ? `task '${name}' errored: ${message}` : message;
}
