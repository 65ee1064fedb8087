import { v2beta1, type OpenApiDocument } from '@millrace/api-contract';
import { Controller, Inject } from '@nestjs/common';
import type { Settings } from '../../options.js';
import { SETTINGS } from '../../tokens.js';
import { Get } from '../route.js';

@Controller('apis/v2beta1')
export class ServerController {
  readonly #document: OpenApiDocument;

  constructor(@Inject(SETTINGS) private readonly settings: Settings) {
    this.#document = v2beta1.openApiDocument(settings.version);
  }

  /** `multi_user` is there even when it is false: KFP does not write this one as protobuf. */
  @Get('healthz', 'server:get', { open: true })
  healthz(): v2beta1.GetHealthzResponse {
    return { commit_sha: this.settings.commit, tag_name: this.settings.version, multi_user: this.settings.multiUser, pipeline_store: 'database' };
  }

  @Get('openapi.json', 'server:get')
  openapi(): OpenApiDocument {
    return this.#document;
  }
}
