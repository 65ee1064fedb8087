import type { IncomingMessage } from 'node:http';
import type { Pipeline } from '@millrace/database';
import { PipelineError } from '@millrace/errors';
import { Inject, Injectable } from '@nestjs/common';
import type { Settings } from '../options.js';
import { SETTINGS } from '../tokens.js';
import { PipelineFilesService } from './pipeline-files.service.js';
import { PipelineVersionsService, type VersionWithDocument } from './pipeline-versions.service.js';
import { PipelinesService, type Naming } from './pipelines.service.js';
import { readUpload } from './read-upload.js';

type Describe = (fileName: string) => Naming & { readonly codeSourceUrl?: string };

/** Pipelines and versions made from an uploaded file; nothing is stored of a file that is not a pipeline. */
@Injectable()
export class UploadsService {
  constructor(
    @Inject(PipelinesService) private readonly pipelines: PipelinesService,
    @Inject(PipelineVersionsService) private readonly versions: PipelineVersionsService,
    @Inject(PipelineFilesService) private readonly files: PipelineFilesService,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  async createPipeline(request: IncomingMessage, describe: Describe): Promise<Pipeline> {
    const { document, ...description } = await this.#read(request, describe);
    return this.pipelines.createWithVersion({ ...description, document });
  }

  async createVersion(request: IncomingMessage, pipelineId: string, describe: Describe): Promise<VersionWithDocument> {
    if (pipelineId === '') throw new PipelineError('INVALID_ARGUMENT', 'Name the pipeline that the version belongs to in the query parameter "pipelineid".');
    return this.versions.create(pipelineId, await this.#read(request, describe));
  }

  async #read(request: IncomingMessage, describe: Describe) {
    const file = await readUpload(request, { field: 'uploadfile', limit: this.settings.pipelineUploadLimit });
    const { document, description } = await this.files.read(file);
    const described = describe(file.fileName);
    return { ...described, description: described.description || description, document };
  }
}
