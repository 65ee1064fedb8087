import type { NodeStatus } from '@millrace/argo';
import { describe, expect, it } from 'vitest';
import { nodeMessage } from './node-message.js';

const pod = (message: string | undefined, name = 'a'): NodeStatus => ({ id: name, name, type: 'Pod', phase: 'Failed', message }) as NodeStatus;

describe('nodeMessage', () => {
  it.each([
    [undefined, ''],
    ['installing kfp==2.17.0', 'installing kfp==2.17.0'],
    ['omitted: depends condition not met', 'a task before it did not succeed'],
    ['workflow shutdown with strategy:  Terminate', 'the run was terminated'],
    ['Pod was active on the node longer than the specified deadline', 'it was stopped because it ran longer than its timeout'],
    ['main: Error (exit code 3): Exit code 3: ValueError: no', 'Exit code 3: ValueError: no'],
    ['main: Error (exit code 3)', 'Exit code 3; its log may tell why.'],
    ['wait: Error (exit code 64): failed to put file: Access Denied.; ', "Its work was done, but what it left could not be taken away: failed to put file: Access Denied."],
    ['wait: Error (exit code 2)', "Its work was done, but what it left could not be taken away: Argo's executor ended with exit code 2"],
  ])('says of %j: %j', (said, message) => {
    expect(nodeMessage(pod(said), {})).toBe(message);
  });

  it('says what the log says last where Argo knows of no reason', () => {
    expect(nodeMessage(pod('main: Error (exit code 3)'), {}, 'KeyError: 1')).toBe('Exit code 3: KeyError: 1');
    expect(nodeMessage(pod('OOMKilled (exit code 137)'), {}, 'KeyError: 1')).toBe('OOMKilled (exit code 137)');
  });

  it('says after the last retry why the last attempt failed', () => {
    const first = pod('main: Error (exit code 1): Exit code 1: first', 'a(0)');
    const last = pod('main: Error (exit code 1): Exit code 1: last', 'a(1)');
    const retry = { id: 'a', name: 'a', type: 'Retry', phase: 'Failed', message: 'No more retries left', children: ['a(0)', 'a(1)'] } as NodeStatus;
    expect(nodeMessage(retry, { a: retry, 'a(0)': first, 'a(1)': last })).toBe('Exit code 1: last. All 2 attempts failed.');
  });

  it('says of a task that waits to be tried again what its node says', () => {
    const first = pod('main: Error (exit code 1)', 'a(0)');
    const retry = { id: 'a', name: 'a', type: 'Retry', phase: 'Running', message: 'Backoff for 10 seconds', children: ['a(0)'] } as NodeStatus;
    expect(nodeMessage(retry, { a: retry, 'a(0)': first })).toBe('Backoff for 10 seconds');
  });
});
