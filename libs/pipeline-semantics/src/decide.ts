import type { Pipeline } from '@millrace/pipeline-spec';
import { argumentProblem } from './argument-limit.js';
import { fingerprintOf } from './cache-key.js';
import { decideClaim, isClaimTask } from './claim-task.js';
import type { Decision } from './decision.js';
import { judgeDependency, triggerStrategyOf } from './dependency-rule.js';
import { downloadsOf } from './downloads.js';
import { evaluateCondition, parametersOfCondition } from './evaluate-expression.js';
import { importArtifact } from './import-artifact.js';
import type { Layout } from './layout.js';
import { MAX_ITERATIONS, isLoop } from './loop-items.js';
import type { CachePolicy } from './plan.js';
import { inputsAsSeen, planExecution } from './plan-execution.js';
import { type LocatedTask, locateTask } from './pipeline-tasks.js';
import { hasWorkspace, podOf, resolveSettings, workspaceClaim } from './pod/task-settings.js';
import { placeOutputs } from './place-outputs.js';
import { countItems, resolveTaskInputs } from './resolve-inputs.js';
import type { RunView, ScopePath, TaskState, TaskValues } from './run-view.js';
import { ROOT_PATH, parentOf, taskPath } from './scope-path.js';

export interface DecideContext {
  readonly layout: Layout;
  readonly cache: CachePolicy;
  /** Id of this execution; the same each time it is decided. */
  readonly taskId: string;
  /** False: look nothing up and store nothing for this execution. @default true */
  readonly cacheable?: boolean;
}

/**
 * Decides one execution: the only place that does. In order: what it is in and depends on, its condition, a loop's items, its inputs, then
 * what its kind makes of them.
 */
export function decide(pipeline: Pipeline, path: ScopePath, view: RunView, context: DecideContext): Decision {
  const located = locateTask(pipeline, path);
  const reason = reasonNotStarted(pipeline, path, view);
  if (reason !== undefined) return { kind: 'skip', reason };
  const turned = judgeCondition(pipeline, path, located, view, context);
  if (turned !== undefined) return turned;
  if (isLoop(located.task)) return decideLoop(pipeline, path, located, view, context);

  const resolved = resolveTaskInputs(pipeline, path, view, context);
  if (resolved.kind === 'unknown' && located.component.dag !== undefined) return { kind: 'enter' };
  if (resolved.kind !== 'known') return undecided(path, resolved);
  if (located.component.dag !== undefined) return { kind: 'enter', inputs: inputsAsSeen(located.component, resolved.inputs) };
  const { executor, component, task } = located;
  const inputs = inputsAsSeen(component, resolved.inputs);
  if (executor?.importer !== undefined) {
    const workspace = hasWorkspace(pipeline) ? workspaceClaim(view.run) : undefined;
    return importArtifact({ path, importer: executor.importer, component, inputs, artifactId: context.taskId, layout: context.layout, ...(workspace !== undefined && { workspace }) });
  }
  if (executor === undefined || !isClaimTask(executor)) return decideContainer(pipeline, path, located, view, context, resolved.inputs);
  return decideClaim({ path, executor, given: resolved.inputs, inputs, taskId: context.taskId, reuse: context.cache.enabled && task.cachingOptions?.enableCache === true });
}

/** Why a task will never start, as a sentence; undefined when it still may. Conditions are another matter. */
export function reasonNotStarted(pipeline: Pipeline, path: ScopePath, view: RunView): string | undefined {
  const scope = parentOf(path) ?? ROOT_PATH;
  const around = scope === ROOT_PATH ? undefined : view.task(scope)?.state;
  if (around === 'SKIPPED') return notStarted(path, scope, around);
  const blocked = blockingDependency(pipeline, path, locateTask(pipeline, path), view);
  return blocked === undefined ? undefined : notStarted(path, blocked.path, blocked.state);
}

/** What a condition makes of a task; undefined when there is none or it holds. */
function judgeCondition(pipeline: Pipeline, path: ScopePath, { task, component }: LocatedTask, view: RunView, context: DecideContext): Decision | undefined {
  const condition = task.triggerPolicy?.condition ?? '';
  if (condition === '') return undefined;
  const resolved = resolveTaskInputs(pipeline, path, view, context, parametersOfCondition(condition));
  if (resolved.kind !== 'known') return undecided(path, resolved);
  const result = evaluateCondition(condition, inputsAsSeen(component, resolved.inputs));
  if ('problem' in result) return { kind: 'fail', message: `Task "${path}" cannot be decided: ${result.problem}.` };
  return result.holds ? undefined : { kind: 'skip', reason: `"${path}" is not started because its condition is false: ${condition}` };
}

