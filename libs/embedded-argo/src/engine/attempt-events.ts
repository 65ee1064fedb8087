import type { AttemptExit, AttemptListener } from '../executor.js';
import type { CollectedOutputs } from '../pod/collect-outputs.js';
import type { EngineOptions } from './engine-options.js';

type AttemptEvent =
  | { readonly kind: 'running'; readonly id: string; readonly at: number }
  | { readonly kind: 'progress'; readonly id: string; readonly message: string }
  | { readonly kind: 'exit'; readonly id: string; readonly exit: AttemptExit }
  | { readonly kind: 'collected'; readonly id: string; readonly exit: AttemptExit; readonly collected: CollectedOutputs };

/** What is told of attempts, until a tick takes it. */
export class AttemptEvents implements AttemptListener {
  readonly #events: AttemptEvent[] = [];
  #cancelNews: (() => void) | undefined;

  constructor(
    private readonly options: Pick<EngineOptions, 'clock' | 'runningNewsMs'>,
    private readonly schedule: () => void,
  ) {}

  onRunning(id: string, at: number): void {
    const { clock, runningNewsMs } = this.options;
    this.#events.push({ kind: 'running', id, at });
    if (runningNewsMs === 0) return this.schedule();
    // Nothing follows from it, and most of what is short is over before that: then it costs no transaction of its own.
    this.#cancelNews ??= clock.at(clock.now() + runningNewsMs, () => {
      this.#cancelNews = undefined;
      this.schedule();
    });
  }

  onProgress(id: string, message: string): void {
    this.#events.push({ kind: 'progress', id, message });
    this.schedule();
  }

  onExit(id: string, exit: AttemptExit): void {
    this.#events.push({ kind: 'exit', id, exit });
    this.schedule();
  }

  /** What an attempt left has been taken over. It schedules nothing: the caller does, or is in a tick. */
  onCollected(id: string, exit: AttemptExit, collected: CollectedOutputs): void {
    this.#events.push({ kind: 'collected', id, exit, collected });
  }

  get any(): boolean {
    return this.#events.length > 0;
  }

  take(): AttemptEvent[] {
    return this.#events.splice(0);
  }

  close(): void {
    this.#cancelNews?.();
  }
}
