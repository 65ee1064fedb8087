import type { Readable } from 'node:stream';

export interface ObjectInfo {
  readonly kind: 'file' | 'directory';
  /** Bytes; of a directory, the sum of what is in it as far as it was counted. */
  readonly sizeBytes: number;
  readonly modifiedAt: Date;
}

export interface ObjectEntry extends ObjectInfo {
  /** Path below the listed URI, with `/`. */
  readonly path: string;
}

/**
 * Artifacts by URI. Nothing is held whole in memory. A URI outside the store's roots, one with `..`, and a link that leads
 * out are refused with INVALID_ARGUMENT; a missing object is undefined from `stat` and NOT_FOUND elsewhere. Adapters do not retry.
 */
export interface ObjectStore {
  /** Whether this store can hold `uri` at all (its scheme and root), without looking whether it does. */
  accepts(uri: string): boolean;
  stat(uri: string): Promise<ObjectInfo | undefined>;
  /** A file's bytes, or the half-open range of them. */
  read(uri: string, range?: { readonly start: number; readonly end?: number }): Promise<Readable>;
  /** Files below a directory, sorted by path, at most `limit`. @default limit 1000 */
  list(uri: string, options?: { readonly limit?: number }): Promise<readonly ObjectEntry[]>;
  /** Names of the folders right below a directory, as they come; none where there is none. Absent where nobody needs it. */
  folders?(uri: string): AsyncIterable<string>;
  /** Every file below a directory, as they come. Absent where nobody needs it. */
  walk?(uri: string): AsyncIterable<ObjectEntry>;
  /** Makes a small object of these bytes. Absent where tasks alone write. */
  write?(uri: string, content: Uint8Array): Promise<void>;
  /** Gives the bytes of a file to another address beside it. Absent where nobody needs it. */
  copy?(from: string, to: string): Promise<void>;
  /** Removes a file or a whole directory; nothing happens when it is not there. */
  delete(uri: string): Promise<void>;
}