function decideLoop(pipeline: Pipeline, path: ScopePath, { component }: LocatedTask, view: RunView, context: DecideContext): Decision {
  const items = countItems(pipeline, path, view, context);
  if (items.kind === 'failed') return { kind: 'fail', message: `Loop "${path}" cannot be entered: ${items.message}.` };
  if (items.kind === 'absent') return { kind: 'fail', message: `Loop "${path}" was given no items.` };
  if (items.kind !== 'known') return undecided(path, items);
  if (items.value > MAX_ITERATIONS) {
    return { kind: 'fail', message: `Loop "${path}" has ${items.value} items, and at most ${MAX_ITERATIONS} iterations can be run; pass the items in batches and loop inside a component.` };
  }
  const resolved = resolveTaskInputs(pipeline, path, view, context);
  if (resolved.kind === 'unknown') return { kind: 'fan-out', iterations: items.value };
  if (resolved.kind !== 'known') return undecided(path, resolved);
  return { kind: 'fan-out', iterations: items.value, inputs: inputsAsSeen(component, resolved.inputs) };
}

function undecided(
  path: ScopePath,
  why: { readonly kind: 'failed'; readonly message: string } | { readonly kind: 'blocked'; readonly by: ScopePath; readonly state: TaskState } | { readonly kind: 'unknown'; readonly on: readonly ScopePath[] },
): Decision {
  switch (why.kind) {
    case 'failed':
      return { kind: 'fail', message: why.message };
    case 'blocked':
      return { kind: 'skip', reason: notStarted(path, why.by, why.state) };
    case 'unknown':
      return { kind: 'wait', on: why.on };
  }
}

function downloadProblem(path: ScopePath, inputs: TaskValues, layout: Layout): string | undefined {
  if (layout.transport === 'in-place') return undefined;
  const downloads = downloadsOf(path, inputs, layout);
  return downloads.kind === 'problem' ? downloads.message : undefined;
}

function decideContainer(pipeline: Pipeline, path: ScopePath, located: LocatedTask, view: RunView, context: DecideContext, inputs: TaskValues): Decision {
  const { task, component, executor, taskKey, retryPolicy } = located;
  const container = executor?.container;
  if (container === undefined) return { kind: 'fail', message: `Task "${path}" has an executor of a kind that is not supported.` };
  const { layout, taskId } = context;
  const settings = resolveSettings(pipeline, path, located, view, context);
  if (settings.kind !== 'known') return undecided(path, settings);
  const settled = { pipeline, located, inputs, run: view.run, layout, settings: settings.value };
  const places = placeOutputs({ component, layout, artifactRoot: view.run.artifactRoot, taskKey, taskId, isRetried: (retryPolicy?.maxRetryCount ?? 0) > 0 });
  const run = (fingerprint?: string): Decision => {
    try {
      const plan = planExecution({ ...settled, path, taskId, container, places, ...(fingerprint !== undefined && { fingerprint }) });
      const problem = argumentProblem(plan) ?? downloadProblem(path, plan.inputs, layout);
      return problem === undefined ? { kind: 'run', plan } : { kind: 'fail', message: problem };
    } catch (error) {
      return cannotHavePod(path, error);
    }
  };
  if (!context.cache.enabled || context.cacheable === false || task.cachingOptions?.enableCache !== true) return run();
  let pvcNames: readonly string[];
  try {
    pvcNames = podOf({ ...settled, env: [], resources: { limits: {}, requests: {} } }).claims;
  } catch (error) {
    return cannotHavePod(path, error);
  }
  const seen = inputsAsSeen(component, inputs);
  const fingerprint = fingerprintOf({
    task,
    container,
    inputs: seen,
    outputArtifacts: places.outputArtifacts,
    pvcNames,
    outputParameterTypes: Object.fromEntries(Object.entries(component.outputDefinitions?.parameters ?? {}).map(([name, spec]) => [name, spec.parameterType])),
  });
  return {
    kind: 'need-cache',
    fingerprint,
    next: (hit) => (hit === undefined ? run(fingerprint) : { kind: 'cached', inputs: seen, hit, fingerprint }),
  };
}

function cannotHavePod(path: ScopePath, error: unknown): Decision {
  return { kind: 'fail', message: `Task "${path}" cannot be run: ${(error as Error).message}.` };
}

/** The first dependency that ended in a way that keeps the task from ever starting. */
function blockingDependency(
  pipeline: Pipeline,
  path: ScopePath,
  { task, dependencies }: LocatedTask,
  view: RunView,
): { readonly path: ScopePath; readonly state: TaskState } | undefined {
  const scope = parentOf(path) ?? ROOT_PATH;
  const strategy = triggerStrategyOf(task);
  for (const key of dependencies) {
    const dependency = taskPath(scope, key);
    const state = view.task(dependency)?.state;
    if (state === undefined) continue;
    const kind = locateTask(pipeline, dependency).component.dag === undefined ? 'container' : 'dag';
    if (judgeDependency(strategy, kind, state) === 'blocked') return { path: dependency, state };
  }
  return undefined;
}

function notStarted(path: ScopePath, by: ScopePath, state: TaskState): string {
  const what = { FAILED: 'failed', SKIPPED: 'was not started', CANCELED: 'was cancelled' }[state as 'FAILED' | 'SKIPPED' | 'CANCELED'];
  return `"${path}" is not started because "${by}" ${what}.`;
}
