import type { Database, ListQuery, Page, Pipeline, PipelineDocument, PipelineVersion } from '@millrace/database';
import { PipelineError } from '@millrace/errors';
import { Inject, Injectable } from '@nestjs/common';
import { assertDescription, assertName } from '../names.js';
import type { Settings } from '../options.js';
import { DATABASE, SETTINGS } from '../tokens.js';
import { assertTags } from './tags.js';

/** Name, display name and the like of a new pipeline or version; either name stands for the other. */
export interface Naming {
  readonly name: string;
  readonly displayName: string;
  readonly description: string;
  readonly tags: Readonly<Record<string, string>>;
}

export interface NewPipelineFile extends Naming {
  readonly document: PipelineDocument;
  readonly codeSourceUrl?: string;
}

/** Absent means unchanged; tags replace all tags. */
export interface PipelineChange {
  readonly displayName?: string;
  readonly tags?: Readonly<Record<string, string>>;
}

/** Pipelines; their versions are PipelineVersionsService's. */
@Injectable()
export class PipelinesService {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  async create(naming: Naming): Promise<Pipeline> {
    const pipeline = this.#newPipeline(naming);
    await this.database.pipelines.create(pipeline);
    return pipeline;
  }

  /** The pipeline and its first version, which takes the pipeline's names, or neither. */
  async createWithVersion({ document, codeSourceUrl, ...naming }: NewPipelineFile): Promise<Pipeline> {
    const pipeline = this.#newPipeline(naming);
    const { name, displayName, description, tags, createdAt } = pipeline;
    assertName('PipelineVersion.Name', name);
    const version: PipelineVersion = { id: this.settings.newId(), pipelineId: pipeline.id, name, displayName, description, tags, createdAt, ...(codeSourceUrl && { codeSourceUrl }) };
    await this.database.pipelines.createWithVersion(pipeline, version, document);
    return pipeline;
  }

  get(id: string): Promise<Pipeline> {
    return this.database.pipelines.get(id);
  }

  async getByName(name: string): Promise<Pipeline> {
    const pipeline = await this.database.pipelines.findByName(this.settings.namespace, name);
    if (!pipeline) throw new PipelineError('NOT_FOUND', `Pipeline ${name} not found`);
    return pipeline;
  }

  list(query: ListQuery): Promise<Page<Pipeline>> {
    return this.database.pipelines.list({ ...query, namespace: this.settings.namespace });
  }

  async update(id: string, change: PipelineChange): Promise<Pipeline> {
    if (change.displayName !== undefined) assertName('Pipeline.DisplayName', change.displayName);
    if (change.tags) assertTags(change.tags);
    return this.database.pipelines.update(id, change);
  }

  async delete(id: string, options: { readonly cascade: boolean }): Promise<void> {
    await this.database.pipelines.delete(id, options);
  }

  #newPipeline(naming: Naming): Pipeline {
    const name = naming.name || naming.displayName;
    const displayName = naming.displayName || name;
    assertName('Pipeline.Name', name);
    assertName('Pipeline.DisplayName', displayName);
    assertDescription(naming.description);
    assertTags(naming.tags);
    const { newId, namespace, clock } = this.settings;
    return { id: newId(), namespace, name, displayName, description: naming.description, tags: naming.tags, createdAt: clock() };
  }
}
