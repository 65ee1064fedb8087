import type { BenchOptions } from './bench.js';
import { conditionPipeline, flatPipeline, loopPipeline } from './pipelines.js';
import { withServer } from './server.js';
import { printTable, ratio, type Cell } from './table.js';

/** Wide runs, loops and conditions while a page listens: cost a task, an iteration, a condition, and what the server's memory does. */
export async function benchFanout({ full }: BenchOptions): Promise<void> {
  const widths = full ? [200, 2_000] : [50, 200];
  const groups = full ? 50 : 10;
  const rows: Cell[][] = [];
  const cases = [
    ...widths.map((tasks) => ({ name: `${tasks} side by side`, tasks, pipeline: flatPipeline({ tasks, work: 'program', form: 'wide' }) })),
    ...widths.map((items) => ({ name: `loop over ${items}`, tasks: items, pipeline: loopPipeline([items]) })),
    { name: `loop of ${groups} in a loop of ${groups}`, tasks: groups * groups, pipeline: loopPipeline([groups, groups]) },
    ...widths.map((conditions) => ({ name: `${conditions} conditions, none true`, tasks: conditions, pipeline: conditionPipeline(conditions) })),
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
            if (!stop.signal.aborted) console.error(`${name}: the server ended the event stream`);
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
  printTable('Wide runs and loops of programs that end at once, with one listener to the events', ['what', 'seconds', 'ms each', "server's CPU each", 'against the first', 'peak memory MiB (goal 400)', 'events'], rows);
}
