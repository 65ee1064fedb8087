import type { Readable } from 'node:stream';
import type { ObjectStore } from '@millrace/object-store';
import type { LogPage } from '@millrace/resources';
import { rawLines, toLogLine } from './log-lines.js';

/** The log that Argo put into the object store when the attempt ended. */
export interface StoredLog {
  readonly uri: string;
  readonly sizeBytes: number;
}

const CHECKPOINTS = 2_000;

/** Pages of stored logs. Lines are numbered by counting once; who reads on, page by page, does not count again. */
export class StoredLogReader {
  /** `uri offset` → number of the line that begins there. */
  readonly #numbers = new Map<string, number>();

  constructor(private readonly objects: ObjectStore) {}

  async page({ uri, sizeBytes }: StoredLog, { from, limitBytes }: { readonly from: number | 'tail'; readonly limitBytes: number }): Promise<LogPage> {
    const start = from === 'tail' ? Math.max(0, sizeBytes - limitBytes) : Math.min(Math.max(0, from), sizeBytes);
    if (start === sizeBytes) return { lines: [], nextOffset: sizeBytes, sizeBytes, complete: true };
    // A line belongs to the page in which it begins; one byte before tells whether a line begins here.
    const end = Math.min(sizeBytes, start + limitBytes);
    const lines: LogPage['lines'][number][] = [];
    let offset = Math.max(0, start - 1);
    let number: number | undefined;
    let first = start > 0;
    for await (const { bytes, size } of rawLines(await this.objects.read(uri, { start: offset, end }))) {
      const isWhole = size > bytes.length || offset + size >= sizeBytes;
      // What stands before the start ends a line of another page.
      if (!first && (isWhole || lines.length === 0)) {
        number ??= await this.#numberAt(uri, offset);
        lines.push(toLogLine({ number, offset, bytes }));
        number += 1;
      } else if (!first) break;
      first = false;
      offset += size;
    }
    if (number !== undefined) this.#remember(uri, offset, number);
    return { lines, nextOffset: offset, sizeBytes, complete: offset >= sizeBytes };
  }

  open({ uri }: StoredLog): Promise<Readable> {
    return this.objects.read(uri);
  }

  async #numberAt(uri: string, offset: number): Promise<number> {
    if (offset === 0) return 1;
    const known = this.#numbers.get(`${uri} ${offset}`);
    if (known !== undefined) return known;
    let number = 1;
    for await (const chunk of (await this.objects.read(uri, { start: 0, end: offset })) as AsyncIterable<Buffer>) for (const byte of chunk) if (byte === 0x0a) number += 1;
    return number;
  }

  #remember(uri: string, offset: number, number: number): void {
    this.#numbers.set(`${uri} ${offset}`, number);
    if (this.#numbers.size > CHECKPOINTS) this.#numbers.delete(this.#numbers.keys().next().value!);
  }
}
