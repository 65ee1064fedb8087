import type { v1beta1 } from '@millrace/api-contract';
import { message } from '../v2beta1/proto-json.js';

type ResourceType = NonNullable<NonNullable<v1beta1.WireResourceReference['key']>['type']>;

/** The id of the first owner of a kind that a client names. */
export function referencedId(references: readonly v1beta1.WireResourceReference[] | undefined, type: ResourceType): string | undefined {
  return references?.find(({ key }) => key?.type === type)?.key?.id || undefined;
}

export function toReference(type: ResourceType, id: string | undefined, name: string | undefined, relationship: 'OWNER' | 'CREATOR'): v1beta1.WireResourceReference[] {
  return id === undefined ? [] : [message({ key: { type, id }, name: name ?? '', relationship })];
}
