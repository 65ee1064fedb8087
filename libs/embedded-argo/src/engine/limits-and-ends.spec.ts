import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { RetryStrategy, Workflow } from '@millrace/argo';
import { podFolder } from '../pod/build-attempt.js';
import type { FakeOutcome } from '../testing/fake-executor.js';
import { ManualClock } from '../testing/manual-clock.js';
import { openScriptedArgo, type ScriptedArgo, type ScriptedArgoOptions } from '../testing/scripted-argo.js';
import { aDag, aGate, aPod, aWorkflow } from '../testing/workflow-builder.js';
import { podName } from '../workflow/node-id.js';

let argo: ScriptedArgo;
afterEach(() => argo.close());

async function opened(options: ScriptedArgoOptions = {}): Promise<ScriptedArgo> {
  argo = await openScriptedArgo(options);
  return argo;
}

const wide = (count: number, spec: Parameters<typeof aWorkflow>[1] = {}, dag: Parameters<typeof aDag>[2] = {}): Workflow =>
  aWorkflow([aDag('root', Array.from({ length: count }, (_, index) => ({ name: `t${index}`, template: 'pod' })), dag), aPod('pod')], spec);

const HOLD: ScriptedArgoOptions = { outcome: () => ({ hold: true }) };

describe('limits', () => {
  it('run at most as many attempts at once as there are slots, first come first served over workflows', async () => {
    const { executor, submit, settled, nodes } = await opened({ ...HOLD, maxParallelTasks: 2 });
    await submit(wide(3));
    await submit({ ...wide(1), metadata: { namespace: 'ns', name: 'other' } });
    await settled();
    expect(executor.running()).toHaveLength(2);
    expect((await nodes())['t2']).toMatchObject({ phase: 'Pending', message: expect.stringMatching(/^Unschedulable: all 2 slots/) });
    executor.finish(executor.running()[0]!);
    await settled();
    expect((await nodes())['t2']).toMatchObject({ phase: 'Running' });
    expect((await nodes())['t2']!.message).toBeUndefined();
    expect((await nodes('other'))['t0']!.phase).toBe('Pending');
    executor.finish(executor.running()[0]!);
    await settled();
    expect((await nodes('other'))['t0']!.phase).toBe('Running');
  });

  it.each([[1, 1], [2, 2], [0, 4]])('spec.parallelism %i runs %i of 4', async (parallelism, expected) => {
    const { executor, submit, settled } = await opened(HOLD);
    await submit(wide(4, { parallelism }));
    await settled();
    expect(executor.running()).toHaveLength(expected);
    for (let turn = 0; turn < 4; turn += 1) {
      executor.finish(executor.running()[0] ?? '');
      await settled();
      expect(executor.running().length).toBeLessThanOrEqual(expected);
    }
    expect((await argo.read()).status?.phase).toBe('Succeeded');
  });

  it('a template\'s parallelism 0 is none', async () => {
    const { executor, submit, settled } = await opened(HOLD);
    await submit(wide(4, {}, { parallelism: 0 }));
    await settled();
    expect(executor.running()).toHaveLength(4);
  });

  it('failFast ends a DAG whose remaining tasks are held back by the workflow\'s limit elsewhere', async () => {
    const { executor, submit, settled, finished } = await opened(HOLD);
    const tasks = ['a', 'b'].map((name) => ({ name, template: 'sub' }));
    await submit(aWorkflow([aDag('root', tasks), aDag('sub', ['x', 'y'].map((name) => ({ name, template: 'pod' }))), aPod('pod')], { parallelism: 1 }));
    for (let turn = 0; turn < 4; turn += 1) {
      await settled();
      expect(executor.running().length).toBeLessThanOrEqual(1);
      executor.finish(executor.running()[0] ?? '', { exitCode: 1 });
    }
    expect((await finished()).status?.phase).toBe('Failed');
  });
});

