import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import type { Settings } from '../options.js';
import { SETTINGS } from '../tokens.js';
import { PageFiles, type PageFile } from './page-files.js';
import { PageTree } from './page-tree.js';

export interface FoundPage {
  readonly file: PageFile;
  /** False for the page that says so. */
  readonly found: boolean;
  /** Its name changes with its content. */
  readonly immutable: boolean;
}

/** The exported pages, by address. */
@Injectable()
export class PagesService implements OnModuleInit {
  #tree: PageTree | undefined;
  readonly #files: PageFiles;

  constructor(@Inject(SETTINGS) private readonly settings: Settings) {
    this.#files = new PageFiles(settings.basePath);
  }

  async onModuleInit(): Promise<void> {
    const folder = this.settings.pagesFolder;
    if (folder === undefined) return;
    this.#tree = await PageTree.read(folder).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw error;
    });
    if (!this.#tree?.find('/')) this.settings.log('warn', `there are no pages in ${folder}; the API is served alone`);
  }

  get isEmpty(): boolean {
    return this.#tree?.find('/') === undefined;
  }

  async find(address: string): Promise<FoundPage | undefined> {
    const path = this.#tree?.find(address);
    if (path !== undefined) return { file: await this.#files.load(path), found: true, immutable: address.startsWith('/_next/static/') };
    const notFound = address.startsWith('/_next/') ? undefined : this.#tree?.notFound;
    return notFound === undefined ? undefined : { file: await this.#files.load(notFound), found: false, immutable: false };
  }
}
