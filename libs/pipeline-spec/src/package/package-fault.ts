import { PipelineError } from '@millrace/errors';

/** INVALID_ARGUMENT about an uploaded file. */
export function packageFault(fileName: string, fault: string, cause?: unknown): PipelineError {
  return new PipelineError('INVALID_ARGUMENT', `"${fileName}" cannot be used: ${fault}`, { cause });
}

/** An archive may also hold files that are not read; all of it together may unpack to this many times `maxBytes`. */
export const MAX_UNPACKED_FACTOR = 2;
export const MAX_ENTRIES = 1_000;
/** Pipelines compress to about a fiftieth; only a bomb shrinks more than this. Not applied to the first megabyte. */
export const MAX_RATIO = 250;
export const RATIO_FREE_BYTES = 1024 * 1024;

export function describeBytes(bytes: number): string {
  return bytes % (1024 * 1024) === 0 ? `${bytes / (1024 * 1024)} MiB` : `${bytes} bytes`;
}
