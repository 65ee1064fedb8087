import { Inject, Injectable } from '@nestjs/common';
import type { Settings } from './options.js';
import { SETTINGS } from './tokens.js';

/** Where users find this server; which port it is may be known only once it listens. */
@Injectable()
export class ServerAddress {
  #listening: string | undefined;

  constructor(@Inject(SETTINGS) private readonly settings: Settings) {}

  /** The address listened on, without the base path. */
  listensAt(url: string): void {
    this.#listening = url;
  }

  /** The address for users, with the base path and without a slash at its end. */
  get baseUrl(): string {
    const { baseUrl, host, port, basePath } = this.settings;
    return (baseUrl ?? `${this.#listening ?? `http://${host}:${port}`}${basePath}`).replace(/\/+$/, '');
  }
}
