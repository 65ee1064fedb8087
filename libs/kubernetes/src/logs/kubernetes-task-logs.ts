import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { isNodeCompleted } from '@millrace/argo';
import { PipelineError } from '@millrace/errors';
import type { ObjectStore } from '@millrace/object-store';
import type { LogLine, LogPage, LogReadOptions, ResourceStore, TaskLogRef, TaskLogs } from '@millrace/resources';
import { isTransient } from '../kube-error.js';
import type { KubeClient } from '../kube-client.js';
import { nodeIdOf, podsOfWorkflow, type PodMeta } from '../pods.js';
import { livePodLines, startOfLog, type PodRef } from './live-log.js';
import { StoredLogReader, type StoredLog } from './stored-log.js';

export interface KubernetesTaskLogsOptions {
  readonly client: KubeClient;
  readonly store: ResourceStore;
  readonly objects: ObjectStore;
}

const DEFAULT_LIMIT = 256 * 1024;
const MAX_LIMIT = 1024 * 1024;
/** How much of a running pod's log is looked through for one page. */
const MAX_LIVE_BYTES = 64 * 1024 * 1024;
const POLL_MS = 500;
const PLACES = 1_000;
const GATHER_MS = 30;
const MOST_GATHERED = 500;
const MAX_LOGS_OF_A_RUN = 20_000;

interface Pod {
  readonly metadata: PodMeta;
  readonly status?: { readonly containerStatuses?: readonly { readonly name: string; readonly state?: { readonly running?: object; readonly terminated?: object } }[] };
}

/** Where an attempt's log is just now. */
type Place = { readonly kind: 'stored'; readonly log: StoredLog } | { readonly kind: 'pod'; readonly pod: PodRef; readonly begun: boolean; readonly ended: boolean } | { readonly kind: 'nowhere'; readonly ended: boolean };

/**
 * Logs of pods: from the object store as soon as Argo has put them there, before that from the pod, without the lines of Argo's executor; so an
 * offset means the same in both.
 */
export class KubernetesTaskLogs implements TaskLogs {
  readonly #reader: StoredLogReader;
  /** By node id and try: a stored log stays where it is. */
  readonly #stored = new Map<string, StoredLog>();

  constructor(private readonly options: KubernetesTaskLogsOptions) {
    this.#reader = new StoredLogReader(options.objects);
  }

  async read(ref: TaskLogRef, { from = 0, limitBytes = DEFAULT_LIMIT }: LogReadOptions = {}): Promise<LogPage> {
    const limit = Math.min(limitBytes, MAX_LIMIT);
    const place = await this.#place(ref);
    if (place.kind === 'stored') return this.#reader.page(place.log, { from, limitBytes: limit });
    if (place.kind === 'nowhere' || !place.begun) return { lines: [], nextOffset: 0, sizeBytes: 0, complete: place.ended };
    return this.#livePage(place.pod, { from, limit });
  }

