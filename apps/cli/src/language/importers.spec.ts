import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RunBench } from './testing/run-bench.js';

let bench: RunBench;
beforeAll(async () => {
  bench = await RunBench.open();
});
afterAll(() => bench.close());

const TEXT = { out: { out: 'STRING' } } as const;
const schema = { typeSchema: { schemaTitle: 'system.Dataset', schemaVersion: '0.0.1' } };
const use = { artifactsIn: { data: 'import.artifact' } };
const importing = (uri: object, more: object = {}) => ({ artifactsOut: ['artifact'], importer: { artifactUri: uri, ...schema, ...more } });

describe('an importer', () => {
  it('registers what it is told of before the run begins, and needs no node of its own', async () => {
    const { run, states, begun, links, workflow } = await bench.run({ import: importing({ constant: 'gs://bucket/data.csv' }, { metadata: { rows: 3 } }), use });
    expect(run.state).toBe('SUCCEEDED');
    expect(states).toEqual({ import: 'SUCCEEDED', use: 'SUCCEEDED' });
    expect(begun).toMatchObject([{ task: 'use', artifacts: { data: [{ uri: 'gs://bucket/data.csv', metadata: { rows: 3 } }] } }]);
    expect(links.map(({ direction, artifact }) => [direction, artifact.schemaTitle, artifact.runId])).toEqual([['OUTPUT', 'system.Dataset', undefined], ['INPUT', 'system.Dataset', undefined]]);
    expect(Object.values(workflow.status!.nodes!).filter(({ type }) => type === 'Suspend')).toEqual([]);
  });

  it('takes the address from a parameter of the run, or from a task, and fills in metadata', async () => {
    const tasks = (from: string) => ({
      where: TEXT,
      import: { ...importing({ runtimeParameter: 'uri' }, { metadata: { "{{$.inputs.parameters['key']}}": "at {{$.inputs.parameters['uri']}}" } }), in: { uri: from, key: '=the key' } },
      use,
    });
    const script = ({ task }: { readonly task: string }) => (task === 'where' ? { out: { out: '/there/late' } } : undefined);
    const late = await bench.run(tasks('where.out'), { script });
    expect(late.run.state).toBe('SUCCEEDED');
    expect(late.begun.at(-1)?.artifacts['data']).toMatchObject([{ uri: '/there/late', metadata: { 'the key': 'at /there/late' } }]);
    expect(late.states['import']).toBe('SUCCEEDED');
    const early = await bench.run(tasks('$at'), { root: { types: { at: 'STRING' } }, parameters: { at: '/there/early' }, script });
    expect(early.begun.find(({ task }) => task === 'use')?.artifacts['data']).toMatchObject([{ uri: '/there/early' }]);
  });

  it('takes the same artifact again, so that what used it is cached, unless it is told to import anew', async () => {
    const tasks = (reimport: boolean) => ({ import: importing({ constant: 's3://bucket/again' }, { reimport }), use: { ...use, cached: true } });
    const idOf = (links: Awaited<ReturnType<RunBench['run']>>['links']) => links.find(({ direction }) => direction === 'OUTPUT')?.artifact.id;
    const first = await bench.run(tasks(false));
    const again = await bench.run(tasks(false));
    expect(idOf(again.links)).toBe(idOf(first.links));
    expect(again.states).toEqual({ import: 'SUCCEEDED', use: 'CACHED' });
    const anew = await bench.run(tasks(true));
    expect(idOf(anew.links)).not.toBe(idOf(first.links));
    expect(anew.states).toEqual({ import: 'SUCCEEDED', use: 'SUCCEEDED' });
  });

  it('may be under a condition', async () => {
    const tasks = (word: string) => ({ say: TEXT, import: { ...importing({ constant: '/x' }), in: { word: 'say.out' }, if: `inputs.parameter_values['word'] == '${word}'` }, use });
    expect((await bench.run(tasks('say-out'))).states).toEqual({ say: 'SUCCEEDED', import: 'SUCCEEDED', use: 'SUCCEEDED' });
    const not = await bench.run(tasks('other'));
    expect(not.run.state).toBe('SUCCEEDED');
    expect(not.states).toEqual({ say: 'SUCCEEDED', import: 'SKIPPED', use: 'SKIPPED' });
  });

  it('imports one artifact in each iteration of a loop', async () => {
    const { run, begun } = await bench.run({ loop: { each: { raw: ['/a', '/b'] }, tasks: { import: { ...importing({ runtimeParameter: 'uri' }), in: { uri: '$item' } }, use }, artifactOutputs: { data: 'import.artifact' } }, all: { artifactsIn: { data: 'loop.data' } } });
    expect(run.state).toBe('SUCCEEDED');
    expect(begun.at(-1)?.artifacts['data']?.map(({ uri }) => uri)).toEqual(['/a', '/b']);
  });

  it('leaves the files alone when its run is deleted', async () => {
    const folder = join(bench.folder, 'artifacts');
    mkdirSync(folder, { recursive: true });
    const file = join(folder, 'mine.csv');
    writeFileSync(file, 'a,b');
    const { run } = await bench.run({ import: importing({ constant: file }), use });
    await bench.runs.delete(run.id);
    expect(existsSync(file)).toBe(true);
  });
});
