import type { ComponentSpec, JsonValue, Pipeline } from '@millrace/pipeline-spec';
import { isLoopPath } from './loop-items.js';
import { locateTask } from './pipeline-tasks.js';
import { type Resolution, failed, known } from './resolution.js';
import type { RunView, RuntimeArtifact, ScopePath, TaskValues } from './run-view.js';
import { ROOT_PATH, iterationPath, taskPath } from './scope-path.js';

/**
 * An output parameter of a task. A DAG's output is the output of the member that it names, through any number of DAGs, and is known
 * as soon as that member's is; of several members (`dsl.OneOf`) the first that succeeded. A loop's output is the list of its iterations':
 * of loops in loops one flat list, as KFP's backend makes it, or with `nested` a list for each loop.
 */
export function resolveOutputParameter(pipeline: Pipeline, view: RunView, path: ScopePath, key: string, { nested = false }: { readonly nested?: boolean } = {}): Resolution<JsonValue> {
  return resolveOutput(PARAMETERS, { pipeline, view, nested }, path, key);
}

/** An output artifact of a task, by the same rules; always a list. */
export function resolveOutputArtifact(pipeline: Pipeline, view: RunView, path: ScopePath, key: string): Resolution<readonly RuntimeArtifact[]> {
  return resolveOutput(ARTIFACTS, { pipeline, view }, path, key);
}

/** What is known of a DAG's outputs; a value that is not known, or never will be, has no entry. `root` is the run's own. */
export function resolveDagOutputs(pipeline: Pipeline, view: RunView, scope: ScopePath, component: ComponentSpec): TaskValues {
  const all = <T>(side: Side<T>, keys: Readonly<Record<string, unknown>> | undefined): Record<string, T> => {
    const found: Record<string, T> = {};
    for (const key of Object.keys(keys ?? {})) {
      const value = scope === ROOT_PATH ? resolveSelected(side, { pipeline, view }, scope, component, key) : resolveOutput(side, { pipeline, view }, scope, key);
      if (value.kind === 'known') found[key] = value.value;
    }
    return found;
  };
  return { parameters: all(PARAMETERS, component.dag?.outputs?.parameters), artifacts: all(ARTIFACTS, component.dag?.outputs?.artifacts) };
}

interface Run {
  readonly pipeline: Pipeline;
  readonly view: RunView;
  readonly nested?: boolean;
}

interface Selector {
  readonly member: string;
  readonly key: string;
}

/** What parameters and artifacts differ in. */
interface Side<T> {
  readonly what: string;
  readonly read: (outputs: TaskValues, key: string) => T | undefined;
  /** The members that a DAG's output may come from, in order. */
  readonly selectors: (component: ComponentSpec, key: string) => readonly Selector[];
  /** The outputs of iterations as the output of their loop. */
  readonly join: (values: readonly T[]) => T;
  /** Whether what a loop collected is one list already: then a loop around it adds to it, and makes no list of lists. */
  readonly parts: (value: T) => readonly T[];
}

const PARAMETERS: Side<JsonValue> = {
  what: 'output parameter',
  read: ({ parameters }, key) => (Object.hasOwn(parameters, key) ? parameters[key] : undefined),
  selectors: (component, key) => {
    const output = component.dag?.outputs?.parameters?.[key];
    const selectors = output?.valueFromOneof?.parameterSelectors ?? (output?.valueFromParameter === undefined ? [] : [output.valueFromParameter]);
    return selectors.map(({ producerSubtask, outputParameterKey }) => ({ member: producerSubtask, key: outputParameterKey }));
  },
  join: (values) => values,
  parts: (value) => value as readonly JsonValue[],
};

const ARTIFACTS: Side<readonly RuntimeArtifact[]> = {
  what: 'output artifact',
  read: ({ artifacts }, key) => (Object.hasOwn(artifacts, key) ? artifacts[key] : undefined),
  selectors: (component, key) =>
    (component.dag?.outputs?.artifacts?.[key]?.artifactSelectors ?? []).map(({ producerSubtask, outputArtifactKey }) => ({ member: producerSubtask, key: outputArtifactKey })),
  join: (values) => values.flat(),
  parts: (value) => [value],
};

