import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { contentSecurityPolicy } from './content-security-policy.js';

/** Stands in the export wherever the base path begins; what serves the export puts the real one in its place. */
export const BASE_PATH_PLACEHOLDER = '/__millrace_base__';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.txt': 'text/x-component; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
  '.ico': 'image/x-icon',
  '.png': 'image/png',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
  '.woff': 'font/woff',
  '.wasm': 'application/wasm',
};
const MIN_COMPRESSED = 1024;

const compressGzip = promisify(gzip);
const compressBrotli = promisify(brotliCompress);

export type Encoding = 'identity' | 'gzip' | 'br';

export interface PageFile {
  readonly type: string;
  readonly etag: string;
  readonly policy: string;
  encode(encoding: Encoding): Promise<Buffer>;
  readonly compresses: boolean;
}

/** Files of the export with the base path put in, each read and compressed once. What it holds is bounded by the export. */
export class PageFiles {
  readonly #files = new Map<string, Promise<PageFile>>();

  constructor(private readonly basePath: string) {}

  load(path: string): Promise<PageFile> {
    const known = this.#files.get(path);
    if (known) return known;
    const loading = this.#read(path);
    this.#files.set(path, loading);
    loading.catch(() => this.#files.delete(path));
    return loading;
  }

  async #read(path: string): Promise<PageFile> {
    const extension = extname(path).toLowerCase();
    const type = TYPES[extension] ?? 'application/octet-stream';
    const isText = /charset/.test(type);
    const raw = await readFile(path);
    const bytes = isText ? Buffer.from(raw.toString('utf8').replaceAll(BASE_PATH_PLACEHOLDER, this.basePath)) : raw;
    const compresses = (isText || extension === '.wasm') && bytes.length >= MIN_COMPRESSED;
    const encoded = new Map<Encoding, Promise<Buffer>>([['identity', Promise.resolve(bytes)]]);
    const make = (encoding: Encoding) => (encoding === 'gzip' ? compressGzip(bytes) : compressBrotli(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 5, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } }));
    return {
      type,
      etag: `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`,
      policy: contentSecurityPolicy(extension === '.html' ? bytes.toString('utf8') : ''),
      compresses,
      encode(encoding) {
        const known = encoded.get(encoding) ?? make(encoding);
        encoded.set(encoding, known);
        return known;
      },
    };
  }
}
