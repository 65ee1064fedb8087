import { totalmem } from 'node:os';
import { Worker } from 'node:worker_threads';
import { PipelineError } from '@millrace/errors';
import { parseAnyPipeline, parseAnyPipelineValue, SpecError, type AnyPipeline, type ParseOptions, type SpecIssue } from '@millrace/pipeline-spec';

export interface ParseRequest {
  readonly text: string;
  /** The text is JSON that came within a request: what is wrong with it has no place in a file. */
  readonly isValue?: boolean;
  readonly fileName?: string;
  readonly maxBytes: number;
}

export type ParseAnswer = { readonly json: string } | { readonly issues: readonly SpecIssue[] } | { readonly refused: string };

export interface AsideOptions {
  /** The bundled `parse-worker.ts`. @default none: everything is read where it is asked for */
  readonly worker?: string;
  /** What a pipeline may become once aliases are replaced. */
  readonly maxBytes: number;
  /** Longer texts are read aside. @default 1 MiB, which takes a tenth of a second */
  readonly fromLength?: number;
  /** @default 60 s */
  readonly longestMs?: number;
}

/** Reads pipelines as `parseAnyPipeline` and `parseAnyPipelineValue` do. */
export interface PipelineReader {
  fromText(text: string, options?: ParseOptions): Promise<AnyPipeline>;
  /** `json` is the text of `value`. */
  fromValue(value: unknown, json: string): Promise<AnyPipeline>;
}

/** Of what this process may have, in a container too; a thread that asks for more is to end alone, and not the server with it. */
const WORKER_MEMORY_MIB = Math.min(2_048, Math.floor(Math.min(totalmem(), process.constrainedMemory() || Infinity) / 2 / 1_048_576));

/** Large pipelines are read in a thread of their own, one at a time, so that the server goes on answering whatever is sent to it. */
export function createPipelineReader({ worker, maxBytes, fromLength = 1_048_576, longestMs = 60_000 }: AsideOptions): PipelineReader {
  let last: Promise<unknown> = Promise.resolve();
  const read = (request: Omit<ParseRequest, 'maxBytes'>, here: () => AnyPipeline): Promise<AnyPipeline> => {
    if (worker === undefined || request.text.length < fromLength) return Promise.resolve().then(here);
    const { fileName } = request;
    const result = last.then(() => parseInWorker(worker, { ...request, maxBytes }, longestMs)).then((answer) => {
      if ('issues' in answer) throw new SpecError(answer.issues, { fileName });
      if ('refused' in answer) throw new SpecError([{ path: '', message: answer.refused }], { fileName });
      const [spec, platform] = JSON.parse(answer.json) as unknown[];
      return parseAnyPipelineValue(spec, platform);
    });
    last = result.catch(() => undefined);
    return result;
  };
  return {
    fromText: (text, options = {}) => read({ text, ...options }, () => parseAnyPipeline(text, options)),
    fromValue: (value, json) => read({ text: json, isValue: true }, () => parseAnyPipelineValue(value)),
  };
}

function parseInWorker(worker: string, request: ParseRequest, longestMs: number): Promise<ParseAnswer> {
  return new Promise((resolve, reject) => {
    const thread = new Worker(worker, { workerData: request, resourceLimits: { maxOldGenerationSizeMb: WORKER_MEMORY_MIB } });
    const tooMuch = (what: string): void => {
      void thread.terminate();
      reject(new PipelineError('INVALID_ARGUMENT', `The pipeline cannot be read ${what}; make it smaller.`));
    };
    const timer = setTimeout(() => tooMuch(`in ${longestMs / 1000} s`), longestMs);
    thread.once('message', resolve);
    thread.once('error', (error: NodeJS.ErrnoException) => (error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? tooMuch(`in ${WORKER_MEMORY_MIB} MiB of memory`) : reject(error)));
    thread.once('exit', () => {
      clearTimeout(timer);
      reject(new Error('The thread that reads a pipeline ended without an answer.'));
    });
  });
}