describe('retries', () => {
  const retrying = (retryStrategy: RetryStrategy): Workflow => aWorkflow([aDag('root', [{ name: 't', template: 't' }, { name: 'after', template: 'after', depends: 't' }]), aPod('t', { retryStrategy }), aPod('after')]);
  /** Outcomes of the attempts in turn; the last one goes on. */
  const scripted = (...outcomes: FakeOutcome[]): ScriptedArgoOptions => ({ outcome: ({ image }) => (image === 't' ? (outcomes.length > 1 ? outcomes.shift()! : outcomes[0]!) : {}) });
  const outline = async () => Object.fromEntries(Object.entries(await argo.nodes()).filter(([name]) => name.startsWith('t')).map(([name, { phase, message }]) => [name, message === undefined ? phase : `${phase}: ${message}`]));

  it('try again after a failure, and go on behind the last attempt', async () => {
    const { submit, finished, nodes } = await opened(scripted({ exitCode: 1 }, {}));
    await submit(retrying({ limit: '2' }));
    await finished();
    const { t, 't(0)': first, 't(1)': second, after } = await nodes();
    expect(t).toMatchObject({ type: 'Retry', phase: 'Succeeded', children: [first!.id, second!.id], outputs: { exitCode: '0' } });
    expect(first).toMatchObject({ name: 'wf.t(0)', phase: 'Failed', nodeFlag: { retried: true }, boundaryID: 'wf' });
    expect(second!.children).toEqual([after!.id]);
  });

  it('end when none is left', async () => {
    const { submit, finished } = await opened(scripted({ exitCode: 1 }));
    await submit(retrying({ limit: 1 as unknown as string }));
    await finished();
    expect(await outline()).toEqual({ t: 'Failed: No more retries left', 't(0)': 'Failed: main: Error (exit code 1)', 't(1)': 'Failed: main: Error (exit code 1)' });
  });

  it.each([
    ['OnFailure', { reason: 'lost' }, 1],
    ['OnError', { reason: 'lost' }, 3],
    ['OnError', { exitCode: 1 }, 1],
    ['Always', { reason: 'lost' }, 3],
  ] as const)('policy %s on %o makes %i attempts', async (retryPolicy, outcome, attempts) => {
    const { submit, finished, executor } = await opened(scripted(outcome));
    await submit(retrying({ limit: '2', retryPolicy }));
    await finished();
    expect(executor.machine.begun).toHaveLength(attempts);
  });

  it('wait longer each time, up to the cap', async () => {
    const { submit, settled, clock, executor } = await opened(scripted({ exitCode: 1 }));
    await submit(retrying({ limit: '4', backoff: { duration: '10s', factor: 2 as unknown as string, cap: '30s' } }));
    const waits: string[] = [];
    for (const seconds of [10, 20, 30, 30]) {
      await settled();
      waits.push((await argo.nodes())['t']!.message!);
      const before = executor.machine.begun.length;
      clock.advance(seconds * 1000 - 1);
      await settled();
      expect(executor.machine.begun).toHaveLength(before);
      clock.advance(1);
      await settled();
      expect(executor.machine.begun).toHaveLength(before + 1);
    }
    expect(waits).toEqual(['Backoff for 10 seconds', 'Backoff for 20 seconds', 'Backoff for 30 seconds', 'Backoff for 30 seconds']);
    expect((await argo.read()).status?.phase).toBe('Failed');
  });

  it('wait no longer when the clock was set back meanwhile, and the engine started anew', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'millrace-clock-'));
    const { machine } = (await opened({ ...scripted({ exitCode: 1 }), folder })).executor;
    await argo.submit(retrying({ limit: '1', backoff: { duration: '10s' } }));
    await argo.settled();
    expect(machine.begun).toHaveLength(1);
    const back = new ManualClock(argo.clock.now() - 3_600_000);
    await argo.close();
    const again = await opened({ ...scripted({ exitCode: 1 }), folder, machine, clock: back });
    await again.settled();
    expect(machine.begun).toHaveLength(1);
    back.advance(10_000);
    await again.settled();
    expect(machine.begun).toHaveLength(2);
    rmSync(folder, { recursive: true, force: true });
  });

  it('end early when the wait would go beyond maxDuration', async () => {
    const { submit, finished } = await opened(scripted({ exitCode: 1 }));
    await submit(retrying({ limit: '4', backoff: { duration: '1m', maxDuration: '30s' } }));
    await finished();
    expect((await outline())['t']).toBe('Failed: Backoff would exceed max duration limit');
  });

  it('replace {{retries}} and {{pod.name}} for each attempt', async () => {
    const args: (readonly string[])[] = [];
    const { submit, finished } = await opened({ outcome: (spec) => (args.push(spec.args), { exitCode: args.length < 2 ? 7 : 0 }) });
    await submit(aWorkflow([aPod('t', { retryStrategy: { limit: '3' }, container: { image: 't', command: ['run'], args: ['{{retries}} {{lastRetry.exitCode}} {{pod.name}}'] } })]));
    await finished();
expect(args).toEqual([[`0 0 ${podName('wf', 'wf(0)', 't')}`], [`1 7 ${podName('wf', 'wf(1)', 't')}`]]);
    expect((await argo.read()).status?.nodes?.['wf']).toMatchObject({ type: 'Retry', displayName: 'wf' });
  });
});

