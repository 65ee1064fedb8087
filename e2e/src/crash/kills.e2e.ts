import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkRun } from './check-run.js';
import { crashPipeline } from './crash-pipeline.js';
import { randomNumbers, Wrecker, type Victim } from './wrecker.js';

// The long form: MILLRACE_SOAK=200 npx vitest run --config e2e/vitest.config.ts e2e/src/crash
const kills = Number(process.env['MILLRACE_SOAK'] ?? 6);
const seed = Number(process.env['MILLRACE_SOAK_SEED'] ?? Date.now() % 1_000_000);

describe('kill -9 at random moments', () => {
  let folder: string;
  let wrecker: Wrecker;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'millrace-crash-'));
    wrecker = new Wrecker(folder, { parallel: 4 });
  });
  afterEach(async () => {
    await wrecker.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it(`loses nothing in ${kills} kills (seed ${seed})`, { timeout: 60_000 + kills * 20_000 }, async () => {
    const random = randomNumbers(seed);
    let runs = 0;
    let attempts = 0;
    await wrecker.start();
    let killed = 0;
    while (killed < kills) {
      const name = `crash-${runs}`;
      const journal = join(folder, `journal-${runs}`);
      const pipeline = crashPipeline({ journal, name, chain: 8, fan: 40, pauseSeconds: 0.08 });
      const { run_id: runId } = await wrecker.server.json('/apis/v2beta1/runs', { method: 'POST', body: JSON.stringify({ display_name: name, pipeline_spec: pipeline.spec }) });
      for (;;) {
        await sleep(random() * 1_200);
        const { state } = await wrecker.server.json(`/apis/v2beta1/runs/${runId}`);
        if (state !== 'PENDING' && state !== 'RUNNING') break;
        if (killed >= kills) continue;
        const dice = random();
        const victim: Victim = dice < 0.5 ? 'server' : dice < 0.7 ? 'supervisor' : 'worker';
        if (await wrecker.kill(victim, random)) killed += 1;
        // Now and then both at once.
        if (victim === 'supervisor' && random() < 0.3 && killed < kills) {
          await wrecker.kill('server', random);
          killed += 1;
        }
      }
      attempts += await checkRun(wrecker.server, runId, pipeline, journal);
      runs += 1;
    }
    const { total_size: total } = await wrecker.server.json('/apis/v2beta1/runs?page_size=1');
    expect(total).toBe(runs);
    const times = wrecker.restarts.toSorted((a, b) => a - b);
    console.log(
      `${killed} kills (${JSON.stringify(wrecker.kills)}) in ${runs} runs of 50 tasks, ${attempts} attempts; back after ${Math.round(times[Math.floor(times.length / 2)] ?? 0)} ms (median), ${Math.round(times.at(-1) ?? 0)} ms (longest)`,
    );
  });
});
