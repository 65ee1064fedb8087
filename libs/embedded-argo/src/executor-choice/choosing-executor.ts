import type { AttemptSpec, AttemptState, AttemptExit, Executor, Runnable } from '../executor.js';
import { chooseExecutor, isPythonFunction, type ExecutorMode } from './choose-executor.js';

/** An executor that knows which attempts it runs or prepares. */
export type LiveExecutor = Executor & { live(): readonly string[] };

/** Containers as far as there are any; an engine may come later than this server. */
export interface Containers {
  /** The executor, once there is an engine. */
  readonly executor: LiveExecutor | undefined;
  /** Why there is none, in words that follow "because". */
  readonly missing: string;
  /** Looks again in the background, when it has not just been done. */
  lookAgain(): void;
}

export interface ChoosingExecutorParts {
  readonly mode: ExecutorMode;
  readonly processes: LiveExecutor;
  readonly containers: Containers;
  readonly log: { warn(message: string): void };
}

/** Gives each attempt to the executor that it is for. Both keep their attempts in the same folder, so either can tell of its end. */
export class ChoosingExecutor implements LiveExecutor {
  private readonly noted = new Set<string>();

  constructor(private readonly parts: ChoosingExecutorParts) {}

  refusal(spec: Runnable): string | undefined {
    const { processes, containers, mode } = this.parts;
    switch (this.choose(spec)) {
      case 'process':
        return processes.refusal(spec);
      case 'container':
        return containers.executor!.refusal(spec);
      case 'neither': {
        containers.lookAgain();
        if (mode === 'container') return `The image "${spec.image}" cannot be run, because ${containers.missing}; start docker or podman.`;
        return `The image "${spec.image}" cannot be run, because ${containers.missing}; install docker or podman, or start Millrace with --executor process: ${this.asProcess(spec)}.`;
      }
    }
  }

  start(spec: AttemptSpec): void {
    const holder = this.holder(spec.id);
    if (holder !== undefined) {
      holder.start(spec);
      return;
    }
    const choice = this.choose(spec);
    if (choice === 'container') return this.parts.containers.executor!.start(spec);
    if (choice === 'process') this.note(spec);
    this.parts.processes.start(spec);
  }

  kill(id: string, options?: { readonly graceMs?: number }): void {
    this.holder(id)?.kill(id, options);
  }

  lookup(id: string): { readonly state: AttemptState; readonly exit?: AttemptExit } | undefined {
    const { processes, containers } = this.parts;
    const found = containers.executor?.lookup(id);
    return found?.state === 'running' || found?.exit !== undefined ? found : (processes.lookup(id) ?? found);
  }

  standardOutput(id: string, limitBytes: number): Promise<string> {
    // Both keep what is printed in the same place and form.
    return this.parts.processes.standardOutput(id, limitBytes);
  }

  setAside(id: string, as: string): void {
    // Both keep their attempts in the same place.
    this.parts.processes.setAside(id, as);
  }

  async forget(id: string): Promise<void> {
    // One after the other: both remove the attempt's folder.
    await this.parts.containers.executor?.forget(id);
    await this.parts.processes.forget(id);
  }

  async close(): Promise<void> {
    await Promise.all([this.parts.processes.close(), this.parts.containers.executor?.close()]);
  }

  live(): readonly string[] {
    return [...this.parts.processes.live(), ...(this.parts.containers.executor?.live() ?? [])];
  }

  private choose(spec: Runnable): ReturnType<typeof chooseExecutor> {
    return chooseExecutor(spec, { mode: this.parts.mode, hasEngine: this.parts.containers.executor !== undefined });
  }

  /** Whoever runs or prepares it. */
  private holder(id: string): LiveExecutor | undefined {
    const { processes, containers } = this.parts;
    return [processes, containers.executor].find((executor) => executor?.live().includes(id));
  }

  private asProcess(spec: Runnable): string {
    const refusal = this.parts.processes.refusal(spec);
    if (refusal !== undefined) return `that alone would not help here, as a process it is refused too (${refusal})`;
    return spec.command[0] === undefined ? 'it can run as a process' : `its program "${spec.command[0]}" exists on this machine`;
  }

  /** An image that somebody chose has more in it than Python, perhaps. */
  private note(spec: Runnable): void {
    const { containers, log, mode } = this.parts;
    if (mode !== 'auto' || this.noted.has(spec.image) || !isPythonFunction(spec)) return;
    if (chooseExecutor(spec, { mode, hasEngine: true }) === 'process') return;
    this.noted.add(spec.image);
    log.warn(`Python components of the image "${spec.image}" run as processes, with this machine's Python and the packages they ask for, because ${containers.missing}.`);
  }
}