describe('shutdown', () => {
  const STAGES = [
    { name: 'gate', template: 'gate' },
    { name: 'pod', template: 'pod' },
    { name: 'loop', template: 'loop' },
    { name: 'retry', template: 'retry' },
    { name: 'after', template: 'pod', depends: 'pod' },
    { name: 'exit', template: 'pod', depends: 'pod.Succeeded || pod.Failed' },
  ];
  const busy = aWorkflow([
    aDag('root', STAGES), aGate(), aPod('pod'), aPod('retry', { retryStrategy: { limit: '3' } }),
    aDag('loop', [{ name: 'it', template: 'pod', withParam: '[1,2,3]' }], { parallelism: 1 }),
  ]);

  it('kills what runs, fails the gates, and leaves no node open', async () => {
    const { submit, settled, finished, nodes, executor, store, read } = await opened(HOLD);
    await submit(busy);
    await settled();
    const { metadata } = await read();
    await store.patch('Workflow', { namespace: 'ns', name: 'wf' }, { metadata: { resourceVersion: metadata.resourceVersion }, spec: { shutdown: 'Terminate' } });
    const { status, spec } = await finished();
    await settled();
    expect(status).toMatchObject({ phase: 'Failed', message: "Stopped with strategy 'Terminate'" });
    expect(spec.shutdown).toBe('Terminate');
    expect(executor.running()).toEqual([]);
    expect(executor.killed).toHaveLength(3);
    const all = await nodes();
    expect(Object.values(all).filter(({ phase }) => phase === 'Running' || phase === 'Pending')).toEqual([]);
    expect(all['gate']).toMatchObject({ phase: 'Failed', message: "Stopped with strategy 'Terminate'" });
    expect(all['pod']).toMatchObject({ phase: 'Failed', message: 'workflow shutdown with strategy:  Terminate' });
    expect(all['after']).toMatchObject({ phase: 'Omitted' });
    expect(all['exit']).toMatchObject({ type: 'Pod', phase: 'Failed' });
    expect(executor.machine.begun).toHaveLength(3);
  });

  it('refuses words that Argo does not know', async () => {
    const { submit, settled, read, store } = await opened(HOLD);
    await submit(busy);
    await settled();
    const { metadata } = await read();
    const patch = store.patch('Workflow', { namespace: 'ns', name: 'wf' }, { metadata: { resourceVersion: metadata.resourceVersion }, spec: { shutdown: 'now' } });
    await expect(patch).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });
});

describe('deadlines', () => {
  it('a template\'s activeDeadlineSeconds reaches the attempt', async () => {
    const { submit, settled, executor } = await opened(HOLD);
    await submit(aWorkflow([aPod('p', { activeDeadlineSeconds: '90' })]));
    await settled();
    expect([...executor.machine.attempts.values()][0]!.spec.deadlineMs).toBe(90_000);
  });

  it('the workflow\'s ends pods and gates, and begins nothing more', async () => {
    const { submit, settled, finished, nodes, clock, executor } = await opened(HOLD);
    const tasks = [{ name: 'gate', template: 'gate' }, { name: 'pod', template: 'pod' }, { name: 'exit', template: 'pod', depends: 'pod.Failed' }];
    await submit(aWorkflow([aDag('root', tasks, { target: 'gate pod exit' }), aGate(), aPod('pod')], { activeDeadlineSeconds: 3 }));
    await settled();
    clock.advance(2_999);
    await settled();
    expect((await nodes())['pod']!.phase).toBe('Running');
    clock.advance(1);
    expect((await finished()).status?.phase).toBe('Failed');
    await settled();
    const all = await nodes();
    for (const name of ['gate', 'pod', 'exit']) expect(all[name]).toMatchObject({ phase: 'Failed', message: 'Step exceeded its deadline' });
    expect(executor.killed).toHaveLength(1);
    expect(executor.machine.begun).toHaveLength(1);
  });
});

describe('the end of a workflow', () => {
  it('ttlStrategy removes it only after it is labelled persisted', async () => {
    const { submit, finished, settled, store, clock, executor, folder } = await opened();
    await submit(aWorkflow([aPod('p')], { ttlStrategy: { secondsAfterCompletion: 60 } }));
    const done = await finished();
    clock.advance(3_600_000);
    await settled();
    const ref = { namespace: 'ns', name: 'wf' };
    expect(await store.get('Workflow', ref)).toBeDefined();
    await store.patch('Workflow', ref, { metadata: { resourceVersion: done.metadata.resourceVersion, labels: { 'pipeline/persistedFinalState': 'true' } } });
    await settled();
    expect(await store.get('Workflow', ref)).toBeUndefined();
    expect(executor.forgotten).toEqual([`${done.metadata.uid}/wf`]);
    expect(existsSync(podFolder(folder, done.metadata.uid, 'wf'))).toBe(false);
  });

  it('ttlStrategy waits for its time', async () => {
    const { submit, finished, settled, store, clock } = await opened();
    await submit(aWorkflow([aPod('p')], { ttlStrategy: { secondsAfterSuccess: 60, secondsAfterFailure: 10 } }));
    const { metadata } = await finished();
    const ref = { namespace: 'ns', name: 'wf' };
    await store.patch('Workflow', ref, { metadata: { resourceVersion: metadata.resourceVersion, labels: { 'pipeline/persistedFinalState': 'true' } } });
    clock.advance(59_000);
    await settled();
    expect(await store.get('Workflow', ref)).toBeDefined();
    clock.advance(1_000);
    await settled();
    expect(await store.get('Workflow', ref)).toBeUndefined();
  });

  it('deleting a running one kills its attempts, then forgets them', async () => {
    const { submit, settled, store, executor, read } = await opened(HOLD);
    await submit(wide(2));
    await settled();
    const { metadata } = await read();
    await store.delete('Workflow', { namespace: 'ns', name: 'wf' });
    await settled();
    expect(executor.killed).toHaveLength(2);
    expect(executor.forgotten.sort()).toEqual([...executor.killed].sort());
    expect(executor.killed[0]).toContain(metadata.uid);
  });
});
