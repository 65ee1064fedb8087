import type { Readable } from 'node:stream';
import { Client, IamAwsProvider, type BucketItem } from 'minio';
import { PipelineError } from '@millrace/errors';
import type { ObjectEntry, ObjectInfo, ObjectStore } from '../object-store.js';
import { requireS3Location, parseS3Uri, type S3Location } from './s3-location.js';
import type { S3CredentialSource, S3Provider, S3Providers } from './s3-providers.js';
import { describeS3Error, isMissing } from './s3-error.js';

export interface S3Keys {
  readonly accessKey: string;
  readonly secretKey: string;
  readonly sessionToken?: string;
}

export interface S3ObjectStoreOptions {
  readonly providers: S3Providers;
  /**
   * The keys behind a source; undefined: the machine's own identity (a role of its account or service). Asked again every minute, so that
   * a Secret may change while this process lives.
   */
  readonly readKeys: (source: S3CredentialSource) => Promise<S3Keys | undefined>;
  /** @default Date.now */
  readonly now?: () => number;
}

/** How many objects a directory's size is summed over. */
const COUNTED_OBJECTS = 10_000;
const DEFAULT_LIMIT = 1000;
/** What one request of S3's DeleteObjects takes. */
const DELETED_AT_ONCE = 1000;
const KEYS_LIVE_MS = 60_000;

/** Objects in S3 and what speaks it, by `minio://bucket/key` and `s3://bucket/key`. A directory is what lies below `key/`. */
export class S3ObjectStore implements ObjectStore {
  readonly #options: S3ObjectStoreOptions;
  readonly #clients = new Map<S3Provider, { readonly client: Promise<Client>; readonly until: number }>();

  constructor(options: S3ObjectStoreOptions) {
    this.#options = options;
  }

  accepts(uri: string): boolean {
    const location = parseS3Uri(uri);
    return location !== undefined && this.#options.providers.select(location) !== undefined;
  }

