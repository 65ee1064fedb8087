import type { z } from 'zod';
import { text } from '../wire.js';
import { enumeration, message } from './registry.js';

export const resourceType = enumeration('ResourceType', { UNKNOWN_RESOURCE_TYPE: 0, EXPERIMENT: 1, JOB: 2, PIPELINE: 3, PIPELINE_VERSION: 4, NAMESPACE: 5 });
export const relationship = enumeration('Relationship', { UNKNOWN_RELATIONSHIP: 0, OWNER: 1, CREATOR: 2 });
export const resourceKey = message('ResourceKey', { type: resourceType, id: text });
/** How objects of v1beta1 say what they belong to. */
export const resourceReference = message('ResourceReference', { key: resourceKey, name: text, relationship });

/** The query of lists that are narrowed to one owner. */
export const referenceFields = { 'resource_reference_key.type': resourceType, 'resource_reference_key.id': text } as const;

export type WireResourceReference = z.infer<typeof resourceReference>;
