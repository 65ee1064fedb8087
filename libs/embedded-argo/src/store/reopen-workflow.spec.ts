import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ANNOTATION_RETRY, LABEL_PERSISTED } from '@millrace/argo';
import { FakeMachine, type FakeOutcome } from '../testing/fake-executor.js';
import { openScriptedArgo, type ScriptedArgo } from '../testing/scripted-argo.js';
import { aDag, aPod, aStepsTemplate, aWorkflow } from '../testing/workflow-builder.js';

let folder: string;
let machine: FakeMachine;
let argo: ScriptedArgo;
let outcomes: Record<string, FakeOutcome>;
const open = (): Promise<ScriptedArgo> => openScriptedArgo({ folder, machine, outcome: ({ image }) => outcomes[image] ?? {} });
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-reopen-'));
  machine = new FakeMachine();
  outcomes = { bad: { exitCode: 1 } };
  argo = await open();
});
afterEach(async () => {
  await argo.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Reopens the named groups, and removes the nodes of these display names. */
async function reopen({ groups, remove, more = {} }: { readonly groups: readonly string[]; readonly remove: readonly string[]; readonly more?: object }): Promise<void> {
  const object = await argo.read();
  const nodes = Object.values(object.status!.nodes!);
  const gone = new Set(nodes.filter(({ displayName }) => remove.includes(displayName!)).map(({ id }) => id));
  const changes = nodes.flatMap((node): [string, object | null][] => {
    if (gone.has(node.id)) return [[node.id, null]];
    const children = (node.children ?? []).filter((id) => !gone.has(id));
    const again = groups.includes(node.displayName!) ? { phase: 'Running', finishedAt: null, message: null, outboundNodes: null } : {};
    const change = { ...again, ...(children.length < (node.children ?? []).length && { children }) };
    return Object.keys(change).length === 0 ? [] : [[node.id, change]];
  });
  await argo.store.patch('Workflow', { namespace: 'ns', name: 'wf' }, {
    metadata: { resourceVersion: object.metadata.resourceVersion, labels: { 'workflows.argoproj.io/completed': 'false', [LABEL_PERSISTED]: null }, annotations: { [ANNOTATION_RETRY]: '1' } },
    status: { phase: 'Running', finishedAt: null, message: null, conditions: null, nodes: Object.fromEntries(changes), ...more },
  });
}

describe('a Workflow that is over and is to run again', () => {
  const workflow = aWorkflow([
    aDag('main', [{ name: 'first', template: 'first' }, { name: 'inner', template: 'inner', depends: 'first' }, { name: 'last', template: 'first', depends: 'inner' }]),
    aDag('inner', [{ name: 'well', template: 'first' }, { name: 'bad', template: 'bad' }]),
    aPod('first'),
    aPod('bad'),
  ]);

  it('goes on from the nodes that are left of it', async () => {
    await argo.submit(workflow);
    expect((await argo.finished()).status?.phase).toBe('Failed');
    outcomes = {};
    const before = machine.begun.length;
    const seen: string[] = [];
    const watch = argo.store.watch('Workflow', { namespace: 'ns', withoutLabels: ['workflows.argoproj.io/none'] }, ({ object }) => seen.push(object.status?.phase ?? ''));
    await reopen({ groups: ['wf', 'inner'], remove: ['bad', 'last'] });
    const { status, metadata } = await argo.finished();
    watch.close();
    expect(status).toMatchObject({ phase: 'Succeeded', progress: '4/4' });
    expect(status?.message).toBeUndefined();
    expect(metadata.labels).toMatchObject({ 'workflows.argoproj.io/completed': 'true', 'workflows.argoproj.io/phase': 'Succeeded' });
    expect(Object.values(await argo.nodes()).map(({ phase }) => phase)).toEqual(Array(6).fill('Succeeded'));
    expect(machine.begun.length - before).toBe(2);
    expect(seen).toContain('Running');
  });

  it('keeps what the attempts of the try before left, until it is deleted', async () => {
    await argo.submit(workflow);
    await argo.finished();
    const failed = (await argo.nodes())['bad']!.id;
    outcomes = {};
    await reopen({ groups: ['wf', 'inner'], remove: ['bad', 'last'] });
    await argo.finished();
    expect([...machine.attempts.keys()].filter((id) => id.includes(failed)).map((id) => id.slice(id.indexOf('/') + 1))).toEqual([`${failed}.try1`, failed]);
    await argo.store.delete('Workflow', { namespace: 'ns', name: 'wf' });
    await argo.settled();
    expect(machine.attempts.size).toBe(0);
  });

  it('goes on in a group of steps that is opened again', async () => {
    await argo.submit(aWorkflow([aStepsTemplate('main', [[{ name: 'one', template: 'first' }, { name: 'two', template: 'bad' }], [{ name: 'end', template: 'first' }]]), aPod('first'), aPod('bad')]));
    expect((await argo.finished()).status?.phase).toBe('Failed');
    outcomes = {};
    const before = machine.begun.length;
    await reopen({ groups: ['wf', '[0]'], remove: ['two'] });
    expect((await argo.finished()).status?.phase).toBe('Succeeded');
    expect(machine.begun.length - before).toBe(2);
  });

  it('is as the patch left it after close and open', async () => {
    await argo.submit(workflow);
    await argo.finished();
    outcomes = { bad: { hold: true } };
    await reopen({ groups: ['wf', 'inner'], remove: ['bad', 'last'] });
    await argo.settled();
    await argo.close();
    outcomes = {};
    argo = await open();
    expect((await argo.finished()).status?.phase).toBe('Succeeded');
  });

  it('is refused by name when the patch asks for more than a retry does, or leaves a child without a node', async () => {
    await argo.submit(workflow);
    await argo.finished();
    await expect(reopen({ groups: ['wf', 'inner'], remove: ['bad'], more: { progress: '1/1' } })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', message: expect.stringContaining('status.progress') });
    const { id } = (await argo.nodes())['bad']!;
    await expect(reopen({ groups: ['wf'], remove: [], more: { nodes: { [id]: null } } })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', message: expect.stringContaining('children has') });
    expect((await argo.read()).status?.phase).toBe('Failed');
  });
});
