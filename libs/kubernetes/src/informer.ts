import { setTimeout as sleep } from 'node:timers/promises';
import { PipelineError } from '@millrace/errors';
import type { ResourceKind, ResourceKinds, WatchEvent, WatchOptions } from '@millrace/resources';
import { Backoff } from './backoff.js';
import { EventMerger } from './event-merger.js';
import type { KubeClient } from './kube-client.js';
import { ExpiredError, toPipelineError } from './kube-error.js';
import { labelSelector, listPages } from './list-pages.js';
import { collectionPath } from './resource-kinds.js';
import type { StoredObject } from './stored-object.js';
import { watchLines } from './watch-stream.js';

export interface InformerOptions {
  readonly client: KubeClient;
  readonly kind: ResourceKind;
  readonly selector: WatchOptions;
  readonly onEvent: (event: WatchEvent<never>) => void;
  readonly onError: (error: unknown) => void;
  readonly onBroken?: () => void;
  readonly random?: () => number;
  readonly watchSeconds?: number;
}

export interface InformerHealth {
  readonly connected: boolean;
  readonly lostForMs: number;
}

/** The server ends each watch after about a minute, so one that died without a word is noticed soon. */
const WATCH_SECONDS = 50;
const SPREAD = 0.4;
const SILENCE_MARGIN_MS = 10_000;

/**
 * Tells of every object and of its changes until closed, through closed connections, expired versions and servers that are away: it goes
 * on from the last version where the server still has it, else it lists again and tells the difference.
 */
export class Informer {
  readonly #abort = new AbortController();
  readonly #merger: EventMerger;
  readonly #backoff: Backoff;
  #lostSince: number | undefined = performance.now();

  constructor(private readonly options: InformerOptions) {
    this.#merger = new EventMerger({ kind: options.kind, onEvent: options.onEvent as (event: WatchEvent<ResourceKinds[ResourceKind]>) => void, onError: options.onError });
    this.#backoff = new Backoff({ baseMs: 100, maxMs: 15_000, random: options.random });
  }

  start(): void {
    void this.#run();
  }

  close(): void {
    this.#abort.abort();
    this.#merger.close();
  }

  get health(): InformerHealth {
    return { connected: this.#lostSince === undefined, lostForMs: this.#lostSince === undefined ? 0 : performance.now() - this.#lostSince };
  }

  async #run(): Promise<void> {
    const { signal } = this.#abort;
    let version: string | undefined;
    while (!signal.aborted) {
      try {
        version ??= await this.#list();
        version = await this.#watch(version, (next) => (version = next));
      } catch (error) {
        if (signal.aborted) return;
        if (error instanceof ExpiredError) version = undefined;
        this.#lostSince ??= performance.now();
        this.options.onBroken?.();
        // A watch that ends now and then is everyday life; one that cannot begin is worth a line.
        if (this.#backoff.failures > 0 || !isLostConnection(error)) this.options.onError(error);
        await sleep(this.#backoff.next(), undefined, { signal }).catch(() => undefined);
      }
    }
  }

  /** Takes over what there is now; returns the version from which to watch. */
  async #list(): Promise<string> {
    const { client, kind, selector } = this.options;
    const seen = new Set<string>();
    let version = '';
    for await (const page of listPages(client, kind, selector, this.#abort.signal)) {
      for (const object of page.items) {
        seen.add(object.metadata.uid);
        this.#merger.changed(object);
      }
      version = page.resourceVersion;
    }
    this.#merger.keepOnly(seen);
    return version;
  }

  /** Follows changes until the server ends the watch; returns the version reached. */
  async #watch(from: string, reached: (version: string) => void): Promise<string> {
    const { client, kind, selector, random = Math.random, watchSeconds = WATCH_SECONDS } = this.options;
    const timeoutSeconds = Math.round(watchSeconds * (1 + random() * SPREAD));
    const silence = new AbortController();
    const timer = setTimeout(() => silence.abort(), timeoutSeconds * 1000 + SILENCE_MARGIN_MS);
    let version = from;
    try {
      const body = await client.stream({
        path: collectionPath(kind, selector.namespace),
        query: { watch: true, resourceVersion: from, allowWatchBookmarks: true, timeoutSeconds, labelSelector: labelSelector(selector) },
        signal: AbortSignal.any([this.#abort.signal, silence.signal]),
        timeoutMs: SILENCE_MARGIN_MS,
      });
      this.#lostSince = undefined;
      for await (const { type, object } of watchLines(body)) {
        if (type === 'ERROR') {
          const status = object as { readonly code?: number };
          throw toPipelineError({ status: status.code ?? 500, text: JSON.stringify(object), request: { path: collectionPath(kind, selector.namespace) } });
        }
        const stored = object as StoredObject;
        if (type === 'DELETED') this.#merger.deleted(stored);
        else if (type !== 'BOOKMARK') this.#merger.changed(stored);
        version = stored.metadata.resourceVersion;
        reached(version);
        this.#backoff.reset();
      }
      this.#backoff.reset();
      return version;
    } catch (error) {
      if (silence.signal.aborted) client.startAfresh();
      else if (error instanceof PipelineError) throw error;
      throw new PipelineError('UNAVAILABLE', `The watch of ${kind} objects broke off (${silence.signal.aborted ? 'silence' : (error as Error).message}).`, { cause: error });
    } finally {
      clearTimeout(timer);
    }
  }
}

function isLostConnection(error: unknown): boolean {
  return error instanceof ExpiredError || (error instanceof PipelineError && error.code === 'UNAVAILABLE');
}

