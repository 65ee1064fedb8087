import { EMPTY_MAP } from '../empty-map.js';
import { equalValues, isAssignable, valueFault } from '../parameter-values.js';
import { suggestName } from '../suggest-name.js';
import type { InputParameterSpec, ParameterType, TaskInputParameter, TaskSpec } from '../types.js';
import { componentOfTask, reportUnknownTask, type DagScope, type TaskScope } from './dag-scope.js';

/**
 * Checks where one input parameter of a task comes from, and that its type fits. The SDK also binds names that the component does not
 * declare: texts inside other values refer to them.
 */
export function validateTaskParameter(taskScope: TaskScope, name: string, binding: TaskInputParameter, path: string): void {
  const { scope, task, component } = taskScope;
  const declared = component.inputDefinitions?.parameters?.[name];
  if (declared === undefined && component.inputDefinitions?.artifacts?.[name] !== undefined) {
    scope.issues.add(path, `is an artifact of the component "${task.componentRef.name}", not a parameter.`, 'Bind it under `inputs.artifacts`.');
  }
  const source = sourceType(scope, binding, path);
  // The type of a selected part is known only when there is a value.
  if (declared === undefined || source === undefined || binding.parameterExpressionSelector !== undefined) return;
  if (isIterated(task, name) || declared.parameterType.endsWith('_UNSPECIFIED') || source.endsWith('_UNSPECIFIED')) return;
  if (binding.runtimeValue !== undefined) validateConstant(declared, binding, path, scope);
  else if (!isAssignable(source, declared.parameterType)) {
    scope.issues.add(path, `gets ${source}, but the component "${task.componentRef.name}" takes ${declared.parameterType}.`);
  }
}

function isIterated(task: TaskSpec, input: string): boolean {
  return task.parameterIterator?.itemInput === input || task.parameterIterator?.items.inputParameter === input;
}

/** How the SDK calls the items of loops and what it takes from them. */
const LOOP_ITEM = /(^|-)loop-item(-|$)/;
const TEXT_OF_LOOP_ITEMS =
  'The SDK compiles texts that are made of loop items, such as f"{item.name}" or f"{outer}-{inner}", so that they find no value, here or on Kubeflow; give the items to the component one by one and join them in its code.';

/** The type that a binding yields, where that is certain; reports references that lead nowhere. */
function sourceType(scope: DagScope, binding: TaskInputParameter, path: string): ParameterType | undefined {
  const { componentInputParameter: input, taskOutputParameter: output, runtimeValue, taskFinalStatus } = binding;
  if (input !== undefined) return componentInputType(scope, input, path);
  if (output !== undefined) return taskOutputType(scope, output, path);
  if (taskFinalStatus !== undefined) {
    const { producerTask } = taskFinalStatus;
    if (!Object.hasOwn(scope.dag.tasks, producerTask)) reportUnknownTask(scope, producerTask, `${path}.taskFinalStatus.producerTask`);
    return 'TASK_FINAL_STATUS';
  }
  if (runtimeValue === undefined) scope.issues.add(path, 'has no source.', 'Set one of componentInputParameter, taskOutputParameter, runtimeValue and taskFinalStatus.');
  else if (Object.keys(runtimeValue).length === 0) scope.issues.add(`${path}.runtimeValue`, 'has no `constant`.');
  else return 'STRING';
  return undefined;
}

function componentInputType(scope: DagScope, name: string, path: string): ParameterType | undefined {
  const parameters = scope.component.inputDefinitions?.parameters ?? EMPTY_MAP;
  const declared = parameters[name];
  if (declared === undefined) {
    scope.issues.add(`${path}.componentInputParameter`, `names the input "${name}", which the surrounding component does not have.`, () =>
      LOOP_ITEM.test(name) ? TEXT_OF_LOOP_ITEMS : suggestName(name, Object.keys(parameters)),
    );
  }
  return scope.iterated?.has(name) === true ? undefined : declared?.parameterType;
}

function taskOutputType(scope: DagScope, output: { readonly producerTask: string; readonly outputParameterKey: string }, path: string): ParameterType | undefined {
  const { producerTask, outputParameterKey: key } = output;
  const producer = scope.dag.tasks[producerTask];
  if (producer === undefined) {
    reportUnknownTask(scope, producerTask, `${path}.taskOutputParameter.producerTask`);
    return undefined;
  }
  const component = componentOfTask(scope, producerTask);
  if (component === undefined) return undefined;
  const parameters = component.outputDefinitions?.parameters ?? EMPTY_MAP;
  const declared = parameters[key];
  if (declared === undefined || (component.dag !== undefined && component.dag.outputs?.parameters?.[key] === undefined)) {
    scope.issues.add(
      `${path}.taskOutputParameter.outputParameterKey`,
      `names the output "${key}", which the task "${producerTask}" does not have.`,
      () => suggestName(key, Object.keys(parameters)),
    );
  }
  // A loop collects its outputs into a list whatever it declares.
  return producer.parameterIterator !== undefined || producer.artifactIterator !== undefined ? undefined : declared?.parameterType;
}

function validateConstant(declared: InputParameterSpec, binding: TaskInputParameter, path: string, { issues }: DagScope): void {
  const constant = binding.runtimeValue?.constant;
  if (constant === undefined) return;
  const { parameterType, literals = [] } = declared;
  const fault = constant === null && declared.isOptional === true ? undefined : valueFault(parameterType, constant);
  if (fault !== undefined) issues.add(`${path}.runtimeValue.constant`, fault);
  else if (literals.length > 0 && constant !== null && !isTemplate(constant) && !literals.some((literal) => equalValues(literal, constant))) {
    issues.add(`${path}.runtimeValue.constant`, `${JSON.stringify(constant)} is none of the allowed values ${JSON.stringify(literals)}.`);
  }
}

/** Text that is completed at run time, so that its final value is not known here. */
function isTemplate(constant: unknown): boolean {
  return typeof constant === 'string' && constant.includes('{{$');
}
