import type { Workflow } from '@millrace/argo';
import { PipelineError } from '@millrace/errors';
import type { ObjectMeta, Resource, ResourceKind, ResourceKinds } from '@millrace/resources';
import { isCompressed, withPlainNodes } from './workflow-nodes.js';

/** An object as the API server sends it. */
export interface StoredObject {
  readonly metadata: ObjectMeta & { readonly managedFields?: unknown };
}

/** Of Workflows that were handed out: whether their nodes were stored compressed. */
const compressed = new WeakMap<object, boolean>();

/** Whether the nodes of a Workflow that `toResource` gave are stored compressed; undefined for another object. */
export function wasCompressed(workflow: object): boolean | undefined {
  return compressed.get(workflow);
}

/** The object as services see it: without the book-keeping of fields, nodes in plain form. Throws a PipelineError for one that is no such thing. */
export function toResource<Kind extends ResourceKind>(kind: Kind, stored: StoredObject): Resource<ResourceKinds[Kind]> {
  if (typeof stored?.metadata?.uid !== 'string' || typeof stored.metadata.resourceVersion !== 'string') {
    throw new PipelineError('INTERNAL', `The Kubernetes API sent something that is no ${kind}.`);
  }
  const { managedFields: _managedFields, ...metadata } = stored.metadata;
  const object = { ...stored, metadata };
  if (kind !== 'Workflow') return object as unknown as Resource<ResourceKinds[Kind]>;
  const workflow = withPlainNodes(object as unknown as Workflow);
  compressed.set(workflow, isCompressed((object as unknown as Workflow).status));
  return workflow as Resource<ResourceKinds[Kind]>;
}
