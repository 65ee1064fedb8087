import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Millrace } from './harness/millrace.js';

// Ratios and growth only: milliseconds belong to a machine and a minute (bench/).
const TASKS = [50, 200] as const;

/** A chain of programs that end at once: what it costs is the engine's. */
function chain(tasks: number, { cache }: { cache: boolean }): unknown {
  const name = (index: number) => `step-${index}`;
  const indexes = Array.from({ length: tasks }, (_, index) => index);
  return {
    pipelineInfo: { name: `chain-${tasks}` },
    schemaVersion: '2.1.0',
    sdkVersion: 'kfp-2.17.0',
    components: { 'comp-step': { executorLabel: 'exec-step' } },
    deploymentSpec: { executors: { 'exec-step': { container: { image: 'busybox', command: ['true'] } } } },
    root: {
      dag: {
        tasks: Object.fromEntries(
          indexes.map((index) => [
            name(index),
            { taskInfo: { name: name(index) }, componentRef: { name: 'comp-step' }, cachingOptions: cache ? { enableCache: true } : {}, ...(index > 0 && { dependentTasks: [name(index - 1)] }) },
          ]),
        ),
      },
    },
  };
}

describe('growth', () => {
  let millrace: Millrace;
  beforeAll(async () => {
    millrace = await Millrace.start({ sample: false });
    await run(chain(10, { cache: false }));
  });
  afterAll(() => millrace?.close());

  async function run(pipeline: unknown): Promise<{ readonly ms: number; readonly counts: Record<string, number> }> {
    const began = performance.now();
    const { run_id: id } = await millrace.json('/apis/v2beta1/runs', { method: 'POST', body: JSON.stringify({ display_name: 'growth', pipeline_spec: pipeline }) });
    const finished = await millrace.finished(id);
    const ms = performance.now() - began;
    expect(finished.state).toBe('SUCCEEDED');
    const { run: summary } = await millrace.json(`/apis/millrace/v1/runs/${id}`);
    return { ms, counts: summary.task_counts };
  }

  /** Attempts that were ever started here: each leaves a folder. */
  async function attempts(): Promise<number> {
    const folder = join(millrace.dataFolder, 'attempts', 'attempts');
    const perRun = await Promise.all((await readdir(folder)).map((workflow) => readdir(join(folder, workflow))));
    return perRun.flat().length;
  }

  it('costs no more for a task of a long chain than of a short one', async () => {
    const [short, long] = TASKS;
    const ratios: number[] = [];
    // Other programs share the machine: the best of a few pairs is the one they disturbed least.
    for (let pair = 0; pair < 4 && !ratios.some((ratio) => ratio <= 1.5); pair += 1) {
      const before = await run(chain(short, { cache: false }));
      const after = await run(chain(long, { cache: false }));
      ratios.push(after.ms / long / (before.ms / short));
    }
    expect(Math.min(...ratios), `cost of a task in a chain of ${long} against one of ${short}: ${ratios.map((ratio) => ratio.toFixed(2)).join(', ')}`).toBeLessThanOrEqual(1.5);
  });

  it('starts no process for a run that is all in the cache, and is done much sooner', async () => {
    const pipeline = chain(50, { cache: true });
    const first = await run(pipeline);
    const started = await attempts();
    const again = await run(pipeline);
    expect(first.counts).toEqual({ SUCCEEDED: 50 });
    expect(again.counts).toEqual({ CACHED: 50 });
    expect(await attempts()).toBe(started);
    expect(again.ms / first.ms).toBeLessThan(0.5);
  });
});
