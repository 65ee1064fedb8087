import { isKeptAttemptId } from '@millrace/argo';
import type { Artifact, Json, Task, TaskArtifact } from '@millrace/database';
import { placeAttempt, type Decision, type ExecutionPlan, type PlannedTask, type RuntimeArtifact, type TaskValues } from '@millrace/pipeline-semantics';

/** What a task row keeps of its execution plan: what reading its outputs and showing its container need. */
export interface StoredExecution {
  readonly image: string;
  readonly command: readonly string[];
  readonly args: readonly string[];
  readonly taskRoot: string;
  readonly parameterFiles: ExecutionPlan['parameterFiles'];
  readonly outputMetadataFile: string;
  readonly outputArtifacts: ExecutionPlan['outputArtifacts'];
}

export function storedExecution(plan: ExecutionPlan): StoredExecution {
  const { image, command, args, taskRoot, parameterFiles, outputMetadataFile, outputArtifacts } = plan;
  return { image, command, args, taskRoot, parameterFiles, outputMetadataFile, outputArtifacts };
}

/** What the row of an importer keeps whose pod copies into the workspace: where to, and what the task comes to when that is done. */
export interface StoredCopy {
  readonly image: string;
  readonly copiesTo: string;
  readonly after: Extract<Decision, { kind: 'import' }>;
}

export function storedCopy({ copy, after }: Extract<Decision, { kind: 'copy' }>): StoredCopy {
  return { image: copy.image, copiesTo: copy.to, after };
}

export function copyOf({ execution }: Pick<Task, 'execution'>): StoredCopy | undefined {
  return (execution as Partial<StoredCopy> | undefined)?.copiesTo === undefined ? undefined : (execution as unknown as StoredCopy);
}

/** What was decided for a task; in texts and places a mark may stand for the attempt, which `placeAttempt` replaces. */
export function executionOf(task: Task): StoredExecution | undefined {
  return task.execution as unknown as StoredExecution | undefined;
}

/** What a task's row keeps of its container, as its last attempt had it. */
export function executionAsRun(task: Pick<Task, 'id' | 'execution' | 'attempts'>): Json | undefined {
  const attempts = task.attempts.filter(({ nodeId }) => !isKeptAttemptId(nodeId)).length;
  const execution = task.execution as (Partial<StoredExecution> & Json) | undefined;
  const taskRoot = execution?.taskRoot;
  return typeof taskRoot === 'string' ? placeAttempt(execution as Json & object, { taskRoot, taskId: task.id }, Math.max(0, attempts - 1)) : execution;
}

/** What the row of a loop keeps once it is known how often it is run. */
export function storedIterations(iterations: number): Json {
  return { iterations };
}

export function iterationsOf(task: Pick<Task, 'execution'>): number | undefined {
  return (task.execution as { readonly iterations?: number } | undefined)?.iterations;
}

type Link = Omit<TaskArtifact, 'artifact' | 'runId'> & { readonly artifactId: string };

/** The links of a task to artifacts that exist already. */
export function linksOf(taskId: string, direction: TaskArtifact['direction'], artifacts: TaskValues['artifacts']): Link[] {
  return Object.entries(artifacts).flatMap(([name, list]) => list.map((artifact, index) => ({ taskId, direction, name, index, artifactId: artifact.id })));
}

export function runtimeArtifact(artifact: Artifact): RuntimeArtifact {
  return {
    id: artifact.id,
    // KFP: as an input an artifact goes by its identity.
    name: artifact.id,
    uri: artifact.uri,
    schemaTitle: artifact.schemaTitle,
    schemaVersion: artifact.schemaVersion,
    metadata: artifact.metadata as RuntimeArtifact['metadata'],
    customPath: artifact.customPath,
  };
}

/** A task's artifacts of one direction, from its links in any order. */
export function valuesOf(parameters: Task['inputs'], links: readonly TaskArtifact[]): TaskValues {
  const artifacts: Record<string, RuntimeArtifact[]> = {};
  for (const link of [...links].sort((a, b) => a.index - b.index)) (artifacts[link.name] ??= []).push(runtimeArtifact(link.artifact));
  return { parameters: (parameters ?? {}) as TaskValues['parameters'], artifacts };
}

