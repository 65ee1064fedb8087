import { z } from 'zod';
import { query, queryBool, struct, text, textMap, timestamp } from '../wire.js';
import { listFields, pageFields } from './list.js';
import { message } from './registry.js';
import { status } from './status.js';

export const url = message('Url', { pipeline_url: text });

export const pipeline = message('Pipeline', {
  pipeline_id: text,
  display_name: text,
  name: text,
  description: text,
  created_at: timestamp,
  namespace: text,
  error: status,
  tags: textMap,
});

export const pipelineVersion = message('PipelineVersion', {
  pipeline_id: text,
  pipeline_version_id: text,
  display_name: text,
  name: text,
  description: text,
  created_at: timestamp,
  package_url: url,
  code_source_url: text,
  pipeline_spec: struct,
  error: status,
  tags: textMap,
});

export const createPipelineAndVersionRequest = message('CreatePipelineAndVersionRequest', { pipeline, pipeline_version: pipelineVersion });

export const listPipelinesQuery = query({ namespace: text, ...listFields });
export const listPipelinesResponse = message('ListPipelinesResponse', { pipelines: z.array(pipeline), ...pageFields });
export const listPipelineVersionsQuery = query(listFields);
export const listPipelineVersionsResponse = message('ListPipelineVersionsResponse', { pipeline_versions: z.array(pipelineVersion), ...pageFields });
export const getPipelineByNameQuery = query({ namespace: text });
export const deletePipelineQuery = query({ cascade: queryBool });

const uploadFields = { name: text, display_name: text, description: text, tags: text, code_source_url: text } as const;
export const uploadPipelineQuery = query({ ...uploadFields, namespace: text });
export const uploadPipelineVersionQuery = query({ ...uploadFields, pipelineid: text });

export type WirePipeline = z.infer<typeof pipeline>;
export type WirePipelineVersion = z.infer<typeof pipelineVersion>;
export type ListPipelinesResponse = z.infer<typeof listPipelinesResponse>;
export type ListPipelineVersionsResponse = z.infer<typeof listPipelineVersionsResponse>;
