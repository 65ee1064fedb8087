import { parseAnyPipelineValue, type JsonValue } from '@millrace/pipeline-spec';
import { shardOf } from '@millrace/resources';
import { describe, expect, it } from 'vitest';
import { expandSubmission } from './expand-submission.js';
import type { RunSubmission } from './run-controller.js';
import { scheduleLabels } from './schedule-labels.js';

const TYPES = { text: 'STRING', whole: 'NUMBER_INTEGER', real: 'NUMBER_DOUBLE', list: 'LIST' };
const pipeline = parseAnyPipelineValue({
  schemaVersion: '2.1.0',
  pipelineInfo: { name: 'p' },
  root: {
    inputDefinitions: { parameters: Object.fromEntries(Object.entries(TYPES).map(([name, parameterType]) => [name, { parameterType, isOptional: true }])) },
    dag: { tasks: { a: { taskInfo: { name: 'a' }, componentRef: { name: 'c' } } } },
  },
  components: { c: { executorLabel: 'e' } },
  deploymentSpec: { executors: { e: { container: { image: 'i', command: ['true'] } } } },
});

function expand(parameters: Record<string, JsonValue>, rest: Partial<RunSubmission> = {}) {
  const submission: RunSubmission = {
    namespace: 'ns', experimentId: 'e', displayName: 'run', serviceAccount: 's', pipeline, document: { pipelineSpec: {} }, parameters,
    scheduledAt: new Date('2026-03-01T09:00:00Z'), schedule: { name: 'nightly', index: 12 }, ...rest,
  };
  return expandSubmission(submission, { now: new Date('2026-03-02T00:00:00Z'), newId: () => 'new-id' });
}

describe('expandSubmission', () => {
  it('replaces macros in parameters, with the id that the run will have', () => {
    expect(expand({ text: '[[RunUUID]] [[ScheduledTime]] [[Index]]', list: ['[[CurrentTime.2006]]'] }).submission).toMatchObject({
      id: 'new-id',
      parameters: { text: 'new-id 20260301090000 12', list: ['2026'] },
    });
    expect(expand({ text: '[[RunUUID]]' }, { id: 'given' }).submission).toMatchObject({ id: 'given', parameters: { text: 'given' } });
  });

  it('a macro that stands for a number is one where a number is wanted, and a text where a text is', () => {
    const { parameters } = expand({ whole: '[[Index]]', real: '[[Index]]', text: '[[Index]]' }).submission;
    expect(parameters).toEqual({ whole: 12, real: 12, text: '12' });
    expect(expand({ whole: '12' }).submission.parameters).toEqual({ whole: '12' });
  });

  it('a run that no schedule made has no scheduled time and no index', () => {
    expect(expand({ text: '[[Index]] [[ScheduledTime]] [[RunUUID]]' }, { schedule: undefined }).submission.parameters).toEqual({ text: '[[Index]] [[ScheduledTime]] new-id' });
  });

  it('a schedule labels its Workflows as KFP does', () => {
    expect(scheduleLabels({ ...expand({}).submission, recurringRunId: 'a' })).toEqual({
      'millrace/schedule-shard': String(shardOf('a')),
      'scheduledworkflows.kubeflow.org/isOwnedByScheduledWorkflow': 'true',
      'scheduledworkflows.kubeflow.org/scheduledWorkflowName': 'nightly',
      'scheduledworkflows.kubeflow.org/workflowIndex': '12',
      'scheduledworkflows.kubeflow.org/workflowEpoch': '1772355600',
    });
    expect(scheduleLabels({})).toEqual({});
  });
});
