import type { v1beta1 } from '@millrace/api-contract';
import { PipelineError } from '@millrace/errors';
import { message } from '../v2beta1/proto-json.js';

type ResourceType = NonNullable<NonNullable<v1beta1.WireResourceReference['key']>['type']>;

/** The id of the first owner of a kind that a client names. */
export function referencedId(references: readonly v1beta1.WireResourceReference[] | undefined, type: ResourceType): string | undefined {
  return references?.find(({ key }) => key?.type === type)?.key?.id || undefined;
}

export function toReference(type: ResourceType, id: string | undefined, name: string | undefined, relationship: 'OWNER' | 'CREATOR'): v1beta1.WireResourceReference[] {
  return id === undefined ? [] : [message({ key: { type, id }, name: name ?? '', relationship })];
}

/** The experiment that a list is narrowed to; there is one namespace, which narrows nothing. */
export function experimentOf(wire: { readonly 'resource_reference_key.type'?: ResourceType; readonly 'resource_reference_key.id'?: string }, listed: 'Runs' | 'Jobs'): { readonly experimentId?: string } {
  const { 'resource_reference_key.type': type, 'resource_reference_key.id': id } = wire;
  if (type === undefined || type === 'NAMESPACE' || type === 'UNKNOWN_RESOURCE_TYPE') return {};
  if (type === 'EXPERIMENT') return { experimentId: id ?? '' };
  throw new PipelineError('INVALID_ARGUMENT', `${listed} cannot be listed by ${type}; name an EXPERIMENT or a NAMESPACE, or filter by "recurring_run_id", "pipeline_id" or "pipeline_version_id".`);
}
