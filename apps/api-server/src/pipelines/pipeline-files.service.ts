import { Readable } from 'node:stream';
import type { Json, PipelineDocument } from '@millrace/database';
import { parsePipeline, type Pipeline } from '@millrace/pipeline-spec';
import { readPipelinePackage } from '@millrace/pipeline-spec/package';
import { Inject, Injectable } from '@nestjs/common';
import type { Settings } from '../options.js';
import { SETTINGS } from '../tokens.js';
import type { UploadedFile } from './read-upload.js';

/** Reads pipelines out of files: YAML, JSON, zip or tar.gz. */
@Injectable()
export class PipelineFilesService {
  constructor(@Inject(SETTINGS) private readonly settings: Settings) {}

  async read(file: UploadedFile): Promise<PipelineDocument> {
    const { text, fileName } = await readPipelinePackage({ fileName: file.fileName, stream: Readable.from([file.bytes]), maxBytes: this.settings.pipelineUploadLimit });
    return toDocument(parsePipeline(text, { fileName }));
  }
}

/** What is stored of a parsed pipeline: all of it, as it was written. */
export function toDocument({ spec, platform }: Pipeline): PipelineDocument {
  return { pipelineSpec: spec as unknown as Json, ...(platform && { platformSpec: platform as unknown as Json }) };
}
