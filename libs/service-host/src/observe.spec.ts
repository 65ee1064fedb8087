import { PipelineError } from '@millrace/errors';
import { aRun, aTask, DOCUMENTS, openTestDatabase } from '@millrace/database/testing';
import type { ObjectStore } from '@millrace/object-store';
import { describe, expect, it } from 'vitest';
import { createMetrics } from './metrics.js';
import { countEnds, tellOpenRuns } from './observe-database.js';
import { countObjectErrors } from './observe-objects.js';

const told = async (metrics: ReturnType<typeof createMetrics>, name: string) => (await metrics.registry.getSingleMetricAsString(name)).split('\n').filter((line) => !line.startsWith('#'));

describe('countEnds', () => {
  it('counts what is recorded to be over, once it is recorded, and leaves the rest of the database as it was', async () => {
    const database = await openTestDatabase('sqlite');
    const metrics = createMetrics();
    const { runs } = countEnds(database, metrics);
    const run = aRun();
    const at = new Date();
    const [first, second] = [aTask({ runId: run.id, taskKey: 'a' }), aTask({ runId: run.id, taskKey: 'b', state: 'CACHED' })];
    await runs.create(run, DOCUMENTS, { newTasks: [first, second] });
    await runs.record({ runId: run.id, at, run: { state: 'RUNNING', startedAt: at } });
    await runs.record({ runId: run.id, at, run: { state: 'FAILED', finishedAt: at }, tasks: [{ path: 'root/a', state: 'FAILED' }] });
    await expect(runs.record({ runId: 'no-such-run', at, run: { state: 'FAILED' } })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    const other = aRun();
    await runs.create(other, DOCUMENTS, {});
    expect(await runs.transition(other.id, { from: ['PENDING'], to: 'CANCELED', at, appendHistory: true })).toBe(true);
    expect(await runs.transition(other.id, { from: ['PENDING'], to: 'CANCELED', at, appendHistory: true })).toBe(false);
    expect(await told(metrics, 'millrace_runs_ended_total')).toEqual(['millrace_runs_ended_total{state="FAILED"} 1', 'millrace_runs_ended_total{state="CANCELED"} 1']);
    expect(await told(metrics, 'millrace_tasks_ended_total')).toEqual(['millrace_tasks_ended_total{state="CACHED"} 1', 'millrace_tasks_ended_total{state="FAILED"} 1']);
    expect((await runs.get(run.id)).state).toBe('FAILED');
    await database.close();
  });
});

describe('tellOpenRuns', () => {
  it('tells every state of runs that are not over, also where there are none', async () => {
    const database = await openTestDatabase('sqlite');
    const metrics = createMetrics();
    for (const state of ['RUNNING', 'RUNNING', 'PENDING', 'SUCCEEDED'] as const) await database.runs.create(aRun({ state }), DOCUMENTS, {});
    tellOpenRuns(database, metrics);
    expect(await told(metrics, 'millrace_runs')).toEqual(['millrace_runs{state="PENDING"} 1', 'millrace_runs{state="RUNNING"} 2', 'millrace_runs{state="CANCELING"} 0', 'millrace_runs{state="PAUSED"} 0']);
    await database.close();
  });
});

describe('countObjectErrors', () => {
  it('counts what the store failed at, and not what is missing', async () => {
    const metrics = createMetrics();
    const faults = [new PipelineError('UNAVAILABLE', 'away'), new PipelineError('NOT_FOUND', 'none'), new Error('odd')];
    const store = countObjectErrors({ accepts: () => true, stat: async () => undefined, read: () => Promise.reject(faults.shift()!) } as unknown as ObjectStore, metrics);
    for (const _ of [1, 2, 3]) await expect(store.read('minio://b/k')).rejects.toThrow(/away|none|odd/);
    expect([store.accepts('x'), await store.stat('x'), store.copy]).toEqual([true, undefined, undefined]);
    expect(await told(metrics, 'millrace_object_store_errors_total')).toEqual([
      'millrace_object_store_errors_total{operation="read",code="UNAVAILABLE"} 1', 'millrace_object_store_errors_total{operation="read",code="INTERNAL"} 1',
    ]);
  });
});
