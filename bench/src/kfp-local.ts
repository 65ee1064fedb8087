import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './workspace.js';

const KFP = 'kfp==2.17.0';

/** Python with the real SDK, made once (the end-to-end tests use the same); undefined, said out loud, where it cannot be had. */
export function kfpPython(): string | undefined {
  const folder = join(root, 'node_modules', '.cache', 'millrace-e2e', KFP.replace('==', '-'));
  const python = join(folder, 'bin', 'python');
  if (existsSync(join(folder, '.ready'))) return python;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const made = spawnSync('python3', ['-m', 'venv', folder]).status === 0 && spawnSync(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', KFP], { stdio: ['ignore', 'ignore', 'inherit'] }).status === 0;
  if (!made) {
    console.log(`SKIPPED: the comparison with kfp.local, because ${KFP} cannot be installed here`);
    return undefined;
  }
  writeFileSync(join(folder, '.ready'), '');
  return python;
}

export interface LocalRun {
  /** best: no venv, no installing of the SDK; default: what `local.init(local.SubprocessRunner())` does. */
  readonly mode: 'best' | 'default';
  readonly form: 'wide' | 'values';
  readonly tasks: number;
}

/** Milliseconds that kfp.local takes for a pipeline, measured inside its process. */
export async function runKfpLocal(python: string, { mode, form, tasks }: LocalRun): Promise<number> {
  const child = spawn(python, ['-W', 'ignore', join(root, 'bench', 'src', 'kfp_local.py'), mode, form, String(tasks)], {
    // Its tasks run `python3`, which has to be the one with the SDK.
    env: { ...process.env, PATH: `${join(python, '..')}:${process.env['PATH']}` },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const code = await new Promise<number | null>((resolve, reject) => child.once('error', reject).once('close', resolve));
  const seconds = /^seconds (\S+)$/m.exec(stdout)?.[1];
  if (code !== 0 || seconds === undefined) throw new Error(`kfp.local ended with ${code}\n${(stdout + stderr).slice(-2_000)}`);
  return Number(seconds) * 1000;
}
