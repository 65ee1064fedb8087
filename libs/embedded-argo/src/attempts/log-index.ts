import type { FileHandle } from 'node:fs/promises';

/** Where a stretch of a log begins: its bytes come from one stream and were read at about one time. */
export interface IndexRecord {
  readonly offset: number;
  /** Number, from 1, of the line in which the byte at `offset` stands. */
  readonly line: number;
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly stream: 'stdout' | 'stderr';
}

export const INDEX_RECORD_BYTES = 32;
const RECORDS_AT_ONCE = 512;

export function encodeIndexRecord(record: IndexRecord): Buffer {
  const bytes = Buffer.alloc(INDEX_RECORD_BYTES);
  bytes.writeBigUInt64LE(BigInt(record.offset), 0);
  bytes.writeBigUInt64LE(BigInt(record.line), 8);
  bytes.writeBigUInt64LE(BigInt(record.time), 16);
  bytes.writeUInt8(record.stream === 'stderr' ? 2 : 1, 24);
  return bytes;
}

export function decodeIndexRecord(bytes: Buffer, at: number): IndexRecord {
  return {
    offset: Number(bytes.readBigUInt64LE(at)),
    line: Number(bytes.readBigUInt64LE(at + 8)),
    time: Number(bytes.readBigUInt64LE(at + 16)),
    stream: bytes.readUInt8(at + 24) === 2 ? 'stderr' : 'stdout',
  };
}

/** The index of a log, read piece by piece: memory does not grow with it. */
export class LogIndex {
  private window: { start: number; records: IndexRecord[] } = { start: 0, records: [] };

  private constructor(
    private readonly file: FileHandle | undefined,
    private readonly count: number,
  ) {}

  static async open(file: FileHandle | undefined): Promise<LogIndex> {
    return new LogIndex(file, file ? Math.floor((await file.stat()).size / INDEX_RECORD_BYTES) : 0);
  }

  /** The last record at or before a byte; undefined when there is none. Cheap for offsets that rise. */
  async at(offset: number): Promise<IndexRecord | undefined> {
    let low = 0;
    let high = this.count - 1;
    const { start, records } = this.window;
    const last = records.at(-1);
    if (last && records[0]!.offset <= offset) {
      if (offset < last.offset || start + records.length === this.count) {
        low = start;
        high = start + records.length - 1;
      } else low = start + records.length - 1;
    }
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((await this.record(middle)).offset <= offset) low = middle;
      else high = middle - 1;
    }
    if (this.count === 0) return undefined;
    const found = await this.record(low);
    return found.offset <= offset ? found : undefined;
  }

  private async record(number: number): Promise<IndexRecord> {
    const { start, records } = this.window;
    if (number >= start && number < start + records.length) return records[number - start]!;
    const first = Math.max(0, number - 8);
    const bytes = Buffer.alloc(Math.min(RECORDS_AT_ONCE, this.count - first) * INDEX_RECORD_BYTES);
    const { bytesRead } = await this.file!.read(bytes, 0, bytes.length, first * INDEX_RECORD_BYTES);
    const read: IndexRecord[] = [];
    for (let at = 0; at + INDEX_RECORD_BYTES <= bytesRead; at += INDEX_RECORD_BYTES) read.push(decodeIndexRecord(bytes, at));
    this.window = { start: first, records: read };
    const found = read[number - first];
    if (!found) throw new RangeError(`The index of a log became shorter while it was read (record ${number}).`);
    return found;
  }
}
