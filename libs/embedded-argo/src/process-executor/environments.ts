import { spawn } from 'node:child_process';
import { accessSync, constants, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { UsablePython } from './check-python.js';
import { environmentKey, type Requirements } from './requirements.js';

export interface Environment {
  readonly key: string;
  /** The virtual environment's folder. */
  readonly folder: string;
  /** Its interpreter. */
  readonly python: string;
}

/** The environment could not be made; thrown to whoever asked for it. */
export class EnvironmentError extends Error {
  override readonly name = 'EnvironmentError';
  constructor(
    message: string,
    /** All that pip said. */
    readonly output: readonly string[],
  ) {
    super(message);
  }
}

export interface EnvironmentsOptions {
  readonly python: UsablePython;
  readonly pythonFolder: string;
  /** Looked up in order; a new one is made in the first that can be written. */
  readonly folders: readonly string[];
  /** Where pip's own configuration, proxies and caches come from. Tasks see nothing of it. */
  readonly hostEnvironment: Readonly<Record<string, string | undefined>>;
}

/** Virtual environments, one per set of requirements, made once and kept. */
export interface Environments {
  /** The environment if it exists already. */
  find(requirements: Requirements): Environment | undefined;
  /** Finds or makes it. Requests for the same one share the work, between processes too. A failure is not remembered. */
  ensure(requirements: Requirements, onProgress: (message: string) => void): Promise<Environment>;
  /** Ends what is being made. */
  close(): void;
}

/** So long an environment that was found is not looked for again: every task asks several times. */
const REMEMBERED_MS = 1_000;
/** They would send packages elsewhere than into the environment. */
const REDIRECTING = new Set(['PIP_TARGET', 'PIP_PREFIX', 'PIP_ROOT', 'PIP_USER', 'PIP_REQUIRE_VIRTUALENV', 'PIP_REQUIREMENT', 'PIP_PYTHON', 'PIP_DRY_RUN']);
const FOR_PIP = /^(PIP_.*|(HTTPS?|ALL|NO|FTP)_PROXY|HOME|PATH|USER|LOGNAME|XDG_.*|SSL_CERT_(FILE|DIR)|REQUESTS_CA_BUNDLE|CURL_CA_BUNDLE|NETRC|TMPDIR|LANG|LC_.*|GIT_.*|SSH_AUTH_SOCK|CC|CXX|CFLAGS|LDFLAGS|DEVELOPER_DIR|SDKROOT)$/i;

export function createEnvironments(options: EnvironmentsOptions): Environments {
  const builds = new Map<string, Build>();
  const running = new Set<() => void>();

  const seen = new Map<string, { readonly environment: Environment; readonly at: number }>();
  const find = (requirements: Requirements): Environment | undefined => {
    const asked = JSON.stringify(requirements.pip);
    const known = seen.get(asked);
    if (known !== undefined && performance.now() - known.at < REMEMBERED_MS) return known.environment;
    const environment = look(requirements);
    if (environment === undefined) seen.delete(asked);
    else seen.set(asked, { environment, at: performance.now() });
    return environment;
  };

  const look = (requirements: Requirements): Environment | undefined => {
    const key = environmentKey(requirements, options.python.version);
    for (const parent of options.folders) {
      const folder = join(parent, key);
      const python = join(folder, 'bin', 'python3');
      // The interpreter is a link: an environment whose Python was removed is no environment any more.
      if (existsSync(join(folder, 'ready.json')) && existsSync(python)) return { key, folder, python };
    }
    return undefined;
  };

  const build = (requirements: Requirements, share: Build): Promise<Environment> =>
    new Promise((resolve, reject) => {
      const key = environmentKey(requirements, options.python.version);
      const parent = options.folders.find(isWritable);
      if (parent === undefined) {
        reject(new EnvironmentError(`No folder for environments can be written: ${options.folders.join(', ')}.`, []));
        return;
      }
      const folder = join(parent, key);
      const request = JSON.stringify({ path: folder, pip: requirements.pip, how: options.python.makes });
      const child = spawn(options.python.path, [join(options.pythonFolder, 'build_environment.py'), request], {
        env: pipEnvironment(options.hostEnvironment),
        stdio: ['ignore', 'pipe', 'pipe'],
        detached: true,
      });
      const output: string[] = [];
      let result: { ok: boolean; message?: string } | undefined;
      const stop = () => child.pid !== undefined && killGroup(child.pid);
      running.add(stop);
      createInterface({ input: child.stdout }).on('line', (line) => {
        const said = JSON.parse(line) as { progress?: string; output?: string; ok?: boolean; message?: string };
        if (said.output !== undefined) output.push(said.output);
        if (said.progress !== undefined) share.tell(said.progress);
        if (said.ok !== undefined) result = { ok: said.ok, message: said.message };
      });
      createInterface({ input: child.stderr }).on('line', (line) => output.push(line));
      child.on('error', (error) => reject(new EnvironmentError(`${options.python.path} cannot be run: ${error.message}.`, output)));
      child.on('close', () => {
        running.delete(stop);
        if (result?.ok) resolve({ key, folder, python: join(folder, 'bin', 'python3') });
        else reject(new EnvironmentError(`The packages of this component cannot be installed: ${result?.message ?? output.at(-1) ?? 'the installation was stopped'}`, output));
      });
    });

  return {
    find,
    async ensure(requirements, onProgress) {
      const found = find(requirements);
      if (found) return found;
      const key = environmentKey(requirements, options.python.version);
      let share = builds.get(key);
      if (!share) {
        share = new Build();
        builds.set(key, share);
        share.result = build(requirements, share).finally(() => builds.delete(key));
      }
      share.listen(onProgress);
      return share.result!;
    },
    close() {
      for (const stop of running) stop();
    },
  };
}

class Build {
  result?: Promise<Environment>;
  private last = '';
  private readonly listeners: ((message: string) => void)[] = [];

  listen(listener: (message: string) => void): void {
    this.listeners.push(listener);
    if (this.last) listener(this.last);
  }

  tell(message: string): void {
    this.last = message;
    for (const listener of this.listeners) listener(message);
  }
}

function pipEnvironment(host: EnvironmentsOptions['hostEnvironment']): Record<string, string> {
  const entries = Object.entries(host).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const kept = entries.filter(([name]) => FOR_PIP.test(name) && !REDIRECTING.has(name.toUpperCase()));
  return { LANG: 'C.UTF-8', ...Object.fromEntries(kept), PYTHONUNBUFFERED: '1' };
}

function isWritable(folder: string): boolean {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It ended meanwhile.
  }
}
