import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { DAGTask, Template, WorkflowSpec } from '@millrace/argo';
import type { AttemptSpec } from '../executor.js';
import type { FakeOutcome } from '../testing/fake-executor.js';
import { openScriptedArgo, type ScriptedArgo, type ScriptedArgoOptions } from '../testing/scripted-argo.js';
import { aDag, aPod, aStepsTemplate, aWorkflow } from '../testing/workflow-builder.js';

let argo: ScriptedArgo;
afterEach(() => argo.close());

const scripted = async (outcomes: Readonly<Record<string, FakeOutcome>> = {}, options: ScriptedArgoOptions = {}): Promise<void> => {
  argo = await openScriptedArgo({ outcome: ({ image }) => outcomes[image] ?? {}, ...options });
};
const phases = async (): Promise<Record<string, string>> => Object.fromEntries(Object.values(await argo.nodes()).map((node) => [node.displayName!, node.phase!]));
const argsOf = (image: string): readonly string[] | undefined => [...argo.executor.machine.attempts.values()].map(({ spec }): AttemptSpec => spec).find((spec) => spec.image === image)?.args;
const saying = (name: string, ...args: string[]): Template => aPod(name, { container: { image: name, command: ['run'], args } });
const stop = async (shutdown: 'Stop' | 'Terminate'): Promise<void> => {
  const { metadata } = await argo.read();
  await argo.store.patch('Workflow', { namespace: 'ns', name: 'wf' }, { metadata: { resourceVersion: metadata.resourceVersion }, spec: { shutdown } });
};
const FAIL: FakeOutcome = { exitCode: 1 };
const EXIT: Partial<WorkflowSpec> = { onExit: 'exit' };

