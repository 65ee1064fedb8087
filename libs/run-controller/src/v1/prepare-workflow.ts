import { LABEL_RUN_ID, type Template, type Workflow } from '@millrace/argo';
import type { Json, Task } from '@millrace/database';
import { PipelineError } from '@millrace/errors';
import { walkWorkflow, type WorkflowPipeline, type WorkflowTask } from '@millrace/pipeline-spec';
import { MAX_TASKS } from '@millrace/pipeline-semantics';
import { newRun } from '../new-run.js';
import type { PrepareContext, PreparedRun } from '../prepare-run.js';
import { scheduleLabels } from '../schedule-labels.js';
import type { RunSubmission, SubmissionPreview } from '../run-controller.js';
import { storedContainer } from './container-of.js';
import { refuseContainers, warningsOfContainers } from './refuse-containers.js';
import { resolveArguments } from './resolve-arguments.js';

type WorkflowSubmission = RunSubmission & { readonly id: string; readonly pipeline: WorkflowPipeline };
/** `expand` replaces KFP's macros. */
type WorkflowContext = PrepareContext & { readonly expand: (text: string) => string };

const RUN_NAME_ANNOTATION = 'pipelines.kubeflow.org/run_name';
const CACHE_LABEL = 'pipelines.kubeflow.org/cache_enabled';
const ISTIO_ANNOTATION = 'sidecar.istio.io/inject';
/** Outputs that a component need not leave. */
const OPTIONAL_OUTPUTS: ReadonlySet<string> = new Set(['mlpipeline-ui-metadata', 'mlpipeline-metrics']);

/** A v1 pipeline's run: its Workflow passed through with what the run adds, and a row for each task that is known before it runs. Writes nothing. */
export async function prepareWorkflowRun(submission: WorkflowSubmission, context: WorkflowContext): Promise<PreparedRun> {
  const { pipeline } = submission;
  const { now } = context;
  const runId = submission.id;
  const workflow = await checkedWorkflow(submission, context);
  const rows = tasksOf(pipeline).flatMap((task, position) => (task.perIteration ? [] : [plannedRow(task, { runId, position, at: now, newId: context.newId })]));
  const containers = rows.filter(({ kind }) => kind === 'container').length;
  const run = newRun(submission, {
    id: runId,
    pipelineName: pipeline.name.slice(0, 255),
    artifactRoot: '',
    workflowName: workflow.metadata.name as string,
    taskCounts: containers === 0 ? {} : { PENDING: containers },
    createdAt: now,
    scheduledAt: submission.scheduledAt ?? now,
  });
  return { run, documents: { document: submission.document, workflow: workflow as unknown as Json }, progress: { newTasks: rows }, warnings: warningsOfContainers(workflow, context.warnOfContainer) };
}

/** What a submission would do; how often loops run and whether conditions hold is not known. */
export async function previewWorkflowRun(submission: WorkflowSubmission, context: WorkflowContext): Promise<SubmissionPreview> {
  const warnings = warningsOfContainers(await checkedWorkflow(submission, context), context.warnOfContainer);
  const tasks = tasksOf(submission.pipeline);
  const containers = tasks.filter(({ kind }) => kind === 'container');
  const conditional = tasks.filter(({ when }) => when !== undefined).map(({ path }) => path);
  const undecided = containers.filter(({ path, perIteration }) => perIteration || conditional.some((around) => path === around || path.startsWith(`${around}/`))).length;
  return { tasks: containers.length, cached: 0, run: containers.length - undecided, undecided, ...(warnings.length > 0 && { warnings }) };
}

async function checkedWorkflow(submission: WorkflowSubmission, { refuseWorkflow, refuseContainer, cacheEnabled, expand }: WorkflowContext): Promise<Workflow> {
  const workflow = workflowOfRun(submission, { cacheEnabled, expand });
  if (submission.pipelineRoot !== undefined) {
    throw new PipelineError('INVALID_ARGUMENT', `Pipeline "${submission.pipeline.name}" is one of KFP v1, whose artifacts are where Argo keeps them; leave the pipeline root empty.`);
  }
  await refuseWorkflow?.(workflow);
  refuseContainers(workflow, refuseContainer);
  return workflow;
}

