import { spawnSync } from 'node:child_process';
import type { BenchOptions } from './bench.js';
import { median } from './numbers.js';
import { flatPipeline } from './pipelines.js';
import { Server } from './server.js';
import { printTable, ratio } from './table.js';
import { withFolder } from './workspace.js';

/** From starting the process to serving, against a Node that does nothing. */
export async function benchStart({ full }: BenchOptions): Promise<void> {
  const times = full ? 11 : 5;
  const fresh: number[] = [];
  const again: number[] = [];
  const bare: number[] = [];
  let memory = { idle: 0, afterRuns: 0 };
  for (let turn = 0; turn < times; turn += 1) {
    await withFolder(async (folder) => {
      const began = performance.now();
      spawnSync(process.execPath, ['-e', '0']);
      bare.push(performance.now() - began);
      const first = await Server.start(folder);
      fresh.push(first.readyMs);
      memory = { ...memory, idle: Math.max(memory.idle, first.memory()?.now ?? 0) };
      if (turn === 0) {
        for (let run = 0; run < 5; run += 1) await first.run(flatPipeline({ tasks: 20, form: 'values' }));
        memory = { ...memory, afterRuns: first.memory()?.now ?? 0 };
      }
      await first.stop();
      const second = await Server.start(folder);
      again.push(second.readyMs);
      await second.stop();
    });
  }
  const floor = median(bare);
  printTable(`Start, median of ${times}`, ['what', 'figure', 'against bare Node'], [
    ['bare Node, ms', floor, '1 x'],
    ['ready with a new data folder, ms (goal 2000)', median(fresh), ratio(median(fresh) / floor)],
    ['ready with a used data folder, ms', median(again), ratio(median(again) / floor)],
    ['resident memory when ready, MiB (goal 250)', memory.idle, '-'],
    ['resident memory after 100 tasks, MiB', memory.afterRuns, '-'],
  ]);
}
