import type { Readable } from 'node:stream';
import type { Artifact, Database, TaskArtifact } from '@millrace/database';
import { PipelineError } from '@millrace/errors';
import type { ObjectEntry, ObjectInfo, ObjectStore } from '@millrace/object-store';
import { Inject, Injectable } from '@nestjs/common';
import { findTask } from '../runs/find-task.js';
import { DATABASE, OBJECT_STORE } from '../tokens.js';

export interface ArtifactWithInfo {
  readonly artifact: Artifact;
  /** Absent when this server cannot reach the object, or it is gone. */
  readonly info?: ObjectInfo;
}

/** Artifacts and their bytes. What may be read is decided by the artifact's row; an address never comes from a request. */
@Injectable()
export class ArtifactsService {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(OBJECT_STORE) private readonly objects: ObjectStore,
  ) {}

  async get(id: string): Promise<ArtifactWithInfo> {
    const artifact = await this.database.artifacts.get(id);
    return { artifact, info: this.objects.accepts(artifact.uri) ? await this.objects.stat(artifact.uri) : undefined };
  }

  listOfRun(runId: string): Promise<readonly TaskArtifact[]> {
    return this.database.artifacts.listLinks(runId);
  }

  async listEntries(id: string): Promise<readonly ObjectEntry[]> {
    const { artifact, info } = await this.get(id);
    if (!info) throw unreachable(artifact);
    if (info.kind === 'file') throw new PipelineError('INVALID_ARGUMENT', `Artifact "${artifact.name}" is a single file; read its content.`);
    return this.objects.list(artifact.uri);
  }

  /** Where to read: the artifact itself, or with `path` a file inside it. */
  async locate(id: string, path: string | undefined): Promise<{ readonly artifact: Artifact; readonly uri: string; readonly info: ObjectInfo; readonly fileName: string }> {
    const artifact = await this.database.artifacts.get(id);
    const uri = path === undefined ? artifact.uri : childUri(artifact.uri, path);
    const info = this.objects.accepts(uri) ? await this.objects.stat(uri) : undefined;
    if (!info) throw unreachable(artifact, path);
    if (info.kind === 'directory') throw new PipelineError('INVALID_ARGUMENT', `Artifact "${artifact.name}" is a directory; name one of its files with "path".`);
    return { artifact, uri, info, fileName: (path ?? artifact.uri).split('/').at(-1) || artifact.name };
  }

  read(uri: string, range?: { readonly start: number; readonly end: number }): Promise<Readable> {
    return this.objects.read(uri, range);
  }

  /** The bytes of an output of a task. */
  async openOutput(runId: string, nodeId: string, name: string): Promise<Readable> {
    await this.database.runs.get(runId);
    const { task } = await findTask(this.database, runId, nodeId);
    const links = await this.database.artifacts.listLinks(runId, [task.id]);
    const link = links.find((each) => each.direction === 'OUTPUT' && each.name === name);
    if (!link) throw new PipelineError('NOT_FOUND', `Artifact ${name} of node ${nodeId} in run ${runId} not found`);
    const { uri } = await this.locate(link.artifact.id, undefined);
    return this.objects.read(uri);
  }
}

const unreachable = (artifact: Artifact, path?: string) =>
  new PipelineError('NOT_FOUND', `${path === undefined ? 'The content' : `File "${path}"`} of artifact "${artifact.name}" is not at ${artifact.uri}, or this server cannot reach it.`);

/** Parts of the path are taken as they are, so nothing that would leave the artifact may be among them. */
function childUri(uri: string, path: string): string {
  const parts = path.split('/');
  if (parts.some((part) => part === '' || part === '.' || part === '..' || part.includes('\\') || part.includes('\0'))) {
    throw new PipelineError('INVALID_ARGUMENT', `"${path}" is not a path inside the artifact.`);
  }
  return `${uri.replace(/\/+$/, '')}/${path}`;
}
