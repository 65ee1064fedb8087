import { type KubernetesExecutorConfig, parsePipelineValue, type Pipeline } from '@millrace/pipeline-spec';
import { describe, expect, it } from 'vitest';
import { decide } from '../decide.js';
import type { Decision, ExecutionPlan } from '../decision.js';
import { STEP, aPipeline, aRun, aView, layout, succeeded } from '../testing/a-pipeline.js';

const MADE = { in: { text: 'STRING' }, out: { out: 'STRING' }, container: { image: 'busybox', command: ['make'] } };

function withSettings(config: KubernetesExecutorConfig, pipelineConfig: object = {}): Pipeline {
  const { spec } = aPipeline(
    { in: { name: 'STRING', nothing: { parameterType: 'STRING', isOptional: true } }, tasks: { made: { use: 'made', in: { text: '=x' } }, task: { use: 'step', in: { text: '=y' }, after: ['made'] }, reads: { use: 'step', in: { text: '$name' } } } },
    { step: STEP, made: MADE },
  );
  return parsePipelineValue(spec, { platforms: { kubernetes: { deploymentSpec: { executors: { step: config } }, pipelineConfig } } });
}

const decided = (pipeline: Pipeline, name = 'data', task = 'task', tasks: Parameters<typeof aView>[1] = {}): Decision =>
  decide(pipeline, `root/${task}`, aView(aRun(pipeline, { name }), tasks), { layout, cache: { enabled: true }, taskId: 'id' });
const fingerprint = (decision: Decision): string => (decision.kind === 'need-cache' ? decision.fingerprint : '');
const planned = (decision: Decision): ExecutionPlan => {
  const next = decision.kind === 'need-cache' ? decision.next(undefined) : decision;
  if (next.kind !== 'run') throw new Error(JSON.stringify(next));
  return next.plan;
};
const claim = (binding: object): KubernetesExecutorConfig => ({ pvcMount: [{ pvcNameParameter: binding, mountPath: '/data' }] });

describe('the settings of a task', () => {
  it('are resolved in the scope around it, not in its own inputs', () => {
    const plan = planned(decided(withSettings(claim({ componentInputParameter: 'name' })), 'mine'));
    expect(plan.pod).toEqual({ volumes: [{ name: 'mine', persistentVolumeClaim: { claimName: 'mine' } }], volumeMounts: [{ name: 'mine', mountPath: '/data' }] });
    expect(plan.late).toEqual(['args', 'volumes', 'volumeMounts']);
  });

  it('wait for the task that they name', () => {
    const pipeline = withSettings(claim({ taskOutputParameter: { producerTask: 'made', outputParameterKey: 'out' } }));
    expect(decided(pipeline)).toEqual({ kind: 'wait', on: ['root/made'] });
    expect(planned(decided(pipeline, 'x', 'task', { 'root/made': succeeded({ out: 'late' }) })).pod?.volumes).toEqual([{ name: 'late', persistentVolumeClaim: { claimName: 'late' } }]);
    expect(decided(pipeline, 'x', 'task', { 'root/made': { state: 'FAILED' } })).toMatchObject({ kind: 'skip' });
  });

  it('fail the task with a sentence where they make no pod', () => {
    expect(decided(withSettings(claim({ componentInputParameter: 'nothing' })))).toEqual({
      kind: 'fail',
      message: 'Task "root/task" cannot be run: a volume is to be mounted at "/data" whose name has no value; give one.',
    });
  });

  it('make two executions different by the volumes they mount, and by nothing else', () => {
    const volume = withSettings(claim({ componentInputParameter: 'name' }));
    expect(fingerprint(decided(volume, 'a'))).not.toBe(fingerprint(decided(volume, 'b')));
    const secret = withSettings({ secretAsEnv: [{ secretNameParameter: { componentInputParameter: 'name' }, keyToEnv: [{ secretKey: 'k', envVar: 'K' }] }] });
    expect(fingerprint(decided(secret, 'a'))).toBe(fingerprint(decided(secret, 'b')));
    expect(fingerprint(decided(secret, 'a'))).toBe(fingerprint(decided(withSettings({}), 'a')));
  });

  it('mount the workspace where an input mentions it, and it makes the execution its run\'s own', () => {
    const pipeline = withSettings({}, { workspace: { size: '1Gi' } });
    expect(planned(decided(pipeline, '/kfp-workspace/x', 'reads')).pod?.volumes).toEqual([{ name: 'kfp-workspace', persistentVolumeClaim: { claimName: 'test-abcde-kfp-workspace' } }]);
    expect(planned(decided(pipeline, '/elsewhere', 'reads')).pod).toBeUndefined();
    const without = withSettings({});
    expect(fingerprint(decided(pipeline, '/kfp-workspace/x', 'reads'))).not.toBe(fingerprint(decided(without, '/kfp-workspace/x', 'reads')));
    expect(fingerprint(decided(pipeline, '/elsewhere', 'reads'))).toBe(fingerprint(decided(without, '/elsewhere', 'reads')));
  });
});
