import type { RunDetail, RunList, RunSummary, TaskDetail, TaskSummary } from '@millrace/api-contract';
import type { Metric, Page, Task, TaskAttempt } from '@millrace/database';
import { executionAsRun } from '@millrace/run-controller';
import type { NamedRun, RunPage, TaskPage } from '../../runs/run-views.service.js';
import { toArtifactLink, type InfoOf } from './artifacts.mapper.js';

const MAX_FACTS = 3;
const MAX_FACT_LENGTH = 80;

export const time = (date: Date | undefined) => date?.toISOString();

/** An owner that was deleted keeps its place with an empty name. */
export const named = (id: string | undefined, name: string | undefined) => (id === undefined ? undefined : { id, name: name ?? '' });

export function toRunSummary({ run, experimentName, pipelineName, versionName, recurringRunName }: NamedRun): RunSummary {
  return {
    id: run.id,
    name: run.displayName,
    description: run.description,
    state: run.state,
    archived: run.storageState === 'ARCHIVED',
    error: run.error,
    task_counts: { ...run.taskCounts },
    experiment: { id: run.experimentId, name: experimentName ?? '' },
    pipeline: named(run.pipelineId, pipelineName),
    version: named(run.pipelineVersionId, versionName),
    recurring_run: named(run.recurringRunId, recurringRunName),
    pipeline_name: run.pipelineName,
    created_at: run.createdAt.toISOString(),
    started_at: time(run.startedAt),
    finished_at: time(run.finishedAt),
  };
}

export function toRunList(page: Page<NamedRun>, revision: string): RunList {
  return { runs: page.items.map(toRunSummary), total_size: page.totalSize, next_page_token: page.nextPageToken, revision };
}

export function toRunDetail(page: RunPage, revision: string): RunDetail {
  return {
    run: toRunSummary(page),
    parameters: page.parameters as RunDetail['parameters'],
    pipeline_spec: page.document.pipelineSpec as RunDetail['pipeline_spec'],
    platform_spec: page.document.platformSpec as RunDetail['platform_spec'],
    tasks: toTaskSummaries(page.tasks, page.metrics),
    artifact_count: page.artifactCount,
    revision,
  };
}

export function toTaskSummaries(tasks: readonly Task[], metrics: readonly Metric[]): TaskSummary[] {
  const byTask = Map.groupBy(metrics, (metric) => metric.taskId);
  return tasks.map((task) => toTaskSummary(task, byTask.get(task.id) ?? []));
}

/** The path of an iteration is its loop's with `#index`. */
function iterationOf(path: string): number | undefined {
  const index = /#(\d+)$/.exec(path)?.[1];
  return index === undefined ? undefined : Number(index);
}

function toTaskSummary(task: Task, metrics: readonly Metric[]): TaskSummary {
  return {
    id: task.id,
    path: task.path,
    parent_path: task.parentPath,
    key: task.taskKey,
    name: task.displayName,
    kind: task.kind,
    iteration: iterationOf(task.path),
    position: task.position,
    depends_on: [...task.dependsOn],
    state: task.state,
    message: task.message,
    attempts: task.attempts.length,
    queued_at: time(task.queuedAt),
    started_at: time(task.startedAt),
    finished_at: time(task.finishedAt),
    facts: factsOf(task, metrics),
  };
}

function factsOf(task: Task, metrics: readonly Metric[]): TaskSummary['facts'] {
  const known = metrics.length > 0 ? metrics.map(({ name, value }) => [name, value] as const) : Object.entries(task.outputs ?? {});
  return known.slice(0, MAX_FACTS).map(([name, value]) => ({ name, value: shorten(typeof value === 'string' ? value : JSON.stringify(value)) }));
}

function shorten(text: string): string {
  const runes = [...text.slice(0, MAX_FACT_LENGTH * 2)];
  return runes.length > MAX_FACT_LENGTH ? `${runes.slice(0, MAX_FACT_LENGTH - 1).join('')}…` : text;
}

const toAttempt = (attempt: TaskAttempt): TaskDetail['attempt_list'][number] => ({
  index: attempt.index,
  node_id: attempt.nodeId,
  state: attempt.state,
  started_at: time(attempt.startedAt),
  finished_at: time(attempt.finishedAt),
  exit_code: attempt.exitCode,
  message: attempt.message,
});

interface Container {
  readonly image?: string;
  readonly command?: string[];
  readonly args?: string[];
  readonly iterations?: number;
}

export function toTaskDetail({ task, links, metrics, cachedFromRunName }: TaskPage, infoOf: InfoOf): TaskDetail {
  const { image, command, args, iterations } = (executionAsRun(task) ?? {}) as Container;
  return {
    ...toTaskSummary(task, metrics),
    run_id: task.runId,
    iterations,
    image,
    command,
    args,
    input_parameters: (task.inputs ?? {}) as TaskDetail['input_parameters'],
    output_parameters: (task.outputs ?? {}) as TaskDetail['output_parameters'],
    input_artifacts: links.filter(({ direction }) => direction === 'INPUT').map((link) => toArtifactLink(link, infoOf)),
    output_artifacts: links.filter(({ direction }) => direction === 'OUTPUT').map((link) => toArtifactLink(link, infoOf)),
    metrics: metrics.map(({ name, value }) => ({ name, value })),
    attempt_list: task.attempts.map(toAttempt),
    fingerprint: task.fingerprint,
    cached_from: task.cachedFrom && { run_id: task.cachedFrom.runId, task_id: task.cachedFrom.taskId, run_name: cachedFromRunName },
  };
}
