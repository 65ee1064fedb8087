import { z } from 'zod';
import { query, text, timestamp } from '../wire.js';
import { listFields, pageFields } from '../v2beta1/list.js';
import { message } from './registry.js';
import { referenceFields, resourceReference, resourceType } from './resource-reference.js';

export const parameter = message('Parameter', { name: text, value: text });
export const url = message('Url', { pipeline_url: text });

export const pipelineVersion = message('PipelineVersion', {
  id: text,
  name: text,
  created_at: timestamp,
  parameters: z.array(parameter),
  code_source_url: text,
  package_url: url,
  resource_references: z.array(resourceReference),
  description: text,
});

export const pipeline = message('Pipeline', {
  id: text,
  created_at: timestamp,
  name: text,
  description: text,
  parameters: z.array(parameter),
  url,
  error: text,
  default_version: pipelineVersion,
  resource_references: z.array(resourceReference),
});

export const listPipelinesQuery = query({ ...listFields, ...referenceFields });
export const listPipelinesResponse = message('ListPipelinesResponse', { pipelines: z.array(pipeline), ...pageFields });
export const listPipelineVersionsQuery = query({ 'resource_key.type': resourceType, 'resource_key.id': text, ...listFields });
export const listPipelineVersionsResponse = message('ListPipelineVersionsResponse', { versions: z.array(pipelineVersion), ...pageFields });
export const getTemplateResponse = message('GetTemplateResponse', { template: text });
export const uploadPipelineQuery = query({ name: text, description: text, namespace: text });
export const uploadPipelineVersionQuery = query({ name: text, pipelineid: text, description: text, namespace: text });

export type WirePipeline = z.infer<typeof pipeline>;
export type WirePipelineVersion = z.infer<typeof pipelineVersion>;
export type ListPipelinesResponse = z.infer<typeof listPipelinesResponse>;
export type ListPipelineVersionsResponse = z.infer<typeof listPipelineVersionsResponse>;
