import { randomUUID } from 'node:crypto';
import type { Artifact, Experiment, Pipeline, PipelineVersion, RecurringRun, Run, RunDocuments, Task } from '../model.js';

const AT = new Date('2026-01-02T03:04:05.678Z');

export const DOCUMENTS: RunDocuments = { document: { pipelineSpec: { pipelineInfo: { name: 'train' } } }, workflow: { kind: 'Workflow' } };

export function anExperiment(given: Partial<Experiment> = {}): Experiment {
  const id = given.id ?? randomUUID();
  return { id, namespace: '', name: `experiment ${id}`, description: '', storageState: 'AVAILABLE', createdAt: AT, ...given };
}

export function aPipeline(given: Partial<Pipeline> = {}): Pipeline {
  const id = given.id ?? randomUUID();
  return { id, namespace: '', name: `pipeline ${id}`, displayName: 'Pipeline', description: '', tags: {}, createdAt: AT, ...given };
}

export function aVersion(given: Partial<PipelineVersion> & Pick<PipelineVersion, 'pipelineId'>): PipelineVersion {
  const id = given.id ?? randomUUID();
  return { id, name: `version ${id}`, displayName: 'Version', description: '', tags: {}, createdAt: AT, ...given };
}

export function aRun(given: Partial<Run> = {}): Run {
  const createdAt = given.createdAt ?? AT;
  const state = given.state ?? 'PENDING';
  return {
    id: randomUUID(),
    namespace: '',
    experimentId: 'none',
    displayName: 'run',
    description: '',
    storageState: 'AVAILABLE',
    serviceAccount: 'pipeline-runner',
    pipelineName: 'train',
    parameters: {},
    artifactRoot: '/artifacts',
    workflowName: 'train-abcde',
    submitted: false,
    state,
    stateHistory: [{ state, at: createdAt }],
    taskCounts: {},
    createdAt,
    scheduledAt: createdAt,
    ...given,
  };
}

export function aRecurringRun(given: Partial<RecurringRun> = {}): RecurringRun {
  const id = given.id ?? randomUUID();
  const createdAt = given.createdAt ?? AT;
  return {
    id,
    namespace: '',
    experimentId: 'none',
    displayName: 'nightly',
    description: '',
    status: 'ENABLED',
    trigger: { cronSchedule: { cron: '0 0 3 * * *' } },
    noCatchup: false,
    maxConcurrency: 1,
    pipelineName: 'train',
    serviceAccount: 'pipeline-runner',
    parameters: {},
    scheduleName: `nightly-${id.slice(0, 8)}`,
    submitted: false,
    createdAt,
    updatedAt: createdAt,
    lastIndex: 0,
    ...given,
  };
}

/** A task at `root/<key>` with an id made from its run and key. */
export function aTask(given: Partial<Task> & Pick<Task, 'runId' | 'taskKey'>): Task {
  return {
    id: `${given.runId}/${given.taskKey}`.slice(-64),
    path: `root/${given.taskKey}`,
    parentPath: 'root',
    displayName: given.taskKey,
    kind: 'container',
    position: 0,
    dependsOn: [],
    state: 'PENDING',
    attempts: [],
    createdAt: AT,
    ...given,
  };
}

export function anArtifact(given: Partial<Artifact> = {}): Artifact {
  const id = given.id ?? randomUUID();
  return { id, namespace: '', name: 'model', uri: `/artifacts/${id}`, schemaTitle: 'system.Model', schemaVersion: '0.0.1', metadata: {}, pipelineName: 'train', createdAt: AT, ...given };
}
