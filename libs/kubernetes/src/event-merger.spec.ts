import type { Workflow } from '@millrace/argo';
import type { WatchEvent } from '@millrace/resources';
import { describe, expect, it } from 'vitest';
import { EventMerger } from './event-merger.js';
import type { StoredObject } from './stored-object.js';

const turn = () => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));

function aMerger() {
  const events: WatchEvent<Workflow>[] = [];
  const errors: unknown[] = [];
  const merger = new EventMerger({ kind: 'Workflow', onEvent: (event) => events.push(event as WatchEvent<Workflow>), onError: (error) => errors.push(error) });
  const told = async () => {
    await turn();
    return events.splice(0).map(({ type, object, changedNodes }) => [type, object.metadata.resourceVersion, changedNodes && [...changedNodes]]);
  };
  return { merger, told, errors };
}

const object = (uid: string, resourceVersion: string, status: object = {}): StoredObject =>
  ({ metadata: { uid, name: uid, namespace: 'ns', resourceVersion, creationTimestamp: '' }, spec: {}, status }) as unknown as StoredObject;

describe('EventMerger', () => {
  it('tells one event for what comes at once, with the newest state', async () => {
    const { merger, told } = aMerger();
    for (const version of ['1', '2', '3']) merger.changed(object('a', version));
    expect(await told()).toEqual([['ADDED', '3', undefined]]);
    merger.changed(object('a', '4', { nodes: { x: { id: 'x', phase: 'Running' } } }));
    merger.changed(object('a', '5', { nodes: { x: { id: 'x', phase: 'Running' }, y: { id: 'y', phase: 'Running' } } }));
    expect(await told()).toEqual([['MODIFIED', '5', undefined]]);
    merger.changed(object('a', '6', { nodes: { x: { id: 'x', phase: 'Running' }, y: { id: 'y', phase: 'Failed' } } }));
    expect(await told()).toEqual([['MODIFIED', '6', ['y']]]);
  });

  it('tells nothing of a version that was told, and nothing of an object that came and went unseen', async () => {
    const { merger, told } = aMerger();
    merger.changed(object('a', '1'));
    expect(await told()).toHaveLength(1);
    merger.changed(object('a', '1'));
    merger.changed(object('b', '1'));
    merger.deleted(object('b', '2'));
    expect(await told()).toEqual([]);
  });

  it('after a list tells as deleted what is not in it, also what was still to be told', async () => {
    const { merger, told } = aMerger();
    merger.changed(object('a', '1'));
    merger.changed(object('b', '1'));
    await told();
    merger.changed(object('c', '1'));
    merger.keepOnly(new Set(['b']));
    expect(await told()).toEqual([['DELETED', '1', undefined]]);
  });

  it('reports an object that cannot be read and goes on with the others', async () => {
    const { merger, told, errors } = aMerger();
    merger.changed(object('bad', '1', { compressedNodes: 'nonsense' }));
    merger.changed(object('good', '1'));
    expect(await told()).toEqual([['ADDED', '1', undefined]]);
    expect(errors).toHaveLength(1);
    merger.changed(object('bad', '2'));
    expect(await told()).toEqual([['ADDED', '2', undefined]]);
  });

  it('tells that an object is gone even when its last state cannot be read', async () => {
    const { merger, told } = aMerger();
    merger.changed(object('a', '1'));
    await told();
    merger.deleted(object('a', '2', { compressedNodes: 'nonsense' }));
    expect(await told()).toEqual([['DELETED', '1', undefined]]);
  });

  it('tells nothing more once it is closed, not even what was to be told', async () => {
    const { merger, told } = aMerger();
    merger.changed(object('a', '1'));
    merger.close();
    expect(await told()).toEqual([]);
  });
});
