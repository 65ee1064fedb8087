import type { Readable } from 'node:stream';
import { HttpMethod, RequestContext, type KubeConfig } from '@kubernetes/client-node';
import { PipelineError } from '@millrace/errors';
import { request as send, type Dispatcher } from 'undici';
import { heedHttp2Streams } from './heed-http2-streams.js';
import { readBounded } from './read-bounded.js';
import { toPipelineError } from './kube-error.js';

export interface KubeRequest {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** As it follows the server's address, for example `/api/v1/namespaces`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly body?: unknown;
  /** @default application/json */
  readonly contentType?: string;
  /** The form of the answer. @default application/json */
  readonly accept?: string;
  readonly signal?: AbortSignal;
  /** Without an answer for so long it is UNAVAILABLE. @default 30000 */
  readonly timeoutMs?: number;
}

/** How long credentials are used before they are asked for again; a token file or a plugin may have new ones. */
const CREDENTIALS_MS = 20_000;
const ANSWER_TIMEOUT_MS = 30_000;
const AFRESH_MS = 5_000;
/** More than etcd can hold of one object, and room for a page of them. */
const MAX_ANSWER_BYTES = 256 * 1024 * 1024;

interface Credentials {
  readonly headers: Record<string, string>;
  readonly dispatcher: Dispatcher | undefined;
  readonly at: number;
}

/**
 * Requests to one API server. Nothing is retried. Every failure is a PipelineError: what the server refused by its reason, a server
 * that cannot be reached or does not answer in time as UNAVAILABLE.
 */
export class KubeClient {
  #credentials: Credentials | undefined;
  #connectedAt = 0;
  #closed = false;

  constructor(
    private readonly config: KubeConfig,
    private readonly options: { readonly userAgent?: string } = {},
  ) {
    heedHttp2Streams();
    if (this.config.getCurrentCluster() === null) {
      throw new PipelineError('FAILED_PRECONDITION', 'The kube config names no current cluster; set its current-context, or run inside a cluster.');
    }
  }

  /** Address of the API server. */
  get server(): string {
    return this.config.getCurrentCluster()!.server.replace(/\/+$/, '');
  }

  /** The parsed answer. */
  async json<Answer>(request: KubeRequest): Promise<Answer> {
    const { body } = await this.#send(request, request.timeoutMs ?? ANSWER_TIMEOUT_MS);
    try {
      return JSON.parse(await readBounded(body, MAX_ANSWER_BYTES)) as Answer;
    } catch (error) {
      throw this.#unreachable(error);
    }
  }

  /** The answer as it comes, for watches and logs; it ends when the server ends it or `signal` aborts. */
  async stream(request: KubeRequest): Promise<Readable> {
    // Silence is normal here: who reads knows how much of it is too much.
    return (await this.#send(request, 0)).body;
  }

  /** Uses the connections there are for nothing new: the one that was found dead is seldom alone. */
  startAfresh(): void {
    // Who finds the next dead one a moment later has found the same.
    if (this.#credentials !== undefined && performance.now() - this.#connectedAt > AFRESH_MS) this.#forget(this.#credentials.dispatcher);
  }

  /** Closes its connections. */
  async close(): Promise<void> {
    this.#closed = true;
    const { dispatcher } = this.#credentials ?? {};
    this.#credentials = undefined;
    await dispatcher?.destroy();
  }

  async #send(request: KubeRequest, bodyTimeout: number): Promise<Dispatcher.ResponseData> {
    if (this.#closed) throw new PipelineError('UNAVAILABLE', 'The connection to the Kubernetes API is closed.');
    const { headers, dispatcher } = await this.#authenticate();
    const url = new URL(this.server + request.path);
    for (const [key, value] of Object.entries(request.query ?? {})) if (value !== undefined) url.searchParams.set(key, String(value));
    let response: Dispatcher.ResponseData;
    try {
      response = await send(url, {
        method: request.method ?? 'GET',
        headers: {
          ...headers,
          accept: request.accept ?? 'application/json',
          'user-agent': this.options.userAgent ?? 'millrace',
          ...(request.body === undefined ? {} : { 'content-type': request.contentType ?? 'application/json' }),
        },
        body: request.body === undefined ? undefined : JSON.stringify(request.body),
        signal: request.signal,
        dispatcher,
        headersTimeout: request.timeoutMs ?? ANSWER_TIMEOUT_MS,
        bodyTimeout,
      });
    } catch (error) {
      if (request.signal?.aborted !== true) this.#forget(dispatcher);
      throw this.#unreachable(error);
    }
    if (response.statusCode < 300) return response;
    if (response.statusCode === 401) this.#forget(dispatcher);
    const text = await readBounded(response.body, 1024 * 1024).catch(() => '');
    throw toPipelineError({ status: response.statusCode, text, request, retryAfter: response.headers['retry-after'] });
  }

  /**
   * One connection pool for all requests: client-node makes a new one for each, which would be a TLS handshake and a socket each.
   */
  async #authenticate(): Promise<Credentials> {
    const held = this.#credentials;
    if (held !== undefined && performance.now() - held.at < CREDENTIALS_MS) return held;
    const context = new RequestContext(this.server, HttpMethod.GET);
    try {
      await this.config.applySecurityAuthentication(context);
    } catch (cause) {
      throw new PipelineError('UNAUTHENTICATED', `The credentials for the Kubernetes API at ${this.server} cannot be had: ${(cause as Error).message}`, { cause });
    }
    if (this.#credentials === undefined) this.#connectedAt = performance.now();
    const dispatcher = this.#credentials?.dispatcher ?? (context.getDispatcher() as Dispatcher | undefined);
    return (this.#credentials = { headers: context.getHeaders(), dispatcher, at: performance.now() });
  }

  /** The next request starts with new connections, credentials and certificates. What runs on the old ones ends by itself. */
  #forget(dispatcher: Dispatcher | undefined): void {
    if (this.#credentials?.dispatcher !== dispatcher) return;
    this.#credentials = undefined;
    void dispatcher?.close().catch(() => undefined);
  }

  #unreachable(cause: unknown): PipelineError {
    if (cause instanceof PipelineError) return cause;
    const { code, message } = cause as NodeJS.ErrnoException;
    return new PipelineError('UNAVAILABLE', `The Kubernetes API at ${this.server} does not answer (${code ?? message}).`, { cause });
  }
}
