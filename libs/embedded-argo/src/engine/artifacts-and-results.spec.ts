import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Artifact, DAGTask, Template } from '@millrace/argo';
import type { AttemptSpec } from '../executor.js';
import { hostPathOf } from '../pod/volume-mounts.js';
import type { FakeOutcome } from '../testing/fake-executor.js';
import { openScriptedArgo, type ScriptedArgo } from '../testing/scripted-argo.js';
import { aDag, aPod, aStepsTemplate, aWorkflow } from '../testing/workflow-builder.js';

let argo: ScriptedArgo;
let outcomes: Record<string, FakeOutcome>;
/** What each task saw at the path of its input `in`, when it began. */
let seen: Record<string, string | undefined>;
const outcome = (spec: AttemptSpec): FakeOutcome => {
  const path = hostPathOf('/tmp/inputs/in/data', spec.mounts);
  seen[spec.image] = path !== undefined && existsSync(path) ? readFileSync(path, 'utf8') : undefined;
  return outcomes[spec.image] ?? {};
};
beforeEach(async () => {
  outcomes = {};
  seen = {};
  argo = await openScriptedArgo({ outcome });
});
afterEach(() => argo.close());

const OUT = '/tmp/outputs/out/data';
const producer = (name = 'p', artifact: Partial<Artifact> = {}): Template => aPod(name, { outputs: { artifacts: [{ name: 'out', path: OUT, ...artifact }] } });
const consumer = (name = 'c', artifact: Partial<Artifact> = {}): Template => aPod(name, { inputs: { artifacts: [{ name: 'in', path: '/tmp/inputs/in/data', ...artifact }] } });
const taking = (from: string, name = 'c', rest: Partial<DAGTask> = {}): DAGTask => ({ name, template: name, arguments: { artifacts: [{ name: 'in', from }] }, ...rest });
const P: DAGTask = { name: 'p', template: 'p' };
const FROM = '{{tasks.p.outputs.artifacts.out}}';

