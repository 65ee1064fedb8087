import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';

const execute = promisify(execFile);
const KFP = 'kfp[kubernetes]==2.17.0';
const folder = resolve(import.meta.dirname, '../../../node_modules/.cache/millrace-e2e', 'kfp-kubernetes-2.17.0');

/** Installs the real SDK once into a cache folder; undefined, said out loud, where pip cannot reach a registry. */
export async function preparePython(): Promise<string | undefined> {
  const python = join(folder, 'bin', 'python');
  const ready = join(folder, '.ready');
  if (existsSync(ready)) return python;
  try {
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    await execute('python3', ['-m', 'venv', folder]);
    await execute(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', KFP], { timeout: 600_000 });
    await writeFile(ready, '');
    return python;
  } catch (error) {
    console.warn(`SKIPPED: the tests with the real SDK, because ${KFP} cannot be installed here: ${(error as Error).message.split('\n').at(-1)}`);
    return undefined;
  }
}

/** Python with kfp, when there is one. */
export const kfpPython: string | undefined = process.env['MILLRACE_E2E_KFP'] || undefined;

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end. */
export function runProgram(file: string, args: readonly string[], options: { readonly env?: Record<string, string>; readonly input?: string; readonly cwd?: string } = {}): Promise<Finished> {
  return new Promise((done, fail) => {
    const child = spawn(file, args, { env: { ...process.env, ...options.env }, cwd: options.cwd });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.on('error', fail);
    child.on('close', (code) => done({ code, stdout, stderr }));
    child.stdin.end(options.input ?? '');
  });
}

/** Runs Python source with kfp; fails the test with its traceback when it does. Returns what it printed. */
export async function runKfpScript(source: string, args: readonly string[] = []): Promise<string> {
  // In a file: the SDK reads the source of component functions.
  const folder = await mkdtemp(join(tmpdir(), 'millrace-script-'));
  const file = join(folder, 'script.py');
  await writeFile(file, source);
  const { code, stdout, stderr } = await runProgram(kfpPython!, ['-W', 'ignore', file, ...args], { env: { HOME: folder } });
  await rm(folder, { recursive: true, force: true });
  if (code !== 0) throw new Error(`the script ended with ${code}\n${stdout}\n${stderr}`);
  return stdout;
}

/** Runs the kfp command-line tool; `input` answers what it asks. */
export function runKfpCli(endpoint: string, args: readonly string[], input?: string): Promise<Finished> {
  return runProgram(kfpPython!, ['-W', 'ignore', join(dirname(kfpPython!), 'kfp'), '--endpoint', endpoint, ...args], { env: { HOME: '/nonexistent' }, ...(input !== undefined && { input }) });
}
