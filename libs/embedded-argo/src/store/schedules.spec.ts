import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { aSchedule } from '@millrace/resources/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openScriptedArgo } from '../testing/scripted-argo.js';
import { relocateStore } from './relocate-store.js';

const REF = { namespace: 'ns', name: 'a' };

describe('schedules in the embedded store', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'millrace-argo-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('are the same after close and open, and go on from their version', async () => {
    const first = await openScriptedArgo({ folder });
    const created = await first.store.create('ScheduledWorkflow', aSchedule('ns', 'a', { team: 'x' }));
    const patched = await first.store.patch('ScheduledWorkflow', REF, {
      metadata: { resourceVersion: created.metadata.resourceVersion },
      status: { trigger: { lastWorkflowIndex: 1 } },
    });
    await first.store.create('ScheduledWorkflow', aSchedule('ns', 'gone'));
    await first.store.delete('ScheduledWorkflow', { namespace: 'ns', name: 'gone' });
    await first.close();
    const second = await openScriptedArgo({ folder });
    expect((await second.store.list('ScheduledWorkflow')).items).toEqual([patched]);
    const again = await second.store.patch('ScheduledWorkflow', REF, { metadata: { resourceVersion: patched.metadata.resourceVersion }, spec: { enabled: false } });
    expect(Number(again.metadata.resourceVersion)).toBeGreaterThan(Number(patched.metadata.resourceVersion));
    await second.close();
  });

  it('cannot be changed by whoever created or read them', async () => {
    const argo = await openScriptedArgo({ folder });
    const given = structuredClone(aSchedule('ns', 'a'));
    await argo.store.create('ScheduledWorkflow', given);
    (given.spec as { enabled: boolean }).enabled = false;
    const read = (await argo.store.get('ScheduledWorkflow', REF))!;
    expect(() => ((read.spec as { enabled: boolean }).enabled = false)).toThrow(TypeError);
    expect((await argo.store.get('ScheduledWorkflow', REF))!.spec.enabled).toBe(true);
    await argo.close();
  });

  it('without a name are refused by the field', async () => {
    const argo = await openScriptedArgo({ folder });
    await expect(argo.store.create('ScheduledWorkflow', aSchedule('ns', ''))).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', message: expect.stringContaining('metadata.name') });
    await argo.close();
  });

  it('move with the data folder, also when the file is of a time without schedules', async () => {
    const argo = await openScriptedArgo({ folder });
    const object = aSchedule('ns', 'a');
    await argo.store.create('ScheduledWorkflow', { ...object, spec: { ...object.spec, workflow: { pipelineRoot: '/old/data/roots' } } });
    await argo.close();
    relocateStore(join(folder, 'argo.db'), [{ from: '/old/data', to: '/new/data' }]);
    const moved = await openScriptedArgo({ folder });
    expect((await moved.store.get('ScheduledWorkflow', REF))!.spec.workflow?.pipelineRoot).toBe('/new/data/roots');
    await moved.close();
    const database = new DatabaseSync(join(folder, 'argo.db'));
    database.exec('DROP TABLE schedule; PRAGMA user_version = 1');
    database.close();
    expect(() => relocateStore(join(folder, 'argo.db'), [{ from: '/a', to: '/b' }])).not.toThrow();
    const upgraded = await openScriptedArgo({ folder });
    expect((await upgraded.store.list('ScheduledWorkflow')).items).toEqual([]);
    await upgraded.close();
  });
});
