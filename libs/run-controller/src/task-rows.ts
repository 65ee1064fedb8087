import type { Artifact, Json, Task, TaskArtifact } from '@millrace/database';
import type { ExecutionPlan, PlannedTask, RuntimeArtifact, TaskValues } from '@millrace/pipeline-semantics';

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

export function executionOf(task: Task): StoredExecution | undefined {
  return task.execution as unknown as StoredExecution | undefined;
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

/** The row of a task as the plan has it. A cached task is finished before the run begins. */
export function plannedRow(task: PlannedTask, context: { readonly runId: string; readonly position: number; readonly at: Date }): { readonly row: Task; readonly links: readonly Link[] } {
  const { decision } = task;
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
    createdAt: context.at,
  };
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
          state: 'CACHED',
          inputs: json(decision.inputs.parameters),
          outputs: json(decision.hit.outputs.parameters),
          fingerprint: decision.fingerprint,
          cachedFrom: { runId: decision.hit.runId, taskId: decision.hit.taskId },
          queuedAt: context.at,
          startedAt: context.at,
          finishedAt: context.at,
        },
        links: [...linksOf(task.taskId, 'INPUT', decision.inputs.artifacts), ...linksOf(task.taskId, 'OUTPUT', decision.hit.outputs.artifacts)],
      };
    case 'enter':
    case 'fan-out':
      return { row: { ...base, inputs: json(decision.inputs.parameters) }, links: linksOf(task.taskId, 'INPUT', decision.inputs.artifacts) };
    case 'skip':
      return { row: { ...base, state: 'SKIPPED', message: decision.reason }, links: [] };
    case 'wait':
    case 'fail':
    case 'inline':
      return { row: base, links: [] };
  }
}

export function json(parameters: TaskValues['parameters']): Readonly<Record<string, Json>> {
  return parameters as Readonly<Record<string, Json>>;
}
