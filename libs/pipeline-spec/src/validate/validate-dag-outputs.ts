import { EMPTY_MAP } from '../empty-map.js';
import { isAssignable } from '../parameter-values.js';
import { keyPath } from '../spec-path.js';
import { suggestName } from '../suggest-name.js';
import type { OutputParameterSelector, OutputParameterSpec } from '../types.js';
import { componentOfTask, reportUnknownTask, type DagScope } from './dag-scope.js';

/** Checks that what a DAG puts out is declared, and that each selector leads to an output of a task. */
export function validateDagOutputs(scope: DagScope): void {
  const { component, dag, issues } = scope;
  for (const [name, output] of Object.entries(dag.outputs?.parameters ?? EMPTY_MAP)) {
    const path = keyPath(`${scope.path}.dag.outputs.parameters`, name);
    const declared = component.outputDefinitions?.parameters?.[name];
    if (declared === undefined) issues.add(path, 'is not declared in outputDefinitions.parameters.');
    if (output.valueFromParameter !== undefined) validateParameterSelector(scope, output.valueFromParameter, declared, `${path}.valueFromParameter`);
    else if (output.valueFromOneof !== undefined) {
      const { parameterSelectors } = output.valueFromOneof;
      if (parameterSelectors.length === 0) issues.add(`${path}.valueFromOneof.parameterSelectors`, 'is empty.');
      for (const [index, selector] of parameterSelectors.entries()) {
        validateParameterSelector(scope, selector, declared, `${path}.valueFromOneof.parameterSelectors[${index}]`);
      }
    } else issues.add(path, 'has no source.', 'Set valueFromParameter or valueFromOneof.');
  }
  for (const [name, output] of Object.entries(dag.outputs?.artifacts ?? EMPTY_MAP)) {
    const path = keyPath(`${scope.path}.dag.outputs.artifacts`, name);
    if (component.outputDefinitions?.artifacts?.[name] === undefined) issues.add(path, 'is not declared in outputDefinitions.artifacts.');
    const selectors = output.artifactSelectors ?? [];
    if (selectors.length === 0) issues.add(`${path}.artifactSelectors`, 'is empty.');
    for (const [index, { producerSubtask, outputArtifactKey }] of selectors.entries()) {
      validateSelector(scope, producerSubtask, outputArtifactKey, 'artifacts', `${path}.artifactSelectors[${index}]`);
    }
  }
}

function validateParameterSelector(scope: DagScope, selector: OutputParameterSelector, declared: OutputParameterSpec | undefined, path: string): void {
  const { producerSubtask, outputParameterKey } = selector;
  if (!validateSelector(scope, producerSubtask, outputParameterKey, 'parameters', path)) return;
  const producer = scope.dag.tasks[producerSubtask];
  const type = componentOfTask(scope, producerSubtask)?.outputDefinitions?.parameters?.[outputParameterKey]?.parameterType;
  // What a loop puts out is declared as the list of what its DAG puts out.
  if (declared === undefined || type === undefined || declared.parameterType === 'LIST' || producer?.parameterIterator !== undefined) return;
  if (type.endsWith('_UNSPECIFIED') || declared.parameterType.endsWith('_UNSPECIFIED') || isAssignable(type, declared.parameterType)) return;
  scope.issues.add(path, `selects ${type}, but the output is declared as ${declared.parameterType}.`);
}

function validateSelector(scope: DagScope, task: string, key: string, kind: 'parameters' | 'artifacts', path: string): boolean {
  if (!Object.hasOwn(scope.dag.tasks, task)) {
    reportUnknownTask(scope, task, `${path}.producerSubtask`);
    return false;
  }
  const component = componentOfTask(scope, task);
  if (component === undefined) return false;
  const outputs = component.outputDefinitions?.[kind] ?? EMPTY_MAP;
  if (outputs[key] !== undefined && (component.dag === undefined || component.dag.outputs?.[kind]?.[key] !== undefined)) return true;
  const field = kind === 'parameters' ? 'outputParameterKey' : 'outputArtifactKey';
  scope.issues.add(`${path}.${field}`, `names the output "${key}", which the task "${task}" does not have.`, () => suggestName(key, Object.keys(outputs)));
  return false;
}
