import type { AttemptExit, AttemptListener, AttemptSpec, AttemptState, Executor } from '../executor.js';

/** What a scripted attempt comes to. */
export interface FakeOutcome {
  /** @default 0 */
  readonly exitCode?: number;
  readonly reason?: AttemptExit['reason'];
  readonly message?: string;
  /** Files it leaves, by the path the task would see. */
  readonly files?: Readonly<Record<string, string>>;
  /** What it prints. */
  readonly stdout?: string;
  /** Stays running until `finish` or `kill`. @default false */
  readonly hold?: boolean;
}

interface FakeAttempt {
  readonly spec: AttemptSpec;
  state: AttemptState;
  exit?: AttemptExit;
  stdout?: string;
}

/** What survives the owner of an executor: give it to a second one to play a restart. */
export class FakeMachine {
  readonly attempts = new Map<string, FakeAttempt>();
  /** Ids in the order in which attempts began, each once per real beginning. */
  readonly begun: string[] = [];
}

export interface FakeExecutorOptions {
  /** @default every attempt succeeds */
  readonly outcome?: (spec: AttemptSpec) => FakeOutcome;
  readonly machine?: FakeMachine;
  readonly refusal?: Executor['refusal'];
  /** Writes a file that an attempt leaves; without it files are dropped. */
  readonly writeFile?: (spec: AttemptSpec, path: string, text: string) => void;
  readonly now?: () => number;
}

/** An Executor whose attempts do what a script says. Attempts without `hold` end by themselves in the next microtask turns. */
export class FakeExecutor implements Executor {
  readonly machine: FakeMachine;
  readonly killed: string[] = [];
  readonly forgotten: string[] = [];
  closed = false;
  #reported = new Set<string>();

  constructor(
    private readonly listener: AttemptListener,
    private readonly options: FakeExecutorOptions = {},
  ) {
    this.machine = options.machine ?? new FakeMachine();
  }

  refusal(spec: Pick<AttemptSpec, 'image' | 'command' | 'args'>): string | undefined {
    return this.options.refusal?.(spec);
  }

  start(spec: AttemptSpec): void {
    const known = this.machine.attempts.get(spec.id);
    if (known?.exit !== undefined) return this.#report(spec.id, known.exit);
    const outcome = this.options.outcome?.(spec) ?? {};
    if (known === undefined) {
      this.machine.attempts.set(spec.id, { spec, state: 'running' });
      this.machine.begun.push(spec.id);
    }
    queueMicrotask(() => {
      if (this.closed) return;
      this.listener.onRunning(spec.id, this.#now());
      if (outcome.hold !== true) this.finish(spec.id, outcome);
    });
  }

  /** Ends a held attempt. */
  finish(id: string, outcome: FakeOutcome = {}): void {
    const attempt = this.machine.attempts.get(id);
    if (attempt === undefined || attempt.exit !== undefined || this.closed) return;
    for (const [path, text] of Object.entries(outcome.files ?? {})) this.options.writeFile?.(attempt.spec, path, text);
    if (outcome.stdout !== undefined) attempt.stdout = outcome.stdout;
    const { exitCode = 0, reason = 'exited', message } = outcome;
    this.#exit(attempt, { reason, exitCode, finishedAt: this.#now(), ...(message === undefined ? {} : { message }) });
  }

  /** Ids of attempts that run now, in the order of their beginning. */
  running(): string[] {
    return [...this.machine.attempts.values()].filter(({ exit }) => exit === undefined).map(({ spec }) => spec.id);
  }

  kill(id: string): void {
    const attempt = this.machine.attempts.get(id);
    if (attempt === undefined || attempt.exit !== undefined) return;
    this.killed.push(id);
    this.#exit(attempt, { reason: 'killed', exitCode: 143, finishedAt: this.#now() });
  }

  lookup(id: string): { readonly state: AttemptState; readonly exit?: AttemptExit } | undefined {
    return this.machine.attempts.get(id);
  }

  async standardOutput(id: string): Promise<string> {
    return this.machine.attempts.get(id)?.stdout ?? '';
  }

  setAside(id: string, as: string): void {
    const attempt = this.machine.attempts.get(id);
    if (attempt === undefined) return;
    this.machine.attempts.delete(id);
    this.machine.attempts.set(as, attempt);
    this.#reported.delete(id);
  }

  async forget(id: string): Promise<void> {
    this.machine.attempts.delete(id);
    this.forgotten.push(id);
  }

  async close(): Promise<void> {
    this.closed = true;
    for (const [id, attempt] of this.machine.attempts) if (attempt.exit === undefined) this.machine.attempts.delete(id);
  }

  #exit(attempt: FakeAttempt, exit: AttemptExit): void {
    attempt.state = 'exited';
    attempt.exit = exit;
    this.#report(attempt.spec.id, exit);
  }

  #report(id: string, exit: AttemptExit): void {
    if (this.#reported.has(id) || this.closed) return;
    this.#reported.add(id);
    queueMicrotask(() => {
      if (!this.closed) this.listener.onExit(id, exit);
    });
  }

  #now(): number {
    return this.options.now?.() ?? Date.now();
  }
}
