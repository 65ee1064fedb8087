import type { Artifact as ArgoArtifact, Inputs, NodeStatus, Outputs } from '@millrace/argo';
import type { Artifact, Task } from '@millrace/database';
import type { ObjectStore } from '@millrace/object-store';
import { METRICS_ARTIFACT, readRunMetrics, type RunMetric } from './read-run-metrics.js';
import type { WorkflowRun } from './workflow-run.js';

/** The address, for this installation's object store, of what Argo keeps under a key; undefined for what it cannot know. */
export type ArtifactUri = (location: { readonly bucket?: string; readonly key: string }) => string | undefined;

export interface ArtifactContext {
  readonly now: Date;
  readonly newId: () => string;
  readonly objects: ObjectStore;
  readonly artifactUri: ArtifactUri;
  readonly log: (level: 'warn', message: string, facts?: Readonly<Record<string, unknown>>) => void;
}

/** Values by name: parameters, and artifacts that are a text in the Workflow itself. */
export function parameterValues(io: Inputs | Outputs | undefined): Record<string, string> {
  const values: Record<string, string> = {};
  for (const { name, value } of io?.parameters ?? []) if (value !== undefined) values[name] = value;
  for (const { name, raw } of io?.artifacts ?? []) if (raw !== undefined) values[name] = raw.data;
  return values;
}

/** Links what a task was given to the artifacts of the run; one from elsewhere has no row. */
export function noteInputArtifacts(live: WorkflowRun, row: Task, node: NodeStatus, artifactUri: ArtifactUri): void {
  for (const artifact of node.inputs?.artifacts ?? []) {
    const artifactId = live.artifacts.get(uriOf(artifact, artifactUri) ?? '');
    if (artifactId !== undefined) live.addLinks({ taskId: row.id, direction: 'INPUT', name: artifact.name, index: 0, artifactId });
  }
}

/** Makes what a task left known: its artifacts, and the metrics that one of them may hold. A group's outputs are its members'. */
export async function noteOutputArtifacts(live: WorkflowRun, row: Task, node: NodeStatus, context: ArtifactContext): Promise<void> {
  for (const output of node.outputs?.artifacts ?? []) {
    const uri = uriOf(output, context.artifactUri);
    if (uri === undefined) continue;
    let artifactId = live.artifacts.get(uri);
    if (artifactId === undefined) {
      const metrics = output.name === METRICS_ARTIFACT ? await metricsAt(uri, row, context) : undefined;
      const artifact = newArtifact(live, row, { name: output.name, uri, metrics }, context);
      artifactId = artifact.id;
      live.artifacts.set(uri, artifactId);
      live.addArtifacts(artifact);
      live.addMetrics(...(metrics ?? []).map(({ name, value }) => ({ taskId: row.id, name, value })));
    }
    live.addLinks({ taskId: row.id, direction: 'OUTPUT', name: output.name, index: 0, artifactId });
  }
}

function newArtifact(live: WorkflowRun, row: Task, { name, uri, metrics }: { readonly name: string; readonly uri: string; readonly metrics?: readonly RunMetric[] }, { now, newId }: ArtifactContext): Artifact {
  const { id: runId, namespace, pipelineName } = live.run;
  return {
    id: newId(),
    namespace,
    name,
    uri,
    schemaTitle: metrics === undefined ? 'system.Artifact' : 'system.Metrics',
    schemaVersion: '0.0.1',
    metadata: Object.fromEntries((metrics ?? []).map((metric) => [metric.name, metric.value])),
    pipelineName,
    runId,
    taskId: row.id,
    createdAt: now,
  };
}

function uriOf({ s3 }: ArgoArtifact, artifactUri: ArtifactUri): string | undefined {
  if (s3?.key === undefined || s3.key === '') return undefined;
  return artifactUri({ ...(s3.bucket && { bucket: s3.bucket }), key: s3.key });
}

/** Metrics that cannot be read are no reason to stop following the run. */
async function metricsAt(uri: string, row: Task, { objects, log }: ArtifactContext): Promise<readonly RunMetric[]> {
  try {
    const { metrics, problems } = await readRunMetrics(await objects.read(uri));
    if (problems.length > 0) log('warn', 'some metrics of a task were left out', { run: row.runId, task: row.path, problems });
    return metrics;
  } catch (error) {
    log('warn', 'the metrics of a task could not be read', { run: row.runId, task: row.path, error: String(error) });
    return [];
  }
}
