import { EMPTY_MAP } from '../empty-map.js';
import { keyPath } from '../spec-path.js';
import { suggestName } from '../suggest-name.js';
import type { ComponentSpec, TaskSpec } from '../types.js';
import { reportUnknownTask, type DagScope } from './dag-scope.js';
import { validateIterators } from './validate-iterators.js';
import { validateTaskArtifact } from './validate-task-artifact.js';
import { validateTaskParameter } from './validate-task-parameter.js';

// Task names become names of nodes and folders.
const TASK_NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$/;

/** Checks one task: its component, what it waits for, its inputs and its policies. */
export function validateTask(scope: DagScope, name: string, task: TaskSpec, path: string): void {
  const { spec, dag, issues } = scope;
  if (!TASK_NAME.test(name)) {
    issues.add(path, `${JSON.stringify(name)} is not a task name.`, 'Use 1 to 128 letters, digits, "-" and "_", starting with a letter or digit.');
  }
  for (const [index, dependency] of (task.dependentTasks ?? []).entries()) {
    if (Object.hasOwn(dag.tasks, dependency)) continue;
    reportUnknownTask(scope, dependency, `${path}.dependentTasks[${index}]`);
  }
  validatePolicies(task, path, scope);
  const componentName = task.componentRef.name;
  const component = spec.components[componentName];
  if (component === undefined) {
    const message = componentName === '' ? 'is missing.' : `names the component "${componentName}", which the pipeline does not have.`;
    issues.add(`${path}.componentRef.name`, message, () => suggestName(componentName, Object.keys(spec.components)));
    return;
  }
  for (const [input, binding] of Object.entries(task.inputs?.parameters ?? EMPTY_MAP)) {
    validateTaskParameter({ scope, task, component }, input, binding, keyPath(`${path}.inputs.parameters`, input));
  }
  for (const [input, binding] of Object.entries(task.inputs?.artifacts ?? EMPTY_MAP)) {
    validateTaskArtifact({ scope, task, component }, input, binding, keyPath(`${path}.inputs.artifacts`, input));
  }
  validateIterators(scope, task, component, path);
  reportMissingInputs(task, component, path, scope);
}

function reportMissingInputs(task: TaskSpec, component: ComponentSpec, path: string, { issues }: DagScope): void {
  for (const [input, { parameterType, defaultValue, isOptional }] of Object.entries(component.inputDefinitions?.parameters ?? EMPTY_MAP)) {
    if (isOptional === true || defaultValue !== undefined || parameterType === 'TASK_CONFIG') continue;
    if (task.inputs?.parameters?.[input] !== undefined || task.parameterIterator?.itemInput === input) continue;
    issues.add(keyPath(`${path}.inputs.parameters`, input), `is missing; the component "${task.componentRef.name}" requires this parameter.`);
  }
  for (const [input, { isOptional }] of Object.entries(component.inputDefinitions?.artifacts ?? EMPTY_MAP)) {
    if (isOptional === true || task.inputs?.artifacts?.[input] !== undefined || task.artifactIterator?.itemInput === input) continue;
    issues.add(keyPath(`${path}.inputs.artifacts`, input), `is missing; the component "${task.componentRef.name}" requires this artifact.`);
  }
}

function validatePolicies(task: TaskSpec, path: string, { issues }: DagScope): void {
  const { retryPolicy, iteratorPolicy } = task;
  if ((retryPolicy?.maxRetryCount ?? 0) < 0) issues.add(`${path}.retryPolicy.maxRetryCount`, 'must not be negative.');
  if ((retryPolicy?.backoffFactor ?? 1) < 0) issues.add(`${path}.retryPolicy.backoffFactor`, 'must not be negative.');
  if ((iteratorPolicy?.parallelismLimit ?? 0) < 0) issues.add(`${path}.iteratorPolicy.parallelismLimit`, 'must not be negative.', 'Use 0 for no limit.');
}