export interface PlannedRow {
  readonly row: Task;
  readonly links: readonly Link[];
  readonly newArtifacts?: readonly Artifact[];
  /** Set where the task may serve later runs from now on. */
  readonly cacheEntry?: { readonly taskId: string; readonly fingerprint: string };
}

export interface RowContext {
  readonly runId: string;
  readonly namespace: string;
  readonly pipelineName: string;
  readonly position: number;
  readonly at: Date;
  /** Nothing that still has to run, or to be decided, stands before the task: it is reached for certain. */
  readonly reached: boolean;
}

/** The row of a task as the plan has it. What needs no process and is reached for certain is finished before the run begins. */
export function plannedRow(task: PlannedTask, context: RowContext): PlannedRow {
  const { decision } = task;
  const { at } = context;
  const base: Task = {
    id: task.taskId,
    runId: context.runId,
    path: task.path,
    parentPath: task.parent,
    taskKey: task.taskKey,
    displayName: task.displayName,
    kind: task.kind,
    position: context.position,
    dependsOn: task.dependsOn,
    state: 'PENDING',
    attempts: [],
    createdAt: at,
  };
  const finished = (state: Task['state']) => (context.reached ? { state, queuedAt: at, startedAt: at, finishedAt: at } : {});
  switch (decision.kind) {
    case 'run':
      return {
        row: { ...base, inputs: json(decision.plan.inputs.parameters), fingerprint: decision.plan.fingerprint, execution: storedExecution(decision.plan) as unknown as Json },
        links: linksOf(task.taskId, 'INPUT', decision.plan.inputs.artifacts),
      };
    case 'cached':
      return {
        row: {
          ...base,
          ...finished('CACHED'),
          inputs: json(decision.inputs.parameters),
          outputs: json(decision.hit.outputs.parameters),
          fingerprint: decision.fingerprint,
          cachedFrom: { runId: decision.hit.runId, taskId: decision.hit.taskId },
        },
        links: [...linksOf(task.taskId, 'INPUT', decision.inputs.artifacts), ...linksOf(task.taskId, 'OUTPUT', decision.hit.outputs.artifacts)],
      };
    case 'import':
      return {
        row: { ...base, ...finished('SUCCEEDED'), inputs: json(decision.inputs.parameters), outputs: {}, fingerprint: decision.fingerprint },
        links: linksOf(task.taskId, 'OUTPUT', decision.outputs.artifacts),
        newArtifacts: importedArtifacts(decision, { ...context, taskId: task.taskId }),
        cacheEntry: decision.fingerprint === undefined ? undefined : { taskId: task.taskId, fingerprint: decision.fingerprint },
      };
    case 'enter':
      return dagRow(base, decision.inputs);
    case 'fan-out':
      return dagRow({ ...base, execution: storedIterations(decision.iterations) }, decision.inputs);
    case 'skip':
      return { row: { ...base, state: 'SKIPPED', message: decision.reason }, links: [] };
    case 'wait':
    case 'fail':
      return { row: base, links: [] };
  }
}

function dagRow(row: Task, inputs: TaskValues | undefined): PlannedRow {
  return inputs === undefined ? { row, links: [] } : { row: { ...row, inputs: json(inputs.parameters) }, links: linksOf(row.id, 'INPUT', inputs.artifacts) };
}

/** The artifacts that an importer makes known. No run made them, so none takes them along when it is deleted. */
export function importedArtifacts(
  { outputs, reused }: Extract<Decision, { kind: 'import' }>,
  { namespace, pipelineName, taskId, at }: Pick<RowContext, 'namespace' | 'pipelineName' | 'at'> & { readonly taskId: string },
): Artifact[] {
  if (reused !== undefined) return [];
  return Object.entries(outputs.artifacts).flatMap(([name, artifacts]) =>
    artifacts.map((artifact) => ({ ...artifact, name, metadata: artifact.metadata as Artifact['metadata'], namespace, pipelineName, taskId, createdAt: at })),
  );
}

export function json(parameters: TaskValues['parameters']): Readonly<Record<string, Json>> {
  return parameters as Readonly<Record<string, Json>>;
}
