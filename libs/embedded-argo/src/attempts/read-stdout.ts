import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeIndexRecord, INDEX_RECORD_BYTES, type IndexRecord } from './log-index.js';

/** What an attempt wrote to its standard output, without what it wrote to the other one; at most its last `limitBytes`. */
export async function readStdout(folder: string, limitBytes: number): Promise<string> {
  let log;
  try {
    log = await open(join(folder, 'log'), 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
  try {
    let end = (await log.stat()).size;
    let room = limitBytes;
    const parts: Buffer[] = [];
    for (const { offset, stream } of (await readIndex(folder)).toReversed()) {
      if (room <= 0) break;
      if (stream === 'stdout' && end > offset) {
        const bytes = Buffer.alloc(Math.min(room, end - offset));
        await log.read(bytes, 0, bytes.length, end - bytes.length);
        parts.push(bytes);
        room -= bytes.length;
      }
      end = Math.min(end, offset);
    }
    return Buffer.concat(parts.toReversed()).toString('utf8');
  } finally {
    await log.close();
  }
}

async function readIndex(folder: string): Promise<IndexRecord[]> {
  const bytes = await readFile(join(folder, 'log.index'));
  return Array.from({ length: Math.floor(bytes.length / INDEX_RECORD_BYTES) }, (_, index) => decodeIndexRecord(bytes, index * INDEX_RECORD_BYTES));
}