describe('artifacts', () => {
  it('go from the task that leaves one to the task that takes it, kept as a tar under a key', async () => {
    outcomes = { p: { files: { [OUT]: 'hello' } } };
    await argo.submit(aWorkflow([aDag('root', [P, taking(FROM, 'c', { depends: 'p' })]), producer(), consumer()]));
    await argo.finished();
    const { p, c } = await argo.nodes();
    const key = `wf/${p!.id.replace('wf-', 'wf-p-')}/out.tgz`;
    expect(p!.outputs?.artifacts).toEqual([{ name: 'out', path: OUT, s3: { key } }]);
    expect(execFileSync('tar', ['-tzf', join(argo.folder, 'artifacts', key)], { encoding: 'utf8' })).toBe('data\n');
    expect(c).toMatchObject({ phase: 'Succeeded', inputs: { artifacts: [{ name: 'in', path: '/tmp/inputs/in/data', s3: { key } }] } });
    expect(seen['c']).toBe('hello');
  });

  it('are also kept when the task fails', async () => {
    outcomes = { p: { files: { [OUT]: 'why' }, exitCode: 3 } };
    await argo.submit(aWorkflow([producer()]));
    await argo.finished();
    expect((await argo.nodes())['wf']).toMatchObject({ phase: 'Failed', message: 'main: Error (exit code 3)', outputs: { artifacts: [{ name: 'out' }], exitCode: '3' } });
  });

  it.each([[undefined, 'Error', 'wait: Error (exit code 64): artifact out failed to save: /tmp/outputs/out/data: no such file or directory'], [true, 'Succeeded', undefined]])(
    'that are missing, optional: %s',
    async (optional, phase, message) => {
      await argo.submit(aWorkflow([producer('p', optional === undefined ? {} : { optional })]));
      await argo.finished();
      const node = (await argo.nodes())['wf']!;
      expect(node.phase).toBe(phase);
      expect(node.message).toBe(message);
    },
  );

  it('may be a text of the workflow, with its parameters', async () => {
    await argo.submit(aWorkflow([aDag('root', [taking('{{inputs.artifacts.t}}')], { inputs: { artifacts: [{ name: 't' }] } }), consumer()], {
      arguments: { parameters: [{ name: 'p', value: 'a "b"' }], artifacts: [{ name: 't', raw: { data: '<{{workflow.parameters.p}}>' } }] },
    }));
    await argo.finished();
    expect(seen['c']).toBe('<a "b">');
  });

  it('may lie under a key from before', async () => {
    outcomes = { p: { files: { [OUT]: 'kept' } } };
    await argo.submit(aWorkflow([producer('p', { archive: { none: {} }, s3: { key: 'mine/it' } })]));
    await argo.finished();
    await argo.submit({ ...aWorkflow([consumer('c', { s3: { key: 'mine/it' } })]), metadata: { namespace: 'ns', name: 'other' } });
    await argo.finished('other');
    expect(seen['c']).toBe('kept');
  });

  it('that nobody can find are an error before the task begins', async () => {
    await argo.submit(aWorkflow([consumer('c', { s3: { key: 'gone' } })]));
    await argo.finished();
    expect((await argo.nodes())['wf']).toMatchObject({ phase: 'Error', message: 'init: Error (exit code 64): artifact in failed to load: The specified key does not exist: gone' });
    expect(argo.executor.machine.begun).toEqual([]);
  });

  it('that are optional may be absent, with and without a place', async () => {
    const tasks = [P, taking(FROM, 'c', { depends: 'p.Succeeded || p.Skipped' }), { name: 'd', template: 'd' }];
    tasks[0] = { ...P, when: '1 == 2' };
    tasks[1]!.arguments!.artifacts![0]!.optional = true;
    await argo.submit(aWorkflow([aDag('root', tasks), producer(), consumer('c', { optional: true }), consumer('d', { optional: true, s3: { key: 'gone' } })]));
    expect((await argo.finished()).status?.phase).toBe('Succeeded');
    expect(seen).toEqual({ c: undefined, d: undefined });
  });

  it('of a skipped task that are needed are an error of the task that needs them', async () => {
    await argo.submit(aWorkflow([aDag('root', [{ ...P, when: '1 == 2' }, taking(FROM, 'c', { depends: 'p' })]), producer(), consumer()]));
    await argo.finished();
    expect((await argo.nodes())['c']).toMatchObject({ phase: 'Error', message: `Unable to resolve: "${FROM.slice(2, -2)}"` });
  });

  it('pass through DAGs, steps and retries', async () => {
    outcomes = { p: { files: { [OUT]: 'deep' } } };
    const out = (from: string): Template['outputs'] => ({ artifacts: [{ name: 'o', from }] });
    await argo.submit(aWorkflow([
      aDag('root', [{ name: 'd', template: 'd' }, taking('{{tasks.d.outputs.artifacts.o}}', 'c', { depends: 'd' })]),
      aDag('d', [{ name: 's', template: 's' }], { outputs: out('{{tasks.s.outputs.artifacts.o}}') }),
      aStepsTemplate('s', [[P]], { outputs: out('{{steps.p.outputs.artifacts.out}}') }),
      { ...producer(), retryStrategy: { limit: '1' } }, consumer(),
    ]));
    await argo.finished();
    expect(seen['c']).toBe('deep');
    expect((await argo.nodes())['d']!.outputs?.artifacts?.[0]).toMatchObject({ name: 'o', s3: { key: expect.stringContaining('out.tgz') as string } });
  });

  it('with a global name are the workflow\'s, and others may take them', async () => {
    outcomes = { p: { files: { [OUT]: 'global', '/out/v': 'text' } } };
    const p = producer('p', { globalName: 'g' });
    p.outputs!.parameters = [{ name: 'v', globalName: 'gv', valueFrom: { path: '/out/v' } }];
    const c = consumer();
    c.container!.args = ['{{workflow.outputs.parameters.gv}}'];
    await argo.submit(aWorkflow([aDag('root', [P, taking('{{workflow.outputs.artifacts.g}}', 'c', { depends: 'p' })]), p, c]));
    const { status } = await argo.finished();
    expect(status?.outputs).toMatchObject({ parameters: [{ name: 'gv', value: 'text' }], artifacts: [{ name: 'g' }] });
    expect(seen['c']).toBe('global');
    expect([...argo.executor.machine.attempts.values()].at(-1)!.spec.args).toEqual(['text']);
  });

  it('are put in place anew when the server died while that was done, and collected when it died before that', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'millrace-files-'));
    const first = await openScriptedArgo({ folder, outcome: () => ({ hold: true }) });
    const { machine } = first.executor;
    await first.submit(aWorkflow([aDag('root', [P, taking(FROM, 'c', { depends: 'p' })]), producer(), consumer()]));
    await first.settled();
    const id = first.executor.running()[0]!;
    // It ends and nobody is there to see it.
    first.executor.finish(id, { files: { [OUT]: 'kept' } });
    await first.close();
    const second = await openScriptedArgo({ folder, machine, outcome });
    expect((await second.finished()).status?.phase).toBe('Succeeded');
    expect(seen['c']).toBe('kept');
    await second.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('go with the pod: what was put in place for it is removed', async () => {
    await argo.submit(aWorkflow([consumer('c', { raw: { data: 'x' } })]));
    await argo.finished();
    await argo.settled();
    const pods = join(argo.folder, 'pods', (await argo.read()).metadata.uid);
    await vi.waitFor(() => expect(existsSync(pods) ? readdirSync(pods) : []).toEqual([]));
  });

  it('a task that is stopped while its files are put in place never begins', async () => {
    await argo.submit(aWorkflow([aDag('root', [{ name: 'c', template: 'c' }]), consumer('c', { raw: { data: 'x'.repeat(1000) } })]));
    const { metadata } = await argo.read();
    await new Promise((resolve) => setImmediate(resolve));
    await argo.store.patch('Workflow', { namespace: 'ns', name: 'wf' }, { metadata: { resourceVersion: (await argo.read()).metadata.resourceVersion ?? metadata.resourceVersion }, spec: { shutdown: 'Terminate' } });
    expect((await argo.finished()).status?.phase).toBe('Failed');
    await argo.settled();
    expect(argo.executor.running()).toEqual([]);
  });
});

