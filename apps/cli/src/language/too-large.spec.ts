import type { ResourcePatch, ResourceStore } from '@millrace/resources';
import { PipelineError } from '@millrace/errors';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RunBench } from './testing/run-bench.js';

let bench: RunBench;
beforeEach(async () => {
  bench = await RunBench.open();
});
afterEach(() => bench.close());

/** As a cluster's store does: refuses patches of nodes by their size. */
function limitPatches(store: ResourceStore, characters: number): void {
  const patch = store.patch.bind(store);
  store.patch = (kind, ref, body: ResourcePatch) =>
    body.status !== undefined && JSON.stringify(body.status).length > characters ? Promise.reject(new PipelineError('RESOURCE_EXHAUSTED', 'The Workflow would be too large.')) : patch(kind, ref, body);
}

describe('an answer that the engine cannot take', () => {
  const TEXT = { out: { out: 'STRING' } } as const;
  const sketch = { big: TEXT, small: TEXT, 'uses-big': { in: { text: 'big.out' } }, 'uses-small': { in: { text: 'small.out' } } };
  const script = ({ task }: { readonly task: string }) => ({ out: { out: task === 'big' ? 'x'.repeat(30_000) : 'y' } });

  it('fails its task and says why; the others are answered and the run ends', async () => {
    limitPatches(bench.argo.store, 20_000);
    const { run, states, tasks } = await bench.run(sketch, { script });
    expect(states).toEqual({ big: 'SUCCEEDED', small: 'SUCCEEDED', 'uses-big': 'FAILED', 'uses-small': 'SUCCEEDED' });
    expect(tasks['uses-big']?.message).toBe('The Workflow would be too large.');
    expect(run).toMatchObject({ state: 'FAILED', error: expect.stringContaining('The Workflow would be too large.') });
  });

  it('ends the run when not even the failure has room', async () => {
    limitPatches(bench.argo.store, 10);
    const { run, tasks } = await bench.run({ big: TEXT, 'uses-big': { in: { text: 'big.out' } } }, { script });
    expect(['FAILED', 'CANCELED']).toContain(run.state);
    expect(tasks['uses-big']?.message).toBe('The Workflow would be too large.');
  });
});
