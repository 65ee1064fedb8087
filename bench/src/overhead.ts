import { spawnSync } from 'node:child_process';
import type { BenchOptions } from './bench.js';
import { median } from './numbers.js';
import { flatPipeline } from './pipelines.js';
import { withServer } from './server.js';
import { printTable, ratio, type Cell } from './table.js';

/** Milliseconds of one fork, exec and wait of a program that ends at once: no engine can have a task for less. */
function forkAndExec(times: number): number {
  const script = `
import os, sys, time
began = time.perf_counter()
for _ in range(${times}):
    pid = os.fork()
    if pid == 0:
        os.execvp('true', ['true'])
    os.waitpid(pid, 0)
print((time.perf_counter() - began) * 1000 / ${times})
`;
  return Number(spawnSync('python3', ['-c', script], { encoding: 'utf8' }).stdout);
}

/** Chains: what a task costs beside its process, and whether that grows with the length. */
export async function benchOverhead({ full }: BenchOptions): Promise<void> {
  const lengths = full ? [10, 100, 1_000] : [10, 100];
  const kinds = [
    { name: 'programs in a chain', work: 'program', form: 'chain' },
    { name: 'Python in a chain', work: 'python', form: 'chain' },
    { name: 'Python, values handed on', work: 'python', form: 'values' },
  ] as const;
  const rows: Cell[][] = [];
  const floors: number[] = [];
  await withServer(
    async (server) => {
      for (const { name, work, form } of kinds) {
        let before: number | undefined;
        for (const tasks of lengths) {
          const { id, wallMs, processor } = await server.run(flatPipeline({ tasks, work, form }));
          const own = server.ownTime(id);
          // Measured beside each figure, because a shared machine's speed drifts.
          const floor = forkAndExec(50);
          floors.push(floor);
          const perTask = wallMs / tasks;
          const cpu = processor === undefined ? ['-', '-', '-'] : [processor.server / tasks, processor.supervisor / tasks, processor.tasks / tasks];
          rows.push([name, String(tasks), perTask, own.ms / own.processes, (wallMs - own.ms) / tasks, ratio((wallMs - own.ms) / tasks / floor), ...cpu, before === undefined ? '-' : ratio(perTask / before)]);
          before = perTask;
        }
      }
    },
    { warm: flatPipeline({ tasks: 2, form: 'wide' }), args: ['--parallel', '2'] },
  );
  printTable(`Engine overhead, milliseconds a task (a bare fork, exec and wait: ${median(floors).toFixed(2)})`, ['what', 'tasks', 'wall', 'process', 'overhead (goal 5)', 'against the fork', 'CPU: server', 'supervisor', 'task', 'growth (goal 1.1 x)'], rows);
}
