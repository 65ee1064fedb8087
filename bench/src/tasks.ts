import type { BenchOptions } from './bench.js';
import { kfpPython, runKfpLocal } from './kfp-local.js';
import { flatPipeline } from './pipelines.js';
import { withServer } from './server.js';
import { printTable, ratio, type Cell } from './table.js';

/** No-op Python tasks, side by side and in a chain that hands a number on, against kfp.local. */
export async function benchTasks({ full }: BenchOptions): Promise<void> {
  const tasks = full ? 100 : 20;
  const forDefault = full ? 3 : 1;
  const python = kfpPython();
  const rows: Cell[][] = [];
  await withServer(
    async (server) => {
      for (const form of ['wide', 'values'] as const) {
        const { wallMs } = await server.run(flatPipeline({ tasks, form }), { ask: 'sdk' });
        const again = await server.run(flatPipeline({ tasks, form }), { ask: 'sdk' });
        const millrace = Math.min(wallMs, again.wallMs) / tasks;
        const what = form === 'wide' ? `${tasks} side by side` : `${tasks} in a chain`;
        if (python === undefined) {
          rows.push([what, millrace, '-', '-', '-', '-']);
          continue;
        }
        const best = (await runKfpLocal(python, { mode: 'best', form, tasks })) / tasks;
        const normal = (await runKfpLocal(python, { mode: 'default', form, tasks: forDefault })) / forDefault;
        rows.push([what, millrace, best, ratio(best / millrace), normal, ratio(normal / millrace)]);
      }
    },
    { warm: flatPipeline({ tasks: 2, form: 'wide' }) },
  );
  printTable(`Python tasks until the API says SUCCEEDED, milliseconds a task (kfp.local's default from ${forDefault})`, ['tasks', 'Millrace', 'kfp.local at its best', 'ratio (goal 4 x)', 'kfp.local by default', 'ratio (goal 100 x)'], rows);
}
