import { cpSync, existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Workflow } from '@millrace/argo';
import type { WatchEvent } from '@millrace/resources';
import { openEmbeddedArgo } from '../open-embedded-argo.js';
import { FakeExecutor, FakeMachine } from '../testing/fake-executor.js';
import { openScriptedArgo } from '../testing/scripted-argo.js';
import { aDag, aGate, aPod, aWorkflow } from '../testing/workflow-builder.js';
import { ArgoDatabase } from './argo-database.js';

const REF = { namespace: 'ns', name: 'wf' };
const chain = (length: number): Workflow =>
  aWorkflow([
    aDag('root', Array.from({ length }, (_, index) => ({ name: `t${index}`, template: 'pod', ...(index === 0 ? {} : { depends: `t${index - 1}` }) }))),
    aPod('pod'),
  ]);
const fan = (width: number): Workflow =>
  aWorkflow([
    aDag('root', [
      ...Array.from({ length: width }, (_, index) => ({ name: `t${index}`, template: 'pod' })),
      { name: 'join', template: 'pod', dependencies: Array.from({ length: width }, (_, index) => `t${index}`) },
    ]),
    aPod('pod'),
  ]);

describe('durability', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'millrace-argo-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('objects and nodes are the same after close and open', async () => {
    const first = await openScriptedArgo({ folder });
    await first.submit(chain(3));
    const before = JSON.parse(JSON.stringify(await first.finished())) as unknown;
    await first.close();
    const second = await openScriptedArgo({ folder });
    const after = await second.read();
    expect(JSON.parse(JSON.stringify(after))).toEqual(before);
    await second.close();
  });

  it('a gate that waited is answered after close and open', async () => {
    const first = await openScriptedArgo({ folder });
    await first.submit(aWorkflow([aDag('root', [{ name: 'gate', template: 'gate' }, { name: 'b', template: 'b', depends: 'gate' }]), aGate(), aPod('b')]));
    await first.settled();
    const { metadata } = await first.read();
    await first.close();
    const second = await openScriptedArgo({ folder });
    await second.settled();
    expect((await second.read()).metadata.resourceVersion).toBe(metadata.resourceVersion);
    await second.answer('gate', { run: 'true' });
    expect((await second.finished()).status?.phase).toBe('Succeeded');
    await second.close();
  });

  it('after a crash an attempt that lives is adopted and one that ended is applied, neither begun again', async () => {
    const machine = new FakeMachine();
    const first = await openScriptedArgo({ folder, machine, outcome: () => ({ hold: true }) });
    await first.submit(aWorkflow([aDag('root', [{ name: 'a', template: 'a' }, { name: 'b', template: 'b' }]), aPod('a'), aPod('b')]));
    await first.settled();
    const copy = mkdtempSync(join(tmpdir(), 'millrace-crash-'));
    cpSync(folder, copy, { recursive: true, filter: (path) => !path.endsWith('argo.lock') });
    const [a, b] = first.executor.running();
    const attempts = new Map(machine.attempts);
    await first.close();
    for (const [id, attempt] of attempts) machine.attempts.set(id, attempt);
    machine.attempts.set(a!, { ...attempts.get(a!)!, state: 'exited', exit: { reason: 'exited', exitCode: 5, finishedAt: first.clock.now() } });
    const second = await openScriptedArgo({ folder: copy, machine, outcome: () => ({ hold: true }) });
    await second.settled();
    const nodes = await second.nodes();
    expect(nodes['a']).toMatchObject({ phase: 'Failed', message: 'main: Error (exit code 5)' });
    expect(nodes['b']!.phase).toBe('Running');
    second.executor.finish(b!);
    await second.finished();
    expect(machine.begun).toEqual([a, b]);
    await second.close();
    rmSync(copy, { recursive: true, force: true });
  });

  it('what an answered promise said survives a crash right after it', async () => {
    const first = await openScriptedArgo({ folder });
    await first.submit(chain(1));
    const copy = mkdtempSync(join(tmpdir(), 'millrace-crash-'));
    cpSync(folder, copy, { recursive: true, filter: (path) => !path.endsWith('argo.lock') });
    const second = await openScriptedArgo({ folder: copy });
    expect((await second.finished()).status?.phase).toBe('Succeeded');
    await first.close();
    await second.close();
    rmSync(copy, { recursive: true, force: true });
  });

  it('a second owner of the folder is refused until the first is gone', async () => {
    const options = { folder, executor: (listener: ConstructorParameters<typeof FakeExecutor>[0]) => new FakeExecutor(listener) };
    const first = await openEmbeddedArgo(options);
    await expect(openEmbeddedArgo(options)).rejects.toMatchObject({ code: 'FAILED_PRECONDITION', message: expect.stringContaining(folder) });
    await first.close();
    await first.close();
    const second = await openEmbeddedArgo(options);
    await second.close();
  });

  it('a closed store says so', async () => {
    const argo = await openScriptedArgo({ folder });
    await argo.close();
    await expect(argo.store.get('Workflow', REF)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });

  it('the folder is the owner\'s alone', async () => {
    const inside = join(folder, 'deep', 'er');
    const argo = await openScriptedArgo({ folder: inside });
    expect(statSync(inside).mode & 0o777).toBe(0o700);
    expect(existsSync(join(inside, 'argo.db'))).toBe(true);
    await argo.close();
  });

  it('after a failed write it goes on from what was written, and no attempt begins twice', async () => {
    const argo = await openScriptedArgo({ folder });
    const write = ArgoDatabase.prototype.write;
    let calls = 0;
    const broken = vi.spyOn(ArgoDatabase.prototype, 'write').mockImplementation(function (this: ArgoDatabase, change) {
      calls += 1;
      if (calls === 1 || calls === 3) throw new Error('disk full');
      return Reflect.apply(write, this, [change]);
    });
    await argo.submit(chain(4));
    for (let turn = 0; turn < 6; turn += 1) {
      await argo.settled();
      argo.clock.advance(1_000);
    }
    expect((await argo.finished()).status?.phase).toBe('Succeeded');
    expect(new Set(argo.executor.machine.begun).size).toBe(4);
    expect(argo.executor.machine.begun).toHaveLength(4);
    expect(argo.errors.splice(0).map(String)).toEqual(['Error: disk full', 'Error: disk full']);
    broken.mockRestore();
    await argo.close();
  });

  it('another process may read the database meanwhile', async () => {
    const argo = await openScriptedArgo({ folder });
    await argo.submit(chain(2));
    await argo.finished();
    const reader = new DatabaseSync(join(folder, 'argo.db'), { readOnly: true });
    expect(reader.prepare('SELECT count(*) AS count FROM node').get()).toEqual({ count: 3 });
    reader.close();
    await argo.close();
  });
});

