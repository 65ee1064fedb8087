import { sortTopologically } from './sort-topologically.js';
import type { DagSpec, TaskSpec } from './types.js';

const dependencies = new WeakMap<TaskSpec, readonly string[]>();
const orders = new WeakMap<DagSpec, readonly string[]>();

/**
 * The siblings that a task waits for, each once: those it lists, then those whose outputs or final status it takes.
 * The answer is remembered for as long as the task object lives.
 */
export function dependenciesOf(task: TaskSpec): readonly string[] {
  const known = dependencies.get(task);
  if (known !== undefined) return known;
  const names = new Set(task.dependentTasks ?? []);
  for (const input of Object.values(task.inputs?.parameters ?? {})) {
    const producer = input.taskOutputParameter?.producerTask ?? input.taskFinalStatus?.producerTask;
    if (producer !== undefined) names.add(producer);
  }
  for (const input of Object.values(task.inputs?.artifacts ?? {})) {
    if (input.taskOutputArtifact !== undefined) names.add(input.taskOutputArtifact.producerTask);
  }
  const result = Object.freeze([...names]);
  dependencies.set(task, result);
  return result;
}

/** The names of a DAG's tasks, each after everything it waits for; ties keep the document's order. Remembered per DAG object. */
export function taskOrder(dag: DagSpec): readonly string[] {
  const known = orders.get(dag);
  if (known !== undefined) return known;
  const order = sortTopologically(Object.keys(dag.tasks), (name) => dependenciesOf(dag.tasks[name] as TaskSpec)).order;
  const result = Object.freeze([...order]);
  orders.set(dag, result);
  return result;
}
