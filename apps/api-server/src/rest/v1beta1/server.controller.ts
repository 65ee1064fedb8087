import { v1beta1, type OpenApiDocument } from '@millrace/api-contract';
import { Controller, Inject } from '@nestjs/common';
import type { Settings } from '../../options.js';
import { SETTINGS } from '../../tokens.js';
import { Get } from '../route.js';

@Controller('apis/v1beta1')
export class ServerController {
  readonly #document: OpenApiDocument;

  constructor(@Inject(SETTINGS) private readonly settings: Settings) {
    this.#document = v1beta1.openApiDocument(settings.version);
  }

  @Get('healthz', 'server:get', { open: true })
  healthz(): v1beta1.GetHealthzResponse {
    return { commit_sha: this.settings.commit, tag_name: this.settings.version, multi_user: this.settings.multiUser };
  }

  @Get('openapi.json', 'server:get')
  openapi(): OpenApiDocument {
    return this.#document;
  }
}
