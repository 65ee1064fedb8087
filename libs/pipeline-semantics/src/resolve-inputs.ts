import { executorOf, type JsonValue, type Pipeline, type TaskInputParameter } from '@millrace/pipeline-spec';
import { triggerStrategyOf } from './dependency-rule.js';
import { selectPart } from './evaluate-expression.js';
import { finalStatusOf } from './final-status.js';
import type { Layout } from './layout.js';
import { isListOfLists } from './list-of-lists.js';
import { isLoopPath, itemsIn } from './loop-items.js';
import { literalProblem, typeProblem, valueToText } from './parameter-value.js';
import { type LocatedTask, locateTask } from './pipeline-tasks.js';
import { fillReferences, referencesIn } from './placeholders.js';
import { ABSENT, type Resolution, failed, known } from './resolution.js';
import { resolveOutputArtifact, resolveOutputParameter } from './resolve-outputs.js';
import type { RunView, RuntimeArtifact, ScopePath, TaskState, TaskValues } from './run-view.js';
import { fillRuntimeNames } from './runtime-constants.js';
import { ROOT_PATH, iterationOf, iterationPath, parentOf, taskPath } from './scope-path.js';

/** The inputs of one execution as its scope gives them, before the component's defaults (which are no part of the fingerprint). */
export type ResolvedInputs =
  | { readonly kind: 'known'; readonly inputs: TaskValues }
  | { readonly kind: 'unknown'; readonly on: readonly ScopePath[] }
  | { readonly kind: 'blocked'; readonly by: ScopePath; readonly state: TaskState }
  | { readonly kind: 'failed'; readonly message: string };

export interface ResolveContext {
  readonly layout: Pick<Layout, 'workspacePath'>;
  /** Id of the execution at the path. */
  readonly taskId: string;
}

/**
 * Resolves the inputs of a task, or only some parameters of it. One that can never be resolved decides, then one whose producer failed,
 * then one not known yet.
 */
export function resolveTaskInputs(pipeline: Pipeline, path: ScopePath, view: RunView, context: ResolveContext, only?: ReadonlySet<string>): ResolvedInputs {
  const task = locateTask(pipeline, path);
  const scope: Scope = { pipeline, view, context, decided: path };
  const parameters: Record<string, JsonValue> = {};
  const artifacts: Record<string, readonly RuntimeArtifact[]> = {};
  const unknown = new Set<ScopePath>();
  let blocked: Extract<ResolvedInputs, { kind: 'blocked' }> | undefined;
  const take = <T>(name: string, found: Resolution<T>, into: Record<string, T>): string | undefined => {
    if (found.kind === 'known') into[name] = found.value;
    else if (found.kind === 'unknown') for (const on of found.on) unknown.add(on);
    else if (found.kind === 'blocked') blocked ??= found;
    else if (found.kind === 'failed') return `Input "${name}" of task "${path}": ${found.message}.`;
    return undefined;
  };
  for (const name of parameterNames(task)) {
    if (only?.has(name) === false || isTaskConfig(task, name)) continue;
    const message = take(name, takesListsOfLists(task, name, pipeline) ? nestedOrFlat(scope, path, task, name) : resolveParameter(scope, path, task, name), parameters);
    if (message !== undefined) return { kind: 'failed', message };
  }
  for (const name of only === undefined ? artifactNames(task) : []) {
    const message = take(name, resolveArtifact(scope, path, task, name), artifacts);
    if (message !== undefined) return { kind: 'failed', message };
  }
  if (blocked !== undefined) return blocked;
  if (unknown.size > 0) return { kind: 'unknown', on: [...unknown] };
  return { kind: 'known', inputs: { parameters, artifacts } };
}

/** A value that something other than an input of the task takes from its scope; null where the scope was not given it. */
export function resolveBinding(pipeline: Pipeline, path: ScopePath, view: RunView, context: ResolveContext, binding: TaskInputParameter): Resolution<JsonValue> {
  return selected(bindParameter({ pipeline, view, context, decided: path }, path, locateTask(pipeline, path), binding), binding);
}

/** How many items a loop has. */
export function countItems(pipeline: Pipeline, path: ScopePath, view: RunView, context: ResolveContext): Resolution<number> {
  const located = locateTask(pipeline, path);
  const items = loopItems({ pipeline, view, context, decided: path }, path, located);
  return items.kind === 'known' ? known(items.value.length) : items;
}

