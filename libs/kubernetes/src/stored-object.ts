import type { Workflow } from '@millrace/argo';
import { PipelineError } from '@millrace/errors';
import type { ObjectMeta, Resource, ResourceKind, ResourceKinds } from '@millrace/resources';
import { withPlainNodes } from './workflow-nodes.js';

/** An object as the API server sends it. */
export interface StoredObject {
  readonly metadata: ObjectMeta & { readonly managedFields?: unknown };
}

/** The object as services see it: without the book-keeping of fields, nodes in plain form. Throws a PipelineError for one that is no such thing. */
export function toResource<Kind extends ResourceKind>(kind: Kind, stored: StoredObject): Resource<ResourceKinds[Kind]> {
  if (typeof stored?.metadata?.uid !== 'string' || typeof stored.metadata.resourceVersion !== 'string') {
    throw new PipelineError('INTERNAL', `The Kubernetes API sent something that is no ${kind}.`);
  }
  const { managedFields: _managedFields, ...metadata } = stored.metadata;
  const object = { ...stored, metadata };
  return (kind === 'Workflow' ? withPlainNodes(object as unknown as Workflow) : object) as Resource<ResourceKinds[Kind]>;
}