describe('the exit handler of a workflow', () => {
  const main: Template = aDag('main', [{ name: 'a', template: 'a' }]);
  const handler = saying('exit', '{{workflow.status}}', '{{workflow.failures}}');

  it('runs after the work, and knows what became of it', async () => {
    await scripted();
    await argo.submit(aWorkflow([main, aPod('a'), handler], EXIT));
    expect((await argo.finished()).status?.phase).toBe('Succeeded');
    const { 'wf.onExit': exit, wf } = await argo.nodes();
    expect(exit).toMatchObject({ name: 'wf.onExit', type: 'Pod', phase: 'Succeeded', nodeFlag: { hooked: true } });
    expect(exit!.boundaryID).toBeUndefined();
    expect(wf!.children).not.toContain(exit!.id);
    expect(argsOf('exit')).toEqual(['Succeeded', '"null"']);
  });

  it('runs after a failure, which stays the outcome, and is told what failed', async () => {
    await scripted({ a: FAIL });
    await argo.submit(aWorkflow([main, aPod('a'), handler], EXIT));
    expect((await argo.finished()).status?.phase).toBe('Failed');
    expect(argsOf('exit')![0]).toBe('Failed');
    const failures = JSON.parse(JSON.parse(argsOf('exit')![1]!) as string) as { displayName: string; message: string }[];
    expect(failures.map(({ displayName, message }) => `${displayName}: ${message}`)).toEqual(['wf: ', 'a: main: Error (exit code 1)']);
  });

  it('that fails fails a workflow that had succeeded', async () => {
    await scripted({ exit: FAIL });
    await argo.submit(aWorkflow([main, aPod('a'), handler], EXIT));
    expect((await argo.finished()).status).toMatchObject({ phase: 'Failed', message: 'main: Error (exit code 1)' });
    expect(await phases()).toMatchObject({ wf: 'Succeeded', 'wf.onExit': 'Failed' });
  });

  it('takes the workflow\'s arguments, or those of its hook', async () => {
    const inputs = { parameters: [{ name: 'p' }] };
    await scripted();
    await argo.submit(aWorkflow([main, aPod('a'), { ...saying('exit', '{{inputs.parameters.p}}'), inputs }], { ...EXIT, arguments: { parameters: [{ name: 'p', value: 'given' }] } }));
    await argo.finished();
    expect(argsOf('exit')).toEqual(['given']);
    await argo.close();
    await scripted();
    const hooks = { exit: { template: 'exit', arguments: { parameters: [{ name: 'p', value: '{{workflow.name}}!' }] } } };
    await argo.submit(aWorkflow([main, aPod('a'), { ...saying('exit', '{{inputs.parameters.p}}'), inputs }], { hooks }));
    await argo.finished();
    expect(argsOf('exit')).toEqual(['wf!']);
  });

  it('may be a whole DAG', async () => {
    await scripted();
    await argo.submit(aWorkflow([main, aPod('a'), aDag('exit', [{ name: 'x', template: 'a' }, { name: 'y', template: 'a', depends: 'x' }])], EXIT));
    await argo.finished();
    expect(await phases()).toEqual({ wf: 'Succeeded', a: 'Succeeded', 'wf.onExit': 'Succeeded', x: 'Succeeded', y: 'Succeeded' });
  });

  it.each([['Stop', 'Failed', ['a', 'exit']], ['Terminate', 'Failed', ['a']]] as const)('after %s', async (strategy, phase, begun) => {
    await scripted({ a: { hold: true } });
    await argo.submit(aWorkflow([main, aPod('a'), handler], EXIT));
    await argo.settled();
    await stop(strategy);
    expect((await argo.finished()).status).toMatchObject({ phase, message: `Stopped with strategy '${strategy}'` });
    expect([...argo.executor.machine.attempts.values()].map(({ spec }) => spec.image)).toEqual(begun);
  });

  it('is ended by a Terminate, not by a Stop', async () => {
    await scripted({ exit: { hold: true } });
    await argo.submit(aWorkflow([main, aPod('a'), handler], EXIT));
    await argo.settled();
    await stop('Stop');
    await argo.settled();
    expect(argo.executor.running()).toHaveLength(1);
    await stop('Terminate');
    await argo.finished();
    expect(argo.executor.running()).toEqual([]);
  });

  it('runs though the workflow\'s deadline is over', async () => {
    await scripted({ a: { hold: true } });
    await argo.submit(aWorkflow([main, aPod('a'), handler], { ...EXIT, activeDeadlineSeconds: 3 }));
    await argo.settled();
    argo.clock.advance(3_000);
    expect((await argo.finished()).status?.phase).toBe('Failed');
    expect(await phases()).toMatchObject({ a: 'Failed', 'wf.onExit': 'Succeeded' });
  });

  it.each(['before', 'while'])('goes on when the server dies %s it runs', async (when) => {
    const folder = mkdtempSync(join(tmpdir(), 'millrace-exit-'));
    await scripted({ a: { hold: true }, exit: { hold: true } }, { folder });
    const { machine } = argo.executor;
    await argo.submit(aWorkflow([main, aPod('a'), handler], EXIT));
    await argo.settled();
    if (when === 'while') {
      argo.executor.finish(argo.executor.running()[0]!);
      await argo.settled();
    }
    await argo.close();
    await scripted({}, { folder, machine });
    expect((await argo.finished()).status?.phase).toBe('Succeeded');
    expect(await phases()).toEqual({ wf: 'Succeeded', a: 'Succeeded', 'wf.onExit': 'Succeeded' });
    await argo.close();
    rmSync(folder, { recursive: true, force: true });
    await scripted();
  });
});

