import { Readable } from 'node:stream';
import type { Json, PipelineDocument } from '@millrace/database';
import { isWorkflowPipeline, type AnyPipeline } from '@millrace/pipeline-spec';
import { readPipelinePackage } from '@millrace/pipeline-spec/package';
import { Inject, Injectable } from '@nestjs/common';
import type { Settings } from '../options.js';
import { SETTINGS } from '../tokens.js';
import type { UploadedFile } from './read-upload.js';

/** Reads pipelines out of files: YAML, JSON, zip or tar.gz. */
@Injectable()
export class PipelineFilesService {
  constructor(@Inject(SETTINGS) private readonly settings: Settings) {}

  async read(file: UploadedFile): Promise<{ readonly document: PipelineDocument; readonly description: string }> {
    const { text, fileName } = await readPipelinePackage({ fileName: file.fileName, stream: Readable.from([file.bytes]), maxBytes: this.settings.pipelineUploadLimit });
    const pipeline = await this.settings.pipelines.fromText(text, { fileName });
    // Clients of v1 have nowhere else to describe a pipeline.
    return { document: toDocument(pipeline), description: isWorkflowPipeline(pipeline) ? pipeline.description : '' };
  }
}

/** What is stored of a parsed pipeline: all of it, as it was written. */
export function toDocument(pipeline: AnyPipeline): PipelineDocument {
  if (isWorkflowPipeline(pipeline)) return { pipelineSpec: pipeline.workflow as unknown as Json };
  const { spec, platform } = pipeline;
  return { pipelineSpec: spec as unknown as Json, ...(platform && { platformSpec: platform as unknown as Json }) };
}
