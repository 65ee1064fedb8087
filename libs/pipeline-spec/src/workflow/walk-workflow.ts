import type { DAGTask, Template, Workflow } from '@millrace/argo';
import { sortTopologically } from '../sort-topologically.js';
import { DISPLAY_NAME_ANNOTATION } from './workflow-pipeline.js';

/** A task of a Workflow as its templates have it; a template used twice is there twice, under different paths. */
export interface WorkflowTask {
  /** `root/train/fit`: the scope and the task's name. */
  readonly path: string;
  readonly scope: string;
  readonly name: string;
  readonly displayName: string;
  /** A DAG, steps, or a loop over whatever it runs. */
  readonly kind: 'container' | 'dag';
  /** Paths of siblings. */
  readonly dependsOn: readonly string[];
  /** Absent for what is named in another object. */
  readonly template?: Template;
  /** What the task gives its template; nothing for the entrypoint and the exit handler. */
  readonly arguments?: DAGTask['arguments'];
  readonly loop: boolean;
  /** It lies in a loop, so how often it runs is not known. */
  readonly perIteration: boolean;
  readonly when?: string;
}

/** Where the exit handler is: Argo gives its node this name, which therefore no task can have. */
export const EXIT_HANDLER_PATH = 'root/onExit';

interface Place {
  readonly scope: string;
  readonly perIteration: boolean;
  readonly around: readonly string[];
}

/**
 * The tasks of a Workflow, scopes before their members and each after what it waits for. A template that calls itself is entered once. For a checked Workflow; the number of
 * tasks has no bound but the reader's.
 */
export function* walkWorkflow({ spec }: Workflow): Generator<WorkflowTask> {
  const templates = new Map((spec.templates ?? []).map((template) => [template.name ?? '', template]));
  const entrypoint = templates.get(spec.entrypoint ?? '');
  if (entrypoint === undefined) return;
  let last: readonly string[];
  if (isGroup(entrypoint)) {
    last = yield* members(entrypoint, { scope: 'root', perIteration: false, around: [] }, templates);
  } else {
    const path = `root/${entrypoint.name}`;
    last = [path];
    yield { path, scope: 'root', name: entrypoint.name ?? '', displayName: displayNameOf(entrypoint), kind: 'container', dependsOn: [], template: entrypoint, loop: false, perIteration: false };
  }
  const onExit = templates.get(spec.onExit ?? '');
  if (onExit === undefined) return;
  const kind = isGroup(onExit) ? 'dag' : 'container';
  yield { path: EXIT_HANDLER_PATH, scope: 'root', name: 'onExit', displayName: displayNameOf(onExit), kind, dependsOn: last, template: onExit, loop: false, perIteration: false };
  if (kind === 'dag') yield* members(onExit, { scope: EXIT_HANDLER_PATH, perIteration: false, around: [] }, templates);
}

/** Yields what a DAG or steps template runs; returns the paths of the direct members that nothing in it waits for. */
function* members(template: Template, place: Place, templates: ReadonlyMap<string, Template>): Generator<WorkflowTask, readonly string[]> {
  const around = [...place.around, template.name ?? ''];
  const ends = new Set<string>();
  for (const { task, dependencies } of tasksOf(template)) {
    const path = `${place.scope}/${task.name}`;
    const dependsOn = dependencies.map((name) => `${place.scope}/${name}`);
    ends.add(path);
    for (const before of dependsOn) ends.delete(before);
    const called = templates.get(task.template ?? '');
    const loop = isLoop(task);
    const group = called !== undefined && isGroup(called);
    yield {
      path,
      scope: place.scope,
      name: task.name,
      displayName: displayNameOf(called, task.name),
      kind: group || loop ? 'dag' : 'container',
      dependsOn,
      ...(called !== undefined && { template: called }),
      ...(task.arguments !== undefined && { arguments: task.arguments }),
      loop,
      perIteration: place.perIteration,
      ...(task.when !== undefined && task.when !== '' && { when: task.when }),
    };
    if (group && !around.includes(called.name ?? '')) yield* members(called, { scope: path, perIteration: place.perIteration || loop, around }, templates);
  }
  return [...ends];
}

/** Tasks of a DAG, or steps with the group before them as what they wait for. */
function tasksOf(template: Template): readonly { readonly task: DAGTask; readonly dependencies: readonly string[] }[] {
  const tasks = template.dag?.tasks ?? [];
  const names = new Set(tasks.map(({ name }) => name));
  const inDag = tasks.map((task) => ({ task, dependencies: dependenciesOfTask(task as unknown as Readonly<Record<string, unknown>>).filter((name) => names.has(name)) }));
  const groups = stepsOf(template);
  const byName = new Map(inDag.map((entry) => [entry.task.name, entry]));
  const sorted = sortTopologically([...names], (name) => byName.get(name)?.dependencies ?? []).order.flatMap((name) => byName.get(name) ?? []);
  return [...sorted, ...groups.flatMap((steps, index) => steps.map((task) => ({ task, dependencies: (groups[index - 1] ?? []).map(({ name }) => name) })))];
}

function stepsOf(template: Template): readonly (readonly DAGTask[])[] {
  return (template.steps ?? []) as unknown as readonly (readonly DAGTask[])[];
}

/** Names of the tasks beside it that a task of a template waits for. */
export function namesBefore(template: Template, name: string): readonly string[] {
  const task = template.dag?.tasks?.find((each) => each.name === name);
  if (task !== undefined) return dependenciesOfTask(task as unknown as Readonly<Record<string, unknown>>).filter((other) => template.dag?.tasks?.some((each) => each.name === other));
  const groups = stepsOf(template);
  const at = groups.findIndex((steps) => steps.some((step) => step.name === name));
  return (groups[at - 1] ?? []).map((step) => step.name);
}

/** Names of the tasks that one waits for, by either of Argo's two ways to say so. */
export function dependenciesOfTask({ dependencies, depends }: Readonly<Record<string, unknown>>): readonly string[] {
  const listed = Array.isArray(dependencies) ? dependencies.filter((name) => typeof name === 'string') : [];
  const said = typeof depends === 'string' ? depends.split(/[^\w.-]+/).flatMap((word) => (word === '' ? [] : [word.split('.')[0] ?? ''])) : [];
  return [...new Set([...listed, ...said])];
}

function isGroup(template: Template): boolean {
  return template.dag !== undefined || template.steps !== undefined;
}

function isLoop(task: DAGTask): boolean {
  return task.withItems !== undefined || task.withParam !== undefined || task.withSequence !== undefined;
}

/** The name that the pipeline's author gave a task, else its own. */
export function displayNameOf(template: Template | undefined, name = template?.name ?? ''): string {
  return template?.metadata?.annotations?.[DISPLAY_NAME_ANNOTATION] || name;
}
