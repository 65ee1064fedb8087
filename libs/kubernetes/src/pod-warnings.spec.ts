import { describe, expect, it } from 'vitest';
import type { KubeClient } from './kube-client.js';
import { PodWarnings } from './pod-warnings.js';

/** An API server that takes so long for an answer; time goes on with it, and by hand. */
function aServer(tookMs: () => number) {
  const time = { now: 0, asked: 0 };
  const client = {
    async json() {
      time.asked += 1;
      time.now += tookMs();
      return { items: [], metadata: { resourceVersion: '1' } };
    },
  } as unknown as KubeClient;
  return { time, warnings: new PodWarnings(client, () => time.now) };
}

describe('the warnings of a namespace', () => {
  it.each([
    ['five seconds', 10, 5_000],
    ['as much longer as the server takes long', 300, 30_000],
    ['a minute at most', 20_000, 60_000],
  ])('are good for %s', async (_what, tookMs, goodForMs) => {
    const { time, warnings } = aServer(() => tookMs);
    await warnings.of('ns');
    time.now += goodForMs - 1;
    await warnings.of('ns');
    expect(time.asked).toBe(1);
    time.now += 1;
    await warnings.of('ns');
    expect(time.asked).toBe(2);
  });

  it('are asked for once by all who wait for them, each namespace by itself', async () => {
    const { time, warnings } = aServer(() => 10);
    await Promise.all([warnings.of('ns'), warnings.of('ns'), warnings.of('other')]);
    expect(time.asked).toBe(2);
  });

  it('are asked for again where the server did not answer', async () => {
    let away = true;
    const { time, warnings } = aServer(() => {
      if (away) throw new Error('away');
      return 10;
    });
    await expect(warnings.of('ns')).rejects.toThrow('away');
    away = false;
    await warnings.of('ns');
    expect(time.asked).toBe(2);
  });
});
