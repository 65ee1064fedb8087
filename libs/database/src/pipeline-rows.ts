import type { PipelineDocumentModel, PipelineModel, PipelineTagModel, PipelineVersionModel, PipelineVersionTagModel } from './generated/sqlite/models.js';
import { fromJsonText, toJsonText } from './json-text.js';
import { checkLengths } from './length-caps.js';
import type { Pipeline, PipelineDocument, PipelineVersion } from './model.js';

export type Tags = Readonly<Record<string, string>>;
type TagRow = Pick<PipelineTagModel | PipelineVersionTagModel, 'tagKey' | 'tagValue'>;

/** In the order of their keys, whatever order they were given in. */
export function tagsOf(rows: readonly TagRow[]): Tags {
  return Object.fromEntries(rows.map(({ tagKey, tagValue }) => [tagKey, tagValue] as const).sort(([a], [b]) => (a < b ? -1 : 1)));
}

export function tagRows(tags: Tags): { tagKey: string; tagValue: string }[] {
  return Object.entries(tags).map(([tagKey, tagValue]) => {
    checkLengths({ 'Tag.Key': tagKey, 'Tag.Value': tagValue });
    return { tagKey, tagValue };
  });
}

export function toPipeline(row: PipelineModel, tags: Tags): Pipeline {
  return { id: row.id, namespace: row.namespace, name: row.name, displayName: row.displayName, description: row.description, tags, createdAt: row.createdAt };
}

export function fromPipeline(pipeline: Pipeline): PipelineModel {
  checkLengths({ 'Pipeline.Name': pipeline.name, 'Pipeline.Namespace': pipeline.namespace, 'Pipeline.DisplayName': pipeline.displayName });
  const { id, namespace, name, displayName, description, createdAt } = pipeline;
  return { id, namespace, name, displayName, description, createdAt };
}

export function toVersion(row: PipelineVersionModel, tags: Tags): PipelineVersion {
  return {
    id: row.id,
    pipelineId: row.pipelineId,
    name: row.name,
    displayName: row.displayName,
    description: row.description,
    ...(row.codeSourceUrl !== null && { codeSourceUrl: row.codeSourceUrl }),
    ...(row.packageUrl !== null && { packageUrl: row.packageUrl }),
    tags,
    createdAt: row.createdAt,
  };
}

export function fromVersion(version: PipelineVersion): PipelineVersionModel {
  checkLengths({ 'PipelineVersion.Name': version.name, 'PipelineVersion.DisplayName': version.displayName });
  const { id, pipelineId, name, displayName, description, createdAt } = version;
  return { id, pipelineId, name, displayName, description, createdAt, codeSourceUrl: version.codeSourceUrl ?? null, packageUrl: version.packageUrl ?? null };
}

export function toDocument(row: Pick<PipelineDocumentModel, 'pipelineSpec' | 'platformSpec'>): PipelineDocument {
  return { pipelineSpec: fromJsonText(row.pipelineSpec), ...(row.platformSpec !== null && { platformSpec: fromJsonText(row.platformSpec) }) };
}

export function fromDocument(document: PipelineDocument): { pipelineSpec: string; platformSpec: string | null } {
  return { pipelineSpec: toJsonText(document.pipelineSpec)!, platformSpec: toJsonText(document.platformSpec) };
}