/** What an iteration has of its own: its item. Everything else it sees is its loop's. */
export function iterationInputs(pipeline: Pipeline, path: ScopePath, view: RunView, context: ResolveContext): TaskValues {
  const { task } = locateTask(pipeline, path);
  const scope: Scope = { pipeline, view, context, decided: path };
  const parameter = task.parameterIterator?.itemInput;
  const artifact = task.artifactIterator?.itemInput;
  const value = parameter === undefined ? ABSENT : scopeParameter(scope, path, parameter);
  const artifacts = artifact === undefined ? ABSENT : scopeArtifact(scope, path, artifact);
  return {
    parameters: parameter !== undefined && value.kind === 'known' ? { [parameter]: value.value } : {},
    artifacts: artifact !== undefined && artifacts.kind === 'known' ? { [artifact]: artifacts.value } : {},
  };
}

interface Scope {
  readonly pipeline: Pipeline;
  readonly view: RunView;
  readonly context: ResolveContext;
  /** The path that `context.taskId` belongs to. */
  readonly decided: ScopePath;
  /** What loops in loops collected is to be lists of lists. */
  readonly nested?: boolean;
}

function parameterNames({ task, component }: LocatedTask): Iterable<string> {
  // The SDK binds names that the component does not declare, to refer to them inside other values.
  return without(task.parameterIterator?.itemInput, [...Object.keys(component.inputDefinitions?.parameters ?? {}), ...Object.keys(task.inputs?.parameters ?? {})]);
}

function takesListsOfLists({ component }: LocatedTask, name: string, pipeline: Pipeline): boolean {
  if (component.inputDefinitions?.parameters?.[name]?.parameterType !== 'LIST') return false;
  const container = executorOf(pipeline, component)?.container;
  return container !== undefined && isListOfLists(container, name);
}

/** A list as the function that gets it was written for it. What nobody collected is the same either way. */
function nestedOrFlat(scope: Scope, path: ScopePath, located: LocatedTask, name: string): Resolution<JsonValue> {
  const flat = resolveParameter(scope, path, located, name);
  if (flat.kind !== 'known') return flat;
  const nested = resolveParameter({ ...scope, nested: true }, path, located, name);
  return nested.kind === 'known' ? nested : flat;
}

/** It is filled when everything else of the task is known. */
function isTaskConfig({ component }: LocatedTask, name: string): boolean {
  return component.dag === undefined && component.inputDefinitions?.parameters?.[name]?.parameterType === 'TASK_CONFIG';
}

function artifactNames({ task, component }: LocatedTask): Iterable<string> {
  return without(task.artifactIterator?.itemInput, [...Object.keys(component.inputDefinitions?.artifacts ?? {}), ...Object.keys(task.inputs?.artifacts ?? {})]);
}

/** Names, each once. The item is an input of each iteration, not of the loop. */
function without(item: string | undefined, names: readonly string[]): ReadonlySet<string> {
  const all = new Set(names);
  if (item !== undefined) all.delete(item);
  return all;
}

function resolveParameter(scope: Scope, path: ScopePath, located: LocatedTask, name: string): Resolution<JsonValue> {
  const spec = located.component.inputDefinitions?.parameters?.[name];
  const binding = located.task.inputs?.parameters?.[name];
  const bound = binding === undefined ? ABSENT : selected(bindParameter(scope, path, located, binding), binding);
  const found = fallBack(bound, path, located, spec !== undefined && (spec.isOptional === true || spec.defaultValue !== undefined));
  // An optional input that is bound to null is as good as not bound.
  const given: Resolution<JsonValue> = found.kind === 'known' && found.value === null && spec?.isOptional === true ? ABSENT : found;
  if (given.kind === 'absent') {
    // It counts as optional, but the SDK's own code fails on a status that is not there.
    if (spec?.parameterType === 'TASK_FINAL_STATUS' && located.component.dag === undefined) return failed('it is the final status of a task, which nothing gives it; use the task as the exit task of dsl.ExitHandler');
    const optional = spec === undefined || spec.isOptional === true || spec.defaultValue !== undefined;
    if (!optional) return failed(binding === undefined ? 'it is required and was not given; bind it in the pipeline' : 'it is required, and what it is bound to has no value; give that one, or make the input optional');
    // A DAG has no process to which defaults could be given later; what it was not given is an explicit null for its members.
    return located.component.dag === undefined ? ABSENT : known(spec?.defaultValue ?? null);
  }
  if (given.kind !== 'known' || spec === undefined) return given;
  if (given.value === null) return failed(`expected ${spec.parameterType}, given NULL; give a value, or make the input optional`);
  // Items are a list whatever the component declares, and have types of their own.
  if (located.task.parameterIterator?.items.inputParameter === name) return given;
  const value = spec.parameterType === 'STRING' ? valueToText(given.value) : given.value;
  const problem = typeProblem(value, spec.parameterType) ?? literalProblem(value, spec);
  return problem === undefined ? known(value) : failed(problem);
}