describe('the exit hook of a task', () => {
  const hooked = (rest: Partial<DAGTask> = {}): DAGTask => ({
    name: 'a', template: 'a',
    hooks: { exit: { template: 'hook', arguments: { parameters: [{ name: 'p', value: '{{tasks.a.outputs.parameters.o}}' }] } } },
    ...rest,
  });
  const templates = (tasks: readonly DAGTask[]): Template[] => [
    aDag('main', tasks),
    aPod('a', { outputs: { parameters: [{ name: 'o', valueFrom: { path: '/out/o', default: 'dflt' } }] } }),
    { ...saying('hook', '{{inputs.parameters.p}}'), inputs: { parameters: [{ name: 'p' }] } },
    aPod('b'),
  ];

  it('follows its task and is given its outputs; what waits for the task waits for it', async () => {
    await scripted({ a: { files: { '/out/o': 'out' } }, hook: { hold: true } });
    await argo.submit(aWorkflow(templates([hooked(), { name: 'b', template: 'b', depends: 'a' }])));
    await argo.settled();
    const { a, 'a.onExit': hook, b } = await argo.nodes();
    expect(hook).toMatchObject({ name: 'wf.a.onExit', boundaryID: 'wf', nodeFlag: { hooked: true } });
    expect(a!.children).toEqual([hook!.id]);
    expect(b).toBeUndefined();
    expect(argsOf('hook')).toEqual(['out']);
    argo.executor.finish(argo.executor.running()[0]!);
    await argo.finished();
    expect(await phases()).toEqual({ wf: 'Succeeded', a: 'Succeeded', 'a.onExit': 'Succeeded', b: 'Succeeded' });
  });

  it('runs after a failure, and its own changes nothing', async () => {
    await scripted({ a: FAIL, hook: FAIL });
    await argo.submit(aWorkflow(templates([hooked(), { name: 'b', template: 'b', depends: 'a.Failed' }])));
    expect((await argo.finished()).status?.phase).toBe('Succeeded');
    expect(await phases()).toEqual({ wf: 'Succeeded', a: 'Failed', 'a.onExit': 'Failed', b: 'Succeeded' });
  });

  it('does not run for a task that did not', async () => {
    await scripted();
    await argo.submit(aWorkflow(templates([hooked({ when: '1 == 2' })])));
    await argo.finished();
    expect(await phases()).toEqual({ wf: 'Succeeded', a: 'Skipped' });
  });

  it('runs for each item of a loop', async () => {
    await scripted();
    await argo.submit(aWorkflow(templates([hooked({ withParam: '[1,2]', hooks: { exit: { template: 'b' } } }), { name: 'b', template: 'b', depends: 'a' }])));
    await argo.finished();
    const shown = await phases();
    expect(shown).toMatchObject({ 'a(0:1).onExit': 'Succeeded', 'a(1:2).onExit': 'Succeeded', b: 'Succeeded', wf: 'Succeeded' });
  });

  it('follows a step as well, once its attempts are over', async () => {
    await scripted({ a: FAIL });
    const [, a, hook, b] = templates([]);
    const exit = { exit: { template: 'hook', arguments: { parameters: [{ name: 'p', value: '{{steps.a.outputs.parameters.o}}' }] } } };
    await argo.submit(aWorkflow([
      aStepsTemplate('main', [[{ name: 'a', template: 'a', hooks: exit, continueOn: { failed: true } }], [{ name: 'b', template: 'b' }]]),
      { ...a!, retryStrategy: { limit: '1' } }, hook!, b!,
    ]));
    await argo.finished();
    expect(await phases()).toMatchObject({ wf: 'Succeeded', a: 'Failed', 'a(1)': 'Failed', 'a.onExit': 'Succeeded', b: 'Succeeded' });
    expect(argsOf('hook')).toEqual(['dflt']);
  });

  it('survives the death of the server at any moment', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'millrace-hook-'));
    await scripted({ a: { hold: true }, hook: { hold: true } }, { folder });
    const { machine } = argo.executor;
    await argo.submit(aWorkflow(templates([hooked(), { name: 'b', template: 'b', depends: 'a' }])));
    await argo.settled();
    argo.executor.finish(argo.executor.running()[0]!);
    await argo.settled();
    expect(argo.executor.running()).toHaveLength(1);
    await argo.close();
    await scripted({}, { folder, machine });
    await argo.finished();
    expect(await phases()).toEqual({ wf: 'Succeeded', a: 'Succeeded', 'a.onExit': 'Succeeded', b: 'Succeeded' });
    await argo.close();
    rmSync(folder, { recursive: true, force: true });
    await scripted();
  });
});
