import type { ExecutionPlan } from '@millrace/pipeline-semantics';
import type { Pipeline } from '@millrace/pipeline-spec';
import { describe, expect, it } from 'vitest';
import { answerGate, type GateAnswer } from './answer-gate.js';
import { gateTemplate } from './gate-template.js';
import { layout } from './testing/plan-case.js';

const plan: ExecutionPlan = {
  path: 'root/a',
  taskId: 'id',
  inputs: { parameters: {}, artifacts: {} },
  image: 'busybox',
  command: ['c'],
  args: ['{{x}} é'],
  env: [],
  resources: { limits: {}, requests: {} },
  taskRoot: 's3://b/t',
  localTaskRoot: '/s3/b/t',
  parameterFiles: {},
  outputMetadataFile: '/s3/b/t/output_metadata.json',
  outputArtifacts: {},
  late: ['args'],
};
const executors = { 'exec-a': { container: { image: 'busybox', command: ['c'], args: ["{{$.inputs.parameters['x']}}"] } } };
const context = { layout, pipeline: { spec: { deploymentSpec: { executors } } } as unknown as Pipeline, run: { artifactRoot: '/data' }, component: { executorLabel: 'exec-a' } };
const none = { parameters: {}, artifacts: {} };
const hit = { runId: 'r0', taskId: 't0', outputs: none };

function slots(answer: GateAnswer): Record<string, string | undefined> {
  return Object.fromEntries((answer.outputs.parameters ?? []).map(({ name, value }) => [name, value]));
}

describe('answerGate', () => {
  it('gives a pod what is late and its places, and nothing else', () => {
    const answer = answerGate({ kind: 'run', plan }, context);
    expect(answer.phase).toBe('Succeeded');
    expect(slots(answer)).toEqual({ run: 'true', args: String.raw`["\u007b\u007bx\u007d\u007d \u00e9"]`, root: '/s3/b/t', parameters: '/s3/b/t/.parameters' });
  });

  it.each([
    ['run', answerGate({ kind: 'run', plan }, context)],
    ['cached', answerGate({ kind: 'cached', inputs: none, hit, fingerprint: 'f' }, context)],
    ['fail', answerGate({ kind: 'fail', message: 'm' }, context)],
  ])('answers all that the pod behind it takes, and outputs of the gate only: %s', (_kind, answer) => {
    expect(Object.keys(slots(answer))).toEqual(['run', 'args', 'root', 'parameters']);
    expect(gateTemplate(['root', 'parameters']).outputs?.parameters?.map(({ name }) => name)).toEqual(expect.arrayContaining(Object.keys(slots(answer))));
  });

  it('skips the pod of a cached task and says where its outputs are from', () => {
    expect(answerGate({ kind: 'cached', inputs: none, hit, fingerprint: 'f' }, context)).toMatchObject({ phase: 'Succeeded', message: 'cached: outputs of task t0 of run r0' });
    expect(slots(answerGate({ kind: 'cached', inputs: none, hit, fingerprint: 'f' }, context))['run']).toBe('cached');
  });

  it('gives a loop the places of its items', () => {
    expect(slots(answerGate({ kind: 'fan-out', iterations: 3 }, { ...context, kind: 'dag' }))).toMatchObject({ run: 'true', items: '[0,1,2]' });
    expect(slots(answerGate({ kind: 'fan-out', iterations: 0 }, { ...context, kind: 'dag' }))).toMatchObject({ run: 'true', items: '[]' });
  });

  it('fails the gate of a task that cannot run, with the reason', () => {
    expect(answerGate({ kind: 'fail', message: 'wrong type' }, context)).toMatchObject({ phase: 'Failed', message: 'wrong type' });
  });

  it('fails the gate of a container task that is not to start, because a skipped pod would pass for a cached one', () => {
    expect(answerGate({ kind: 'skip', reason: 'why' }, context).phase).toBe('Failed');
    expect(answerGate({ kind: 'skip', reason: 'why' }, { ...context, kind: 'dag' }).phase).toBe('Succeeded');
  });

  it('opens the gate of a DAG', () => {
    expect(slots(answerGate({ kind: 'enter', inputs: none }, { ...context, kind: 'dag' }))['run']).toBe('true');
  });
});
