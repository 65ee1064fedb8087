import type { StreamEvent } from '@millrace/api-contract';

/** An event with its id, as the text that every client is sent. */
export interface NumberedEvent {
  readonly id: number;
  readonly text: string;
}

const MAX_EVENTS = 1000;
const MAX_CHARACTERS = 8 * 1024 * 1024;

/** The frame of one server-sent event. */
export function toFrame(event: StreamEvent, id: number | string): string {
  return `id: ${id}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
}

/** The newest events, for clients that come back; how much it holds is bounded. */
export class ReplayBuffer {
  #events: NumberedEvent[] = [];
  #characters = 0;
  #lastId: number;

  constructor({ startAt }: { readonly startAt: number }) {
    this.#lastId = startAt;
  }

  get lastId(): number {
    return this.#lastId;
  }

  add(event: StreamEvent): NumberedEvent {
    this.#lastId += 1;
    const numbered = { id: this.#lastId, text: toFrame(event, this.#lastId) };
    this.#events.push(numbered);
    this.#characters += numbered.text.length;
    while (this.#events.length > MAX_EVENTS || (this.#characters > MAX_CHARACTERS && this.#events.length > 1)) {
      this.#characters -= this.#events.shift()?.text.length ?? 0;
    }
    return numbered;
  }

  /** Something happened that no event tells: who was there before has missed it. */
  skip(): void {
    this.#lastId += 1;
    this.#events = [];
    this.#characters = 0;
  }

  since(lastId: string): readonly NumberedEvent[] | undefined {
    if (!/^\d{1,16}$/.test(lastId)) return undefined;
    const id = Number(lastId);
    if (id === this.#lastId) return [];
    const first = this.#events[0];
    if (first === undefined || id < first.id - 1 || id > this.#lastId) return undefined;
    return this.#events.filter((event) => event.id > id);
  }
}
