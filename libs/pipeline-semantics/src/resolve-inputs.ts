import type { JsonValue, Pipeline, TaskInputParameter } from '@millrace/pipeline-spec';
import type { Layout } from './layout.js';
import { literalProblem, typeProblem, valueToText } from './parameter-value.js';
import { type LocatedTask, locateTask } from './pipeline-tasks.js';
import { fillReferences, referencesIn } from './placeholders.js';
import { ABSENT, type Resolution, failed, known } from './resolution.js';
import { resolveOutputArtifact, resolveOutputParameter } from './resolve-outputs.js';
import type { RunView, RuntimeArtifact, ScopePath, TaskState, TaskValues } from './run-view.js';
import { fillRuntimeNames } from './runtime-constants.js';
import { ROOT_PATH, parentOf, taskPath } from './scope-path.js';

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

/** Resolves every input of a task. One that can never be resolved decides, then one whose producer failed, then one not known yet. */
export function resolveTaskInputs(pipeline: Pipeline, path: ScopePath, view: RunView, context: ResolveContext): ResolvedInputs {
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
    const message = take(name, resolveParameter(scope, path, task, name), parameters);
    if (message !== undefined) return { kind: 'failed', message };
  }
  for (const name of artifactNames(task)) {
    const message = take(name, resolveArtifact(scope, path, task, name), artifacts);
    if (message !== undefined) return { kind: 'failed', message };
  }
  if (blocked !== undefined) return blocked;
  if (unknown.size > 0) return { kind: 'unknown', on: [...unknown] };
  return { kind: 'known', inputs: { parameters, artifacts } };
}

interface Scope {
  readonly pipeline: Pipeline;
  readonly view: RunView;
  readonly context: ResolveContext;
  /** The path that `context.taskId` belongs to. */
  readonly decided: ScopePath;
}

function parameterNames({ task, component }: LocatedTask): Iterable<string> {
  // The SDK binds names that the component does not declare, to refer to them inside other values.
  return new Set([...Object.keys(component.inputDefinitions?.parameters ?? {}), ...Object.keys(task.inputs?.parameters ?? {})]);
}

function artifactNames({ task, component }: LocatedTask): Iterable<string> {
  return new Set([...Object.keys(component.inputDefinitions?.artifacts ?? {}), ...Object.keys(task.inputs?.artifacts ?? {})]);
}

function resolveParameter(scope: Scope, path: ScopePath, located: LocatedTask, name: string): Resolution<JsonValue> {
  const spec = located.component.inputDefinitions?.parameters?.[name];
  const binding = located.task.inputs?.parameters?.[name];
  const found = binding === undefined ? ABSENT : bindParameter(scope, path, located, binding);
  // An optional input that is bound to null is as good as not bound.
  const given: Resolution<JsonValue> = found.kind === 'known' && found.value === null && spec?.isOptional === true ? ABSENT : found;
  if (given.kind === 'absent') {
    const optional = spec === undefined || spec.isOptional === true || spec.defaultValue !== undefined;
    if (!optional) return failed(binding === undefined ? 'it is required and was not given; bind it in the pipeline' : 'it is required, and what it is bound to has no value; give that one, or make the input optional');
    // A DAG has no process to which defaults could be given later; what it was not given is an explicit null for its members.
    return located.component.dag === undefined ? ABSENT : known(spec?.defaultValue ?? null);
  }
  if (given.kind !== 'known' || spec === undefined) return given;
  if (given.value === null) return failed(`expected ${spec.parameterType}, given NULL; give a value, or make the input optional`);
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
    return resolveOutputParameter(pipeline, view, taskPath(parent, producerTask), outputParameterKey);
  }
  const constant = binding.runtimeValue?.constant;
  if (constant !== undefined) {
    const taskId = path === decided ? context.taskId : (view.task(path)?.taskId ?? '');
    const names = { run: view.run, layout: context.layout, taskKey: located.taskKey, taskId };
    return resolveReferences(scope, path, located, fillRuntimeNames(constant, names));
  }
  // taskFinalStatus (of an exit handler's group) and parameterExpressionSelector (of loop items) are bound here.
  return failed('its source is of a kind that is not supported');
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
  // An iteration (`root/loop#3`) sees its loop's inputs, with its own item in place of the list.
  const inputs = path === ROOT_PATH ? scope.view.run.parameters : scope.view.task(path)?.inputs?.parameters;
  if (inputs !== undefined) return Object.hasOwn(inputs, name) ? known(inputs[name] as JsonValue) : ABSENT;
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
    found = resolveOutputArtifact(scope.pipeline, scope.view, taskPath(parent, producerTask), outputArtifactKey);
  }
  if (found.kind === 'absent' && spec !== undefined && spec.isOptional !== true) return failed('the artifact is required and was not given');
  return found;
}

function scopeArtifact(scope: Scope, path: ScopePath, name: string): Resolution<readonly RuntimeArtifact[]> {
  const inputs = path === ROOT_PATH ? (scope.view.run.artifacts ?? {}) : scope.view.task(path)?.inputs?.artifacts;
  if (inputs !== undefined) return Object.hasOwn(inputs, name) ? known(inputs[name] as readonly RuntimeArtifact[]) : ABSENT;
  return resolveArtifact(scope, path, locateTask(scope.pipeline, path), name);
}
