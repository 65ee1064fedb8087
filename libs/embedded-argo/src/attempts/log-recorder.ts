import { closeSync, ftruncateSync, openSync, readFileSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { encodeIndexRecord, INDEX_RECORD_BYTES, decodeIndexRecord, type IndexRecord } from './log-index.js';

export type Stream = IndexRecord['stream'];

// A record every so often is enough: the reader counts the lines between two of them.
const RECORD_EVERY_MS = 10;
const RECORD_EVERY_BYTES = 65_536;
const TAIL_BYTES = 4_096;
const NEWLINE = 0x0a;

/** The output of one attempt on disk, written from here; what an earlier server wrote is kept. One writer at a time. */
export class LogRecorder {
  private readonly log: number;
  private readonly index: number;
  private readonly written = { stdout: 0, stderr: 0 };
  private offset = 0;
  private line = 1;
  private indexBytes = 0;
  private last: Pick<IndexRecord, 'offset' | 'time' | 'stream'> | undefined;
  private errorTail = Buffer.alloc(0);

  /** `countFrom`: bytes before this offset do not count as written; they are of other containers. */
  constructor(folder: string, { countFrom = 0 }: { readonly countFrom?: number } = {}) {
    this.log = openSync(join(folder, 'log'), 'a+', 0o600);
    this.index = openSync(join(folder, 'log.index'), 'a+', 0o600);
    this.takeUp(folder, countFrom);
  }

  /** How many bytes of a stream are there already. */
  bytesOf(stream: Stream): number {
    return this.written[stream];
  }

  /** Where the next byte goes. */
  get size(): number {
    return this.offset;
  }

  /** Never throws: a full disk costs output, not the attempt. */
  append(stream: Stream, data: Buffer): void {
    const time = Date.now();
    this.written[stream] += data.length;
    if (stream === 'stderr') this.errorTail = Buffer.concat([this.errorTail, data]).subarray(-TAIL_BYTES);
    try {
      const { last } = this;
      if (last === undefined || stream !== last.stream || Math.abs(time - last.time) >= RECORD_EVERY_MS || this.offset - last.offset >= RECORD_EVERY_BYTES) {
        writeSync(this.index, encodeIndexRecord({ offset: this.offset, line: this.line, time, stream }));
        this.indexBytes += INDEX_RECORD_BYTES;
        this.last = { offset: this.offset, time, stream };
      }
      for (let rest = data; rest.length > 0; ) {
        const count = writeSync(this.log, rest);
        this.offset += count;
        this.line += newlines(rest.subarray(0, count));
        rest = rest.subarray(count);
      }
    } catch {
      // Short records would shift all that follow.
      tryTo(() => ftruncateSync(this.index, this.indexBytes));
    }
  }

  /** The last line that says something on standard error; empty when none does. */
  lastErrorLine(): string {
    const lines = this.errorTail.toString('utf8').split(/\r?\n/).map((line) => line.trim());
    return lines.findLast((line) => line !== '')?.slice(0, 500) ?? '';
  }

  close(): void {
    closeSync(this.log);
    closeSync(this.index);
  }

  private takeUp(folder: string, countFrom: number): void {
    this.offset = statSync(join(folder, 'log')).size;
    if (this.offset === 0) return;
    const log = readFileSync(join(folder, 'log'));
    const index = readFileSync(join(folder, 'log.index'));
    this.indexBytes = index.length - (index.length % INDEX_RECORD_BYTES);
    if (this.indexBytes !== index.length) ftruncateSync(this.index, this.indexBytes);
    const records: IndexRecord[] = [];
    for (let at = 0; at < this.indexBytes; at += INDEX_RECORD_BYTES) records.push(decodeIndexRecord(index, at));
    for (const [number, { offset, stream }] of records.entries()) {
      const end = records[number + 1]?.offset ?? this.offset;
      // A record may begin before that: close ones are written as one.
      const from = Math.max(offset, countFrom);
      if (from >= end) continue;
      this.written[stream] += end - from;
      if (stream === 'stderr') this.errorTail = Buffer.concat([this.errorTail, log.subarray(Math.max(from, end - TAIL_BYTES), end)]).subarray(-TAIL_BYTES);
    }
    this.line = newlines(log) + 1;
  }
}

function newlines(bytes: Buffer): number {
  let count = 0;
  for (let found = bytes.indexOf(NEWLINE); found >= 0; found = bytes.indexOf(NEWLINE, found + 1)) count += 1;
  return count;
}

function tryTo(work: () => void): void {
  try {
    work();
  } catch {
    // As above.
  }
}
