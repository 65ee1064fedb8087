import type { FastifyInstance } from 'fastify';
import { openStreams } from '../rest/event-stream.js';

/** Knows the requests that are not answered yet, so that an end can wait for them. */
export class RequestsInProgress {
  readonly #answers = new Set<object>();

  watch(fastify: FastifyInstance): void {
    fastify.addHook('onRequest', async (_request, { raw }) => {
      this.#answers.add(raw);
      raw.once('close', () => this.#answers.delete(raw));
    });
  }

  /** Resolves when all are answered but streams of events, which never are, or after so long. */
  async settled(atMostMs: number): Promise<void> {
    const deadline = performance.now() + atMostMs;
    while (performance.now() < deadline && [...this.#answers].some((raw) => !openStreams.has(raw))) await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
