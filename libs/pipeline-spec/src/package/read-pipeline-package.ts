import { createReadStream } from 'node:fs';
import { collectBytes } from './collect-bytes.js';
import { decodeText } from './decode-text.js';
import { describeBytes, packageFault } from './package-fault.js';
import { readTarGz } from './read-tar-gz.js';
import { readZip } from './read-zip.js';

/** KFP's limit on an uploaded pipeline. */
export const DEFAULT_MAX_PACKAGE_BYTES = 32 * 1024 * 1024;

export type PipelinePackageSource = {
  /** Its ending says whether the file is the pipeline itself; otherwise the content says what archive it is. */
  readonly fileName: string;
  /** Cap on the file as uploaded and on the pipeline inside it. @default 32 MiB */
  readonly maxBytes?: number;
} & ({ readonly stream: AsyncIterable<Uint8Array | string>; readonly path?: undefined } | { readonly path: string; readonly stream?: undefined });

export interface PipelinePackage {
  /** The pipeline as text, for `parsePipeline`. */
  readonly text: string;
  /** The name of the file that holds the text: the one given, or the one inside the archive. */
  readonly fileName: string;
}

/**
 * Reads an uploaded pipeline: `.yaml`, `.yml` and `.json` as they are, anything else as a zip or a tar.gz archive, of which
 * `pipeline.yaml` or else the first file is taken. Throws INVALID_ARGUMENT with one sentence when a cap is passed (the stream is ended
 * there), the archive is broken or hostile, or the text is not UTF-8. Nothing is written anywhere; memory stays within a few times
 * `maxBytes`. Errors of the stream itself pass through.
 */
export async function readPipelinePackage(source: PipelinePackageSource): Promise<PipelinePackage> {
  const { fileName, maxBytes = DEFAULT_MAX_PACKAGE_BYTES } = source;
  const stream = source.stream ?? createReadStream(source.path);
  const bytes = await collectBytes(stream, maxBytes, () => packageFault(fileName, `it is larger than ${describeBytes(maxBytes)}, the most a pipeline may have.`));
  if (/\.(ya?ml|json)$/i.test(fileName)) return { fileName, text: decodeText(bytes, fileName) };
  if (isZip(bytes)) return unpack(await readZip(bytes, fileName, maxBytes), fileName);
  if (isGzip(bytes)) return unpack(await readTarGz(bytes, fileName, maxBytes), fileName);
  if (/\.py$/i.test(fileName)) throw packageFault(fileName, `it is a Python program. Compile it first: kfp dsl compile --py ${fileName} --output pipeline.yaml`);
  throw packageFault(fileName, `it is ${bytes.length === 0 ? 'empty' : 'of no known kind'}. Upload a .yaml, .yml, .json, .zip or .tar.gz file.`);
}

function unpack({ name, bytes }: { readonly name: string; readonly bytes: Buffer }, archiveName: string): PipelinePackage {
  return { fileName: name, text: decodeText(bytes, `${archiveName}/${name}`) };
}

function isZip(bytes: Buffer): boolean {
  return bytes[0] === 0x50 && bytes[1] === 0x4b;
}

function isGzip(bytes: Buffer): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}
