import type { ArtifactModel } from './generated/sqlite/models.js';
import { fromJsonText, toJsonText } from './json-text.js';
import { checkLengths } from './length-caps.js';
import type { Artifact, TaskArtifact } from './model.js';

export const ARTIFACT_COLUMNS = [
  'id',
  'namespace',
  'name',
  'schemaTitle',
  'schemaVersion',
  'pipelineName',
  'runId',
  'taskId',
  'createdAt',
  'uri',
  'customPath',
  'metadata',
] as const satisfies readonly (keyof ArtifactModel)[];

export function toArtifact(row: ArtifactModel): Artifact {
  return {
    id: row.id,
    namespace: row.namespace,
    name: row.name,
    uri: row.uri,
    schemaTitle: row.schemaTitle,
    schemaVersion: row.schemaVersion,
    metadata: fromJsonText(row.metadata),
    ...(row.customPath !== null && { customPath: row.customPath }),
    pipelineName: row.pipelineName,
    ...(row.runId !== null && { runId: row.runId }),
    ...(row.taskId !== null && { taskId: row.taskId }),
    createdAt: row.createdAt,
  };
}

export function fromArtifact(artifact: Artifact): ArtifactModel {
  checkLengths({ 'Artifact.Name': artifact.name, 'Artifact.SchemaTitle': artifact.schemaTitle, 'Artifact.SchemaVersion': artifact.schemaVersion });
  const { id, namespace, name, uri, schemaTitle, schemaVersion, pipelineName, createdAt } = artifact;
  return {
    id,
    namespace,
    name,
    uri,
    schemaTitle,
    schemaVersion,
    pipelineName,
    createdAt,
    runId: artifact.runId ?? null,
    taskId: artifact.taskId ?? null,
    customPath: artifact.customPath ?? null,
    metadata: toJsonText(artifact.metadata)!,
  };
}

/** An artifact's columns beside those of its link, which are prefixed: both have a name, a run and a task. */
export interface LinkRow extends ArtifactModel {
  readonly linkRunId: string;
  readonly linkTaskId: string;
  readonly linkDirection: string;
  readonly linkName: string;
  readonly linkPosition: number;
}

export const LINK_COLUMNS = [
  'l.runId AS linkRunId',
  'l.taskId AS linkTaskId',
  'l.direction AS linkDirection',
  'l.name AS linkName',
  'l.position AS linkPosition',
  ...ARTIFACT_COLUMNS.map((column) => `a.${column} AS ${column}`),
].join(', ');

export function toTaskArtifact(row: LinkRow): TaskArtifact {
  return {
    runId: row.linkRunId,
    taskId: row.linkTaskId,
    direction: row.linkDirection as TaskArtifact['direction'],
    name: row.linkName,
    index: row.linkPosition,
    artifact: toArtifact(row),
  };
}
