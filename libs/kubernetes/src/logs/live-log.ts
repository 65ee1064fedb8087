import type { LogLine } from '@millrace/resources';
import type { KubeClient } from '../kube-client.js';
import { createUserLineFilter } from './emissary-lines.js';
import { rawLines, toLogLine } from './log-lines.js';
import { podsPath } from '../pods.js';

export interface PodRef {
  readonly namespace: string;
  readonly name: string;
}

/** How far a log was read: what is needed to go on after the connection was lost. */
export interface LogPosition {
  offset: number;
  number: number;
  /** Time of the last line, as the kubelet wrote it, and how many lines had it. */
  lastTime: string | undefined;
  atLastTime: number;
  readonly isUsers: (line: string) => boolean;
}

export function startOfLog(): LogPosition {
  return { offset: 0, number: 1, lastTime: undefined, atLastTime: 0, isUsers: createUserLineFilter() };
}

const STAMPED = /^(\d{4}-\d\d-\d\dT[\d:.]+Z) ?/;

/**
 * The user's lines of a running pod from a position on, which moves with them. With `follow` until the container ends or the connection does; what
 * was read before is not given again.
 */
export async function* livePodLines(client: KubeClient, { namespace, name }: PodRef, position: LogPosition, { follow, signal }: { readonly follow: boolean; readonly signal?: AbortSignal }): AsyncIterable<LogLine & { readonly size: number }> {
  const body = await client.stream({
    path: `${podsPath(namespace)}/${encodeURIComponent(name)}/log`,
    query: { container: 'main', follow, timestamps: true, sinceTime: position.lastTime },
    signal,
  });
  const resumeFrom = position.lastTime;
  let toSkip = position.atLastTime;
  for await (const { bytes } of rawLines(body as AsyncIterable<Buffer>)) {
    const stamp = STAMPED.exec(bytes.subarray(0, 40).toString('latin1'));
    const time = stamp?.[1];
    if (time !== undefined && resumeFrom !== undefined && time <= resumeFrom) {
      if (time < resumeFrom) continue;
      toSkip -= 1;
      if (toSkip >= 0) continue;
    }
    if (time !== undefined) {
      position.atLastTime = time === position.lastTime ? position.atLastTime + 1 : 1;
      position.lastTime = time;
    }
    const text = bytes.subarray(stamp?.[0].length ?? 0);
    if (!position.isUsers(text.toString('utf8'))) continue;
    const size = text.length + 1;
    const line = toLogLine({ number: position.number, offset: position.offset, bytes: text, time: time === undefined ? undefined : Date.parse(time) });
    position.offset += size;
    position.number += 1;
    yield { ...line, size };
  }
}
