import type { StreamEvent } from '@millrace/api-contract';
import { millrace } from '@/api/millrace';
import { basePath } from '@/api/base-path';

export type LiveStatus = 'connecting' | 'live' | 'paused';

export interface StreamMessage {
  readonly id: string;
  readonly event: StreamEvent;
}

type Packet = { kind: 'message'; message: StreamMessage } | { kind: 'status'; status: LiveStatus } | { kind: 'ask' };

type Greeting = Extract<StreamEvent, { type: 'hello' }>;

const TYPES = ['hello', 'reset', 'run', 'run-deleted', 'tasks', 'changed'] as const;

/**
 * One event stream for all tabs of a browser: the tab that holds the lock is connected and tells the others. Where locks or channels
 * are missing (an address that is not a secure context) each tab has its own. A browser allows six connections to a host; without
 * this the seventh tab would hang.
 */
export class SharedStream {
  #status: LiveStatus = 'connecting';
  #lastId = '';
  #source: EventSource | undefined;
  #channel: BroadcastChannel | undefined;
  #leads = false;
  #greeting: Greeting | undefined;
  readonly #messageListeners = new Set<(message: StreamMessage) => void>();
  readonly #statusListeners = new Set<() => void>();

  start(): void {
    if (typeof BroadcastChannel === 'undefined' || navigator.locks === undefined) {
      this.#leads = true;
      this.#connect();
      return;
    }
    const name = `millrace-live:${basePath()}`;
    this.#channel = new BroadcastChannel(name);
    this.#channel.onmessage = (event: MessageEvent<Packet>) => this.#receive(event.data);
    this.#channel.postMessage({ kind: 'ask' } satisfies Packet);
    void navigator.locks.request(name, () => {
      this.#leads = true;
      this.#connect();
      // Held until the tab is closed: the lock then passes to another tab.
      return new Promise<never>(() => {});
    });
  }

  get status(): LiveStatus {
    return this.#status;
  }

  onMessage(listener: (message: StreamMessage) => void): () => void {
    this.#messageListeners.add(listener);
    return () => this.#messageListeners.delete(listener);
  }

  readonly onStatus = (listener: () => void): (() => void) => {
    this.#statusListeners.add(listener);
    return () => this.#statusListeners.delete(listener);
  };

  #connect(): void {
    this.#source?.close();
    const source = new EventSource(millrace.eventsAddress());
    this.#source = source;
    for (const type of TYPES) {
      source.addEventListener(type, (event: MessageEvent<string>) => {
        const message = { id: event.lastEventId, event: { type, ...JSON.parse(event.data) } as StreamEvent };
        this.#setStatus('live');
        this.#channel?.postMessage({ kind: 'message', message } satisfies Packet);
        this.#deliver(message);
      });
    }
    source.onerror = () => {
      this.#setStatus('paused');
      // The browser retries by itself except after an HTTP error, which closes the source for good.
      if (source.readyState === EventSource.CLOSED) setTimeout(() => this.#source === source && this.#connect(), 2000);
    };
  }

  #receive(packet: Packet): void {
    if (packet.kind === 'ask') {
      if (!this.#leads) return;
      this.#channel?.postMessage({ kind: 'status', status: this.#status } satisfies Packet);
      // Who is new learns where the stream stands, as from a connection of its own; the others stand there.
      const [id, greeting] = [this.#lastId, this.#greeting];
      if (greeting) this.#channel?.postMessage({ kind: 'message', message: { id, event: { ...greeting, revision: id } } } satisfies Packet);
    } else if (packet.kind === 'status') {
      this.#setStatus(packet.status, false);
    } else {
      this.#setStatus('live', false);
      this.#deliver(packet.message);
    }
  }

  #deliver(message: StreamMessage): void {
    const { event } = message;
    if (event.type === 'hello') {
      // A new connection, or a new leader: what happened in between was missed unless the server stands where we stood.
      if (this.#lastId !== '' && this.#lastId !== event.revision) this.#tell({ id: event.revision, event: { type: 'reset', revision: event.revision } });
      this.#lastId = event.revision;
      this.#greeting = event;
    } else if (message.id !== '') {
      this.#lastId = message.id;
    }
    this.#tell(message);
  }

  #tell(message: StreamMessage): void {
    for (const listener of this.#messageListeners) listener(message);
  }

  #setStatus(status: LiveStatus, share = this.#leads): void {
    if (status === this.#status) return;
    this.#status = status;
    if (share) this.#channel?.postMessage({ kind: 'status', status } satisfies Packet);
    for (const listener of this.#statusListeners) listener();
  }
}
