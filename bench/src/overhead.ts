import { spawnSync } from 'node:child_process';
import type { BenchOptions } from './bench.js';
import { median } from './numbers.js';
import { flatPipeline } from './pipelines.js';
import { withServer, type ProcessorTime } from './server.js';
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
  // Short ones again and again: what happens once in a server's life is no overhead of a task.
  const lengths = full ? [[10, 9], [100, 3], [1_000, 1]] as const : [[10, 5], [100, 1]] as const;
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
        for (const [tasks, rounds] of lengths) {
          const found: { wall: number; process: number; processor: ProcessorTime | undefined }[] = [];
          for (let round = 0; round < rounds; round += 1) {
            const { id, untilEndMs, processor } = await server.run(flatPipeline({ tasks, work, form }));
            found.push({ wall: untilEndMs / tasks, process: server.ownTime(id).ms / tasks, processor });
          }
          // Measured beside each figure, because a shared machine's speed drifts.
          const floor = forkAndExec(50);
          floors.push(floor);
          const of = (figure: (round: (typeof found)[number]) => number): number => median(found.map(figure));
          const [wall, overhead] = [of((round) => round.wall), of((round) => round.wall - round.process)];
          const cpu = (['server', 'supervisor', 'tasks'] as const).map((who) => (found[0]!.processor === undefined ? '-' : of(({ processor }) => processor![who] / tasks)));
          rows.push([name, String(tasks), wall, of((round) => round.process), overhead, ratio(overhead / floor), ...cpu, before === undefined ? '-' : ratio(wall / before)]);
          before = wall;
        }
      }
    },
    { warm: flatPipeline({ tasks: 2, form: 'wide' }), args: ['--parallel', '2'] },
  );
  printTable(`Engine overhead, milliseconds a task (a bare fork, exec and wait: ${median(floors).toFixed(2)})`, ['what', 'tasks', 'wall', 'process', 'overhead (goal 5)', 'against the fork', 'CPU: server', 'supervisor', 'task', 'growth (goal 1.1 x)'], rows);
}
