import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DAGTask, Template } from '@millrace/argo';
import type { AttemptSpec } from '../executor.js';
import type { FakeOutcome } from '../testing/fake-executor.js';
import { openScriptedArgo, type ScriptedArgo } from '../testing/scripted-argo.js';
import { aDag, aPod, aWorkflow } from '../testing/workflow-builder.js';

let argo: ScriptedArgo;
let outcomes: Record<string, FakeOutcome>;
beforeEach(async () => {
  outcomes = {};
  argo = await openScriptedArgo({ outcome: ({ image }) => outcomes[image] ?? {} });
});
afterEach(() => argo.close());

const claim = (name: string): string => join(argo.folder, 'claims', 'ns', name);
const specs = (): AttemptSpec[] => [...argo.executor.machine.attempts.values()].map(({ spec }) => spec);
const MANIFEST = "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata:\n  name: '{{workflow.name}}-data'\nspec:\n  resources:\n    requests:\n      storage: 1Gi\n";
const creating: Template = { name: 'make', resource: { action: 'create', manifest: MANIFEST }, outputs: { parameters: [{ name: 'name', valueFrom: { jsonPath: '{.metadata.name}' } }] } };
const using = (name: string): Template =>
  aPod(name, {
    inputs: { parameters: [{ name: 'claim' }] },
    container: { image: name, command: ['run'], volumeMounts: [{ name: 'v', mountPath: '/data' }] },
    volumes: [{ name: 'v', persistentVolumeClaim: { claimName: '{{inputs.parameters.claim}}' } }],
  });
const use = (name: string, depends: string): DAGTask => ({ name, template: name, depends, arguments: { parameters: [{ name: 'claim', value: '{{tasks.make.outputs.parameters.name}}' }] } });

describe('persistent volume claims', () => {
  it('are folders: made, mounted under the name they were given, and deleted by what the SDK writes for that', async () => {
    const deleting: Template = aPod('del', { inputs: { parameters: [{ name: 'claim' }] }, container: { image: 'kubectl', command: ['kubectl', 'delete', 'PersistentVolumeClaim', '{{inputs.parameters.claim}}', '--ignore-not-found', '--output', 'name', '--wait=false'] } });
    outcomes = { one: { hold: true } };
    await argo.submit(aWorkflow([aDag('root', [{ name: 'make', template: 'make' }, use('one', 'make'), use('two', 'one'), use('del', 'two')]), creating, using('one'), using('two'), deleting]));
    await argo.settled();
    expect(existsSync(claim('wf-data'))).toBe(true);
    argo.executor.finish(argo.executor.running()[0]!);
    expect((await argo.finished()).status?.phase).toBe('Succeeded');
    expect(specs().map(({ image, mounts }) => [image, mounts])).toEqual(['one', 'two'].map((image) => [image, [{ source: claim('wf-data'), target: '/data', create: true }]]));
    expect(existsSync(claim('wf-data'))).toBe(false);
    expect((await argo.nodes())['make']).toMatchObject({ type: 'Pod', phase: 'Succeeded', outputs: { parameters: [{ name: 'name', value: 'wf-data' }] } });
  });

  it('that are not there are an error that says which folder to make', async () => {
    const mounting = aPod('m', { container: { image: 'm', command: ['run'], volumeMounts: [{ name: 'v', mountPath: '/data' }] }, volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'mine' } }] });
    await argo.submit(aWorkflow([mounting]));
    await argo.finished();
    expect((await argo.nodes())['wf']).toMatchObject({ phase: 'Error', message: expect.stringContaining(claim('mine')) as string });
    mkdirSync(claim('mine'), { recursive: true });
    await argo.submit({ ...aWorkflow([mounting]), metadata: { namespace: 'ns', name: 'again' } });
    expect((await argo.finished('again')).status?.phase).toBe('Succeeded');
  });

  it('of which a second of the same name is asked for are an error', async () => {
    await argo.submit(aWorkflow([aDag('root', [{ name: 'make', template: 'make' }, { name: 'again', template: 'make', depends: 'make' }]), creating]));
    expect((await argo.finished()).status?.phase).toBe('Error');
    expect((await argo.nodes())['again']).toMatchObject({ phase: 'Error', message: 'wait: Error (exit code 64): persistentvolumeclaims "wf-data" already exists' });
  });

  it.each([[undefined, 0, false], [undefined, 1, true], ['OnWorkflowCompletion', 1, false]] as const)('of the workflow itself with the strategy %s and exit code %i', async (strategy, exitCode, kept) => {
    outcomes = { p: { exitCode } };
    await argo.submit(aWorkflow([aPod('p', { container: { image: 'p', command: ['run'], volumeMounts: [{ name: 'work', mountPath: '/work' }] } })], {
      volumeClaimTemplates: [{ metadata: { name: 'work' }, spec: {} }] as never,
      ...(strategy && { volumeClaimGC: { strategy } }),
    }));
    await argo.finished();
    await argo.settled();
    expect(specs()[0]!.mounts).toEqual([{ source: claim('wf-work'), target: '/work', create: true }]);
    expect(existsSync(claim('wf-work'))).toBe(kept);
  });

  it('of the workflow itself go with it when it is deleted', async () => {
    outcomes = { p: { exitCode: 1 } };
    await argo.submit(aWorkflow([aPod('p')], { volumeClaimTemplates: [{ metadata: { name: 'work' }, spec: {} }] as never }));
    await argo.finished();
    expect(existsSync(claim('wf-work'))).toBe(true);
    await argo.store.delete('Workflow', { namespace: 'ns', name: 'wf' });
    expect(existsSync(claim('wf-work'))).toBe(false);
  });
});
