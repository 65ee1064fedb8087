import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { repeat } from './repeat.js';

describe('repeat', () => {
  it('begins the next when the one before is over, until it is told to end, and waits for what is in progress', async () => {
    const ending = new AbortController();
    const seen: string[] = [];
    const over = repeat(
      async () => {
        seen.push('begin');
        if (seen.length === 5) ending.abort();
        await sleep(5);
        seen.push('end');
      },
      { everyMs: 1, signal: ending.signal },
    );
    await over;
    expect(seen).toEqual(['begin', 'end', 'begin', 'end', 'begin', 'end']);
  });

  it('ends while it waits, before the first as well', async () => {
    for (const firstAfterMs of [0, 60_000]) {
      const ending = new AbortController();
      let times = 0;
      const over = repeat(async () => void (times += 1), { firstAfterMs, everyMs: 60_000, signal: ending.signal });
      await sleep(5);
      ending.abort();
      await over;
      expect(times).toBe(firstAfterMs === 0 ? 1 : 0);
    }
  });

  it('ends when the work says that it is done, and does not begin after the signal', async () => {
    let times = 0;
    await repeat(async () => ((times += 1) === 3 ? 'done' : undefined), { everyMs: 1, signal: new AbortController().signal });
    expect(times).toBe(3);
    await repeat(async () => void (times += 1), { everyMs: 1, signal: AbortSignal.abort() });
    expect(times).toBe(3);
  });
});
