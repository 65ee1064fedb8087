import { existsSync, rmdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { AttemptExit, AttemptListener, AttemptState } from '../executor.js';
import { attemptFolder, readExit, renameAttempt } from './attempt-folder.js';
import type { GpuLeases } from './gpu-leases.js';
import { readStdout } from './read-stdout.js';

/** An attempt that runs or is being prepared. */
export interface LiveAttempt {
  readonly id: string;
  readonly folder: string;
  state: 'preparing' | 'running';
  startedAt?: number;
  /** The listener knows that it runs. */
  announced: boolean;
  killed: boolean;
  /** Resolves with `end`. */
  readonly over: Promise<void>;
  readonly end: () => void;
}

/** The attempts that an executor has in hand, each with what `More` it notes of them, and the folders of all that ever were. */
export class LiveAttempts<More extends object> {
  private readonly attempts = new Map<string, LiveAttempt & Partial<More>>();
  private closed = false;

  constructor(
    private readonly folder: string,
    private readonly listener: AttemptListener,
    private readonly gpus: GpuLeases,
  ) {}

  /** From now on no attempt is current, and nothing is told of any. */
  close(): void {
    this.closed = true;
  }

  get closing(): boolean {
    return this.closed;
  }

  add(id: string): LiveAttempt & Partial<More> {
    let end!: () => void;
    const over = new Promise<void>((resolve) => (end = resolve));
    const attempt: LiveAttempt = { id, folder: attemptFolder(this.folder, id), state: 'preparing', announced: false, killed: false, over, end };
    this.attempts.set(id, attempt as LiveAttempt & Partial<More>);
    return attempt as LiveAttempt & Partial<More>;
  }

  get(id: string): (LiveAttempt & Partial<More>) | undefined {
    return this.attempts.get(id);
  }

  ids(): readonly string[] {
    return [...this.attempts.keys()];
  }

  all(): readonly (LiveAttempt & Partial<More>)[] {
    return [...this.attempts.values()];
  }

  /** Whether it is still this one that its id means. */
  isCurrent(attempt: LiveAttempt): boolean {
    return !this.closed && this.attempts.get(attempt.id) === attempt;
  }

  /** Whether the attempt has begun or ended before; then the listener soon hears again how it is. */
  repeat(id: string): boolean {
    const known = this.attempts.get(id);
    if (known) {
      if (known.state === 'running') setImmediate(() => this.announce(known));
      return true;
    }
    const recorded = readExit(attemptFolder(this.folder, id));
    if (recorded) setImmediate(() => this.listener.onExit(id, recorded));
    return recorded !== undefined;
  }

  /** Tells once that it runs. */
  announce(attempt: LiveAttempt): void {
    if (attempt.announced || attempt.startedAt === undefined || !this.isCurrent(attempt)) return;
    attempt.announced = true;
    this.listener.onRunning(attempt.id, attempt.startedAt);
  }

  /** It is over, and has no GPU any more. */
  release(attempt: LiveAttempt): void {
    this.attempts.delete(attempt.id);
    this.gpus.release(attempt.id);
    attempt.end();
  }

  clear(): void {
    this.attempts.clear();
  }

  /** How it is, or what is recorded of it. */
  lookup(id: string): { readonly state: AttemptState; readonly exit?: AttemptExit } | undefined {
    const attempt = this.attempts.get(id);
    if (attempt) return { state: attempt.state };
    const folder = attemptFolder(this.folder, id);
    if (!existsSync(folder)) return undefined;
    const exit = readExit(folder);
    return exit ? { state: 'exited', exit } : { state: 'preparing' };
  }

  /** Gives what an attempt that is over left another id. */
  setAside(id: string, as: string): void {
    if (!this.attempts.has(id)) renameAttempt(this.folder, id, as);
  }

  standardOutput(id: string, limitBytes: number): Promise<string> {
    return readStdout(attemptFolder(this.folder, id), limitBytes);
  }

  /** Removes what an attempt left, once it is over; `kill` makes it so. */
  async forget(id: string, kill: () => void): Promise<void> {
    const attempt = this.attempts.get(id);
    if (attempt) {
      kill();
      await attempt.over;
    }
    const folder = attemptFolder(this.folder, id);
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
    try {
      rmdirSync(dirname(folder));
    } catch {
      // Other attempts of the same workflow are still in it.
    }
  }
}
