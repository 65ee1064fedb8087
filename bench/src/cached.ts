import type { BenchOptions } from './bench.js';
import { median, timed } from './numbers.js';
import { flatPipeline } from './pipelines.js';
import { withServer } from './server.js';
import { printTable, ratio, type Cell } from './table.js';

/** The same run again: nothing is to be done but look up what there is. */
export async function benchCached({ full }: BenchOptions): Promise<void> {
  const sizes = full ? [10, 100, 500] : [10, 50];
  const rows: Cell[][] = [];
  await withServer(
    async (server) => {
      for (const tasks of sizes) {
        const pipeline = flatPipeline({ tasks, form: 'values', cache: true });
        const { wallMs: firstMs } = await server.run(pipeline);
        let processes = 0;
        const again = median(
          await timed(5, async () => {
            const { id } = await server.run(pipeline);
            processes += server.ownTime(id).processes;
          }),
        );
        rows.push([`chain of ${tasks}`, firstMs, again, ratio(firstMs / again), String(processes)]);
      }
    },
    { warm: flatPipeline({ tasks: 2, form: 'wide' }) },
  );
  printTable('Run again, everything from the cache (milliseconds; goal at 100 tasks: 300)', ['what', 'first run', 'again (median of 5)', 'ratio', 'processes started again'], rows);
}
