import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import type { ContainerEngine } from './find-container-engine.js';

export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  /** What the command said, without its prefixes and hints. */
  readonly problem: string;
}

/** A container as its engine sees it. */
export interface ContainerState {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly running: boolean;
  /** It has run, whether or not it still does. */
  readonly started: boolean;
  readonly exitCode: number;
  readonly outOfMemory: boolean;
  readonly startedAt: number;
  readonly finishedAt: number;
}

/** The engine cannot be asked at the moment; thrown by what cannot go on without an answer. */
export class EngineUnreachable extends Error {}

interface Inspected {
  readonly Name: string;
  readonly Config: { readonly Labels?: Readonly<Record<string, string>> | null };
  readonly State: { readonly Running: boolean; readonly Status: string; readonly ExitCode: number; readonly OOMKilled?: boolean; readonly StartedAt: string; readonly FinishedAt: string };
}

const NOT_THERE = /no such (container|object)|no container with name or id/i;

/** Podman's monitor leaves a file there when a container exceeds its memory: not where somebody started the server. */
const WORKING_FOLDER = tmpdir();

/** Podman's helpers call nft or iptables, and look for them where the PATH of an ordinary user often does not. */
export function engineEnvironment(hostEnvironment: Readonly<Record<string, string | undefined>>): Record<string, string | undefined> {
  return { ...hostEnvironment, PATH: [hostEnvironment['PATH'], '/usr/sbin', '/sbin'].filter(Boolean).join(':') };
}

/** The engine's command, as far as tasks need it. */
export class EngineClient {
  private readonly environment: Readonly<Record<string, string | undefined>>;

  constructor(
    readonly engine: ContainerEngine,
    /** The user's own: where the engine is and how it is set up. */
    hostEnvironment: Readonly<Record<string, string | undefined>>,
  ) {
    this.environment = engineEnvironment(hostEnvironment);
  }

  /** Runs the command to its end. Resolves for every exit code; `variables` reach the command and not its arguments, which others can read. */
  run(args: readonly string[], { variables = {}, signal }: { variables?: Readonly<Record<string, string>>; signal?: AbortSignal } = {}): Promise<CommandResult> {
    return new Promise((resolve) => {
      // Ctrl-C in the server's terminal is not for it.
      const child = spawn(this.engine.program, args, { env: { ...this.environment, ...variables }, stdio: ['ignore', 'pipe', 'pipe'], detached: true, cwd: WORKING_FOLDER, signal });
      let stdout = '';
      let stderr = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
      child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr = (stderr + text).slice(-16_384)));
      child.on('error', (error) => resolve({ code: 127, stdout, problem: error.message }));
      child.on('close', (code) => resolve({ code: code ?? 137, stdout, problem: readProblem(stderr) }));
    });
  }

  /** Streams what a container has written and writes, until it ends or the engine hangs up. */
  logs(name: string, { follow, onData, signal }: { follow: boolean; onData: (stream: 'stdout' | 'stderr', data: Buffer) => void; signal: AbortSignal }): Promise<void> {
    return new Promise((resolve) => {
      const child = spawn(this.engine.program, ['logs', ...(follow ? ['--follow'] : []), name], { env: this.environment, stdio: ['ignore', 'pipe', 'pipe'], detached: true, signal });
      child.stdout.on('data', (data: Buffer) => onData('stdout', data));
      child.stderr.on('data', (data: Buffer) => onData('stderr', data));
      child.on('error', () => resolve());
      child.on('close', () => resolve());
    });
  }

  /** What became of these containers; those that are gone are left out. Throws EngineUnreachable. */
  async inspect(names: readonly string[]): Promise<ContainerState[]> {
    if (names.length === 0) return [];
    const { code, stdout, problem } = await this.run(['container', 'inspect', ...names]);
    if (code !== 0 && !NOT_THERE.test(problem)) throw new EngineUnreachable(problem);
    return (JSON.parse(stdout || '[]') as Inspected[]).map(({ Name, Config, State }) => ({
      name: Name.replace(/^\//, ''),
      labels: Config.Labels ?? {},
      running: State.Running,
      started: !['created', 'configured', 'initialized'].includes(State.Status) && Date.parse(State.StartedAt) > 0,
      exitCode: State.ExitCode,
      outOfMemory: State.OOMKilled === true,
      startedAt: Date.parse(State.StartedAt),
      finishedAt: Date.parse(State.FinishedAt),
    }));
  }

  /** Names of all containers with a label, ended ones too. Throws EngineUnreachable. */
  async list(label: string): Promise<string[]> {
    const { code, stdout, problem } = await this.run(['ps', '--all', '--filter', `label=${label}`, '--format', '{{.Names}}']);
    if (code !== 0) throw new EngineUnreachable(problem);
    return stdout.split('\n').filter((name) => name !== '');
  }

  /** Ends and removes containers, also such as are not there. */
  async remove(names: readonly string[]): Promise<void> {
    if (names.length === 0) return;
    // Podman would wait ten seconds for each, stop at the first that is not there, and keep one whose network another uses.
    const now = this.engine.kind === 'podman' ? ['--time', '0', '--ignore', '--depend'] : [];
    await this.run(['rm', '--force', '--volumes', ...now, ...names]);
  }
}

/** The last line is the error; what comes before are warnings and the progress of a pull. */
function readProblem(stderr: string): string {
  const lines = stderr.split('\n').map((line) => line.trim()).filter((line) => line !== '' && !/^time="|^See '|^Run '.*--help|^Trying to pull/.test(line));
  return (lines.at(-1) ?? '').replace(/^(docker|Error)( response from daemon)?: /i, '').replace(/^Error response from daemon: /, '').slice(0, 1_000);
}
