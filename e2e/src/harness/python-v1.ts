import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { basename, delimiter, dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { runProgram, type Finished } from './python.js';

const execute = promisify(execFile);
const KFP = 'kfp==1.8.22';
// The versions that this SDK was made for.
const VERSIONS = ['3.10', '3.9', '3.8'];
const folder = resolve(import.meta.dirname, '../../../node_modules/.cache/millrace-e2e', KFP.replace('==', '-'));
const sources = resolve(import.meta.dirname, '../../pipelines/v1');

/** Behind the source of pipelines: compiles the functions that it names. */
const COMPILE_ALL = `
import json, os, sys
from kfp import compiler
for name in PIPELINES:
    compiler.Compiler().compile(globals()[name], os.path.join(sys.argv[1], name + '.yaml'))
print(json.dumps(PIPELINES))
`;

function findInterpreter(): string | undefined {
  const pyenv = join(process.env['PYENV_ROOT'] ?? join(homedir(), '.pyenv'), 'versions');
  const installed = existsSync(pyenv) ? readdirSync(pyenv) : [];
  for (const version of VERSIONS) {
    const onPath = (process.env['PATH'] ?? '').split(delimiter).map((path) => join(path, `python${version}`));
    const inPyenv = installed.filter((name) => name.startsWith(`${version}.`)).map((name) => join(pyenv, name, 'bin', 'python'));
    // A shim of pyenv exists also for versions that are not chosen; those in its folder always run.
    const found = [...inPyenv, ...onPath.filter((path) => !path.includes('shims'))].find((path) => existsSync(path));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Installs the real SDK of v1 once into a cache folder; undefined, said out loud, where there is no Python for it or pip cannot reach a registry. */
export async function prepareV1Python(): Promise<string | undefined> {
  const python = join(folder, 'bin', 'python');
  const ready = join(folder, '.ready');
  if (existsSync(ready)) return python;
  const interpreter = findInterpreter();
  if (interpreter === undefined) {
    console.warn(`SKIPPED: the tests with the SDK of KFP v1, because ${KFP} needs a Python ${VERSIONS.join(', ')} and there is none on this machine's PATH or in pyenv`);
    return undefined;
  }
  try {
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    await execute(interpreter, ['-m', 'venv', folder]);
    await execute(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', KFP], { timeout: 600_000 });
    await writeFile(ready, '');
    return python;
  } catch (error) {
    console.warn(`SKIPPED: the tests with the SDK of KFP v1, because ${KFP} cannot be installed here: ${(error as Error).message.split('\n').at(-1)}`);
    return undefined;
  }
}

/**
 * Runs a file of `e2e/pipelines/v1`, or one that is given as text, in a folder of its own with those files beside it; fails the test with its traceback
 * when it does. What it printed last is its result, as JSON.
 */
export async function runV1Script<Result>(python: string, file: string, { args = [], source }: { readonly args?: readonly string[]; readonly source?: string } = {}): Promise<Result> {
  const cwd = await mkdtemp(join(tmpdir(), 'millrace-v1-'));
  try {
    await cp(sources, cwd, { recursive: true });
    if (source !== undefined) await writeFile(join(cwd, file), source);
    const { code, stdout, stderr } = await runProgram(python, ['-W', 'ignore', join(cwd, file), ...args], { cwd, env: { HOME: cwd } });
    if (code !== 0) throw new Error(`${file} ended with ${code}\n${stdout}\n${stderr}`);
    return JSON.parse(stdout.trim().split('\n').at(-1) ?? 'null') as Result;
  } finally {
    await rm(cwd, { recursive: true, force: true });
  }
}

/** The pipelines of a file of `e2e/pipelines/v1` as the real SDK compiles them, by the names of their functions. */
export async function compileV1Pipelines(python: string, file: string, source?: string): Promise<Record<string, string>> {
  const target = await mkdtemp(join(tmpdir(), 'millrace-v1-compiled-'));
  try {
    await runV1Script(python, file, { args: [target], source: `${source ?? (await readFile(join(sources, file), 'utf8'))}${COMPILE_ALL}` });
    const files = await readdir(target);
    return Object.fromEntries(await Promise.all(files.map(async (name) => [basename(name, '.yaml'), await readFile(join(target, name), 'utf8')] as const)));
  } finally {
    await rm(target, { recursive: true, force: true });
  }
}

/** Runs the kfp command-line tool of v1. */
export function runV1Cli(python: string, endpoint: string, args: readonly string[]): Promise<Finished> {
  return runProgram(python, ['-W', 'ignore', join(dirname(python), 'kfp'), '--endpoint', endpoint, ...args], { env: { HOME: '/nonexistent' } });
}
