import type { NodeStatus } from '@millrace/argo';
import { parsePipelineValue } from '@millrace/pipeline-spec';
import { describe, expect, it } from 'vitest';
import { compileWorkflow } from './compile-workflow.js';
import { attemptsOf, isOpenGate, readNodeResult, taskPathOf, taskStateOf } from './read-nodes.js';
import { layout, planCase } from './testing/plan-case.js';

function node(id: string, more: Partial<NodeStatus>): NodeStatus {
  return { id, name: id, displayName: id.split('.').at(-1) as string, type: 'Pod', templateName: `pod-${id}`, ...more };
}
const at = (path: string) => ({ inputs: { parameters: [{ name: 'path', value: path }] } });

describe('taskPathOf', () => {
  const nodes = {
    wf: node('wf', { type: 'DAG', templateName: 'root', ...at('root') }),
    group: node('group', { type: 'DAG', templateName: 'dag-group', boundaryID: 'wf', ...at('root/group') }),
    cached: node('cached', { type: 'Skipped', templateName: 'millrace-cached', boundaryID: 'group', phase: 'Skipped' }),
    omittedGate: node('x-gate', { type: 'Skipped', templateName: 'millrace-gate', boundaryID: 'wf', phase: 'Omitted' }),
    orphan: node('orphan', { boundaryID: 'gone' }),
  };

  it.each([
    ['wf', 'root'],
    ['group', 'root/group'],
    ['cached', 'root/group/cached'],
    ['omittedGate', undefined],
    ['orphan', undefined],
  ] as const)('of %s is %s', (id, path) => {
    expect(taskPathOf(nodes[id], nodes)).toBe(path);
  });

  it('finds the key of a skipped task that Argo knows by another name', () => {
    const container = { image: 'i', command: ['c'] };
    const pipeline = parsePipelineValue({
      schemaVersion: '2.1.0',
      pipelineInfo: { name: 'p' },
      deploymentSpec: { executors: { e: { container } } },
      components: { c: { executorLabel: 'e' } },
      root: { dag: { tasks: { a_b: { componentRef: { name: 'c' } } } } },
    });
    const { run, plan } = planCase(pipeline);
    const { spec } = compileWorkflow({ pipeline, plan, run, layout, settings: { namespace: 'n' } });
    const name = spec.templates?.[0]?.dag?.tasks[0]?.name as string;
    expect(name).not.toBe('a_b');
    const skipped = node('s', { displayName: name, type: 'Skipped', boundaryID: 'wf', phase: 'Omitted' });
    expect(taskPathOf(skipped, { wf: nodes.wf, s: skipped }, spec.templates)).toBe('root/a_b');
  });
});

describe('taskStateOf', () => {
  it.each([
    [{ phase: undefined }, 'PENDING'],
    [{ phase: 'Pending' }, 'PENDING'],
    [{ phase: 'Running' }, 'RUNNING'],
    [{ phase: 'Succeeded' }, 'SUCCEEDED'],
    [{ phase: 'Failed', message: 'exit code 1' }, 'FAILED'],
    [{ phase: 'Error' }, 'FAILED'],
    [{ phase: 'Omitted' }, 'SKIPPED'],
    [{ phase: 'Skipped' }, 'CACHED'],
    [{ phase: 'Skipped', templateName: 'millrace-cached' }, 'CACHED'],
    [{ phase: 'Skipped', templateName: 'millrace-skipped' }, 'SKIPPED'],
    [{ phase: 'Skipped', templateName: 'dag-group' }, 'SKIPPED'],
    [{ phase: 'Failed', message: 'workflow shutdown with strategy:  Terminate' }, 'CANCELED'],
    [{ phase: 'Failed', message: "Stopped with strategy 'Stop'" }, 'CANCELED'],
    [{ phase: 'Running', type: 'Suspend', templateName: 'millrace-gate' }, 'PENDING'],
    [{ phase: 'Succeeded', type: 'Suspend', templateName: 'millrace-gate' }, 'PENDING'],
    [{ phase: 'Failed', type: 'Suspend', templateName: 'millrace-gate' }, 'FAILED'],
  ] as const)('of %j is %s', (more, state) => {
    expect(taskStateOf(node('n', more))).toBe(state);
  });
});

describe('isOpenGate', () => {
  it.each([
    [{ type: 'Suspend', templateName: 'millrace-gate', phase: 'Running' }, true],
    [{ type: 'Suspend', templateName: 'millrace-gate', phase: 'Succeeded' }, false],
    [{ type: 'Retry', templateName: 'millrace-gate', phase: 'Running' }, false],
    [{ type: 'Suspend', templateName: 'other', phase: 'Running' }, false],
  ])('%j: %s', (more, open) => {
    expect(isOpenGate(node('n', more))).toBe(open);
  });
});

describe('attemptsOf', () => {
  it('are the pods of a retry in order, or the pod itself', () => {
    const tries = [10, 2, 0].map((i) => node(`t${i}`, { name: `wf.train(${i})` }));
    const retry = node('train', { type: 'Retry', children: [...tries.map(({ id }) => id), 'gone', 'next'] });
    const nodes = Object.fromEntries([...tries, retry, node('next', { type: 'DAG' })].map((each) => [each.id, each]));
    expect(attemptsOf(retry, nodes).map(({ id }) => id)).toEqual(['t0', 't2', 't10']);
    expect(attemptsOf(nodes['t0'] as NodeStatus, nodes)).toEqual([nodes['t0']]);
    expect(attemptsOf(nodes['next'] as NodeStatus, nodes)).toEqual([]);
  });
});

describe('readNodeResult', () => {
  it('reads what a task left, telling a file that is missing from one that is empty', () => {
    const parameters = [
      { name: 'executor-output', value: '{}' },
      { name: 'out-a_b', value: '' },
      { name: 'out-a-2d-b', value: '__kfp_absent__' },
    ];
    expect(readNodeResult(node('n', { outputs: { parameters, exitCode: '0' } }))).toEqual({ executorOutputJson: '{}', parameterTexts: { a_b: '', 'a-b': undefined } });
    expect(readNodeResult(node('n', {}))).toEqual({ executorOutputJson: undefined, parameterTexts: {} });
  });
});
