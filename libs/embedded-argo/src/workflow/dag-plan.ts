import type { DAGTask, Template } from '@millrace/argo';
import { parseDepends, type DependsExpression } from './depends-expression.js';

/** What a DAG template says about order, worked out once for all its executions. */
export interface DagPlan {
  readonly tasks: ReadonlyMap<string, PlannedTask>;
  /** Tasks whose outcome decides the DAG's, in Argo's order. */
  readonly targets: readonly string[];
  /** Tasks that are executed at all: targets and all they depend on. In the order in which they begin where a limit lets only some: each target after its dependencies. */
  readonly needed: readonly string[];
}

export interface PlannedTask {
  readonly name: string;
  readonly index: number;
  readonly dependencies: readonly string[];
  /** Needed tasks that depend on this one. */
  readonly dependents: readonly string[];
  readonly depends: DependsExpression | undefined;
  /** Has `withItems`, `withParam` or `withSequence`. */
  readonly fansOut: boolean;
}

/** Throws Error with a message for the user when a `depends` is malformed or names an unknown task. */
export function planDag(template: Template): DagPlan {
  const dagTasks = template.dag?.tasks ?? [];
  const tasks = new Map<string, PlannedTask & { readonly dependents: string[] }>();
  dagTasks.forEach((task, index) => {
    const depends = dependsOf(task, dagTasks);
    tasks.set(task.name, {
      name: task.name,
      index,
      depends,
      dependencies: depends?.tasks ?? [],
      dependents: [],
      fansOut: fansOut(task),
    });
  });
  for (const task of tasks.values()) {
    for (const dependency of task.dependencies) {
      if (!tasks.has(dependency)) throw new Error(`task '${task.name}' depends on '${dependency}', which is not a task of the DAG`);
      if (task.depends!.ofItems.includes(dependency) && !tasks.get(dependency)!.fansOut) {
        throw new Error(`task '${task.name}' asks with .AnySucceeded or .AllFailed for items of '${dependency}', which has none`);
      }
    }
  }
  const targets = targetsOf(template, tasks);
  const needed = reachable(targets, tasks);
  for (const name of needed) for (const dependency of tasks.get(name)!.dependencies) tasks.get(dependency)!.dependents.push(name);
  return { tasks, targets, needed };
}

/** A task that (through others) depends on itself, or undefined. */
export function findCycle(plan: DagPlan): string | undefined {
  const waiting = new Map([...plan.tasks.values()].map((task) => [task.name, task.dependencies.length]));
  const dependents = new Map<string, string[]>();
  for (const name of plan.tasks.keys()) dependents.set(name, []);
  for (const task of plan.tasks.values()) for (const dependency of task.dependencies) dependents.get(dependency)!.push(task.name);
  const ready = [...waiting].filter(([, count]) => count === 0).map(([name]) => name);
  for (const name of ready) {
    waiting.delete(name);
    for (const dependent of dependents.get(name)!) {
      const left = waiting.get(dependent)! - 1;
      waiting.set(dependent, left);
      if (left === 0) ready.push(dependent);
    }
  }
  return waiting.keys().next().value;
}

export function fansOut(task: DAGTask): boolean {
  return (task.withItems?.length ?? 0) > 0 || (task.withParam ?? '') !== '' || task.withSequence !== undefined;
}

function dependsOf(task: DAGTask, all: readonly DAGTask[]): DependsExpression | undefined {
  if (task.depends !== undefined && task.depends !== '') return parseDepends(task.depends);
  if (task.dependencies === undefined || task.dependencies.length === 0) return undefined;
  const continueOn = new Map(all.map((other) => [other.name, other.continueOn]));
  const clauses = task.dependencies.map((name) => {
    const { error = false, failed = false } = continueOn.get(name) ?? {};
    const outcomes = ['Succeeded', 'Skipped', 'Daemoned', ...(error ? ['Errored'] : []), ...(failed ? ['Failed'] : [])];
    return `(${outcomes.map((outcome) => `${name}.${outcome}`).join(' || ')})`;
  });
  return parseDepends(clauses.join(' && '));
}

function targetsOf(template: Template, tasks: ReadonlyMap<string, PlannedTask>): string[] {
  const explicit = template.dag?.target;
  if (explicit !== undefined && explicit !== '') {
    const targets = explicit.split(' ').filter((name) => name !== '');
    for (const name of targets) if (!tasks.has(name)) throw new Error(`dag.target names '${name}', which is not a task of the DAG`);
    return targets;
  }
  const depended = new Set([...tasks.values()].flatMap((task) => task.dependencies));
  return [...tasks.keys()].filter((name) => !depended.has(name)).sort();
}

function reachable(targets: readonly string[], tasks: ReadonlyMap<string, PlannedTask>): readonly string[] {
  const order: string[] = [];
  const seen = new Set<string>();
  // Without recursion: a chain may be as long as a DAG is large.
  const stack: { readonly name: string; next: number }[] = [];
  for (const target of targets) {
    if (!seen.has(target)) stack.push({ name: target, next: 0 });
    seen.add(target);
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const dependency = tasks.get(top.name)!.dependencies[top.next];
      top.next += 1;
      if (dependency === undefined) {
        order.push(top.name);
        stack.pop();
      } else if (!seen.has(dependency)) {
        seen.add(dependency);
        stack.push({ name: dependency, next: 0 });
      }
    }
  }
  return order;
}
