import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { KubeClient, KubeRequest } from '../kube-client.js';
import { livePodLines, startOfLog, type LogPosition } from './live-log.js';

const stamp = (millis: number) => `2026-11-22T10:00:00.${String(millis).padStart(3, '0')}456789Z`;
const ALL = [
  `${stamp(1)} time=2026-11-22T10:00:00Z level=INFO msg="capturing logs" argo=true`,
  `${stamp(2)} one`,
  `${stamp(3)} two, at the same time as`,
  `${stamp(3)} three`,
  `${stamp(4)} `,
  `${stamp(5)} five`,
];

/** Serves the lines since a time, as a kubelet does, and breaks off after so many. */
function aKubelet(breakAfter: readonly (number | undefined)[]): { readonly client: KubeClient; readonly requests: KubeRequest[] } {
  const requests: KubeRequest[] = [];
  const client = {
    async stream(request: KubeRequest) {
      const since = request.query?.['sinceTime'] as string | undefined;
      const end = breakAfter[requests.length];
      requests.push(request);
      const lines = ALL.filter((line) => since === undefined || line.slice(0, 30) >= since).slice(0, end);
      return Readable.from([Buffer.from(lines.map((line) => `${line}\n`).join(''))]);
    },
  };
  return { client: client as unknown as KubeClient, requests };
}

async function read(client: KubeClient, position: LogPosition) {
  const lines = [];
  for await (const line of livePodLines(client, { namespace: 'ns', name: 'pod' }, position, { follow: true })) lines.push(line);
  return lines;
}

describe('the live log of a pod', () => {
  it('is the lines of the user, numbered and placed as in the stored log', async () => {
    const lines = await read(aKubelet([undefined]).client, startOfLog());
    expect(lines.map(({ number, offset, text }) => [number, offset, text])).toEqual([[1, 0, 'one'], [2, 4, 'two, at the same time as'], [3, 29, 'three'], [4, 35, ''], [5, 36, 'five']]);
    expect(lines[0]!.time).toBe(Date.parse('2026-11-22T10:00:00.002Z'));
  });

  it.each([1, 2, 3, 4, 5])('goes on after a connection that broke off with %i lines, without one twice or missing', async (broken) => {
    const { client, requests } = aKubelet([broken, undefined]);
    const position = startOfLog();
    const lines = [...(await read(client, position)), ...(await read(client, position))];
    expect(lines.map(({ number, text }) => [number, text])).toEqual([[1, 'one'], [2, 'two, at the same time as'], [3, 'three'], [4, ''], [5, 'five']]);
    expect(requests[1]!.query).toMatchObject({ sinceTime: ALL[broken - 1]!.slice(0, 30), timestamps: true, follow: true });
  });
});
