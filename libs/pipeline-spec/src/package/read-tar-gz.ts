import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { PipelineError } from '@millrace/errors';
import { extract, type Extract, type Header } from 'tar-stream';
import { entryNameFault, isBetterEntry, isByproduct } from './archive-entry.js';
import { collectBytes } from './collect-bytes.js';
import { MAX_ENTRIES, MAX_RATIO, MAX_UNPACKED_FACTOR, RATIO_FREE_BYTES, describeBytes, packageFault } from './package-fault.js';
import type { ArchivedFile } from './read-zip.js';

/** The pipeline in a tar archive compressed with gzip. The archive streams through to its end, so that a bad entry behind the pipeline is seen too. */
export async function readTarGz(archive: Buffer, fileName: string, maxBytes: number): Promise<ArchivedFile> {
  const entries = extract();
  const [unpacking, reading] = await Promise.allSettled([
    pipeline(Readable.from([archive]), createGunzip(), (source: AsyncIterable<Buffer>) => limitUnpacked(source, archive.length, fileName, maxBytes), entries),
    readEntries(entries, fileName, maxBytes),
  ]);
  if (unpacking.status === 'fulfilled' && reading.status === 'fulfilled') {
    if (reading.value === undefined) throw packageFault(fileName, 'the archive has no file in it.');
    return reading.value;
  }
  const faults = [unpacking, reading].flatMap((result): unknown[] => (result.status === 'rejected' ? [result.reason] : []));
  const own = faults.find((fault) => fault instanceof PipelineError);
  if (own !== undefined) throw own;
  const [cause] = faults;
  throw packageFault(fileName, `it is not a whole tar archive compressed with gzip: ${cause instanceof Error ? cause.message : String(cause)}.`, cause);
}

async function* limitUnpacked(source: AsyncIterable<Buffer>, packed: number, fileName: string, maxBytes: number): AsyncGenerator<Buffer> {
  let unpacked = 0;
  for await (const chunk of source) {
    unpacked += chunk.length;
    if (unpacked > maxBytes * MAX_UNPACKED_FACTOR) throw packageFault(fileName, `it unpacks to more than ${describeBytes(maxBytes * MAX_UNPACKED_FACTOR)}.`);
    if (unpacked > RATIO_FREE_BYTES && unpacked > packed * MAX_RATIO) throw packageFault(fileName, `it unpacks to more than ${MAX_RATIO} times its size.`);
    yield chunk;
  }
}

async function readEntries(entries: Extract, fileName: string, maxBytes: number): Promise<ArchivedFile | undefined> {
  let chosen: ArchivedFile | undefined;
  let count = 0;
  for await (const entry of entries) {
    const { header } = entry;
    const { name } = header;
    count += 1;
    if (count > MAX_ENTRIES) throw packageFault(fileName, `it has more than ${MAX_ENTRIES} entries.`);
    const fault = entryNameFault(name) ?? entryFault(header, maxBytes);
    if (fault !== undefined) throw packageFault(fileName, fault);
    if (header.type === 'file' && !isByproduct(name) && isBetterEntry(name, chosen?.name)) {
      chosen = { name, bytes: await collectBytes(entry as AsyncIterable<Uint8Array>, maxBytes, () => packageFault(fileName, sizeFault(name, maxBytes))) };
    } else entry.resume();
  }
  return chosen;
}

function entryFault({ name, type, size }: Header, maxBytes: number): string | undefined {
  if (type !== 'file' && type !== 'directory') return `its entry "${name}" is a link or a device.`;
  return (size ?? 0) > maxBytes ? sizeFault(name, maxBytes) : undefined;
}

function sizeFault(name: string, maxBytes: number): string {
  return `its entry "${name}" is larger than ${describeBytes(maxBytes)}.`;
}
