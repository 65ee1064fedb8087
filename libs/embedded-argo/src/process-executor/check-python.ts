import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { defaultPythonFolder } from './python-folder.js';

/** How a virtual environment is made with this interpreter: by itself, by an installed pip, or by the virtualenv package. */
export type EnvironmentMaker = 'venv' | 'pip' | 'virtualenv';

export interface UsablePython {
  readonly ok: true;
  /** As in `3.11.7`. */
  readonly version: string;
  /** Absolute path of the interpreter itself, not of a shim. */
  readonly path: string;
  readonly makes: EnvironmentMaker;
}

export type PythonCheck = UsablePython | { readonly ok: false; readonly message: string };

export interface CheckPythonOptions {
  /** Name or path. @default the first usable of python3, python, python3.14 … python3.9 in PATH */
  readonly python?: string;
  /** The user's own environment: PATH, and what a version manager's shim needs. */
  readonly hostEnvironment: Readonly<Record<string, string | undefined>>;
  /** @default beside the code */
  readonly pythonFolder?: string;
}

interface Probe {
  readonly version: readonly [number, number, number];
  readonly path: string;
  readonly venv: boolean;
  readonly ensurepip: boolean;
  readonly pip: boolean;
  readonly virtualenv: boolean;
}

const OLDEST_MINOR = 9;

/** Finds a Python that tasks can run with, or says in one sentence what is missing and how to get it. Never throws. */
export async function checkPython(options: CheckPythonOptions): Promise<PythonCheck> {
  const names = options.python ? [options.python] : ['python3', 'python', ...[14, 13, 12, 11, 10, 9].map((minor) => `python3.${minor}`)];
  let firstProblem: string | undefined;
  for (const name of names) {
    const probe = await probePython(name, options);
    if (!probe) continue;
    const version = probe.version.join('.');
    const problem = describeProblem(probe, version);
    if (!problem) return { ok: true, version, path: probe.path, makes: probe.venv && probe.ensurepip ? 'venv' : probe.virtualenv ? 'virtualenv' : 'pip' };
    firstProblem ??= problem;
  }
  const missing = options.python
    ? `Python is needed to run tasks, but "${options.python}" cannot be run; give the path of a Python 3.${OLDEST_MINOR} or newer.`
    : `Python is needed to run tasks, but there is none in PATH; install Python 3.${OLDEST_MINOR} or newer (Debian, Ubuntu: apt install python3 python3-venv; macOS: brew install python).`;
  return { ok: false, message: firstProblem ?? missing };
}

function describeProblem(probe: Probe, version: string): string | undefined {
  const [major, minor] = probe.version;
  if (major < 3 || (major === 3 && minor < OLDEST_MINOR)) {
    return `Python ${version} at ${probe.path} is too old to run tasks; install Python 3.${OLDEST_MINOR} or newer.`;
  }
  if ((probe.venv && (probe.ensurepip || probe.pip)) || probe.virtualenv) return undefined;
  return `Python ${version} at ${probe.path} cannot make virtual environments, because its "venv" or "ensurepip" module is not installed; install it (Debian, Ubuntu: apt install python${major}.${minor}-venv), or install virtualenv.`;
}

async function probePython(name: string, options: CheckPythonOptions): Promise<Probe | undefined> {
  const program = join(options.pythonFolder ?? defaultPythonFolder(), 'probe_python.py');
  try {
    const { stdout } = await promisify(execFile)(name, [program], { env: { ...options.hostEnvironment, PYTHONDONTWRITEBYTECODE: '1' }, timeout: 20_000 });
    return JSON.parse(stdout) as Probe;
  } catch {
    return undefined;
  }
}