  async *follow(ref: TaskLogRef, { from = 0, signal }: { readonly from?: number; readonly signal: AbortSignal }): AsyncIterable<LogPage> {
    const position = startOfLog();
    let next = from;
    while (!signal.aborted) {
      const place = await this.#place(ref);
      if (place.kind === 'stored') {
        for (;;) {
          const page = await this.#reader.page(place.log, { from: next, limitBytes: DEFAULT_LIMIT });
          if (page.lines.length > 0) yield page;
          next = page.nextOffset;
          if (page.complete || page.lines.length === 0) return;
        }
      }
      if (place.kind === 'pod' && place.begun && !place.ended) {
        try {
          for await (const page of pagesOf(livePodLines(this.options.client, place.pod, position, { follow: true, signal }), next)) {
            next = page.nextOffset;
            yield page;
          }
        } catch (error) {
          if (signal.aborted) return;
          // The node or the API server is away for a moment; a pod that is gone, or not quite there, shows at the next look.
          if (error instanceof PipelineError && !isTransient(error) && error.code !== 'NOT_FOUND' && error.code !== 'INVALID_ARGUMENT') throw error;
        }
      } else if (place.ended) return;
      await sleep(POLL_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  async open(ref: TaskLogRef): Promise<{ readonly stream: NodeJS.ReadableStream; readonly sizeBytes?: number }> {
    const place = await this.#place(ref);
    if (place.kind === 'stored') return { stream: await this.#reader.open(place.log), sizeBytes: place.log.sizeBytes };
    if (place.kind === 'nowhere' || !place.begun) return { stream: Readable.from([]) };
    const lines = livePodLines(this.options.client, place.pod, startOfLog(), { follow: false });
    return { stream: Readable.from(textOf(lines)) };
  }

  async #livePage(pod: PodRef, { from, limit }: { readonly from: number | 'tail'; readonly limit: number }): Promise<LogPage> {
    const position = startOfLog();
    const lines: (LogLine & { readonly size: number })[] = [];
    let bytes = 0;
    for await (const line of livePodLines(this.options.client, pod, position, { follow: false })) {
      if (position.offset > MAX_LIVE_BYTES) break;
      if (from === 'tail') {
        lines.push(line);
        bytes += line.size;
        while (bytes > limit && lines.length > 1) bytes -= lines.shift()!.size;
      } else if (line.offset >= from && bytes < limit) {
        lines.push(line);
        bytes += line.size;
      }
    }
    const last = lines.at(-1);
    const start = from === 'tail' ? position.offset : Math.min(from, position.offset);
    return { lines: lines.map(withoutSize), nextOffset: last === undefined ? start : last.offset + last.size, sizeBytes: position.offset, complete: false };
  }

  /** Stored first: the pod may be gone, and is not asked for what lies ready. */
  async #place(ref: TaskLogRef): Promise<Place> {
    const known = this.#stored.get(keyOf(ref));
    if (known !== undefined) return { kind: 'stored', log: known };
    const pod = await this.#findPod(ref);
    const main = pod?.status?.containerStatuses?.find(({ name }) => name === 'main')?.state;
    if (pod !== undefined && main?.terminated === undefined) return { kind: 'pod', pod: { namespace: ref.namespace, name: pod.metadata.name }, begun: main?.running !== undefined, ended: false };
    const stored = await this.#findStored(ref, pod?.metadata.name);
    if (stored !== undefined) {
      this.#stored.set(keyOf(ref), stored);
      if (this.#stored.size > PLACES) this.#stored.delete(this.#stored.keys().next().value!);
      return { kind: 'stored', log: stored };
    }
    // It ended a moment ago and is about to be stored, or its node was lost: the pod has it as long as there is one.
    const ended = await this.#isOver(ref);
    return pod === undefined ? { kind: 'nowhere', ended } : { kind: 'pod', pod: { namespace: ref.namespace, name: pod.metadata.name }, begun: true, ended };
  }

  async #findPod({ namespace, workflow, nodeId }: TaskLogRef): Promise<Pod | undefined> {
    for await (const pod of podsOfWorkflow<Pod>(this.options.client, namespace, workflow)) if (nodeIdOf(pod) === nodeId) return pod;
    return undefined;
  }

  async #findStored(ref: TaskLogRef, podName: string | undefined): Promise<StoredLog | undefined> {
    const { storedUnder, workflow, nodeId } = ref;
    const { objects } = this.options;
    if (storedUnder === undefined) {
      const uri = ref.storedAt ?? (await this.#addressByNode(ref));
      const info = uri === undefined || !objects.accepts(uri) ? undefined : await objects.stat(uri);
      return uri === undefined || info === undefined ? undefined : { uri, sizeBytes: info.sizeBytes };
    }
    if (podName !== undefined) {
      const uri = `${storedUnder}/${podName}/main.log`;
      const info = await objects.stat(uri);
      return info && { uri, sizeBytes: info.sizeBytes };
    }
    const suffix = `${nodeId.slice(workflow.length)}/main.log`;
    const entry = (await objects.list(storedUnder, { limit: MAX_LOGS_OF_A_RUN })).find(({ path }) => path.endsWith(suffix) || path === `${nodeId}/main.log`);
    return entry && { uri: `${storedUnder}/${entry.path}`, sizeBytes: entry.sizeBytes };
  }

  /** Where a Workflow that was not laid out here has Argo put logs. */
  async #addressByNode({ namespace, workflow, nodeId }: TaskLogRef): Promise<string | undefined> {
    const status = (await this.options.store.get('Workflow', { namespace, name: workflow }))?.status;
    const { s3 } = status?.nodes?.[nodeId]?.outputs?.artifacts?.find(({ name }) => name === 'main-logs') ?? {};
    const bucket = s3?.bucket ?? status?.artifactRepositoryRef?.artifactRepository?.s3?.bucket;
    return s3?.key === undefined || bucket === undefined ? undefined : `s3://${bucket}/${s3.key}`;
  }

  async #isOver({ namespace, workflow, nodeId }: TaskLogRef): Promise<boolean> {
    const object = await this.options.store.get('Workflow', { namespace, name: workflow });
    if (object === undefined) return true;
    const node = object.status?.nodes?.[nodeId];
    if (node === undefined) throw new PipelineError('NOT_FOUND', `Workflow "${workflow}" has no attempt "${nodeId}".`);
    return isNodeCompleted(node.phase);
  }
}

function keyOf({ nodeId, generation = 0 }: TaskLogRef): string {
  return `${generation}/${nodeId}`;
}

function withoutSize({ size: _size, ...line }: LogLine & { readonly size: number }): LogLine {
  return line;
}

async function* textOf(lines: AsyncIterable<LogLine>): AsyncIterable<string> {
  for await (const { text } of lines) yield `${text}\n`;
}

/** What comes within a moment is one page. */
async function* pagesOf(lines: AsyncIterable<LogLine & { readonly size: number }>, from: number): AsyncIterable<LogPage> {
  const iterator = lines[Symbol.asyncIterator]();
  let gathered: LogLine[] = [];
  let nextOffset = from;
  const take = (): LogPage => {
    const page = { lines: gathered, nextOffset, sizeBytes: nextOffset, complete: false };
    gathered = [];
    return page;
  };
  let coming = iterator.next();
  try {
    for (;;) {
      const result = gathered.length === 0 ? await coming : await Promise.race([coming, sleep(GATHER_MS)]);
      if (result === undefined || gathered.length >= MOST_GATHERED) yield take();
      if (result === undefined) continue;
      if (result.done === true) break;
      if (result.value.offset >= from) {
        gathered.push(withoutSize(result.value));
        nextOffset = result.value.offset + result.value.size;
      }
      coming = iterator.next();
    }
    if (gathered.length > 0) yield take();
  } finally {
    // It ends with the connection; nobody waits for that here.
    coming.catch(() => undefined);
  }
}
