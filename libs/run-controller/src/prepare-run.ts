import type { Database, Run, RunDocuments, RunProgress } from '@millrace/database';
import type { ObjectStore } from '@millrace/object-store';
import { isWorkflowPipeline, settingsWithoutEffect, type Pipeline } from '@millrace/pipeline-spec';
import { effectiveArtifactRoot, planRun, ROOT_PATH, resolveRunParameters, type Layout, type Plan, type RunFacts } from '@millrace/pipeline-semantics';
import { compileWorkflow } from '@millrace/workflow-compiler';
import { lookUpCache } from './cache-lookup.js';
import { expandSubmission } from './expand-submission.js';
import { newRun } from './new-run.js';
import type { RunControllerOptions, RunSubmission, SubmissionPreview } from './run-controller.js';
import { containerWarnings, refuseUnrunnable } from './refuse-unrunnable.js';
import { scheduleLabels } from './schedule-labels.js';
import { plannedRow } from './task-rows.js';
import { prepareWorkflowRun, previewWorkflowRun } from './v1/prepare-workflow.js';

export interface PrepareContext extends Pick<RunControllerOptions, 'database' | 'objects' | 'layout' | 'substrate' | 'containers' | 'volumes' | 'refuseContainer' | 'warnOfContainer' | 'refuseWorkflow'> {
  readonly database: Database;
  readonly objects: ObjectStore;
  readonly layout: Layout;
  readonly cacheEnabled: boolean;
  readonly now: Date;
  readonly newId: () => string;
}

/** Everything that is written when a run is made; nothing has been written yet. */
export interface PreparedRun {
  readonly run: Run;
  readonly documents: RunDocuments;
  readonly progress: Omit<RunProgress, 'runId' | 'at' | 'run'>;
  /** What its tasks ask for and go without, as sentences. */
  readonly warnings: readonly string[];
}

type PlannedSubmission = RunSubmission & { readonly id: string; readonly pipeline: Pipeline };

/** The run's facts before it exists, and its plan: partial evaluation with one cache query a wave. */
async function planSubmission(submission: PlannedSubmission, context: PrepareContext): Promise<{ facts: RunFacts; plan: Plan }> {
  const { pipeline } = submission;
  const { layout, now } = context;
  const pipelineName = pipeline.spec.pipelineInfo.name;
  const runId = submission.id;
  const facts: RunFacts = {
    runId,
    displayName: submission.displayName,
    resourceName: workflowName(pipelineName, runId),
    namespace: submission.namespace,
    createdAt: now,
    scheduledAt: submission.scheduledAt ?? now,
    artifactRoot: effectiveArtifactRoot({ layout, runRoot: submission.pipelineRoot, pipelineRoot: pipeline.spec.defaultPipelineRoot, pipelineName, runId }),
    parameters: resolveRunParameters(pipeline, submission.parameters),
  };
  const steps = planRun(pipeline, facts, { layout, cache: { enabled: context.cacheEnabled }, newTaskId: () => context.newId(), support: { substrate: context.substrate, containers: context.containers?.() } });
  const scope = { namespace: submission.namespace, pipelineName };
  let step = steps.next();
  while (step.done !== true) {
    step = steps.next(await lookUpCache({ cache: context.database.cache, objects: context.objects }, scope, step.value));
  }
  refuseUnrunnable(pipeline, step.value, context);
  return { facts, plan: step.value };
}

/** Checks, plans and compiles a submission. Throws PipelineError with every problem; writes nothing. */
export async function prepareRun(given: RunSubmission, context: PrepareContext): Promise<PreparedRun> {
  const { submission, expand } = expandSubmission(given, context);
  const { pipeline } = submission;
  return isWorkflowPipeline(pipeline) ? prepareWorkflowRun({ ...submission, pipeline }, { ...context, expand }) : preparePlannedRun({ ...submission, pipeline }, context);
}

