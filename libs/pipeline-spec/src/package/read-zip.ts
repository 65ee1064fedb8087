import { crc32 } from 'node:zlib';
import { PipelineError } from '@millrace/errors';
import { fromBufferPromise, getFileNameLowLevel, type Entry } from 'yauzl';
import { entryNameFault, isBetterEntry, isByproduct } from './archive-entry.js';
import { collectBytes } from './collect-bytes.js';
import { MAX_ENTRIES, MAX_RATIO, MAX_UNPACKED_FACTOR, RATIO_FREE_BYTES, describeBytes, packageFault } from './package-fault.js';

/** A file found in an archive. */
export interface ArchivedFile {
  readonly name: string;
  readonly bytes: Buffer;
}

const FILE_TYPE_MASK = 0o170000;
const REGULAR_FILE = 0o100000;
const FOLDER = 0o040000;

/** The pipeline in a zip archive. All entries are checked before anything is unpacked, and only one is. */
export async function readZip(archive: Buffer, fileName: string, maxBytes: number): Promise<ArchivedFile> {
  try {
    const zip = await fromBufferPromise(archive, { lazyEntries: true, validateEntrySizes: true, decodeStrings: false, autoClose: false });
    if (zip.entryCount > MAX_ENTRIES) throw packageFault(fileName, `it has ${zip.entryCount} entries; at most ${MAX_ENTRIES} are allowed.`);
    let chosen: { readonly name: string; readonly entry: Entry } | undefined;
    let unpacked = 0;
    for await (const entry of zip.eachEntry()) {
      const name = getFileNameLowLevel(entry.generalPurposeBitFlag, entry.fileNameRaw, entry.extraFields, true);
      const fault = entryNameFault(name) ?? entryFault(entry, name, maxBytes);
      if (fault !== undefined) throw packageFault(fileName, fault);
      unpacked += entry.uncompressedSize;
      if (unpacked > maxBytes * MAX_UNPACKED_FACTOR) throw packageFault(fileName, `it unpacks to more than ${describeBytes(maxBytes * MAX_UNPACKED_FACTOR)}.`);
      if (!name.endsWith('/') && !isByproduct(name) && isBetterEntry(name, chosen?.name)) chosen = { name, entry };
    }
    if (chosen === undefined) throw packageFault(fileName, 'the archive has no file in it.');
    const { name, entry } = chosen;
    const bytes = await collectBytes(await zip.openReadStreamPromise(entry), maxBytes, () => tooLarge(fileName, name, maxBytes));
    if (crc32(bytes) !== entry.crc32) throw packageFault(fileName, `the archive is damaged: the checksum of "${name}" is wrong.`);
    return { name, bytes };
  } catch (error) {
    if (error instanceof PipelineError) throw error;
    throw packageFault(fileName, `it is not a whole zip archive: ${error instanceof Error ? error.message : String(error)}.`, error);
  }
}

function entryFault(entry: Entry, name: string, maxBytes: number): string | undefined {
  const fileType = (entry.externalFileAttributes >>> 16) & FILE_TYPE_MASK;
  if (fileType !== 0 && fileType !== REGULAR_FILE && fileType !== FOLDER) return `its entry "${name}" is a link or a device.`;
  if (entry.isEncrypted()) return `its entry "${name}" is encrypted.`;
  if (entry.uncompressedSize > maxBytes) return `its entry "${name}" is larger than ${describeBytes(maxBytes)}.`;
  if (entry.uncompressedSize > RATIO_FREE_BYTES && entry.uncompressedSize > entry.compressedSize * MAX_RATIO) {
    return `its entry "${name}" unpacks to more than ${MAX_RATIO} times its size.`;
  }
  return undefined;
}

function tooLarge(fileName: string, name: string, maxBytes: number): Error {
  return packageFault(fileName, `its entry "${name}" is larger than ${describeBytes(maxBytes)}.`);
}
