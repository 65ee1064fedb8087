import { PipelineError } from '@millrace/errors';
import { fillsWorkspace, isClaimTask, locateTask, renderResources, staticPodOf, type ContainerResources, type EnvVariable, type Plan, type PlannedTask } from '@millrace/pipeline-semantics';
import type { Pipeline } from '@millrace/pipeline-spec';
import type { RunControllerOptions } from './run-controller.js';
import { CANNOT_FILL, HAS_NO_IMAGE } from './volume-claims.js';

/** What a task's container needs, as far as it is known when the run is submitted. */
export interface ContainerNeeds {
  readonly image: string;
  readonly command: readonly string[];
  readonly args: readonly string[];
  readonly resources: ContainerResources;
  readonly env: readonly EnvVariable[];
  /** As Kubernetes has them. */
  readonly volumes: readonly object[];
}

interface Issue {
  readonly path: string;
  readonly message: string;
}

/** Refuses what cannot be planned, and by name what this substrate cannot run: all problems in one INVALID_ARGUMENT. */
export function refuseUnrunnable(pipeline: Pipeline, plan: Plan, { refuseContainer, ...installed }: Pick<RunControllerOptions, 'refuseContainer' | 'volumes' | 'layout'>): void {
  const issues: Issue[] = [];
  for (const task of plan.tasks.values()) {
    const { path, decision } = task;
    const lacking = effectProblems(pipeline, task, installed);
    const problems = decision.kind === 'fail' && !lacking?.length ? [decision.message] : (lacking ?? problemsOf(pipeline, task, refuseContainer) ?? []);
    issues.push(...problems.map((message) => ({ path, message })));
  }
  if (issues.length === 0) return;
  throw new PipelineError('INVALID_ARGUMENT', issues.map(({ path, message }) => `${path}: ${message}`).join('\n'), { details: { issues } });
}

/** What tasks that are to run ask for and go without, as sentences that name them. */
export function containerWarnings(pipeline: Pipeline, plan: Plan, warn: RunControllerOptions['warnOfContainer']): string[] {
  if (warn === undefined) return [];
  return [...plan.tasks.values()].flatMap((task) => {
    if (task.decision.kind !== 'run' && task.decision.kind !== 'wait') return [];
    return (problemsOf(pipeline, task, warn) ?? []).map((message) => `${task.path}: ${message}`);
  });
}

/** Undefined for a task that has nothing to do outside its Workflow. */
function effectProblems(pipeline: Pipeline, { path }: PlannedTask, { volumes, layout }: Pick<RunControllerOptions, 'volumes' | 'layout'>): readonly string[] | undefined {
  const { executor } = locateTask(pipeline, path);
  if (!fillsWorkspace(executor) && !isClaimTask(executor)) return undefined;
  if (fillsWorkspace(executor) && layout.transport === 'object-store') return layout.copyImage === undefined ? [HAS_NO_IMAGE] : [];
  if (volumes === undefined) return ['The task makes, deletes or fills a volume, which this installation cannot do; pass files as artifacts.'];
  return fillsWorkspace(executor) && volumes.copyIn === undefined ? [CANNOT_FILL] : [];
}

function problemsOf(pipeline: Pipeline, task: PlannedTask, refuse: RunControllerOptions['refuseContainer']): readonly string[] | undefined {
  const { executor } = locateTask(pipeline, task.path);
  if (isClaimTask(executor)) return undefined;
  if (refuse === undefined || executor?.container === undefined) return undefined;
  try {
    return refuse(needsOf(pipeline, task));
  } catch (error) {
    return [`Task "${task.path}" cannot be run: ${(error as Error).message}.`];
  }
}

/** All of what a decided task needs; of any other what is the same whenever it is run. Throws Error with the rest of a sentence. */
function needsOf(pipeline: Pipeline, { path, decision, settings }: PlannedTask): ContainerNeeds {
  if (decision.kind === 'run') {
    const { image, command, args, resources, env, pod } = decision.plan;
    return { image, command, args, resources, env, volumes: pod?.volumes ?? [] };
  }
  const located = locateTask(pipeline, path);
  const { image, command = [], args = [], env = [], resources } = located.executor!.container!;
  const { pod, ...known } = staticPodOf(pipeline, located, env.map(({ name, value }) => ({ name, value: value ?? '' })), renderResources(resources, settled), settings);
  return { image, command, args, resources: known.resources, env: known.env, volumes: pod.volumes ?? [] };
}

/** A text that a placeholder completes later says nothing yet. */
function settled(text: string): string {
  return text.includes('{{$') ? '' : text;
}
