import { execFile, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { program } from '../harness/millrace.js';
import { checkRun } from './check-run.js';
import { crashPipeline } from './crash-pipeline.js';
import { Wrecker } from './wrecker.js';

const millrace = (...args: string[]) => promisify(execFile)(process.execPath, ['--disable-warning=ExperimentalWarning', program, ...args]);

describe('millrace backup and restore', () => {
  let scratch: string;
  const servers: Wrecker[] = [];
  const serverOn = (folder: string) => {
    const wrecker = new Wrecker(folder, { parallel: 3 });
    servers.push(wrecker);
    return wrecker;
  };
  beforeEach(() => {
    // Not below /tmp, of which each task has its own: tasks of all folders write to the same journals.
    const own = resolve(import.meta.dirname, '../../../node_modules/.cache');
    const cache = own.startsWith('/tmp/') ? '/var/tmp' : own;
    mkdirSync(cache, { recursive: true });
    scratch = mkdtempSync(join(cache, 'backup-'));
  });
  afterEach(async () => {
    for (const server of servers.splice(0)) await server.stop();
    rmSync(scratch, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  });

  it('brings back, at another place, runs that were over and runs that were in progress when it was taken', { timeout: 240_000 }, async () => {
    const dataFolder = join(scratch, 'original');
    const original = serverOn(dataFolder);
    await original.start();
    const submit = async (name: string, size: { chain: number; fan: number }) => {
      const journal = join(dataFolder, `journal-${name}`);
      const pipeline = crashPipeline({ journal, name, pauseSeconds: 0.05, ...size });
      const { run_id: id } = await original.server.json('/apis/v2beta1/runs', { method: 'POST', body: JSON.stringify({ display_name: name, pipeline_spec: pipeline.spec }) });
      return { id: id as string, pipeline, journal };
    };
    const done = await submit('done', { chain: 2, fan: 3 });
    await original.server.finished(done.id);
    const going = await submit('going', { chain: 5, fan: 30 });

    const backups: string[] = [];
    for (const progress of [2, 10, 20]) {
      for (;;) {
        const { run } = await original.server.json(`/apis/millrace/v1/runs/${going.id}`);
        if ((run.task_counts.SUCCEEDED ?? 0) >= progress) break;
        await sleep(20);
      }
      const file = join(scratch, `at-${progress}.tar`);
      const { stdout } = await millrace('backup', file, '--data-dir', dataFolder);
      expect(stdout).toMatch(/^Backed up .*original to .*\.tar: \d+ files, [\d.]+ (KB|MB)\.$/m);
      backups.push(file);
    }
    await original.server.finished(going.id);
    await checkRun(original.server, going.id, going.pipeline, going.journal);
    await original.stop();
    expect(original.printed).not.toContain(' error ');

    const folders: string[] = [];
    for (const [index, file] of backups.entries()) {
      const folder = join(scratch, `restored-${index}`);
      await millrace('restore', file, '--data-dir', folder);
      folders.push(folder);
    }
    // Nothing of the original is read any more, but the journals that its tasks write to.
    for (const gone of ['artifacts', 'attempts', 'engine', 'millrace.db']) rmSync(join(dataFolder, gone), { recursive: true });
    for (const folder of folders) {
      const restored = serverOn(folder);
      await restored.start();
      for (const { id, pipeline } of [done, going]) {
        await restored.server.finished(id);
        await checkRun(restored.server, id, pipeline);
      }
      await restored.stop();
      expect(restored.printed).not.toContain(' error ');
    }
  });

  it('says in one sentence what cannot be backed up or restored', () => {
    const refused = (...args: string[]) => spawnSync(process.execPath, [program, ...args], { encoding: 'utf8', timeout: 30_000 });
    const empty = refused('backup', join(scratch, 'b.tar'), '--data-dir', join(scratch, 'nothing'));
    expect({ status: empty.status, stderr: empty.stderr }).toMatchObject({ status: 1, stderr: expect.stringMatching(/^millrace: There is no Millrace data in .*--data-dir\.$/m) });
    const missing = refused('restore', join(scratch, 'b.tar'), '--data-dir', join(scratch, 'target'));
    expect({ status: missing.status, stderr: missing.stderr }).toMatchObject({ status: 1, stderr: expect.stringMatching(/^millrace: There is no file /m) });
  });
});