async function preparePlannedRun(submission: PlannedSubmission, context: PrepareContext): Promise<PreparedRun> {
  const { facts, plan } = await planSubmission(submission, context);
  const { pipeline } = submission;
  const workflow = compileWorkflow({
    pipeline,
    plan,
    run: facts,
    layout: context.layout,
    settings: { namespace: submission.namespace, serviceAccount: submission.serviceAccount, labels: scheduleLabels(submission) },
  });
  const scope = { runId: facts.runId, namespace: submission.namespace, pipelineName: pipeline.spec.pipelineInfo.name, at: context.now };
  const reached = reachedForCertain(plan);
  // What is in a loop has rows once the loop is entered, one for each iteration.
  const rows = [...plan.tasks.values()].filter(({ perIteration }) => !perIteration).map((task, position) => plannedRow(task, { ...scope, position, reached: reached.has(task.path) }));
  const counts: Record<string, number> = {};
  for (const { row } of rows) if (row.kind === 'container') counts[row.state] = (counts[row.state] ?? 0) + 1;
  const run = newRun(submission, {
    id: facts.runId,
    pipelineName: pipeline.spec.pipelineInfo.name,
    artifactRoot: facts.artifactRoot,
    workflowName: facts.resourceName,
    taskCounts: counts,
    createdAt: context.now,
    scheduledAt: facts.scheduledAt,
  });
  return {
    run,
    warnings: containerWarnings(pipeline, plan, context.warnOfContainer),
    documents: { document: submission.document, workflow: workflow as unknown as RunDocuments['workflow'] },
    progress: {
      newTasks: rows.map(({ row }) => row),
      links: rows.flatMap(({ links }) => links),
      newArtifacts: rows.flatMap(({ newArtifacts = [] }) => newArtifacts),
      cacheEntries: rows.flatMap(({ cacheEntry }) => (cacheEntry === undefined ? [] : [cacheEntry])),
    },
  };
}

/** The tasks before which nothing has to run or to be decided: neither a dependency of theirs nor of a DAG around them. */
function reachedForCertain({ tasks }: Plan): ReadonlySet<string> {
  const open = new Map<string, number>();
  for (const { parent } of tasks.values()) open.set(parent, (open.get(parent) ?? 0) + 1);
  const entered = new Set<string>([ROOT_PATH]);
  const reached = new Set<string>();
  const over = new Set<string>();
  const end = (path: string): void => {
    over.add(path);
    const parent = tasks.get(path)?.parent ?? ROOT_PATH;
    const left = (open.get(parent) as number) - 1;
    open.set(parent, left);
    // A DAG is over with the last of its members.
    if (left === 0 && entered.has(parent) && parent !== ROOT_PATH) end(parent);
  };
  for (const { path, parent, dependsOn, decision, kind } of tasks.values()) {
    if (!entered.has(parent) || !dependsOn.every((other) => over.has(other))) continue;
    reached.add(path);
    if (kind === 'dag' && decision.kind === 'enter' && open.has(path)) entered.add(path);
    else if (decision.kind === 'cached' || decision.kind === 'import' || decision.kind === 'skip') end(path);
  }
  return reached;
}

/** What the plan of a submission says, without its documents. */
export async function previewRun(given: RunSubmission, context: PrepareContext): Promise<SubmissionPreview> {
  const { submission, expand } = expandSubmission(given, context);
  const { pipeline } = submission;
  if (isWorkflowPipeline(pipeline)) return previewWorkflowRun({ ...submission, pipeline }, { ...context, expand });
  const { plan } = await planSubmission({ ...submission, pipeline }, context);
  const preview = { tasks: 0, cached: 0, run: 0, undecided: 0 };
  for (const { kind, decision } of plan.tasks.values()) {
    // A task of a loop counts once: how often it is run may not be known.
    if (kind !== 'container') continue;
    preview.tasks += 1;
    if (decision.kind === 'cached') preview.cached += 1;
    else if (decision.kind === 'run') preview.run += 1;
    else if (decision.kind === 'wait') preview.undecided += 1;
  }
  const ignored = settingsWithoutEffect(pipeline, { substrate: context.substrate, containers: context.containers?.() }).map(({ message }) => message);
  const warnings = [...containerWarnings(pipeline, plan, context.warnOfContainer), ...ignored];
  return { ...preview, ...(warnings.length > 0 && { warnings }) };
}

/** A DNS-1123 name that says which pipeline and which run; node names add a task's name to it. */
function workflowName(pipelineName: string, runId: string): string {
  return `${pipelineName.slice(0, 40).replace(/-+$/, '')}-${runId.replaceAll('-', '').slice(0, 10)}`;
}
