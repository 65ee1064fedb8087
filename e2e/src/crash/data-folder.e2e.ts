import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Millrace, program } from '../harness/millrace.js';
import { shellPipeline } from '../harness/shell-pipeline.js';

let folder: string;
let running: Millrace | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-folder-'));
});
afterEach(async () => {
  await running?.stop();
  running = undefined;
  rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
});

const start = async () => (running = await Millrace.start({ dataFolder: folder, sample: false }));
const refused = () => {
  const { status, stderr } = spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', program, 'up', '--port', '0', '--no-sample', '--data-dir', folder], { encoding: 'utf8', timeout: 30_000 });
  return { status, stderr };
};
const submit = async (spec: object): Promise<string> => (await running!.json('/apis/v2beta1/runs', { method: 'POST', body: JSON.stringify({ display_name: 'a run', pipeline_spec: spec }) })).run_id;

/** A folder with a run that waits for the next start: its server was killed. */
async function killedWithARun(line: string): Promise<string> {
  await start();
  const id = await submit(shellPipeline({ one: { line: `sleep 0.5; echo ran >> ${folder}/journal` }, two: { line, after: ['one'] } }));
  await expect.poll(async () => (await running!.json(`/apis/millrace/v1/runs/${id}`)).run.task_counts.RUNNING, { timeout: 15_000 }).toBe(1);
  await running!.stop('SIGKILL');
  return id;
}

