import type { TaskSummary } from '@millrace/api-contract';
import Elk, { type ElkNode } from 'elkjs/lib/elk.bundled.js';
import { describe, expect, it } from 'vitest';
import { en } from '../../../i18n/en';
import { nodesOfRun } from './build-graph';
import { decorateWithState, lookOfEdge, toCells } from './decorate-with-state';
import { arrowPath, edgePath } from './edge-path';
import { groupsAround, initiallyUnfolded, tasksInside, toGraph, type GraphNode } from './graph';
import { FOLDED, layoutGraph, NODE, type Level, type PlaceLevel } from './layout-graph';
import { neighbour } from './neighbour';

const node = (id: string, dependsOn: string[] = [], parent?: string, kind: GraphNode['kind'] = 'container'): GraphNode => ({ id, parent, name: id, kind, dependsOn });
const task = (path: string, state: TaskSummary['state'], more: Partial<TaskSummary> = {}): TaskSummary => ({
  id: path, path, parent_path: 'root', key: path, name: path, kind: 'container', position: 0, depends_on: [], state, attempts: 0, facts: [], ...more,
});
const elk = new Elk();
const place: PlaceLevel = async (level: Level) => {
  const wanted: ElkNode = {
    id: 'l',
    layoutOptions: { 'elk.algorithm': 'layered', 'elk.direction': 'DOWN', 'elk.edgeRouting': 'ORTHOGONAL' },
    children: level.nodes.map((each) => ({ ...each })),
    edges: level.edges.map((each) => ({ id: each.id, sources: [each.source], targets: [each.target] })),
  };
  const answer: ElkNode = await elk.layout(wanted);
  return {
    boxes: new Map((answer.children ?? []).map((child) => [child.id, { x: child.x ?? 0, y: child.y ?? 0, width: child.width ?? 0, height: child.height ?? 0 }])),
    edges: level.edges.map((edge, at) => {
      const section = answer.edges?.[at]?.sections?.[0];
      return { ...edge, points: section ? [section.startPoint, ...(section.bendPoints ?? []), section.endPoint] : [] };
    }),
    width: answer.width ?? 0,
    height: answer.height ?? 0,
  };
};

const nested = toGraph([node('a'), node('g', ['a'], undefined, 'dag'), node('g/x', [], 'g'), node('g/y', ['g/x'], 'g'), node('b', ['g'])]);

describe('the graph of a run', () => {
  it('leaves out the root and puts tasks in their groups', () => {
    const nodes = nodesOfRun([
      { path: 'root', parent_path: '', name: 'root', kind: 'dag', depends_on: [] },
      { path: 'root/a', parent_path: 'root', name: 'a', kind: 'container', depends_on: [] },
      { path: 'root/g/x', parent_path: 'root/g', name: 'x', kind: 'container', depends_on: [] },
    ]);
    expect(nodes.map((each) => each.parent)).toEqual([undefined, 'root/g']);
  });

  it('starts with small groups unfolded and large ones folded', () => {
    expect([...initiallyUnfolded(nested)]).toEqual(['g']);
    const large = toGraph([node('g', [], undefined, 'dag'), ...Array.from({ length: 6 }, (_, at) => node(`g/${at}`, [], 'g'))]);
    expect(initiallyUnfolded(large).size).toBe(0);
    expect(tasksInside(large, 'g')).toHaveLength(6);
  });

  it('knows which groups must be unfolded to see a node', () => expect(groupsAround(nested, 'g/x')).toEqual(['g']));
});

describe('layoutGraph', () => {
  it('puts dependents below and unfolded tasks inside their group', async () => {
    const { boxes } = await layoutGraph(nested, new Set(['g']), place);
    const [a, g, x, b] = ['a', 'g', 'g/x', 'b'].map((id) => boxes.get(id));
    if (!a || !g || !x || !b) throw new Error('a box is missing');
    expect(a.y + a.height).toBeLessThan(g.y);
    expect(g.y + g.height).toBeLessThan(b.y);
    expect(x.x).toBeGreaterThanOrEqual(g.x);
    expect(x.y + x.height).toBeLessThan(g.y + g.height);
  });

  it('draws a folded group as one larger node without its tasks', async () => {
    const { boxes } = await layoutGraph(nested, new Set(), place);
    expect(boxes.get('g')).toMatchObject(FOLDED);
    expect(boxes.get('a')).toMatchObject(NODE);
    expect(boxes.has('g/x')).toBe(false);
  });

  it('gives the same places for the same structure', async () => {
    const [first, second] = [await layoutGraph(nested, new Set(['g']), place), await layoutGraph(nested, new Set(['g']), place)];
    expect([...second.boxes]).toEqual([...first.boxes]);
  });
});

