import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodeIndexRecord } from './log-index.js';

/** The log of an attempt that ended before it had a process: what was said on its behalf. */
export function writeOutput(folder: string, lines: readonly string[]): void {
  writeFileSync(join(folder, 'log'), lines.map((line) => `${line}\n`).join(''), { mode: 0o600 });
  writeFileSync(join(folder, 'log.index'), encodeIndexRecord({ offset: 0, line: 1, time: Date.now(), stream: 'stderr' }), { mode: 0o600 });
}
