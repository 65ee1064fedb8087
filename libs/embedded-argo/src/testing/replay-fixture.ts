import { isWorkflowCompleted, type NodeStatus, type Workflow } from '@millrace/argo';
import { isPipelineError } from '@millrace/errors';
import type { AttemptSpec } from '../executor.js';
import { nodeId } from '../workflow/node-id.js';
import { answerOf, isHeld, nodeOfEvent, outcomeOf, recordStatus, type ArgoFixture, type FixtureEvent, type PodOutcome, type Recording } from './argo-fixture.js';
import type { FakeOutcome } from './fake-executor.js';
import { openScriptedArgo, type ScriptedArgo } from './scripted-argo.js';

/** Seconds for which a replay waits for something that only time brings: a back-off, a deadline. */
const PATIENCE = 900;

/** Lets embedded Argo run a fixture's Workflow, with the same outcomes and events in the same order. */
export async function replayFixture(fixture: ArgoFixture): Promise<Recording> {
  const { name, events = [], pods } = fixture;
  const args: Record<string, readonly string[]> = {};
  const nodeNames = new Map(Object.keys(fixture.recorded.nodes).map((node) => [nodeId(name, node), node]));
  const nodeOf = (spec: Pick<AttemptSpec, 'id'>): string => nodeNames.get(spec.id.split('/')[1]!) ?? spec.id;
  const outcome = (spec: AttemptSpec): FakeOutcome => {
    const node = nodeOf(spec);
    // Where a script lies is the executor's affair.
    const given = spec.args.filter((argument) => argument !== '/argo/staging/script');
    if (given.length > 0) args[node] = given;
    if (spec.deadlineMs !== undefined) argo.clock.at(argo.clock.now() + spec.deadlineMs, () => argo.executor.finish(spec.id, { reason: 'deadline', exitCode: 143 }));
    return { ...asFake(outcomeOf(pods, node)), hold: isHeld(fixture, node) };
  };
  const argo = await openScriptedArgo({ outcome });
  try {
    const { metadata, ...rest } = fixture.workflow;
    try {
      await argo.submit({ ...rest, metadata: { ...metadata, name, namespace: 'ns' } });
    } catch (error) {
      // What Argo finds wrong when it begins is refused here when the Workflow is created.
      if (isPipelineError(error) && error.code === 'INVALID_ARGUMENT') return { status: { message: 'invalid spec', phase: 'Failed', progress: '0/0' }, nodes: {} };
      throw error;
    }
    for (const event of events) await happen(argo, fixture, event);
    await argo.settled();
    if (fixture.endless !== true) await pass(argo, async () => isWorkflowCompleted((await argo.read(name)).status?.phase), () => `${name} to end`);
    const { status } = (await argo.read(name)) as Workflow;
    return { ...recordStatus(status!), ...(Object.keys(args).length > 0 && { args }) };
  } finally {
    await argo.close();
  }
}

async function happen(argo: ScriptedArgo, { name, pods }: ArgoFixture, event: FixtureEvent): Promise<void> {
  const waitsFor = nodeOfEvent(event);
  const find = async (): Promise<NodeStatus | undefined> => (await argo.read(name)).status?.nodes?.[nodeId(name, waitsFor)];
  await pass(argo, async () => (await find())?.phase === 'Running', () => `node ${waitsFor} to run`);
  const { id } = (await find())!;
  const object = await argo.read(name);
  const attempt = `${object.metadata.uid}/${id}`;
  if ('finish' in event) argo.executor.finish(attempt, asFake(outcomeOf(pods, waitsFor)));
  else if ('lose' in event) argo.executor.finish(attempt, { exitCode: 143 });
  else {
    const patch = 'shutdown' in event ? { spec: { shutdown: event.shutdown } } : { status: { nodes: { [id]: answerOf(event) } } };
    await argo.store.patch('Workflow', { namespace: 'ns', name }, { metadata: { resourceVersion: object.metadata.resourceVersion }, ...patch } as never);
  }
  await argo.settled();
}

/** Moves the clock on, a second at a time, until something holds. */
async function pass(argo: ScriptedArgo, holds: () => Promise<boolean>, what: () => string): Promise<void> {
  for (let second = 0; second < PATIENCE; second += 1) {
    await argo.settled();
    if (await holds()) return;
    argo.clock.advance(1000);
  }
  throw new Error(`waited ${PATIENCE} s for ${what()}`);
}

function asFake({ exitCode, files, stdout }: PodOutcome): FakeOutcome {
  return { ...(exitCode !== undefined && { exitCode }), ...(files !== undefined && { files }), ...(stdout !== undefined && { stdout }) } as FakeOutcome;
}