function resolveOutput<T>(side: Side<T>, run: Run, path: ScopePath, key: string): Resolution<T> {
  const { task, component } = locateTask(run.pipeline, path);
  if (component.dag === undefined) return producedBy(side, run.view, path, key);
  const facts = run.view.task(path);
  // What is stored of a DAG is flat.
  const stored = facts?.state === 'SUCCEEDED' && facts.outputs !== undefined && run.nested !== true ? side.read(facts.outputs, key) : undefined;
  if (stored !== undefined) return known(stored);
  if (facts?.state === 'SKIPPED' || facts?.state === 'CANCELED') return { kind: 'blocked', by: path, state: facts.state };
  return isLoopPath(task, path) ? collect(side, run, path, key) : resolveSelected(side, run, path, component, key);
}

function resolveSelected<T>(side: Side<T>, run: Run, path: ScopePath, component: ComponentSpec, key: string): Resolution<T> {
  const selected = select(side, run, path, component, key);
  return selected.kind === 'known' ? resolveOutput(side, run, taskPath(path, selected.value.member), selected.value.key) : selected;
}

/**
 * The member of a DAG that an output comes from: of several, the first that succeeded, once those before it have not. A member that may
 * still not be triggered is not taken for certain only because the cache would answer it.
 */
function select<T>(side: Side<T>, { view }: Run, path: ScopePath, component: ComponentSpec, key: string): Resolution<Selector> {
  const selectors = side.selectors(component, key);
  const [only] = selectors;
  if (only === undefined) return failed(`"${path}" does not say where its ${side.what} "${key}" comes from`);
  for (const selector of selectors) {
    const member = taskPath(path, selector.member);
    const facts = view.task(member);
    if (facts?.conditional === true) return { kind: 'unknown', on: [member] };
    if (selectors.length === 1 || facts?.state === 'SUCCEEDED' || facts?.state === 'CACHED') return known(selector);
    if (facts?.state !== 'FAILED' && facts?.state !== 'SKIPPED' && facts?.state !== 'CANCELED') return { kind: 'unknown', on: [member] };
  }
  const by = taskPath(path, only.member);
  return { kind: 'blocked', by, state: view.task(by)?.state ?? 'SKIPPED' };
}

/** The outputs of all iterations in their order, without those that produced none. */
function collect<T>(side: Side<T>, run: Run, loop: ScopePath, key: string): Resolution<T> {
  const facts = run.view.task(loop);
  if (facts?.iterations === undefined) return facts?.state === 'FAILED' ? { kind: 'blocked', by: loop, state: 'FAILED' } : { kind: 'unknown', on: [loop] };
  const values: T[] = [];
  for (let index = 0; index < facts.iterations; index += 1) {
    const found = run.nested === true ? wholeOf(side, run, iterationPath(loop, index), key) : leavesOf(side, run, iterationPath(loop, index), key);
    if (found.kind === 'known') values.push(...found.value);
    else if (found.kind === 'unknown') return { kind: 'unknown', on: [loop] };
    else if (found.kind === 'failed') return found;
  }
  return known(side.join(values));
}

/** What one iteration gives to its loop as it is, a list of a loop inside it too. */
function wholeOf<T>(side: Side<T>, run: Run, path: ScopePath, key: string): Resolution<readonly T[]> {
  const found = resolveOutput(side, run, path, key);
  return found.kind === 'known' ? known([found.value]) : found;
}

/** What one iteration, or a DAG in it, gives to its loop: one value, or all of a loop inside it. */
function leavesOf<T>(side: Side<T>, run: Run, path: ScopePath, key: string): Resolution<readonly T[]> {
  const { task, component } = locateTask(run.pipeline, path);
  const state = run.view.task(path)?.state;
  if (state === 'SKIPPED' || state === 'CANCELED') return { kind: 'blocked', by: path, state };
  if (component.dag !== undefined && !isLoopPath(task, path)) {
    const selected = select(side, run, path, component, key);
    return selected.kind === 'known' ? leavesOf(side, run, taskPath(path, selected.value.member), selected.value.key) : selected;
  }
  const found = resolveOutput(side, run, path, key);
  if (found.kind !== 'known') return found;
  return known(component.dag === undefined ? [found.value] : side.parts(found.value));
}

function producedBy<T>(side: Side<T>, view: RunView, path: ScopePath, key: string): Resolution<T> {
  const facts = view.task(path);
  switch (facts?.state) {
    case 'SUCCEEDED':
    case 'CACHED': {
      if (facts.outputs === undefined) return { kind: 'unknown', on: [path] };
      const value = side.read(facts.outputs, key);
      return value === undefined ? failed(`"${path}" left no ${side.what} "${key}"`) : known(value);
    }
    case 'FAILED':
    case 'SKIPPED':
    case 'CANCELED':
      return { kind: 'blocked', by: path, state: facts.state };
    default:
      return { kind: 'unknown', on: [path] };
  }
}
