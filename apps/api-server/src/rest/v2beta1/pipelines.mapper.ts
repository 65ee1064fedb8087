import type { v2beta1 } from '@millrace/api-contract';
import type { Page, Pipeline, PipelineDocument } from '@millrace/database';
import { PipelineError } from '@millrace/errors';
import type { Naming, PipelineChange } from '../../pipelines/pipelines.service.js';
import type { VersionWithDocument } from '../../pipelines/pipeline-versions.service.js';
import { map, message, time } from './proto-json.js';

export function toWire(pipeline: Pipeline): v2beta1.WirePipeline {
  return message({
    pipeline_id: pipeline.id,
    display_name: pipeline.displayName,
    name: pipeline.name,
    description: pipeline.description,
    created_at: time(pipeline.createdAt),
    tags: map(pipeline.tags),
  });
}

export function toWirePage(page: Page<Pipeline>): v2beta1.ListPipelinesResponse {
  return message({ pipelines: page.items.map(toWire), total_size: page.totalSize, next_page_token: page.nextPageToken });
}

export function toWireVersion({ version, document }: VersionWithDocument): v2beta1.WirePipelineVersion {
  return message({
    pipeline_id: version.pipelineId,
    pipeline_version_id: version.id,
    display_name: version.displayName,
    name: version.name,
    description: version.description,
    created_at: time(version.createdAt),
    package_url: version.packageUrl ? { pipeline_url: version.packageUrl } : undefined,
    code_source_url: version.codeSourceUrl,
    pipeline_spec: document && toWireSpec(document),
    tags: map(version.tags),
  });
}

export function toWireVersionPage(page: { readonly items: readonly VersionWithDocument[]; readonly totalSize: number; readonly nextPageToken?: string }): v2beta1.ListPipelineVersionsResponse {
  return message({ pipeline_versions: page.items.map(toWireVersion), total_size: page.totalSize, next_page_token: page.nextPageToken });
}

/** The spec as it is, or wrapped beside its platform spec when there is one. */
export function toWireSpec({ pipelineSpec, platformSpec }: PipelineDocument): Record<string, unknown> {
  return (platformSpec === undefined ? pipelineSpec : { pipeline_spec: pipelineSpec, platform_spec: platformSpec }) as Record<string, unknown>;
}

type WireNaming = Pick<v2beta1.WirePipeline, 'name' | 'display_name' | 'description' | 'tags'>;

export function toNaming(wire: WireNaming): Naming {
  return { name: wire.name ?? '', displayName: wire.display_name ?? '', description: wire.description ?? '', tags: wire.tags ?? {} };
}

/** An empty display name leaves it; `"tags": {}` clears them, no `tags` leaves them. */
export function toChange(wire: WireNaming): PipelineChange {
  return { ...(wire.display_name && { displayName: wire.display_name }), ...(wire.tags && { tags: wire.tags }) };
}

/** Names of an upload: `name`, else `display_name`, else the file's; tags come as JSON text. */
export function toUploadNaming(wire: { name?: string; display_name?: string; description?: string; tags?: string }, fileName: string): Naming {
  const name = wire.name || wire.display_name || fileName;
  return { name, displayName: wire.display_name || name, description: wire.description ?? '', tags: parseTags(wire.tags) };
}

function parseTags(text: string | undefined): Record<string, string> {
  if (!text) return {};
  const refuse = (): never => {
    throw new PipelineError('INVALID_ARGUMENT', 'Query parameter "tags" must be a JSON object of texts, such as {"team":"ml"}.');
  };
  let tags: unknown;
  try {
    tags = JSON.parse(text);
  } catch {
    return refuse();
  }
  if (typeof tags !== 'object' || tags === null || Array.isArray(tags) || Object.values(tags).some((value) => typeof value !== 'string')) return refuse();
  return tags as Record<string, string>;
}