  async stat(uri: string): Promise<ObjectInfo | undefined> {
    return this.#ask(uri, async (client, { bucket, key }) => {
      const object = key === '' ? undefined : await client.statObject(bucket, key).catch(undefinedWhenMissing);
      if (object) return { kind: 'file', sizeBytes: object.size, modifiedAt: object.lastModified };
      let found = false;
      let sizeBytes = 0;
      let modifiedAt = new Date(0);
      for await (const item of objectsBelow(client, bucket, key, COUNTED_OBJECTS)) {
        found = true;
        sizeBytes += item.size;
        if (item.lastModified > modifiedAt) modifiedAt = item.lastModified;
      }
      return found ? { kind: 'directory', sizeBytes, modifiedAt } : undefined;
    });
  }

  async read(uri: string, range?: { readonly start: number; readonly end?: number }): Promise<Readable> {
    const start = range?.start ?? 0;
    const length = range?.end === undefined ? 0 : range.end - start;
    if (range?.end !== undefined && length <= 0) throw new PipelineError('INVALID_ARGUMENT', `The range ${start}-${range.end} of ${uri} is empty.`);
    return this.#ask(uri, (client, { bucket, key }) => {
      if (key === '') throw new PipelineError('NOT_FOUND', `There is no object at ${uri}.`);
      // A length of 0 means "to the end" to this client.
      return range ? client.getPartialObject(bucket, key, start, length) : client.getObject(bucket, key);
    });
  }

  async list(uri: string, options: { readonly limit?: number } = {}): Promise<readonly ObjectEntry[]> {
    const entries = await this.#ask(uri, async (client, { bucket, key }) => {
      const found: ObjectEntry[] = [];
      for await (const { path, size, lastModified } of objectsBelow(client, bucket, key, options.limit ?? DEFAULT_LIMIT)) {
        found.push({ kind: 'file', path, sizeBytes: size, modifiedAt: lastModified });
      }
      return found;
    });
    if (entries.length === 0) throw new PipelineError('NOT_FOUND', `There is no folder at ${uri}.`);
    return entries.sort((a, b) => (a.path < b.path ? -1 : 1));
  }

  async *folders(uri: string): AsyncGenerator<string> {
    const { client, bucket, prefix } = await this.#ask(uri, async (found, { bucket: of, key }) => ({ client: found, bucket: of, prefix: key === '' ? '' : `${key}/` }));
    try {
      for await (const item of client.listObjectsV2(bucket, prefix, false) as AsyncIterable<BucketItem>) {
        if (item.prefix !== undefined) yield item.prefix.slice(prefix.length).replace(/\/$/, '');
      }
    } catch (error) {
      throw this.#describe(error, uri);
    }
  }

  async *walk(uri: string): AsyncGenerator<ObjectEntry> {
    const { client, bucket, key } = await this.#ask(uri, async (found, location) => ({ client: found, bucket: location.bucket, key: location.key }));
    try {
      for await (const { path, size, lastModified } of objectsBelow(client, bucket, key, Number.POSITIVE_INFINITY)) yield { kind: 'file', path, sizeBytes: size, modifiedAt: lastModified };
    } catch (error) {
      throw this.#describe(error, uri);
    }
  }

  async write(uri: string, content: Uint8Array): Promise<void> {
    await this.#ask(uri, async (client, { bucket, key }) => {
      await client.putObject(bucket, key, Buffer.from(content));
    });
  }

  async copy(from: string, to: string): Promise<void> {
    const source = requireS3Location(from);
    await this.#ask(to, async (client, { bucket, key }) => {
      await client.copyObject(bucket, key, `/${source.bucket}/${source.key.split('/').map(encodeURIComponent).join('/')}`);
    });
  }

  async delete(uri: string): Promise<void> {
    await this.#ask(uri, async (client, { bucket, key }) => {
      if (key === '') throw new PipelineError('INVALID_ARGUMENT', `${uri} is a whole bucket; only what is in it can be deleted.`);
      const remove = async (keys: readonly string[]) => {
        const failed = (await client.removeObjects(bucket, [...keys])).find((result) => result?.Error?.Key !== undefined);
        if (failed?.Error) throw new PipelineError('UNAVAILABLE', `${failed.Error.Key} of ${uri} cannot be deleted: ${failed.Error.Message ?? failed.Error.Code}.`);
      };
      let batch: string[] = [key];
      for await (const item of objectsBelow(client, bucket, key, Number.POSITIVE_INFINITY)) {
        batch.push(item.name);
        if (batch.length < DELETED_AT_ONCE) continue;
        await remove(batch);
        batch = [];
      }
      if (batch.length > 0) await remove(batch);
    });
  }

  /** Runs one question to the store that holds `uri`; a fault of it becomes an error that names the store and the remedy. */
  async #ask<Answer>(uri: string, question: (client: Client, location: S3Location) => Promise<Answer>): Promise<Answer> {
    const location = requireS3Location(uri);
    const provider = this.#options.providers.select(location);
    if (!provider) throw new PipelineError('INVALID_ARGUMENT', `No object store is configured for ${uri}: name one for ${location.scheme}:// in the providers of the kfp-launcher ConfigMap.`);
    try {
      return await question(await this.#client(provider), location);
    } catch (error) {
      throw describeS3Error(error, uri, provider);
    }
  }

  #describe(error: unknown, uri: string): unknown {
    const provider = this.#options.providers.select(requireS3Location(uri));
    return provider === undefined ? error : describeS3Error(error, uri, provider);
  }

  #client(provider: S3Provider): Promise<Client> {
    const now = (this.#options.now ?? Date.now)();
    const known = this.#clients.get(provider);
    if (known && known.until > now) return known.client;
    const client = this.#connect(provider);
    this.#clients.set(provider, { client, until: now + KEYS_LIVE_MS });
    // Keys that could not be read are asked for again by the next question.
    client.catch(() => this.#clients.delete(provider));
    return client;
  }

  async #connect({ host, port, tls, region, pathStyle, credentials }: S3Provider): Promise<Client> {
    const keys = await this.#options.readKeys(credentials);
    return new Client({ endPoint: host, port, useSSL: tls, region, pathStyle, ...(keys ?? { credentialsProvider: new IamAwsProvider({}) }) });
  }
}

const undefinedWhenMissing = (error: unknown): undefined => {
  if (!isMissing(error)) throw error;
  return undefined;
};

interface Found {
  readonly name: string;
  readonly path: string;
  readonly size: number;
  readonly lastModified: Date;
}

/** The first `count` objects below a key, in the store's order; the empty objects with which some tools mark folders are left out. */
async function* objectsBelow(client: Client, bucket: string, key: string, count: number): AsyncGenerator<Found> {
  const prefix = key === '' ? '' : `${key}/`;
  let left = count;
  for await (const item of client.listObjectsV2(bucket, prefix, true) as AsyncIterable<BucketItem>) {
    if (left <= 0) return;
    if (item.name === undefined || item.name.endsWith('/')) continue;
    left -= 1;
    yield { name: item.name, path: item.name.slice(prefix.length), size: item.size, lastModified: item.lastModified ?? new Date(0) };
  }
}
