import { randomUUID } from 'node:crypto';
import type { StreamEvent } from '@millrace/api-contract';
import type { Change, Database } from '@millrace/database';
import { Inject, Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import type { Settings } from '../../../options.js';
import { DATABASE, SETTINGS } from '../../../tokens.js';
import { EventSources } from './event-sources.js';
import { PendingChanges } from './pending-changes.js';
import { ReplayBuffer, type NumberedEvent } from './replay-buffer.js';

const COALESCE_MS = 100;
/** How long after the last client left events are still made: long enough for a browser to come back. */
const LINGER_MS = 30_000;

export type EventListener = (events: readonly NumberedEvent[]) => void;

/**
 * Turns committed changes into the events that pages show, at most every 100 ms, each made once for all clients. Ids count up and name
 * the server, so that a client that comes back, to this one or another, learns whether it missed something.
 */
@Injectable()
export class EventHub implements OnModuleInit, OnModuleDestroy {
  readonly #pending = new PendingChanges();
  readonly #listeners = new Set<EventListener>();
  readonly #buffer: ReplayBuffer;
  #unsubscribe: (() => void) | undefined;
  #timer: NodeJS.Timeout | undefined;
  #flushing: Promise<void> = Promise.resolve();
  #listenedUntil = 0;

  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(EventSources) private readonly sources: EventSources,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {
    this.#buffer = new ReplayBuffer({ startAt: settings.clock().getTime(), server: randomUUID().slice(0, 8) });
  }

  onModuleInit(): void {
    this.#unsubscribe = this.database.changes.subscribe((change) => this.#onChange(change));
  }

  async onModuleDestroy(): Promise<void> {
    this.#unsubscribe?.();
    clearTimeout(this.#timer);
    await this.#flushing;
  }

  /** Id of the last event. */
  get revision(): string {
    return this.#buffer.lastId;
  }

  /** Events after `lastId`; undefined when some of them are forgotten. */
  since(lastId: string): readonly NumberedEvent[] | undefined {
    return this.#buffer.since(lastId);
  }

  /** The listener gets every event from now on; the returned function ends that. */
  subscribe(listener: EventListener): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
      this.#listenedUntil = this.settings.clock().getTime();
    };
  }

  #onChange(change: Change): void {
    this.#pending.add(change);
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#flushing = this.#flushing.then(() => this.#flush());
    }, COALESCE_MS);
  }

  async #flush(): Promise<void> {
    const changes = this.#pending.take();
    const isHeard = this.#listeners.size > 0 || this.settings.clock().getTime() - this.#listenedUntil < LINGER_MS;
    if (!isHeard) {
      // Nobody needs the events, but who comes back must see that there were some.
      this.#buffer.skip();
      return;
    }
    let events: readonly StreamEvent[];
    if (changes.areIncomplete) return this.#startOver();
    try {
      events = await this.sources.read(changes);
    } catch (error) {
      this.settings.log('warn', 'changes could not be read for the event stream', { error: String(error) });
      return this.#startOver();
    }
    this.#tell(events);
  }

  /** All that clients have may be old, and what they do not have is not known. */
  #startOver(): void {
    this.#buffer.skip();
    this.#tell([{ type: 'reset', revision: this.revision }]);
  }

  #tell(events: readonly StreamEvent[]): void {
    const numbered = events.map((event) => this.#buffer.add(event));
    if (numbered.length > 0) for (const listener of this.#listeners) listener(numbered);
  }
}
