import type { LogLine } from '@millrace/resources';

const LONGEST_LINE_BYTES = 16 * 1024;
const NEWLINE = 0x0a;

/** A line with what is needed to number the next one. */
export interface RawLine {
  /** Without its end. */
  readonly bytes: Buffer;
  /** With its end, if it has one. */
  readonly size: number;
}

/** Lines as they come; the last one also without an end. A line of which more than 1 MiB has come is given in pieces. */
export async function* rawLines(stream: AsyncIterable<Buffer>): AsyncIterable<RawLine> {
  const longest = 1024 * 1024;
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of stream) {
    let data: Buffer = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    for (let end = data.indexOf(NEWLINE); end !== -1; end = data.indexOf(NEWLINE)) {
      yield { bytes: data.subarray(0, end), size: end + 1 };
      data = data.subarray(end + 1);
    }
    if (data.length > longest) {
      yield { bytes: data, size: data.length };
      data = Buffer.alloc(0);
    }
    rest = data;
  }
  if (rest.length > 0) yield { bytes: rest, size: rest.length };
}

/** The line as it is shown. */
export function toLogLine({ number, offset, bytes, time }: { readonly number: number; readonly offset: number; readonly bytes: Buffer; readonly time?: number }): LogLine {
  const line = bytes.at(-1) === 0x0d ? bytes.subarray(0, -1) : bytes;
  let end = Math.min(line.length, LONGEST_LINE_BYTES);
  // Not in the middle of a character.
  if (end < line.length) while (end > LONGEST_LINE_BYTES - 4 && (line[end]! & 0xc0) === 0x80) end -= 1;
  return { number, offset, ...(time !== undefined && { time }), text: line.subarray(0, end).toString('utf8') };
}
