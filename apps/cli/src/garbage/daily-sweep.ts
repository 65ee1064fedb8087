import { spawn } from 'node:child_process';
import { constants, setPriority } from 'node:os';
import type { Log } from '../log.js';
import { everyDay, type DailyOptions } from './every-day.js';

export interface SweepOptions extends DailyOptions {
  readonly dataFolder: string;
  /** This program, whose `gc` does the work: in a process of its own, so that nobody waits for it. */
  readonly program: string;
  /** Python environments that nothing was run in for so long are given up. */
  readonly environmentDays: number;
  readonly log: Log;
}

/** Removes what nothing refers to any more, soon after the start and then every day, at the lowest priority. The returned function ends that. */
export function sweepDaily({ dataFolder, program, environmentDays, log, ...daily }: SweepOptions): () => Promise<void> {
  const sweep = (signal: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      const args = ['--disable-warning=ExperimentalWarning', program, 'gc', '--remove', '--environments', String(environmentDays), '--data-dir', dataFolder];
      const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
      const end = (): void => void child.kill();
      signal.addEventListener('abort', end, { once: true });
      let said = '';
      for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said = (said + chunk.toString()).slice(-4_000)));
      child.once('error', (error) => log('warn', 'what nothing refers to could not be removed', { error: error.message }));
      child.once('close', (code) => {
        const last = said.trim().split('\n').at(-1) ?? '';
        if (code === 0 && last.startsWith('Removed')) log('info', 'removed what nothing refers to', { what: last });
        else if (code !== 0 && code !== null && !signal.aborted) log('warn', 'what nothing refers to could not be removed', { error: last });
        signal.removeEventListener('abort', end);
        resolve();
      });
      try {
        setPriority(child.pid!, constants.priority.PRIORITY_LOW);
      } catch {
        // It is over, or this system has no such thing.
      }
    });

  return everyDay(sweep, daily);
}
