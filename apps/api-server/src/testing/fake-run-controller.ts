import type { Database, Run, Task, TaskState } from '@millrace/database';
import { PipelineError } from '@millrace/errors';
import { isWorkflowPipeline, walkTasks, walkWorkflow, type AnyPipeline } from '@millrace/pipeline-spec';
import { resolveRunParameters } from '@millrace/pipeline-semantics';
import { newRun, type RunController, type RunSubmission } from '@millrace/run-controller';

const ACTIVE = ['PENDING', 'RUNNING', 'PAUSED'] as const;

/** Stores the rows of a run, its tasks among them, and starts nothing. `finish` moves it on. */
export class FakeRunController implements RunController {
  constructor(
    private readonly database: Database,
    private readonly newId: () => string = () => crypto.randomUUID(),
  ) {}

  async submit(submission: RunSubmission): Promise<Run> {
    checkParameters(submission);
    const id = submission.id ?? this.newId();
    const now = new Date();
    const decided = { id, pipelineName: isWorkflowPipeline(submission.pipeline) ? submission.pipeline.name : submission.pipeline.spec.pipelineInfo.name };
    const made = { artifactRoot: `/artifacts/${id}`, workflowName: `wf-${id.slice(0, 8)}`, taskCounts: { PENDING: 1 }, createdAt: now, scheduledAt: submission.scheduledAt ?? now };
    const run = { ...newRun(submission, { ...decided, ...made }), submitted: true };
    await this.database.runs.create(run, { document: submission.document, workflow: {} }, { newTasks: tasksOf(submission, { runId: id, now, newId: this.newId }) });
    return this.database.runs.get(id);
  }

  async preview(submission: RunSubmission) {
    checkParameters(submission);
    const tasks = placesOf(submission.pipeline).length;
    return { tasks, cached: 0, run: tasks, undecided: 0 };
  }

  async terminate(runId: string): Promise<void> {
    const moved = await this.database.runs.transition(runId, { from: ACTIVE, to: 'CANCELING', at: new Date(), appendHistory: false });
    if (!moved) throw new PipelineError('FAILED_PRECONDITION', `Failed to terminate run ${runId}: Row not found among runs that can be terminated.`);
    await this.database.runs.record({ runId, at: new Date(), run: { state: 'CANCELED', finishedAt: new Date() } });
  }

  async retry(runId: string): Promise<void> {
    const moved = await this.database.runs.reopen(runId, { from: ['FAILED', 'CANCELED'], at: new Date(), taskCounts: {}, resets: [], reopened: [], removed: [] });
    if (!moved) throw new PipelineError('FAILED_PRECONDITION', `Failed to retry run ${runId} as it does not allow retries.`);
  }

  async finish(runId: string, state: 'SUCCEEDED' | 'FAILED', error?: string): Promise<void> {
    const at = new Date();
    const tasks = await this.database.tasks.list(runId);
    const taskState: TaskState = state;
    await this.database.runs.record({ runId, at, run: { state: 'RUNNING', startedAt: at } });
    await this.database.runs.record({ runId, at, run: { state, error, finishedAt: at, taskCounts: { [taskState]: tasks.length } }, tasks: tasks.map(({ path }) => ({ path, state: taskState, startedAt: at, finishedAt: at })) });
  }

  async delete(runId: string): Promise<void> {
    await this.database.runs.delete(runId);
  }

  async start(): Promise<void> {}
  async close(): Promise<void> {}

  readonly backlog = 0;
  readonly waitingForMs = 0;
}

function checkParameters({ pipeline, parameters }: RunSubmission): void {
  if (!isWorkflowPipeline(pipeline)) resolveRunParameters(pipeline, parameters);
}

function placesOf(pipeline: AnyPipeline): readonly Pick<Task, 'path' | 'parentPath' | 'taskKey' | 'kind'>[] {
  if (isWorkflowPipeline(pipeline)) return [...walkWorkflow(pipeline.workflow)].map(({ path, scope, name, kind }) => ({ path, parentPath: scope, taskKey: name, kind }));
  return [...walkTasks(pipeline)].map(({ path, scope, name, component }) => ({ path, parentPath: scope, taskKey: name, kind: component.dag ? 'dag' : 'container' }));
}

function tasksOf({ pipeline }: RunSubmission, { runId, now, newId }: { readonly runId: string; readonly now: Date; readonly newId: () => string }): Task[] {
  return placesOf(pipeline).map((place, position): Task => ({ ...place, id: newId(), runId, displayName: place.taskKey, position, dependsOn: [], state: 'PENDING', attempts: [], createdAt: now }));
}
