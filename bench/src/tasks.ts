import type { BenchOptions } from './bench.js';
import { kfpPython, runKfpLocal } from './kfp-local.js';
import { median } from './numbers.js';
import { flatPipeline } from './pipelines.js';
import { withServer } from './server.js';
import { printTable, ratio, type Cell } from './table.js';

/** No-op Python tasks, side by side and in a chain that hands a number on, against kfp.local: in turn, because a machine's speed drifts. */
export async function benchTasks({ full }: BenchOptions): Promise<void> {
  const tasks = full ? 100 : 20;
  const rounds = full ? 5 : 2;
  const forDefault = full ? 3 : 1;
  const python = kfpPython();
  const rows: Cell[][] = [];
  await withServer(
    async (server) => {
      for (const form of ['wide', 'values'] as const) {
        const ours: number[] = [];
        const best: number[] = [];
        for (let round = 0; round < rounds; round += 1) {
          ours.push((await server.run(flatPipeline({ tasks, form }), { ask: 'sdk' })).wallMs / tasks);
          if (python !== undefined) best.push((await runKfpLocal(python, { mode: 'best', form, tasks })) / tasks);
        }
        const what = form === 'wide' ? `${tasks} side by side` : `${tasks} in a chain`;
        if (python === undefined) {
          rows.push([what, median(ours), '-', '-', '-', '-']);
          continue;
        }
        const ratios = best.map((ms, round) => ms / ours[round]!);
        const byDefault = (await runKfpLocal(python, { mode: 'default', form, tasks: forDefault })) / forDefault;
        rows.push([what, median(ours), median(best), `${ratio(median(ratios))} (${ratio(Math.min(...ratios))} to ${ratio(Math.max(...ratios))})`, byDefault, ratio(byDefault / median(ours))]);
      }
    },
    { warm: flatPipeline({ tasks: 2, form: 'wide' }) },
  );
  printTable(
    `Python tasks until the API says SUCCEEDED, milliseconds a task, medians of ${rounds} rounds in turn (kfp.local's default from ${forDefault})`,
    ['tasks', 'Millrace', 'kfp.local at its best', 'ratio (goal 4 x)', 'kfp.local by default', 'ratio (goal 100 x)'],
    rows,
  );
}
