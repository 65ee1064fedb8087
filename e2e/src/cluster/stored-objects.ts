import { Client } from 'minio';

/** The object store of a cluster's runs, looked at beside Millrace. */
export class StoredObjects {
  readonly #client: Client;

  constructor(
    { endpoint, keys }: { readonly endpoint: string; readonly keys: { readonly accessKey: string; readonly secretKey: string } },
    private readonly bucket: string,
  ) {
    const { hostname, port, protocol } = new URL(endpoint.includes('://') ? endpoint : `http://${endpoint}`);
    const useSSL = protocol === 'https:';
    this.#client = new Client({ endPoint: hostname, port: Number(port || (useSSL ? 443 : 80)), useSSL, ...keys });
  }

  async put(key: string, text: string): Promise<void> {
    await this.#client.putObject(this.bucket, key, text);
  }

  /** What tasks call it. */
  address(key: string): string {
    return `minio://${this.bucket}/${key}`;
  }

  exists(uri: string): Promise<boolean> {
    return this.#client.statObject(this.bucket, keyOf(uri)).then(
      () => true,
      () => false,
    );
  }

  /** Addresses of all objects below one. */
  async below(uri: string): Promise<string[]> {
    const found: string[] = [];
    for await (const { name } of this.#client.listObjectsV2(this.bucket, `${keyOf(uri)}/`, true) as AsyncIterable<{ name?: string }>) if (name !== undefined) found.push(name);
    return found;
  }
}

const keyOf = (uri: string): string => uri.replace(/^\w+:\/\/[^/]+\//, '');