function bindParameter(scope: Scope, path: ScopePath, located: LocatedTask, binding: TaskInputParameter): Resolution<JsonValue> {
  const { pipeline, view, context, decided } = scope;
  const parent = parentOf(path) ?? ROOT_PATH;
  if (binding.componentInputParameter !== undefined) return scopeParameter(scope, parent, binding.componentInputParameter);
  if (binding.taskOutputParameter !== undefined) {
    const { producerTask, outputParameterKey } = binding.taskOutputParameter;
    const producer = taskPath(parent, producerTask);
    return mayStillBeLeftOut(scope, producer, located) ?? resolveOutputParameter(pipeline, view, producer, outputParameterKey, { nested: scope.nested });
  }
  const constant = binding.runtimeValue?.constant;
  if (constant !== undefined) {
    const taskId = path === decided ? context.taskId : (view.task(path)?.taskId ?? '');
    const names = { run: view.run, layout: context.layout, taskKey: located.taskKey, taskId };
    return resolveReferences(scope, path, located, fillRuntimeNames(constant, names));
  }
  if (binding.taskFinalStatus !== undefined) return finalStatusOf(view, taskPath(parent, binding.taskFinalStatus.producerTask));
  return failed('its source is of a kind that is not supported');
}

/** A task that runs whatever becomes of another takes nothing from the cache for it until it is known what becomes of it. */
function mayStillBeLeftOut({ pipeline, view }: Scope, producer: ScopePath, { task }: LocatedTask): Resolution<never> | undefined {
  if (triggerStrategyOf(task) !== 'all-completed') return undefined;
  const state = view.task(producer);
  const open = locateTask(pipeline, producer).component.dag !== undefined && state?.state === 'PENDING';
  return open || state?.provisional === true ? { kind: 'unknown', on: [producer] } : undefined;
}

function selected(found: Resolution<JsonValue>, { parameterExpressionSelector: selector }: TaskInputParameter): Resolution<JsonValue> {
  if (selector === undefined || selector === '' || found.kind !== 'known') return found;
  const part = selectPart(selector, found.value);
  return 'value' in part ? known(part.value) : failed(part.problem);
}

/**
 * What becomes of an input whose producer ended without producing it: it falls back to its default where it has one. Otherwise a task that
 * runs after failures cannot run, nor one whose producer hides in a DAG that succeeded without it.
 */
function fallBack<T>(found: Resolution<T>, path: ScopePath, { task }: LocatedTask, hasDefault: boolean): Resolution<T> {
  if (found.kind !== 'blocked') return found;
  if (hasDefault) return ABSENT;
  if (triggerStrategyOf(task) !== 'all-completed' && found.state !== 'SKIPPED') return found;
  const what = found.state === 'FAILED' ? 'failed' : found.state === 'SKIPPED' ? 'was not started' : 'was cancelled';
  return failed(`"${found.by}", which was to produce it, ${what}; give the input of "${path}" a default`);
}

/**
 * A constant with its references to other inputs of the same task replaced by their texts. Only the author's constants are read so: a
 * value of a run or of another task is data, whatever it looks like.
 */
function resolveReferences(scope: Scope, path: ScopePath, located: LocatedTask, constant: JsonValue): Resolution<JsonValue> {
  const texts = new Map<string, string>();
  const unknown = new Set<ScopePath>();
  for (const name of referencesIn(constant)) {
    const binding = located.task.inputs?.parameters?.[name];
    const spec = located.component.inputDefinitions?.parameters?.[name];
    // A constant that refers to a constant is not what the SDK makes, and could go in circles.
    if ((binding === undefined && spec === undefined) || binding?.runtimeValue !== undefined) continue;
    const found = resolveParameter(scope, path, located, name);
    if (found.kind === 'unknown') for (const on of found.on) unknown.add(on);
    else if (found.kind === 'known') texts.set(name, valueToText(found.value));
    else if (found.kind === 'absent') texts.set(name, valueToText(spec?.defaultValue ?? null));
    else return found;
  }
  if (unknown.size > 0) return { kind: 'unknown', on: [...unknown] };
  return known(texts.size === 0 ? constant : fillReferences(constant, (name) => texts.get(name)));
}

/** An input of a scope as its members see it, followed outwards one name at a time: a member waits only for what it uses. */
function scopeParameter(scope: Scope, path: ScopePath, name: string): Resolution<JsonValue> {
  const iterated = iteratedScope(scope, path);
  if (iterated !== undefined && iterated.located.task.parameterIterator?.itemInput === name) return itemOf(iterated, loopParameters);
  if (iterated?.index !== undefined) return scopeParameter(scope, iterated.loop, name);
  const inputs = path === ROOT_PATH ? scope.view.run.parameters : scope.view.task(path)?.inputs?.parameters;
  if (inputs !== undefined && (scope.nested !== true || path === ROOT_PATH)) return Object.hasOwn(inputs, name) ? known(inputs[name] as JsonValue) : ABSENT;
  return resolveParameter(scope, path, locateTask(scope.pipeline, path), name);
}

