import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Millrace } from '../harness/millrace.js';

export type Victim = 'server' | 'supervisor' | 'worker';

/** Numbers below 1, the same ones for the same seed. */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A server that is killed and started again on the same folder. */
export class Wrecker {
  /** Milliseconds from the start of a process to its being ready, for every start after a kill. */
  readonly restarts: number[] = [];
  readonly kills: Record<Victim, number> = { server: 0, supervisor: 0, worker: 0 };
  /** What all servers printed. */
  printed = '';
  #server: Millrace | undefined;

  constructor(
    readonly dataFolder: string,
    private readonly options: { readonly parallel?: number } = {},
  ) {}

  get server(): Millrace {
    if (this.#server === undefined) throw new Error('the server was not started');
    return this.#server;
  }

  async start(env: Record<string, string> = {}): Promise<Millrace> {
    const started = performance.now();
    const again = this.#server !== undefined;
    this.#server = await Millrace.start({ dataFolder: this.dataFolder, sample: false, env, args: this.options.parallel === undefined ? [] : ['--parallel', String(this.options.parallel)] });
    if (again) this.restarts.push(performance.now() - started);
    return this.#server;
  }

  /** Starts a server that is to die by itself; false when it did so before it was ready. */
  async startToDie(failpoint: string): Promise<boolean> {
    try {
      await this.start({ MILLRACE_FAILPOINT: failpoint });
      return true;
    } catch (error) {
      if (error instanceof Error && error.message.includes('ended with null before it was ready')) return false;
      throw error;
    }
  }

  get isAlive(): boolean {
    const { exitCode, signalCode } = this.server.process;
    return exitCode === null && signalCode === null;
  }

  /** Resolves when the server has ended by itself, or false after a while. */
  async died(withinMs: number): Promise<boolean> {
    const until = performance.now() + withinMs;
    while (this.isAlive && performance.now() < until) await new Promise((resolve) => setTimeout(resolve, 10));
    if (!this.isAlive) this.printed += this.server.printed;
    return !this.isAlive;
  }

  /** Kills one of its kind with SIGKILL; false when there is none. A killed server is started again. */
  async kill(victim: Victim, random: () => number): Promise<boolean> {
    if (victim === 'server') {
      await this.server.stop('SIGKILL');
      this.printed += this.server.printed;
      this.kills.server += 1;
      await this.start();
      return true;
    }
    const pids = victim === 'supervisor' ? supervisorPids(this.dataFolder) : workerPids(this.dataFolder);
    const pid = pids[Math.floor(random() * pids.length)];
    if (pid === undefined) return false;
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      return false;
    }
    this.kills[victim] += 1;
    return true;
  }

  async stop(): Promise<void> {
    if (this.#server === undefined || !this.isAlive) return;
    await this.server.stop();
    this.printed += this.server.printed;
  }
}

function supervisorFolders(dataFolder: string): string[] {
  const parent = join(dataFolder, 'attempts', 'supervisors');
  return existsSync(parent) ? readdirSync(parent).map((name) => join(parent, name)) : [];
}

export function supervisorPids(dataFolder: string): number[] {
  return supervisorFolders(dataFolder).flatMap((folder) => {
    try {
      return [JSON.parse(readFileSync(join(folder, 'supervisor.json'), 'utf8')).pid as number];
    } catch {
      return [];
    }
  });
}

export function workerPids(dataFolder: string): number[] {
  return supervisorFolders(dataFolder).flatMap((folder) => {
    try {
      // Slots of a fixed size, filled with zeros; what is in one is taken away when its attempt is over.
      const slots = readFileSync(join(folder, 'live'), 'utf8').split('\n').map((text) => text.replace(/^.*\0/s, ''));
      return slots.filter((text) => text.startsWith('{')).map((text) => (JSON.parse(text) as { pid: number }).pid);
    } catch {
      return [];
    }
  });
}