describe('a data folder', () => {
  it('of a newer Millrace is refused before anything in it changes or runs', async () => {
    const id = await killedWithARun(`echo ran >> ${folder}/journal`);
    await sleep(1_000);
    const edit = new DatabaseSync(join(folder, 'millrace.db'));
    edit.exec(`INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at) VALUES ('x', 'y', '29990101000000_later', 0)`);
    edit.close();
    const before = readFileSync(join(folder, 'millrace.db'));
    expect(refused()).toMatchObject({ status: 1, stderr: expect.stringMatching(/^millrace: The database was made by a newer Millrace .*Start that version, or restore a backup made before the upgrade\.\n$/) });
    expect(readFileSync(join(folder, 'millrace.db')).equals(before)).toBe(true);
    expect(readFileSync(join(folder, 'journal'), 'utf8')).toBe('ran\n');

    const undo = new DatabaseSync(join(folder, 'millrace.db'));
    undo.exec(`DELETE FROM _prisma_migrations WHERE id = 'x'`);
    undo.close();
    await start();
    expect(await running!.finished(id)).toMatchObject({ state: 'SUCCEEDED' });
  });

  it('whose engine file is of a newer Millrace is refused', async () => {
    await start();
    await running!.stop();
    const edit = new DatabaseSync(join(folder, 'engine', 'argo.db'));
    edit.exec('PRAGMA user_version = 99');
    edit.close();
    expect(refused()).toMatchObject({ status: 1, stderr: expect.stringMatching(/^millrace: .*argo\.db" was written by a newer Millrace .*\n$/) });
  });

  it.each([
    ['is no database at all', (path: string) => writeFileSync(path, 'no database'.repeat(1_000))],
    [
      'was damaged',
      (path: string) => {
        const bytes = readFileSync(path);
        bytes.fill(0xff, 4_096);
        writeFileSync(path, bytes);
      },
    ],
    ['was cut off', (path: string) => truncateSync(path, 6_000)],
  ])('whose engine file %s says so in a sentence, with the remedy, and goes on when that is followed', async (_, damage) => {
    const id = await killedWithARun('true');
    await sleep(800);
    const engine = join(folder, 'engine', 'argo.db');
    const whole = new DatabaseSync(engine);
    whole.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    whole.close();
    damage(engine);
    const { status, stderr } = refused();
    expect(status).toBe(1);
    expect(stderr).toMatch(/^millrace: "[^"]*argo\.db" is damaged \(.*\)\. Restore a backup, or move the folder "[^"]*engine" away: .*\n$/);

    rmSync(join(folder, 'engine'), { recursive: true });
    await start();
    expect(await running!.finished(id)).toMatchObject({ state: 'FAILED' });
  });

  it('whose database is damaged says so in a sentence, with the remedy', async () => {
    await start();
    await running!.stop();
    writeFileSync(join(folder, 'millrace.db'), 'no database'.repeat(1_000));
    expect(refused()).toMatchObject({ status: 1, stderr: expect.stringMatching(/^millrace: The database file is damaged or is not a database: .*; restore it from a backup\.\n$/) });
  });

  it('from which an artifact was deleted does not hand it out of the cache', async () => {
    await start();
    const spec: any = shellPipeline({ make: { line: `mkdir -p "$(dirname "$1")"; echo ran >> ${folder}/journal; echo content > "$1"`, enableCache: true } });
    spec.components['comp-make'].outputDefinitions = { artifacts: { data: { artifactType: { schemaTitle: 'system.Dataset', schemaVersion: '0.0.1' } } } };
    spec.deploymentSpec.executors['exec-make'].container.args = ["{{$.outputs.artifacts['data'].path}}"];
    const ran = () => readFileSync(join(folder, 'journal'), 'utf8').length / 4;
    const artifactOf = async (id: string) => (await running!.json(`/apis/millrace/v1/runs/${id}/artifacts`)).artifacts[0].artifact;

    const first = await submit(spec);
    await running!.finished(first);
    await running!.finished(await submit(spec));
    expect(ran()).toBe(1);
    rmSync((await artifactOf(first)).uri);
    const third = await submit(spec);
    expect(await running!.finished(third)).toMatchObject({ state: 'SUCCEEDED' });
    expect(ran()).toBe(2);
    expect(await (await running!.request(`/apis/millrace/v1/artifacts/${(await artifactOf(third)).id}/content`)).text()).toBe('content\n');
    const gone = await running!.request(`/apis/millrace/v1/artifacts/${(await artifactOf(first)).id}/content`);
    expect(gone.status).toBe(404);
  });
});

/** A file system of a few megabytes in a mount namespace of its own, with the server in it. */
function smallDisk(): { readonly args: string[]; readonly missing?: string } {
  const script = `mount -t tmpfs -o size=24m,mode=700 millrace ${folder} && exec "$@"`;
  const probe = spawnSync('unshare', ['-rm', 'sh', '-c', script, 'sh', 'true'], { encoding: 'utf8' });
  return { args: ['unshare', '-rm', 'sh', '-c', script, 'sh'], missing: probe.status === 0 ? undefined : `no small file system can be made here: ${probe.error?.message ?? probe.stderr}` };
}

describe('a disk', () => {
  it('that is full costs no run: what could not be written is written when there is room', { timeout: 120_000 }, async (context) => {
    const { args, missing } = smallDisk();
    if (missing !== undefined) context.skip(missing);
    running = await Millrace.start({ dataFolder: folder, sample: false, wrapper: args });
    const inside = `/proc/${running.process.pid}/root${folder}`;
    const filler = join(inside, 'filler');
    const tasks = Object.fromEntries(Array.from({ length: 12 }, (_, index) => [`t${index}`, { line: `sleep 0.1; printf done${index} > "$1"`, outputs: { out: 'STRING' }, retries: 50, ...(index > 0 && { after: [`t${index - 1}`] }) }]));
    const id = await submit(shellPipeline(tasks));
    await sleep(600);
    fill(filler);
    await sleep(4_000);
    // Still there, and able to say what it is about.
    const whileFull = await running.request('/apis/v2beta1/runs', { method: 'POST', body: JSON.stringify({ display_name: 'too much', pipeline_spec: shellPipeline({ one: { line: 'true' } }) }) });
    expect(whileFull.status).toBeGreaterThanOrEqual(500);
    expect(await whileFull.text()).toMatch(/disk|full/i);
    rmSync(filler);
    const run = await running.finished(id);
    expect(run).toMatchObject({ state: 'SUCCEEDED' });
    const { run_id: after } = await running.json('/apis/v2beta1/runs', { method: 'POST', body: JSON.stringify({ display_name: 'later', pipeline_spec: shellPipeline({ one: { line: 'true' } }) }) });
    expect(await running.finished(after)).toMatchObject({ state: 'SUCCEEDED' });
    expect(await running.stop()).toBe(0);
  });

  it('that is read-only at the start is named in one sentence', (context) => {
    const { missing } = smallDisk();
    if (missing !== undefined) context.skip(missing);
    const script = `mount -t tmpfs -o ro,mode=700 millrace ${folder} && exec "$@"`;
    const { status, stderr } = spawnSync('unshare', ['-rm', 'sh', '-c', script, 'sh', process.execPath, '--disable-warning=ExperimentalWarning', program, 'up', '--port', '0', '--data-dir', folder], { encoding: 'utf8' });
    expect({ status, stderr }).toEqual({ status: 1, stderr: `millrace: The data folder ${folder} cannot be used: the file system is read-only. Choose another with --data-dir or MILLRACE_HOME.\n` });
  });

  it('that becomes read-only lets tasks wait, and they go on when it can be written again', { timeout: 120_000 }, async (context) => {
    const { args, missing } = smallDisk();
    if (missing !== undefined) context.skip(missing);
    running = await Millrace.start({ dataFolder: folder, sample: false, wrapper: args });
    const post = async () => (await running!.json('/apis/v2beta1/runs', { method: 'POST', body: JSON.stringify({ display_name: 'one', pipeline_spec: shellPipeline({ one: { line: 'true' } }) }) })).run_id as string;
    await running.finished(await post());
    const attempts = join(folder, 'attempts', 'attempts');
    const within = (script: string) => {
      const { status, stderr } = spawnSync('nsenter', ['-t', String(running!.process.pid), '-U', '-m', '--preserve-credentials', 'sh', '-c', script], { encoding: 'utf8' });
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    };
    // What the run before left to be written may be open at this moment, which the kernel calls busy.
    within(`mount --bind ${attempts} ${attempts}; for _ in $(seq 50); do why=$(mount -o remount,bind,ro ${attempts} 2>&1) && exit; sleep 0.1; done; echo "$why" >&2; exit 1`);
    const id = await post();
    const tasks = async () => (await running!.json(`/apis/millrace/v1/runs/${id}`)).tasks;
    for (const began = performance.now(); performance.now() - began < 20_000 && !(await tasks())[0].message?.includes('read-only'); ) await sleep(100);
    expect(await tasks()).toMatchObject([{ state: 'PENDING', message: expect.stringContaining('read-only') }]);
    // Not taken away, which fails whenever an attempt that is made just then holds the folder.
    within(`mount -o remount,bind,rw ${attempts}`);
    expect(await running.finished(id)).toMatchObject({ state: 'SUCCEEDED' });
  });
});

/** Takes all the room there is. */
function fill(path: string): void {
  spawnSync('sh', ['-c', 'dd if=/dev/zero of="$0" bs=64k 2>/dev/null; dd if=/dev/zero of="$0" bs=512 oflag=append conv=notrunc 2>/dev/null; true', path]);
  expect(existsSync(path) && readdirSync(join(path, '..')).length).toBeTruthy();
}