function resolveArtifact(scope: Scope, path: ScopePath, located: LocatedTask, name: string): Resolution<readonly RuntimeArtifact[]> {
  const spec = located.component.inputDefinitions?.artifacts?.[name];
  const binding = located.task.inputs?.artifacts?.[name];
  const parent = parentOf(path) ?? ROOT_PATH;
  let found: Resolution<readonly RuntimeArtifact[]> = ABSENT;
  if (binding?.componentInputArtifact !== undefined) found = scopeArtifact(scope, parent, binding.componentInputArtifact);
  else if (binding?.taskOutputArtifact !== undefined) {
    const { producerTask, outputArtifactKey } = binding.taskOutputArtifact;
    const producer = taskPath(parent, producerTask);
    found = mayStillBeLeftOut(scope, producer, located) ?? resolveOutputArtifact(scope.pipeline, scope.view, producer, outputArtifactKey);
  }
  found = fallBack(found, path, located, spec?.isOptional === true);
  if (found.kind === 'absent' && spec !== undefined && spec.isOptional !== true) return failed('the artifact is required and was not given');
  return found;
}

function scopeArtifact(scope: Scope, path: ScopePath, name: string): Resolution<readonly RuntimeArtifact[]> {
  const iterated = iteratedScope(scope, path);
  if (iterated !== undefined && iterated.located.task.artifactIterator?.itemInput === name) return itemOf(iterated, loopArtifacts);
  if (iterated?.index !== undefined) return scopeArtifact(scope, iterated.loop, name);
  const inputs = path === ROOT_PATH ? (scope.view.run.artifacts ?? {}) : scope.view.task(path)?.inputs?.artifacts;
  if (inputs !== undefined) return Object.hasOwn(inputs, name) ? known(inputs[name] as readonly RuntimeArtifact[]) : ABSENT;
  return resolveArtifact(scope, path, locateTask(scope.pipeline, path), name);
}

/** A loop as the scope of its body: one iteration of it, or, before anything runs, all of them as one, whose item is not known. */
interface IteratedScope {
  readonly scope: Scope;
  readonly loop: ScopePath;
  readonly index: number | undefined;
  readonly located: LocatedTask;
}

function iteratedScope(scope: Scope, path: ScopePath): IteratedScope | undefined {
  if (path === ROOT_PATH) return undefined;
  const located = locateTask(scope.pipeline, path);
  const index = iterationOf(path);
  if (index === undefined && !isLoopPath(located.task, path)) return undefined;
  // Items are counted flat.
  return { scope: { ...scope, nested: false }, loop: index === undefined ? path : (parentOf(path) as ScopePath), index, located };
}

function itemOf<T>({ scope, loop, index, located }: IteratedScope, itemsOf: (scope: Scope, loop: ScopePath, located: LocatedTask) => Resolution<readonly T[]>): Resolution<T> {
  if (index === undefined) return { kind: 'unknown', on: [loop] };
  const items = itemsOf(scope, loop, located);
  if (items.kind !== 'known') return items;
  if (index >= items.value.length) return failed(`"${iterationPath(loop, index)}" has no item`);
  return known(items.value[index] as T);
}

function loopItems(scope: Scope, path: ScopePath, located: LocatedTask): Resolution<readonly unknown[]> {
  return located.task.parameterIterator === undefined ? loopArtifacts(scope, path, located) : loopParameters(scope, path, located);
}

function loopParameters(scope: Scope, path: ScopePath, { task }: LocatedTask): Resolution<readonly JsonValue[]> {
  const { raw, inputParameter = '' } = task.parameterIterator?.items ?? {};
  const list = raw !== undefined ? known<JsonValue>(raw) : scopeParameter(scope, path, inputParameter);
  if (list.kind === 'absent') return failed('the loop was given no items');
  if (list.kind !== 'known') return list;
  const read = itemsIn(list.value);
  return 'items' in read ? known(read.items) : failed(`its items are no list: ${read.problem}`);
}

/** An artifact as an item is a list of one. */
function loopArtifacts(scope: Scope, path: ScopePath, { task }: LocatedTask): Resolution<readonly (readonly RuntimeArtifact[])[]> {
  const list = scopeArtifact(scope, path, task.artifactIterator?.items.inputArtifact ?? '');
  if (list.kind === 'absent') return failed('the loop was given no artifacts');
  return list.kind === 'known' ? known(list.value.map((artifact) => [artifact])) : list;
}
