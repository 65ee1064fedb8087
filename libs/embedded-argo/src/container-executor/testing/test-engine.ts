import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { engineEnvironment } from '../engine-client.js';
import { findContainerEngine, type ContainerEngine } from '../find-container-engine.js';

/** Of this machine's own programs: there may be no registry. */
export const TEST_IMAGE = 'localhost/millrace-test:1';
const PROGRAMS = ['sh', 'cat', 'env', 'id', 'ls', 'mkdir', 'readlink', 'sleep', 'touch', 'true'];

export interface TestEngine {
  readonly engine: ContainerEngine;
  readonly hostEnvironment: Readonly<Record<string, string | undefined>>;
}

/** An engine that runs the test image, or why tests that need one cannot run. Says so loudly. */
export async function prepareEngine(): Promise<TestEngine | { readonly skip: string }> {
  const only = process.env['MILLRACE_CONTAINER_ENGINE'];
  const reasons: string[] = [];
  for (const program of only ? [only] : ['docker', 'podman']) {
    const found = await findContainerEngine({ hostEnvironment: process.env, program });
    if ('missing' in found) {
      reasons.push(found.missing);
      continue;
    }
    try {
      await ensureImage(program);
    } catch (error) {
      reasons.push(`${program} cannot take an image (${(error as Error).message.split('\n').at(-1)})`);
      continue;
    }
    for (const hostEnvironment of [engineEnvironment(process.env), ...(found.engine.kind === 'podman' ? [withModestPodman()] : [])]) {
      const problem = await promisify(execFile)(program, ['run', '--rm', '--pull', 'never', TEST_IMAGE, 'true'], { env: hostEnvironment, timeout: 60_000 }).then(() => undefined, (error: Error & { stderr?: string }) => error.stderr?.trim().split('\n').at(-1) ?? error.message);
      if (problem === undefined) return { engine: found.engine, hostEnvironment };
      reasons.push(`${program} runs nothing (${problem})`);
    }
  }
  const skip = reasons.join('; ');
  console.warn(`SKIPPED, tests that run containers: ${skip}`);
  return { skip };
}

/** For machines in which nobody, root included, may raise limits, or whose control groups the usual runtime refuses. */
function withModestPodman(): NodeJS.ProcessEnv {
  const limit = (flag: string): string => execFileSync('sh', ['-c', `ulimit ${flag}`], { encoding: 'utf8' }).trim().replace('unlimited', '-1');
  const file = join(tmpdir(), `millrace-test-containers-${process.getuid?.() ?? 0}.conf`);
  const runtime = existsSync('/usr/sbin/runc') || existsSync('/usr/bin/runc') ? 'runtime = "runc"\n' : '';
  writeFileSync(file, `[containers]\ndefault_ulimits = ["nofile=${limit('-Sn')}:${limit('-Hn')}", "nproc=1024:1024"]\n[engine]\n${runtime}`);
  return { ...engineEnvironment(process.env), CONTAINERS_CONF: file };
}

async function ensureImage(program: string): Promise<void> {
  if (spawnSync(program, ['image', 'inspect', TEST_IMAGE], { stdio: 'ignore' }).status === 0) return;
  const root = mkdtempSync(join(tmpdir(), 'millrace-image-'));
  try {
    for (const folder of ['tmp', 'etc', 'proc', 'sys', 'dev']) mkdirSync(join(root, folder), { recursive: true, mode: folder === 'tmp' ? 0o1777 : 0o755 });
    for (const name of PROGRAMS) {
      const file = execFileSync('sh', ['-c', `command -v -p ${name === 'true' ? 'env true' : name} || which ${name}`], { encoding: 'utf8' }).trim().split('\n').find((line) => line.startsWith('/')) ?? `/bin/${name}`;
      copyInto(root, file, `/bin/${name}`);
      for (const library of librariesOf(file)) copyInto(root, library, library);
    }
    const archive = join(root, '..', `${root.split('/').at(-1)}.tar`);
    execFileSync('tar', ['-C', root, '-cf', archive, '.']);
    try {
      await promisify(execFile)(program, ['import', archive, TEST_IMAGE], { timeout: 60_000 });
    } finally {
      rmSync(archive, { force: true });
    }
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

function librariesOf(file: string): string[] {
  const { stdout } = spawnSync('ldd', [file], { encoding: 'utf8' });
  return [...(stdout ?? '').matchAll(/(?:=> )?(\/\S+) \(0x/g)].map(([, path]) => path!);
}

function copyInto(root: string, source: string, target: string): void {
  mkdirSync(dirname(join(root, target)), { recursive: true });
  copyFileSync(realpathSync(source), join(root, target));
}
