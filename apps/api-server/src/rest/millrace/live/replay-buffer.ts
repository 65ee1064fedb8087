import type { StreamEvent } from '@millrace/api-contract';

/** An event with its id, as the text that every client is sent. */
export interface NumberedEvent {
  readonly id: string;
  readonly text: string;
}

const MAX_EVENTS = 1000;
const MAX_CHARACTERS = 8 * 1024 * 1024;

/** The frame of one server-sent event. */
export function toFrame(event: StreamEvent, id: number | string): string {
  return `id: ${id}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
}

/** The newest events, for clients that come back; how much it holds is bounded. Ids are `<number>.<server>`: what one server told says nothing of another's. */
export class ReplayBuffer {
  #events: NumberedEvent[] = [];
  #characters = 0;
  #last: number;
  readonly #server: string;

  constructor({ startAt, server }: { readonly startAt: number; readonly server: string }) {
    this.#last = startAt;
    this.#server = server;
  }

  get lastId(): string {
    return `${this.#last}.${this.#server}`;
  }

  add(event: StreamEvent): NumberedEvent {
    this.#last += 1;
    const id = this.lastId;
    const numbered = { id, text: toFrame(event, id) };
    this.#events.push(numbered);
    this.#characters += numbered.text.length;
    while (this.#events.length > MAX_EVENTS || (this.#characters > MAX_CHARACTERS && this.#events.length > 1)) {
      this.#characters -= this.#events.shift()?.text.length ?? 0;
    }
    return numbered;
  }

  /** Something happened that no event tells: who was there before has missed it. */
  skip(): void {
    this.#last += 1;
    this.#events = [];
    this.#characters = 0;
  }

  since(lastId: string): readonly NumberedEvent[] | undefined {
    const [, number, server] = /^(\d{1,16})\.(\w+)$/.exec(lastId) ?? [];
    if (number === undefined || server !== this.#server) return undefined;
    const missed = this.#last - Number(number);
    return missed < 0 || missed > this.#events.length ? undefined : this.#events.slice(this.#events.length - missed);
  }
}
