import { Readable } from 'node:stream';
import { PipelineError } from '@millrace/errors';
import type { LogPage, LogReadOptions, TaskLogRef, TaskLogs } from '@millrace/resources';

/** Logs of attempts as whole texts, complete from the start. */
export class FakeTaskLogs implements TaskLogs {
  readonly texts = new Map<string, string>();

  async read(ref: TaskLogRef, { from = 0 }: LogReadOptions = {}): Promise<LogPage> {
    const text = this.#textOf(ref);
    let offset = 0;
    const lines = text
      .split('\n')
      .filter((line) => line !== '')
      .map((line, index) => {
        const start = offset;
        offset += Buffer.byteLength(line) + 1;
        return { number: index + 1, offset: start, text: line };
      });
    return { lines: lines.filter((line) => from === 'tail' || line.offset >= from), nextOffset: offset, sizeBytes: offset, complete: true };
  }

  async *follow(ref: TaskLogRef, { from }: { readonly from?: number; readonly signal: AbortSignal }): AsyncIterable<LogPage> {
    yield await this.read(ref, { from });
  }

  async open(ref: TaskLogRef): Promise<{ readonly stream: NodeJS.ReadableStream; readonly sizeBytes: number }> {
    const text = this.#textOf(ref);
    return { stream: Readable.from([text]), sizeBytes: Buffer.byteLength(text) };
  }

  #textOf({ nodeId }: TaskLogRef): string {
    const text = this.texts.get(nodeId);
    if (text === undefined) throw new PipelineError('NOT_FOUND', `There is no log of ${nodeId}.`);
    return text;
  }
}
