import type { Database, Json, ListQuery, Metric, Page, PipelineDocument, Run, Task, TaskArtifact, TaskSummary } from '@millrace/database';
import { PipelineError } from '@millrace/errors';
import { Inject, Injectable } from '@nestjs/common';
import { ExperimentsService } from '../experiments/experiments.service.js';
import type { Settings } from '../options.js';
import { DATABASE, SETTINGS } from '../tokens.js';

/** A run with the names of what it belongs to; a name is absent when its owner was deleted. */
export interface NamedRun {
  readonly run: Run;
  readonly experimentName?: string;
  readonly pipelineName?: string;
  readonly versionName?: string;
  readonly recurringRunName?: string;
}

export interface RunPage extends NamedRun {
  readonly document: PipelineDocument;
  readonly parameters: Readonly<Record<string, Json>>;
  readonly tasks: readonly TaskSummary[];
  readonly metrics: readonly Metric[];
  readonly artifactCount: number;
  readonly links: readonly TaskArtifact[];
}

export interface TaskPage {
  readonly task: Task;
  readonly links: readonly TaskArtifact[];
  readonly metrics: readonly Metric[];
  /** Name of the run whose outputs were reused. */
  readonly cachedFromRunName?: string;
}

/** What pages show of runs: every view takes the same number of queries however many rows it has. */
@Injectable()
export class RunViewsService {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(ExperimentsService) private readonly experiments: ExperimentsService,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  async list(query: ListQuery & { readonly experimentId?: string }): Promise<Page<NamedRun>> {
    const page = await this.database.runs.list({ ...query, namespace: this.settings.namespace });
    return { ...page, items: await this.#name(page.items) };
  }

  /** Those of the runs that there still are, in any order; at most 200. */
  async findMany(ids: readonly string[]): Promise<readonly NamedRun[]> {
    const page = await this.database.runs.list({ pageSize: 200, filter: [{ operation: 'IN', key: 'run_id', value: ids.slice(0, 200) }] });
    return this.#name(page.items);
  }

  async get(id: string): Promise<RunPage> {
    const run = await this.database.runs.get(id);
    const [document, tasks, metrics, links, named] = await Promise.all([
      this.database.runs.getDocument(id),
      this.database.tasks.listSummaries(id),
      this.database.artifacts.listMetrics([id]),
      this.database.artifacts.listLinks(id),
      this.#name([run]),
    ]);
    const outputs = new Set(links.filter(({ direction }) => direction === 'OUTPUT').map(({ artifact }) => artifact.id));
    return { run, ...named[0], document, parameters: run.parameters, tasks, metrics, artifactCount: outputs.size, links };
  }

  listMetrics(runIds: readonly string[]): Promise<readonly Metric[]> {
    return this.database.artifacts.listMetrics(runIds);
  }

  async getTask(runId: string, taskId: string): Promise<TaskPage> {
    const task = await this.database.tasks.get(taskId);
    if (task.runId !== runId) throw new PipelineError('NOT_FOUND', `Task ${taskId} of run ${runId} not found`);
    const [links, metrics, source] = await Promise.all([
      this.database.artifacts.listLinks(runId, [taskId]),
      this.database.artifacts.listMetrics([runId], [taskId]),
      task.cachedFrom && this.database.runs.find(task.cachedFrom.runId),
    ]);
    return { task, links, metrics, cachedFromRunName: source?.displayName };
  }

  /** Every link of the run with its task. */
  async listArtifacts(runId: string): Promise<readonly { readonly link: TaskArtifact; readonly task: Task }[]> {
    await this.database.runs.get(runId);
    const [links, tasks] = await Promise.all([this.database.artifacts.listLinks(runId), this.database.tasks.list(runId)]);
    const byId = new Map(tasks.map((task) => [task.id, task]));
    return links.flatMap((link) => {
      const task = byId.get(link.taskId);
      return task ? [{ link, task }] : [];
    });
  }

  /** Tasks by path with their metrics, for who shows changes. */
  async listChangedTasks(runId: string, paths: readonly string[]): Promise<{ readonly tasks: readonly Task[]; readonly metrics: readonly Metric[] }> {
    const tasks = await this.database.tasks.listByPaths(runId, paths);
    return { tasks, metrics: await this.database.artifacts.listMetrics([runId], tasks.map(({ id }) => id)) };
  }

  async #name(runs: readonly Run[]): Promise<NamedRun[]> {
    const distinct = (ids: readonly (string | undefined)[]) => [...new Set(ids.filter((id) => id !== undefined))];
    const [experiments, recurringRuns, names] = await Promise.all([
      this.experiments.names(runs.map((run) => run.experimentId)),
      this.database.recurringRuns.names(distinct(runs.map((run) => run.recurringRunId))),
      this.database.pipelines.names({ pipelines: distinct(runs.map((run) => run.pipelineId)), versions: distinct(runs.map((run) => run.pipelineVersionId)) }),
    ]);
    return runs.map((run) => ({
      run,
      experimentName: experiments.get(run.experimentId),
      pipelineName: run.pipelineId && names.pipelines.get(run.pipelineId),
      versionName: run.pipelineVersionId && names.versions.get(run.pipelineVersionId),
      recurringRunName: run.recurringRunId && recurringRuns.get(run.recurringRunId),
    }));
  }
}
