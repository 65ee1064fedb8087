import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sweepDaily } from './daily-sweep.js';

describe('the daily sweep', () => {
  let folder: string;
  let stop: (() => Promise<void>) | undefined;
  const logged: string[] = [];
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'millrace-sweep-'));
    logged.length = 0;
  });
  afterEach(async () => {
    await stop?.();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Stands for the program: notes what it was asked for and how nice it is, and says something. */
  const start = (script: string): string => {
    const program = join(folder, 'program.mjs');
    writeFileSync(program, `import { appendFileSync } from 'node:fs'; import { getPriority } from 'node:os';\n${script}`);
    stop = sweepDaily({ dataFolder: '/data', program, environmentDays: 30, log: (level, message, facts) => logged.push(`${level} ${message} ${JSON.stringify(facts)}`), firstAfterMs: 10, everyMs: 10 });
    return join(folder, 'calls');
  };
  const until = async (look: () => boolean): Promise<void> => {
    for (const began = performance.now(); !look() && performance.now() - began < 20_000; ) await sleep(20);
    expect(look()).toBe(true);
  };

  it('asks for gc again and again, at a low priority, and says what was removed', async () => {
    const calls = start(`setTimeout(() => { appendFileSync(${JSON.stringify(join(folder, 'calls'))}, process.argv.slice(2).join(' ') + ' at ' + getPriority() + '\\n'); console.log('Removed 2 folders, 1 MB.'); }, 50);`);
    await until(() => existsSync(calls) && readFileSync(calls, 'utf8').split('\n').length > 2);
    expect(readFileSync(calls, 'utf8').split('\n')[0]).toBe('gc --remove --environments 30 --data-dir /data at 19');
    expect(logged[0]).toBe('info removed what nothing refers to {"what":"Removed 2 folders, 1 MB."}');
  });

  it('says when it could not be done, and nothing when there was nothing to do', async () => {
    start(`console.error('millrace: There is no Millrace data.'); process.exit(1);`);
    await until(() => logged.length > 0);
    expect(logged[0]).toContain('There is no Millrace data.');
    await stop!();
    logged.length = 0;
    const calls = start(`appendFileSync(${JSON.stringify(join(folder, 'calls'))}, 'x\\n'); console.log('Nothing to remove.');`);
    await until(() => existsSync(calls) && readFileSync(calls, 'utf8').split('\n').length > 2);
    expect(logged).toEqual([]);
  });

  it('ends with the server, also in the middle', async () => {
    const calls = start(`appendFileSync(${JSON.stringify(join(folder, 'calls'))}, 'x\\n'); setTimeout(() => undefined, 60_000);`);
    await until(() => existsSync(calls));
    await stop!();
    expect(logged).toEqual([]);
  });
});
