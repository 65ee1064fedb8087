import type { NodeStatus } from '@millrace/argo';
import type { Task } from '@millrace/database';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planReopening, planRetry, type Fate } from './retry-plan.js';

type Row = Pick<Task, 'path' | 'parentPath' | 'kind' | 'state' | 'dependsOn'>;

const row = (path: string, state: Task['state'], more: Partial<Row> = {}): Row => ({ path, parentPath: path.slice(0, Math.max(path.lastIndexOf('/'), path.lastIndexOf('#'))), kind: 'container', state, dependsOn: [], ...more });
const node = (id: string, more: Partial<NodeStatus> = {}): NodeStatus => ({ id, name: id, type: 'Pod', phase: 'Succeeded', ...more }) as NodeStatus;
const fatesOf = (rows: readonly Row[], nodes: Readonly<Record<string, NodeStatus>> = {}): Record<string, Fate> => Object.fromEntries(planRetry(rows, { nodeOf: (path) => nodes[path] }));

describe('what a retry does with tasks', () => {
  it('does again what comes after something that is done again, whatever it came to', () => {
    const rows = [row('root/a', 'FAILED'), row('root/b', 'SUCCEEDED', { dependsOn: ['root/a'] }), row('root/c', 'CACHED', { dependsOn: ['root/b'] }), row('root/d', 'SUCCEEDED')];
    expect(fatesOf(rows)).toEqual({ 'root/a': 'reset', 'root/b': 'reset', 'root/c': 'reset', 'root/d': 'keep' });
  });

  it('does a DAG again as a whole that was never entered', () => {
    const rows = [row('root/g', 'FAILED', { kind: 'dag' }), row('root/g/a', 'SKIPPED')];
    expect(fatesOf(rows, { 'root/g': node('g', { type: 'Skipped', phase: 'Omitted' }) })).toEqual({ 'root/g': 'reset', 'root/g/a': 'reset' });
  });

  it('tells what was left out on a condition from what was not reached', () => {
    const rows = [row('root/if', 'SKIPPED', { kind: 'dag' }), row('root/if/a', 'SKIPPED'), row('root/late', 'SKIPPED')];
    expect(fatesOf(rows, { 'root/if': node('if', { type: 'Skipped', phase: 'Skipped' }) })).toEqual({ 'root/if': 'keep', 'root/if/a': 'keep', 'root/late': 'reset' });
  });

  it('comes to the same from rows that are reset already', () => {
    const states = fc.constantFrom<Task['state']>('SUCCEEDED', 'FAILED', 'SKIPPED', 'CACHED', 'CANCELED');
    const shape = fc.array(fc.record({ state: states, group: fc.boolean(), entered: fc.boolean(), parent: fc.nat(), before: fc.array(fc.nat(), { maxLength: 3 }) }), { minLength: 1, maxLength: 14 });
    fc.assert(
      fc.property(shape, (made) => {
        const rows: Row[] = [];
        const nodes: Record<string, NodeStatus> = {};
        made.forEach(({ state, group, entered, parent, before }, index) => {
          const groups = rows.filter(({ kind }) => kind === 'dag');
          const around = groups[parent % (groups.length + 1)]?.path ?? 'root';
          const siblings = rows.filter((other) => other.parentPath === around);
          const path = `${around}/t${index}`;
          rows.push({ path, parentPath: around, kind: group ? 'dag' : 'container', state: group && state === 'CACHED' ? 'SUCCEEDED' : state, dependsOn: siblings.length === 0 ? [] : before.map((each) => siblings[each % siblings.length]!.path) });
          if (entered) nodes[path] = node(path, group ? { type: 'DAG' } : {});
        });
        const fates = fatesOf(rows, nodes);
        for (const each of rows) {
          if (each.kind === 'container' && (each.state === 'FAILED' || each.state === 'CANCELED') && fates[each.parentPath] !== 'keep') expect(fates[each.path]).toBe('reset');
          if (each.dependsOn.some((path) => fates[path] !== 'keep')) expect(fates[each.path]).toBe('reset');
          if (fates[each.parentPath] === 'reset') expect(fates[each.path]).toBe('reset');
        }
        const after = rows.map((each): Row => ({ ...each, state: fates[each.path] === 'reset' ? 'PENDING' : fates[each.path] === 'reopen' ? 'RUNNING' : each.state }));
        expect(fatesOf(after, nodes)).toEqual(fates);
      }),
      { numRuns: 500 },
    );
  });
});

describe('what a retry does with nodes', () => {
  const nodes = Object.fromEntries(
    [
      node('wf', { type: 'DAG', phase: 'Failed', children: ['a'], outboundNodes: ['b'] }),
      node('a', { boundaryID: 'wf', children: ['gate', 'c'] }),
      node('gate', { type: 'Suspend', boundaryID: 'wf', children: ['b'] }),
      node('b', { type: 'Retry', phase: 'Failed', boundaryID: 'wf', children: ['b0', 'b1'] }),
      node('b0', { phase: 'Failed', boundaryID: 'wf' }),
      node('b1', { phase: 'Failed', boundaryID: 'wf' }),
      node('c', { boundaryID: 'wf' }),
    ].map((each) => [each.id, each]),
  );
  const paths: Record<string, string> = { a: 'root/a', gate: 'root/b', b: 'root/b', b0: 'root/b', b1: 'root/b', c: 'root/c' };

  it('removes those of tasks that are done again, and every mention of them', () => {
    const fates = new Map<string, Fate>([['root/a', 'keep'], ['root/b', 'reset'], ['root/c', 'keep']]);
    const { nodes: changes, pods } = planReopening(nodes, ({ id }) => paths[id], fates, 'wf');
    expect(pods).toEqual(['b0', 'b1']);
    expect(changes).toEqual({ wf: { phase: 'Running', finishedAt: null, message: null, outputs: null, outboundNodes: null }, a: { children: ['c'] }, gate: null, b: null, b0: null, b1: null });
  });
});
