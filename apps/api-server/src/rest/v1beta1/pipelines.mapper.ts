import type { v1beta1 } from '@millrace/api-contract';
import type { Page, Pipeline } from '@millrace/database';
import type { VersionWithDocument } from '../../pipelines/pipeline-versions.service.js';
import { message, time } from '../v2beta1/proto-json.js';
import { toParameters } from './manifest.mapper.js';
import { toReference } from './resource-references.mapper.js';

/** A pipeline with the version that a run of it would use. */
export interface PipelineWithVersion {
  readonly pipeline: Pipeline;
  readonly latest?: VersionWithDocument;
}

export function toWire({ pipeline, latest }: PipelineWithVersion): v1beta1.WirePipeline {
  const version = latest && toWireVersion(latest);
  return message({
    id: pipeline.id,
    created_at: time(pipeline.createdAt),
    name: pipeline.name,
    description: pipeline.description,
    parameters: version?.parameters,
    default_version: version,
  });
}

export function toWirePage(page: Page<Pipeline>, items: readonly PipelineWithVersion[]): v1beta1.ListPipelinesResponse {
  return message({ pipelines: items.map(toWire), total_size: page.totalSize, next_page_token: page.nextPageToken });
}

export function toWireVersion({ version, document }: VersionWithDocument): v1beta1.WirePipelineVersion {
  return message({
    id: version.id,
    name: version.name,
    created_at: time(version.createdAt),
    parameters: document && toParameters(document),
    code_source_url: version.codeSourceUrl,
    package_url: version.packageUrl ? { pipeline_url: version.packageUrl } : undefined,
    resource_references: toReference('PIPELINE', version.pipelineId, undefined, 'OWNER'),
    description: version.description,
  });
}

export function toWireVersionPage(page: Page<VersionWithDocument>): v1beta1.ListPipelineVersionsResponse {
  return message({ versions: page.items.map(toWireVersion), total_size: page.totalSize, next_page_token: page.nextPageToken });
}

/** Names of an upload: `name`, else the file's. */
export function toUploadNaming({ name, description }: { readonly name?: string; readonly description?: string }, fileName: string) {
  return { name: name || fileName, displayName: name || fileName, description: description ?? '', tags: {} };
}
