import type { Database, ListQuery, PipelineDocument, PipelineVersion } from '@millrace/database';
import { resolveVersion } from '@millrace/run-controller';
import { Inject, Injectable } from '@nestjs/common';
import { assertDescription, assertName } from '../names.js';
import type { Settings } from '../options.js';
import { DATABASE, SETTINGS } from '../tokens.js';
import type { NewPipelineFile, PipelineChange } from './pipelines.service.js';
import { assertTags } from './tags.js';

/** A version with what was uploaded. */
export interface VersionWithDocument {
  readonly version: PipelineVersion;
  readonly document?: PipelineDocument;
}

/** Versions of pipelines. As in KFP, a version is found by its own id alone. */
@Injectable()
export class PipelineVersionsService {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  async create(pipelineId: string, { document, codeSourceUrl, ...naming }: NewPipelineFile): Promise<VersionWithDocument> {
    const name = naming.name || naming.displayName;
    const displayName = naming.displayName || name;
    assertName('PipelineVersion.Name', name);
    assertName('PipelineVersion.DisplayName', displayName);
    assertDescription(naming.description);
    assertTags(naming.tags);
    await this.database.pipelines.get(pipelineId);
    const { newId, clock } = this.settings;
    const { description, tags } = naming;
    const version: PipelineVersion = { id: newId(), pipelineId, name, displayName, description, tags, createdAt: clock(), ...(codeSourceUrl && { codeSourceUrl }) };
    await this.database.pipelines.createVersion(version, document);
    return { version, document };
  }

  async get(id: string): Promise<VersionWithDocument> {
    const version = await this.database.pipelines.getVersion(id);
    return { version, document: await this.database.pipelines.getDocument(id) };
  }

  /** The version that a run of the pipeline would use; undefined while it has none. */
  async findLatest(pipelineId: string): Promise<VersionWithDocument | undefined> {
    const version = await this.database.pipelines.latestVersion(pipelineId);
    return version && { version, document: await this.database.pipelines.getDocument(version.id) };
  }

  async list(pipelineId: string, query: ListQuery): Promise<{ readonly items: readonly VersionWithDocument[]; readonly totalSize: number; readonly nextPageToken?: string }> {
    const page = await this.database.pipelines.listVersions(pipelineId, query);
    const documents = await this.database.pipelines.getDocuments(page.items.map(({ id }) => id));
    return { ...page, items: page.items.map((version) => ({ version, document: documents.get(version.id) })) };
  }

  async update(id: string, change: PipelineChange): Promise<VersionWithDocument> {
    if (change.displayName !== undefined) assertName('PipelineVersion.DisplayName', change.displayName);
    if (change.tags) assertTags(change.tags);
    const version = await this.database.pipelines.updateVersion(id, change);
    return { version, document: await this.database.pipelines.getDocument(id) };
  }

  async delete(id: string): Promise<void> {
    await this.database.pipelines.deleteVersion(id);
  }

  /** The version a run shall use: the one that is named, else the pipeline's latest. */
  async resolve(reference: { readonly pipelineId?: string; readonly versionId?: string }): Promise<PipelineVersion> {
    return resolveVersion(this.database, reference);
  }
}
