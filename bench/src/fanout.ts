import type { BenchOptions } from './bench.js';
import { flatPipeline, nestedPipeline } from './pipelines.js';
import { withServer } from './server.js';
import { printTable, ratio, type Cell } from './table.js';

/** Wide runs while a page listens: cost a task, and what the server's memory does. */
export async function benchFanout({ full }: BenchOptions): Promise<void> {
  const widths = full ? [200, 2_000] : [50, 200];
  const groups = full ? 50 : 10;
  const rows: Cell[][] = [];
  const cases = [
    ...widths.map((tasks) => ({ name: `${tasks} side by side`, tasks, pipeline: flatPipeline({ tasks, work: 'program', form: 'wide' }) })),
    { name: `${groups} x ${groups} nested`, tasks: groups * groups, pipeline: nestedPipeline(groups, { tasks: groups, work: 'program', form: 'wide' }) },
  ];
  let first: number | undefined;
  for (const { name, tasks, pipeline } of cases) {
    await withServer(
      async (server) => {
        const stop = new AbortController();
        let events = 0;
        const listening = fetch(`${server.url}/apis/millrace/v1/events`, { signal: stop.signal })
          .then(async ({ body }) => {
            for await (const chunk of body!) events += Buffer.from(chunk).toString().split('\n\n').length - 1;
          })
          .catch((error: unknown) => {
            if (!stop.signal.aborted) console.error(`the event stream ended early: ${String(error)}`);
          });
        const { wallMs, processor } = await server.run(pipeline);
        stop.abort();
        await listening;
        const perTask = wallMs / tasks;
        first ??= perTask;
        rows.push([name, wallMs / 1000, perTask, processor === undefined ? '-' : processor.server / tasks, ratio(perTask / first), server.memory()?.peak ?? '-', String(events)]);
      },
      { warm: flatPipeline({ tasks: 2, form: 'wide' }) },
    );
  }
  printTable('Wide runs of programs that end at once, with one listener to the events', ['what', 'seconds', 'ms a task', "server's CPU", 'growth', 'peak memory MiB (goal 400)', 'events'], rows);
}
