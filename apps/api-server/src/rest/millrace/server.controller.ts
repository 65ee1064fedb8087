import { millraceOpenApiDocument, type Diagnosis, type OpenApiDocument, type ServerInfo } from '@millrace/api-contract';
import { Controller, Inject } from '@nestjs/common';
import { ServerAddress } from '../../server-address.js';
import type { Settings } from '../../options.js';
import { SETTINGS } from '../../tokens.js';
import { Get } from '../route.js';

/** How long a diagnosis is given to whoever asks. */
const EXAMINED_FOR_MS = 30_000;

@Controller('apis/millrace/v1')
export class ServerInfoController {
  readonly #document: OpenApiDocument;
  #diagnosis: { readonly at: number; readonly answer: Promise<Diagnosis> } | undefined;

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
    const now = this.settings.clock();
    // What is looked at costs requests to others, however many ask.
    if (this.#diagnosis === undefined || Math.abs(now.getTime() - this.#diagnosis.at) > EXAMINED_FOR_MS) {
      const answer = this.settings.examine().then((findings) => ({ examined_at: now.toISOString(), findings: [...findings] }));
      answer.catch(() => (this.#diagnosis = undefined));
      this.#diagnosis = { at: now.getTime(), answer };
    }
    return this.#diagnosis.answer;
  }

  @Get('openapi.json', 'server:get')
  openapi(): OpenApiDocument {
    return this.#document;
  }
}
