import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import type { LogLine, LogPage } from '@millrace/resources';
import { LogIndex } from './log-index.js';

/** A line is shown up to here; the rest of it stays in the file. */
const LONGEST_LINE_BYTES = 16 * 1024;
const COUNT_BYTES = 64 * 1024;
const NEWLINE = 0x0a;

/** One page of the log in an attempt's folder. `isOver` says that nothing will be written any more; asked before the file is. */
export async function readLogPage(folder: string, from: number | 'tail', limitBytes: number, isOver: () => boolean): Promise<LogPage> {
  const over = isOver();
  const log = await openIfThere(join(folder, 'log'));
  const indexFile = await openIfThere(join(folder, 'log.index'));
  try {
    const sizeBytes = log ? (await log.stat()).size : 0;
    if (!log || sizeBytes === 0) return { lines: [], nextOffset: 0, sizeBytes, complete: over };
    const index = await LogIndex.open(indexFile);
    const start = from === 'tail' ? Math.max(0, sizeBytes - limitBytes) : Math.min(Math.max(0, from), sizeBytes);
    const bytes = Buffer.alloc(Math.min(limitBytes, sizeBytes - start));
    const { bytesRead } = await log.read(bytes, 0, bytes.length, start);
    const page = bytes.subarray(0, bytesRead);
    const atEnd = start + bytesRead === sizeBytes;

    let at = (await isLineStart(log, start)) ? 0 : skipLine(page);
    let number = at < page.length ? await lineNumberAt(log, index, start + at) : 0;
    const lines: LogLine[] = [];
    while (at < page.length) {
      const newline = page.indexOf(NEWLINE, at);
      const isWhole = newline >= 0;
      const end = isWhole ? newline : page.length;
      // A line that is still being written waits, unless it fills a page by itself; what follows of it is skipped then.
      if (!isWhole && !(atEnd && over) && !(at === 0 && page.length >= limitBytes)) break;
      const record = await index.at(start + at);
      const offset = start + at;
      lines.push({ number, offset, ...(record && { time: record.time, stream: record.stream }), text: decodeLine(page.subarray(at, end)) });
      number += 1;
      at = isWhole ? newline + 1 : end;
    }
    const nextOffset = start + at;
    return { lines, nextOffset, sizeBytes, complete: over && nextOffset >= sizeBytes };
  } finally {
    await Promise.all([log?.close(), indexFile?.close()]);
  }
}

function decodeLine(bytes: Buffer): string {
  const line = bytes.at(-1) === 0x0d ? bytes.subarray(0, -1) : bytes;
  if (line.length <= LONGEST_LINE_BYTES) return line.toString('utf8');
  let end = LONGEST_LINE_BYTES;
  // Not in the middle of a character.
  while (end > LONGEST_LINE_BYTES - 4 && (line[end]! & 0xc0) === 0x80) end -= 1;
  return line.subarray(0, end).toString('utf8');
}

function skipLine(page: Buffer): number {
  const newline = page.indexOf(NEWLINE);
  return newline < 0 ? page.length : newline + 1;
}

async function isLineStart(log: FileHandle, offset: number): Promise<boolean> {
  if (offset === 0) return true;
  const before = Buffer.alloc(1);
  await log.read(before, 0, 1, offset - 1);
  return before[0] === NEWLINE;
}

async function lineNumberAt(log: FileHandle, index: LogIndex, offset: number): Promise<number> {
  const record = await index.at(offset);
  let number = record?.line ?? 1;
  const bytes = Buffer.alloc(COUNT_BYTES);
  for (let at = record?.offset ?? 0; at < offset; ) {
    const { bytesRead } = await log.read(bytes, 0, Math.min(COUNT_BYTES, offset - at), at);
    if (bytesRead === 0) break;
    for (let found = bytes.indexOf(NEWLINE); found >= 0 && found < bytesRead; found = bytes.indexOf(NEWLINE, found + 1)) number += 1;
    at += bytesRead;
  }
  return number;
}

async function openIfThere(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