/** The Workflow as it is created, by KFP's rules for v1: whatever it says stays, apart from what belongs to the run. */
export function workflowOfRun(submission: WorkflowSubmission, { cacheEnabled, expand }: Pick<WorkflowContext, 'cacheEnabled' | 'expand'>): Workflow {
  const runId = submission.id;
  const { workflow } = submission.pipeline;
  const { labels, annotations, generateName, name } = workflow.metadata ?? {};
  // Those of the Workflow itself may have macros, too.
  const parameters = resolveArguments(submission.pipeline, submission.parameters).map(({ name: key, value }) => ({ name: key, value: expand(value) }));
  const own: Workflow = {
    ...workflow,
    metadata: {
      name: nameOf(generateName ?? name ?? submission.pipeline.name, runId),
      namespace: submission.namespace,
      labels: { ...labels, ...scheduleLabels(submission), [LABEL_RUN_ID]: runId },
      annotations: { ...annotations, [RUN_NAME_ANNOTATION]: submission.displayName },
    },
    spec: {
      ...workflow.spec,
      serviceAccountName: submission.serviceAccount,
      arguments: { ...workflow.spec.arguments, parameters: [...parameters] },
      podMetadata: { ...workflow.spec.podMetadata, labels: { ...workflow.spec.podMetadata?.labels, [LABEL_RUN_ID]: runId } },
      templates: (workflow.spec.templates ?? []).map((template) => templateOfRun(template, cacheEnabled)),
    },
  };
  // Everywhere, also inside names and scripts: KFP's SDK calls this the id of the run, and Argo would put in another.
  return JSON.parse(JSON.stringify(own).replaceAll(/\{\{\s*workflow\.uid\s*\}\}/g, runId)) as Workflow;
}

function templateOfRun({ parallelism, ...template }: Template, cacheEnabled: boolean): Template {
  const { metadata, outputs } = template;
  const artifacts = outputs?.artifacts?.map((artifact) => (OPTIONAL_OUTPUTS.has(artifact.name) ? { ...artifact, optional: true } : artifact));
  return {
    ...template,
    // The SDK writes 0 for "without limit"; Argo takes it for that, but its full definition refuses it.
    ...(parallelism !== 0 && parallelism !== undefined && { parallelism }),
    metadata: {
      ...metadata,
      labels: { ...metadata?.labels, [CACHE_LABEL]: String(cacheEnabled) },
      annotations: { [ISTIO_ANNOTATION]: 'false', ...metadata?.annotations },
    },
    ...(outputs !== undefined && { outputs: { ...outputs, ...(artifacts !== undefined && { artifacts }) } }),
  };
}

function tasksOf({ workflow, name }: WorkflowPipeline): readonly WorkflowTask[] {
  const tasks: WorkflowTask[] = [];
  for (const task of walkWorkflow(workflow)) {
    tasks.push(task);
    if (tasks.length > MAX_TASKS) throw new PipelineError('INVALID_ARGUMENT', `Pipeline "${name}" has more than ${MAX_TASKS} tasks, which is the most a run can have.`);
  }
  return tasks;
}

function plannedRow(task: WorkflowTask, { runId, position, at, newId }: { readonly runId: string; readonly position: number; readonly at: Date; readonly newId: () => string }): Task {
  const execution = task.kind === 'container' ? storedContainer(task.template) : undefined;
  return {
    id: newId(),
    runId,
    path: task.path,
    parentPath: task.scope,
    taskKey: task.name,
    displayName: task.displayName.slice(0, 255),
    kind: task.kind,
    position,
    dependsOn: task.dependsOn,
    state: 'PENDING',
    attempts: [],
    createdAt: at,
    ...(execution !== undefined && { execution }),
  };
}

/** A DNS-1123 name that says which pipeline and which run; node names add a task's name to it. */
function nameOf(base: string, runId: string): string {
  const prefix = base.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-').slice(0, 40).replaceAll(/^-+|-+$/g, '');
  return `${prefix || 'workflow'}-${runId.replaceAll('-', '').slice(0, 10)}`;
}