describe('results', () => {
  const scripting = (name: string): Template => ({ name, script: { image: name, command: ['python3'], source: 'print({{inputs.parameters.i}})' }, inputs: { parameters: [{ name: 'i', default: '1' }] } });

  it('a script is a file that its interpreter is given, with tags replaced', async () => {
    let text: string | undefined;
    const held = await openScriptedArgo({ outcome: (spec) => ((text = readFileSync(hostPathOf('/argo/staging/script', spec.mounts)!, 'utf8')), {}) });
    await held.submit(aWorkflow([scripting('s')]));
    await held.finished();
    expect([...held.executor.machine.attempts.values()][0]!.spec).toMatchObject({ command: ['python3'], args: ['/argo/staging/script'] });
    expect(text).toBe('print(1)');
    await held.close();
  });

  it('are what a program prints, for those who ask for it', async () => {
    outcomes = { s: { stdout: 'hello\n\n' } };
    await argo.submit(aWorkflow([
      aDag('root', [{ name: 's', template: 's' }, { name: 't', template: 's' }, { name: 'c', template: 'c', depends: 's && t', arguments: { parameters: [{ name: 'i', value: '<{{tasks.s.outputs.result}}>' }] } }]),
      scripting('s'), aPod('c', { inputs: { parameters: [{ name: 'i' }] } }),
    ]));
    await argo.finished();
    const { s, t, c } = await argo.nodes();
    expect(s!.outputs).toEqual({ result: 'hello\n', exitCode: '0' });
    expect(t!.outputs).toEqual({ exitCode: '0' });
    expect(c!.inputs?.parameters?.[0]?.value).toBe('<hello\n>');
  });

  it('of a loop are a list of JSON values', async () => {
    outcomes = { s: { stdout: '{"a":1}\n' } };
    await argo.submit(aWorkflow([
      aDag('root', [{ name: 's', template: 's', withSequence: { count: '2' } }, { name: 'c', template: 'c', depends: 's', withParam: '{{tasks.s.outputs.result}}', arguments: { parameters: [{ name: 'i', value: '{{item.a}}' }] } }]),
      scripting('s'), aPod('c', { inputs: { parameters: [{ name: 'i' }] } }),
    ]));
    expect((await argo.finished()).status?.phase).toBe('Succeeded');
    expect(Object.keys(await argo.nodes()).filter((name) => name.startsWith('c('))).toEqual(['c(0:a:1)', 'c(1:a:1)']);
  });
});
