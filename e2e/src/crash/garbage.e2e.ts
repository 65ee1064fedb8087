import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Millrace, program } from '../harness/millrace.js';
import { crashPipeline } from './crash-pipeline.js';
import { checkRun } from './check-run.js';

describe('millrace gc', () => {
  let folder: string;
  let millrace: Millrace;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'millrace-gc-'));
    millrace = await Millrace.start({ dataFolder: folder, sample: false });
  });
  afterEach(async () => {
    await millrace.stop();
    rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  });

  const gc = (...args: string[]) => spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', program, 'gc', '--data-dir', folder, ...args], { encoding: 'utf8', timeout: 30_000 });
  const age = () => {
    const old = new Date(Date.now() - 2 * 3_600_000);
    for (const path of readdirSync(folder, { recursive: true, encoding: 'utf8' })) if (/^(artifacts|attempts.attempts)/.test(path) && statSync(join(folder, path), { throwIfNoEntry: false })?.isDirectory()) utimesSync(join(folder, path), old, old);
  };

  it('beside a running server, lists and removes what deleted runs left, and nothing of those that are there', async () => {
    const aRun = async (name: string) => {
      const pipeline = crashPipeline({ journal: join(folder, name), name, chain: 2, fan: 2, pauseSeconds: 0 });
      const { run_id: id } = await millrace.json('/apis/v2beta1/runs', { method: 'POST', body: JSON.stringify({ display_name: name, pipeline_spec: pipeline.spec }) });
      await millrace.finished(id);
      return { id: id as string, pipeline, journal: join(folder, name) };
    };
    const kept = await aRun('kept');
    const deleted = await aRun('deleted');
    await millrace.json(`/apis/v2beta1/runs/${deleted.id}`, { method: 'DELETE' });
    expect(gc().stdout).toBe('Nothing to remove.\n');
    age();
    const listed = gc().stdout;
    expect(listed).toContain(join('artifacts', 'deleted', deleted.id));
    expect(listed).not.toContain(kept.id);
    expect(listed).toMatch(/nothing was removed: millrace gc --remove does\.\n$/);
    expect(existsSync(join(folder, 'artifacts', 'deleted', deleted.id))).toBe(true);

    expect(gc('--remove', '--environments', '1').stdout).toMatch(/^Removed \d+ folders/m);
    expect(existsSync(join(folder, 'artifacts', 'deleted', deleted.id))).toBe(false);
    expect(gc().stdout).toBe('Nothing to remove.\n');
    await checkRun(millrace, kept.id, kept.pipeline, kept.journal);
  });
});
