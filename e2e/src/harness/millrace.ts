import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Server } from './server.js';

// Another build of it: MILLRACE_E2E_PROGRAM.
export const program = process.env['MILLRACE_E2E_PROGRAM'] ?? resolve(import.meta.dirname, '../../../apps/cli/dist/millrace.mjs');

export interface StartOptions {
  readonly dataFolder?: string;
  readonly args?: readonly string[];
  readonly env?: Record<string, string>;
  /** @default true */
  readonly sample?: boolean;
  /** What components run as; the same on machines with and without docker or podman. @default process */
  readonly executor?: 'auto' | 'process' | 'container';
  /** A command that is to start it, with its own arguments before those of the program. */
  readonly wrapper?: readonly string[];
  /** Another build of it. */
  readonly program?: string;
  readonly nodeFlags?: readonly string[];
}

/** The built program, running on a free port with a data folder of its own. */
export class Millrace extends Server {
  private constructor(
    url: string,
    readonly dataFolder: string,
    readonly process: ChildProcess,
    private readonly ownsFolder: boolean,
    private readonly output: () => string,
  ) {
    super(url);
  }

  static async start(options: StartOptions = {}): Promise<Millrace> {
    const dataFolder = options.dataFolder ?? (await mkdtemp(join(tmpdir(), 'millrace-e2e-')));
    const args = ['up', '--port', '0', '--data-dir', dataFolder, '--executor', options.executor ?? 'process', ...(options.sample === false ? ['--no-sample'] : []), ...(options.args ?? [])];
    const [command, ...rest] = [...(options.wrapper ?? []), process.execPath, '--disable-warning=ExperimentalWarning', ...(options.nodeFlags ?? []), options.program ?? program, ...args];
    const child = spawn(command!, rest, {
      env: { ...process.env, ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    const url = await new Promise<string>((found, fail) => {
      const collect = (chunk: Buffer) => {
        output += chunk.toString();
        const match = /Open\s+(http:\S+)/.exec(output);
        if (match) found(match[1]!);
      };
      child.stdout.on('data', collect);
      child.stderr.on('data', collect);
      child.once('exit', (code) => fail(new Error(`millrace ended with ${code} before it was ready:\n${output}`)));
    });
    return new Millrace(url, dataFolder, child, options.dataFolder === undefined, () => output);
  }

  /** What it has printed so far. */
  get printed(): string {
    return this.output();
  }

  /** Sends a signal and waits for the end. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    const ended = new Promise<number | null>((resolve) => (this.process.exitCode === null && this.process.signalCode === null ? this.process.once('exit', resolve) : resolve(this.process.exitCode)));
    this.process.kill(signal);
    return ended;
  }

  async close(): Promise<void> {
    await this.stop();
    if (this.ownsFolder) await rm(this.dataFolder, { recursive: true, force: true });
  }
}
