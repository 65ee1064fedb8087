import type { Pipeline } from '@millrace/pipeline-spec';
import { argumentProblem } from './argument-limit.js';
import { fingerprintOf } from './cache-key.js';
import type { Decision } from './decision.js';
import { judgeDependency, triggerStrategyOf } from './dependency-rule.js';
import type { Layout } from './layout.js';
import type { CachePolicy } from './plan.js';
import { inputsAsSeen, planExecution } from './plan-execution.js';
import { type LocatedTask, locateTask } from './pipeline-tasks.js';
import { placeOutputs } from './place-outputs.js';
import { resolveTaskInputs } from './resolve-inputs.js';
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
 * Decides one execution: the only place that does. In order: what it depends on, its inputs, then what its kind makes of them.
 *
 * What has its place here, and is refused by `planRun` until then: a condition is evaluated on the resolved inputs and gives `skip`; a
 * loop gives `fan-out`, and its iterations (`root/loop#3`) are entered as scopes of their own, whose item takes the place of the items;
 * an importer and the volume tasks give `inline`; a task that tolerates failures has its row in the dependency table, and takes its
 * defaults for what a failed producer did not give.
 */
export function decide(pipeline: Pipeline, path: ScopePath, view: RunView, context: DecideContext): Decision {
  const located = locateTask(pipeline, path);
  const blocked = blockingDependency(pipeline, path, located, view);
  if (blocked !== undefined) return skip(path, blocked.path, blocked.state);

  const resolved = resolveTaskInputs(pipeline, path, view, context);
  switch (resolved.kind) {
    case 'failed':
      return { kind: 'fail', message: resolved.message };
    case 'blocked':
      return skip(path, resolved.by, resolved.state);
    case 'unknown':
      return { kind: 'wait', on: resolved.on };
    case 'known':
      if (located.component.dag !== undefined) return { kind: 'enter', inputs: inputsAsSeen(located.component, resolved.inputs) };
      return decideContainer(path, located, view, context, resolved.inputs);
  }
}

function decideContainer(path: ScopePath, located: LocatedTask, view: RunView, context: DecideContext, inputs: TaskValues): Decision {
  const { task, component, executor, taskKey } = located;
  const container = executor?.container;
  if (container === undefined) return { kind: 'fail', message: `Task "${path}" has an executor of a kind that is not supported.` };
  const { layout, taskId } = context;
  const places = placeOutputs({ component, layout, artifactRoot: view.run.artifactRoot, taskKey, taskId });
  const run = (fingerprint?: string): Decision => {
    const plan = planExecution({ path, taskKey, taskId, component, container, inputs, places, run: view.run, layout, ...(fingerprint !== undefined && { fingerprint }) });
    const problem = argumentProblem(plan);
    return problem === undefined ? { kind: 'run', plan } : { kind: 'fail', message: problem };
  };
  if (!context.cache.enabled || context.cacheable === false || task.cachingOptions?.enableCache !== true) return run();
  const fingerprint = fingerprintOf({
    task,
    container,
    inputs,
    outputArtifacts: places.outputArtifacts,
    outputParameterTypes: Object.fromEntries(Object.entries(component.outputDefinitions?.parameters ?? {}).map(([name, spec]) => [name, spec.parameterType])),
  });
  return {
    kind: 'need-cache',
    fingerprint,
    next: (hit) => (hit === undefined ? run(fingerprint) : { kind: 'cached', inputs: inputsAsSeen(component, inputs), hit, fingerprint }),
  };
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

function skip(path: ScopePath, by: ScopePath, state: TaskState): Decision {
  const what = { FAILED: 'failed', SKIPPED: 'was not started', CANCELED: 'was cancelled' }[state as 'FAILED' | 'SKIPPED' | 'CANCELED'];
  return { kind: 'skip', reason: `"${path}" is not started because "${by}" ${what}.` };
}