describe('watch events', () => {
  it('come once per tick with the nodes that changed', async () => {
    const argo = await openScriptedArgo();
    const events: WatchEvent<Workflow>[] = [];
    argo.store.watch('Workflow', {}, (event) => events.push(event));
    await argo.submit(fan(50));
    await argo.finished();
    await argo.settled();
    expect(events[0]!.type).toBe('ADDED');
    expect(events[0]!.changedNodes).toBeUndefined();
    expect(events.length).toBeLessThanOrEqual(argo.counters.ticks);
    expect(events.length).toBeLessThan(30);
    const changed = new Set(events.slice(1).flatMap((event) => [...event.changedNodes!]));
    expect(changed.size).toBe(52);
    expect(events.at(-1)!.object.status?.phase).toBe('Succeeded');
    await argo.close();
  });

  it('nodes are frozen, and a changed one is a new object', async () => {
    const argo = await openScriptedArgo({ outcome: () => ({ hold: true }) });
    await argo.submit(chain(2));
    await argo.settled();
    const { t0: before } = await argo.nodes();
    argo.executor.finish(argo.executor.running()[0]!);
    await argo.settled();
    const { t0: after, wf } = await argo.nodes();
    expect(before).toMatchObject({ phase: 'Running' });
    expect(after).toMatchObject({ phase: 'Succeeded' });
    expect([Object.isFrozen(after), Object.isFrozen(after!.children), Object.isFrozen(wf)]).toEqual([true, true, true]);
    await argo.close();
  });

  it('an object read before a change is refused as the base of a patch', async () => {
    const argo = await openScriptedArgo({ outcome: () => ({ hold: true }) });
    await argo.submit(chain(2));
    await argo.settled();
    const { metadata } = await argo.read();
    argo.executor.finish(argo.executor.running()[0]!);
    await argo.settled();
    await expect(argo.store.patch('Workflow', REF, { metadata: { resourceVersion: metadata.resourceVersion } })).rejects.toMatchObject({ code: 'ABORTED' });
    await argo.close();
  });

  it('a listener that throws does not keep others from being told', async () => {
    const argo = await openScriptedArgo();
    let told = 0;
    argo.store.watch('Workflow', {}, () => {
      throw new Error('deaf');
    });
    argo.store.watch('Workflow', {}, () => (told += 1));
    await argo.submit(chain(1));
    await argo.finished();
    await argo.settled();
    expect(told).toBeGreaterThan(0);
    expect(argo.errors.splice(0).map(String)).toContain('Error: deaf');
    await argo.close();
  });
});

describe('the work of the engine', () => {
  it('is constant for each step of a chain, however long', async () => {
    const perStep = async (length: number) => {
      const argo = await openScriptedArgo();
      await argo.submit(chain(length));
      await argo.finished();
      const { nodesWritten, visits } = argo.counters;
      await argo.close();
      return { written: nodesWritten / length, visits: visits / length };
    };
    const short = await perStep(100);
    const long = await perStep(1000);
    expect(long.written).toBeLessThan(6);
    expect(long.visits).toBeLessThan(8);
    expect(long.written).toBeLessThanOrEqual(short.written * 1.1);
    expect(long.visits).toBeLessThanOrEqual(short.visits * 1.1);
  });

  it('is linear in the width of a fan-out', async () => {
    const argo = await openScriptedArgo({ maxParallelTasks: 8 });
    await argo.submit(fan(2000));
    await argo.finished();
    expect(argo.counters.nodesWritten).toBeLessThan(2000 * 8);
    expect(argo.counters.visits).toBeLessThan(2000 * 10);
    await argo.close();
  });
});
