import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { Millrace } from '../harness/millrace.js';

const program = resolve(import.meta.dirname, '../../../apps/cli/dist/millrace.mjs');
const root = resolve(import.meta.dirname, '../../..');
const stampScript = join(root, 'scripts', 'build-stamp.mjs');
const folders: string[] = [];
const running: Millrace[] = [];

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-start-'));
  folders.push(folder);
  return folder;
}

async function start(options: Parameters<typeof Millrace.start>[0]): Promise<Millrace> {
  const millrace = await Millrace.start(options);
  running.push(millrace);
  return millrace;
}

afterEach(async () => {
  for (const millrace of running.splice(0)) await millrace.close();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** Runs `millrace up` that is expected to refuse; as an unprivileged user where this one is root. */
function refused(args: readonly string[], env: Record<string, string> = {}): { code: number | null; stderr: string } {
  const asRoot = process.getuid?.() === 0;
  const { status, stderr } = spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', program, 'up', '--port', '0', ...args], {
    encoding: 'utf8',
    timeout: 30_000,
    env: { ...process.env, ...env },
    ...(asRoot && { uid: 65534, gid: 65534 }),
  });
  return { code: status, stderr };
}

describe('millrace up', () => {
  it('shows a finished sample run soon after the first start, and does not add it again', async () => {
    const dataFolder = temporaryFolder();
    const first = await start({ dataFolder });
    expect(first.printed).toContain(`Data in   ${dataFolder}`);
    await expect.poll(async () => (await first.json('/apis/v2beta1/runs')).runs?.[0]?.state, { timeout: 15_000 }).toBe('SUCCEEDED');
    const [run] = (await first.json('/apis/v2beta1/runs')).runs;
    await first.json(`/apis/v2beta1/runs/${run.run_id}`, { method: 'DELETE' });
    expect(await first.stop('SIGINT')).toBe(0);

    const second = await start({ dataFolder });
    expect((await second.json('/apis/v2beta1/pipelines')).pipelines).toHaveLength(1);
    expect((await second.json('/apis/v2beta1/runs')).runs ?? []).toHaveLength(0);
  });

  it('keeps its data folder to its owner', async () => {
    const dataFolder = join(temporaryFolder(), 'a', 'b');
    await start({ dataFolder, sample: false });
    expect(statSync(dataFolder).mode & 0o777).toBe(0o700);
  });

  it('says which port is in use and how to take another', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((listening) => server.once('listening', listening));
    const { port } = server.address() as { port: number };
    const { status, stderr } = spawnSync(process.execPath, [program, 'up', '--port', String(port), '--data-dir', temporaryFolder(), '--no-sample'], { encoding: 'utf8', timeout: 30_000 });
    server.close();
    expect(status).toBe(1);
    expect(stderr).toContain(`millrace: Port ${port} is in use by another program; start with --port ${port + 1}, or --port 0 for any free one.`);
  });

  it('says which data folder cannot be written and how to choose another', () => {
    const locked = temporaryFolder();
    chmodSync(locked, 0o555);
    const { code, stderr } = refused(['--data-dir', join(locked, 'data')]);
    chmodSync(locked, 0o755);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^millrace: The data folder .* cannot be used: this user may not write there\. Choose another with --data-dir or MILLRACE_HOME\.$/m);
  });

  it('says that a file is not a folder', () => {
    const folder = temporaryFolder();
    chmodSync(folder, 0o755);
    const file = join(folder, 'file');
    writeFileSync(file, '');
    const { code, stderr } = refused(['--data-dir', join(file, 'data')]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/is a file, not a folder/);
  });

  it('refuses a second server on the same data folder', async () => {
    const dataFolder = temporaryFolder();
    await start({ dataFolder, sample: false });
    const { status, stderr } = spawnSync(process.execPath, [program, 'up', '--port', '0', '--data-dir', dataFolder], { encoding: 'utf8', timeout: 30_000 });
    expect(status).toBe(1);
    expect(stderr).toMatch(/^millrace: .*(in use|another)/m);
  });

  it.each([
    ['that is not there', '/nowhere/python3', /^millrace: .*\/nowhere\/python3.*Python 3\.9/m],
    ['that is no Python', '/bin/true', /^millrace: .*Python 3\.9/m],
  ])('says what is wrong with a Python %s', (_, python, message) => {
    const folder = temporaryFolder();
    chmodSync(folder, 0o777);
    const { code, stderr } = refused(['--data-dir', join(folder, 'data'), '--python', python]);
    expect(code).toBe(1);
    expect(stderr).toMatch(message);
  });

  it('says that a Python is too old', (context) => {
    const old = ['3.8', '3.7', '3.6'].flatMap((version) => {
      const found = spawnSync('sh', ['-c', `ls -d "$HOME"/.pyenv/versions/${version}.*/bin/python3 /usr/bin/python${version} 2>/dev/null | head -1`], { encoding: 'utf8' }).stdout.trim();
      return found === '' ? [] : [found];
    })[0];
    if (old === undefined) context.skip('no Python older than 3.9 on this machine');
    const { status, stderr } = spawnSync(process.execPath, [program, 'up', '--port', '0', '--data-dir', temporaryFolder(), '--python', old!], { encoding: 'utf8', timeout: 30_000 });
    expect(status).toBe(1);
    expect(stderr).toMatch(/too old to run tasks; install Python 3\.9 or newer/);
  });

  it('goes on with a run that was in progress when it was stopped, and leaves no process behind', async () => {
    const dataFolder = temporaryFolder();
    const marker = join(dataFolder, 'started');
    const first = await start({ dataFolder, sample: false });
    const run = await first.json('/apis/v2beta1/runs', { method: 'POST', body: JSON.stringify({ display_name: 'slow', pipeline_spec: shellPipeline(`echo $$ >> ${marker}; sleep 2; echo done`) }) });
    await expect.poll(() => existsSync(marker), { timeout: 15_000 }).toBe(true);
    expect(await first.stop('SIGINT')).toBe(0);
    expect(execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' })).not.toContain(dataFolder);

    const second = await start({ dataFolder, sample: false });
    expect(await second.finished(run.run_id)).toMatchObject({ state: 'SUCCEEDED' });
  });

  it('is not built again by the next start when nothing has changed', (context) => {
    // Built by `npm test` just before; while somebody works on the sources there is nothing to say.
    const built = spawnSync(process.execPath, ['--input-type=module', '-e', `import { isBuilt } from ${JSON.stringify(stampScript)}; process.exit(isBuilt(${JSON.stringify(root)}) ? 0 : 1)`]);
    if (execFileSync('git', ['status', '--porcelain'], { cwd: root, encoding: 'utf8' }).trim() !== '') context.skip('the sources are being worked on');
    expect(built.status).toBe(0);
  });

  it('needs nothing outside its own dist folder', async () => {
    const elsewhere = temporaryFolder();
    mkdirSync(join(elsewhere, 'dist'));
    cpSync(dirname(program), join(elsewhere, 'dist'), { recursive: true, filter: (path) => !path.includes('/types') && !path.includes('/environments') });
    const { status, stdout } = spawnSync(process.execPath, [join(elsewhere, 'dist', 'millrace.mjs'), '--version'], { encoding: 'utf8', cwd: elsewhere });
    expect(status).toBe(0);
    expect(stdout).toMatch(/^\d+\.\d+\.\d+/);
  });
});

/** One container component that runs a shell line. */
function shellPipeline(line: string): object {
  return {
    schemaVersion: '2.1.0',
    pipelineInfo: { name: 'shell' },
    deploymentSpec: { executors: { 'exec-line': { container: { image: 'busybox', command: ['sh', '-c', line] } } } },
    components: { 'comp-line': { executorLabel: 'exec-line' } },
    root: { dag: { tasks: { line: { taskInfo: { name: 'line' }, componentRef: { name: 'comp-line' } } } } },
  };
}