describe('decorateWithState', () => {
  const graph = toGraph([node('a'), node('b', ['a']), node('c', ['a', 'b'])]);
  const tasks = (state: TaskSummary['state']) => new Map([task('a', 'SUCCEEDED', { facts: [{ name: 'rows', value: '12' }] }), task('b', state, { depends_on: ['a'] }), task('c', 'PENDING', { depends_on: ['a', 'b'] })].map((each) => [each.path, each]));

  it('shows an output, and what a pending task waits for', () => {
    const looks = decorateWithState(graph, tasks('RUNNING'), en);
    expect(looks.get('a')?.fact).toBe('rows 12');
    expect(looks.get('c')?.fact).toBe('Waits for b');
  });

  it('says a cause without the name it stands under', () => {
    const failed = decorateWithState(graph, new Map([['a', task('a', 'FAILED', { message: 'a reached its memory limit.' })]]), en);
    expect(failed.get('a')?.fact).toBe('Reached its memory limit.');
  });

  it('says why a task was skipped without its own path', () => {
    const skipped = task('c', 'SKIPPED', { message: '"c" is not started because its condition is false: 1 == 2' });
    expect(decorateWithState(graph, new Map([['c', skipped]]), en).get('c')?.fact).toBe('Its condition is false: 1 == 2');
  });

  it('leaves the name of the task that was the cause as it is', () => {
    const skipped = task('c', 'SKIPPED', { depends_on: ['a', 'b'], message: 'b failed' });
    expect(decorateWithState(graph, new Map([task('b', 'FAILED'), skipped].map((each) => [each.path, each])), en).get('c')?.fact).toBe('b failed');
  });

  it('keeps the look of nodes that did not change', () => {
    const before = decorateWithState(graph, tasks('RUNNING'), en);
    const after = decorateWithState(graph, tasks('SUCCEEDED'), en, before);
    expect(after.get('a')).toBe(before.get('a'));
    expect(after.get('b')).not.toBe(before.get('b'));
  });

  it('gives a group its worst state and a cell for each task', () => {
    const looks = decorateWithState(nested, new Map([task('g/x', 'FAILED'), task('g/y', 'PENDING')].map((each) => [each.path, each])), en);
    expect(looks.get('g')).toMatchObject({ state: 'failed', size: 2, cells: ['failed', 'pending'] });
    expect(toCells(Array.from({ length: 100 }, (_, at) => (at === 99 ? 'failed' : 'succeeded')))).toHaveLength(48);
    expect(toCells(Array.from({ length: 100 }, (_, at) => (at === 99 ? 'failed' : 'succeeded'))).at(-1)).toBe('failed');
  });

  it('counts the iterations of a loop, and the tasks of another group', () => {
    const loop = toGraph([node('l', [], undefined, 'dag'), ...['l#0', 'l#1'].flatMap((id) => [node(id, [], 'l', 'dag'), node(`${id}/x`, [], id), node(`${id}/y`, [], id)])]);
    const looks = decorateWithState(loop, new Map([0, 1].map((iteration) => [`l#${iteration}`, task(`l#${iteration}`, 'RUNNING', { kind: 'dag', iteration })])), en);
    expect([looks.get('l')?.size, looks.get('l')?.cells?.length, looks.get('l#0')?.size]).toEqual([2, 4, 2]);
  });

  it('makes the edge into a failure red and the one that feeds a running task live', () => {
    expect(lookOfEdge(task('a', 'SUCCEEDED'), task('b', 'FAILED'))).toBe('bad');
    expect(lookOfEdge(task('a', 'SUCCEEDED'), task('b', 'RUNNING'))).toBe('live');
    expect(lookOfEdge(task('a', 'SUCCEEDED'), task('b', 'SUCCEEDED'))).toBe('plain');
  });
});

describe('edges and arrows', () => {
  it('round their corners and leave room for the head', () => {
    const points = [{ x: 0, y: 0 }, { x: 0, y: 30 }, { x: 100, y: 30 }, { x: 100, y: 60 }];
    expect(edgePath(points)).toBe('M0 0L0 20Q0 30 10 30L90 30Q100 30 100 40L100 55');
    expect(arrowPath(points)).toBe('M96.5 54h7l-3.5 5z');
  });
});

describe('neighbour', () => {
  it('goes along edges, into groups and between siblings', async () => {
    const graph = toGraph([node('a'), node('l', ['a']), node('r', ['a'])]);
    const layout = await layoutGraph(graph, new Set(), place);
    const [left, right] = (layout.boxes.get('l')?.x ?? 0) < (layout.boxes.get('r')?.x ?? 0) ? ['l', 'r'] : ['r', 'l'];
    expect(neighbour(graph, layout, left, 'right')).toBe(right);
    expect(neighbour(graph, layout, left, 'up')).toBe('a');
    expect(['l', 'r']).toContain(neighbour(graph, layout, 'a', 'down'));
    expect(neighbour(graph, layout, 'a', 'up')).toBeUndefined();
  });
});
