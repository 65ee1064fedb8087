import { millraceOpenApiDocument, type Diagnosis, type OpenApiDocument, type ServerInfo } from '@millrace/api-contract';
import { Controller, Inject } from '@nestjs/common';
import { ServerAddress } from '../../server-address.js';
import type { Settings } from '../../options.js';
import { SETTINGS } from '../../tokens.js';
import { Get } from '../route.js';

@Controller('apis/millrace/v1')
export class ServerInfoController {
  readonly #document: OpenApiDocument;

  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(ServerAddress) private readonly address: ServerAddress,
  ) {
    this.#document = millraceOpenApiDocument(settings.version);
  }

  @Get('server', 'server:get')
  get(): ServerInfo {
    const { version, dataFolder, substrate, timeZone, warnings } = this.settings;
    return { version, base_url: this.address.baseUrl, data_folder: dataFolder, substrate, time_zone: timeZone, warnings: [...warnings] };
  }

  @Get('doctor', 'server:get')
  diagnose(): Promise<Diagnosis> {
    return this.settings.diagnose();
  }

  @Get('openapi.json', 'server:get')
  openapi(): OpenApiDocument {
    return this.#document;
  }
}
