import type { BenchOptions } from './bench.js';
import { flatPipeline } from './pipelines.js';
import { withServer } from './server.js';
import { printTable, type Cell } from './table.js';

const TASKS = 100;

/** The server's memory while run follows run at full load: it is to be as high at the end as at the beginning. */
export async function benchMemory({ full }: BenchOptions): Promise<void> {
  const seconds = full ? 600 : 30;
  const looks = 10;
  const rows: Cell[][] = [];
  const pipeline = flatPipeline({ tasks: TASKS, work: 'program', form: 'wide' });
  await withServer(
    async (server) => {
      const began = performance.now();
      let runs = 0;
      let done = false;
      const lane = async () => {
        while (!done) {
          await server.run(pipeline);
          runs += 1;
        }
      };
      const load = Promise.all([lane(), lane()]);
      for (let look = 1; look <= looks; look += 1) {
        await new Promise((resolve) => setTimeout(resolve, began + (seconds * 1_000 * look) / looks - performance.now()));
        const memory = server.memory();
        rows.push([`after ${Math.round((seconds * look) / looks)} s`, String(runs), String(runs * TASKS), memory?.now ?? '-', memory?.peak ?? '-']);
      }
      done = true;
      await load;
    },
    { warm: flatPipeline({ tasks: 2, form: 'wide' }) },
  );
  printTable(`Resident memory of the server, MiB, two runs of ${TASKS} programs at a time, one after the other (goal: flat)`, ['when', 'runs', 'tasks', 'now', 'peak'], rows);
}
