import { EMPTY_MAP } from '../empty-map.js';
import type { ComponentSpec, TaskSpec } from '../types.js';
import type { DagScope } from './dag-scope.js';

/** Checks the loop that a task runs in, if it does. */
export function validateIterators({ issues }: DagScope, task: TaskSpec, component: ComponentSpec, path: string): void {
  const { parameterIterator, artifactIterator } = task;
  const parameters = component.inputDefinitions?.parameters ?? EMPTY_MAP;
  const artifacts = component.inputDefinitions?.artifacts ?? EMPTY_MAP;
  const requireInput = (inputs: object, name: string, at: string): void => {
    if (name === '') issues.add(at, 'is missing.');
    else if (!Object.hasOwn(inputs, name)) issues.add(at, `names the input "${name}", which the component "${task.componentRef.name}" does not have.`);
  };
  if (parameterIterator !== undefined) {
    const at = `${path}.parameterIterator`;
    const { items, itemInput } = parameterIterator;
    requireInput(parameters, itemInput, `${at}.itemInput`);
    if (items.raw !== undefined) {
      const fault = faultOfRawItems(items.raw);
      if (fault !== undefined) issues.add(`${at}.items.raw`, fault, 'Write a JSON list in quotes, such as \'["a", "b"]\'.');
    } else if (items.inputParameter === undefined) issues.add(`${at}.items`, 'has neither `raw` nor `inputParameter`.');
    else {
      requireInput(parameters, items.inputParameter, `${at}.items.inputParameter`);
      requireBinding(task.inputs?.parameters, parameters, items.inputParameter, `${at}.items.inputParameter`);
    }
  }
  if (artifactIterator !== undefined) {
    const at = `${path}.artifactIterator`;
    requireInput(artifacts, artifactIterator.itemInput, `${at}.itemInput`);
    requireInput(artifacts, artifactIterator.items.inputArtifact, `${at}.items.inputArtifact`);
    requireBinding(task.inputs?.artifacts, artifacts, artifactIterator.items.inputArtifact, `${at}.items.inputArtifact`);
  }

  function requireBinding(bindings: object | undefined, inputs: object, name: string, at: string): void {
    if (Object.hasOwn(inputs, name) && !Object.hasOwn(bindings ?? EMPTY_MAP, name)) issues.add(at, `names the input "${name}", to which the task gives nothing.`);
  }
}

function faultOfRawItems(raw: string): string | undefined {
  try {
    return Array.isArray(JSON.parse(raw)) ? undefined : 'must be a JSON list.';
  } catch {
    return 'must be a JSON list; it is not JSON.';
  }
}
