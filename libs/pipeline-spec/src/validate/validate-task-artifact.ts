import { EMPTY_MAP } from '../empty-map.js';
import { suggestName } from '../suggest-name.js';
import type { TaskInputArtifact } from '../types.js';
import { componentOfTask, reportUnknownTask, type DagScope, type TaskScope } from './dag-scope.js';

/** Checks where one input artifact of a task comes from. Artifact types are not compared: KFP passes any artifact to any input. */
export function validateTaskArtifact({ scope, task, component }: TaskScope, name: string, binding: TaskInputArtifact, path: string): void {
  const declared = component.inputDefinitions?.artifacts ?? EMPTY_MAP;
  if (declared[name] === undefined) {
    const parameter = component.inputDefinitions?.parameters?.[name] !== undefined;
    scope.issues.add(
      path,
      `is not an artifact of the component "${task.componentRef.name}".`,
      parameter ? 'It is a parameter; bind it under `inputs.parameters`.' : suggestName(name, Object.keys(declared)),
    );
  }
  const { componentInputArtifact: input, taskOutputArtifact: output } = binding;
  if (input !== undefined) {
    const inputs = scope.component.inputDefinitions?.artifacts ?? EMPTY_MAP;
    if (inputs[input] !== undefined) return;
    scope.issues.add(`${path}.componentInputArtifact`, `names the input artifact "${input}", which the surrounding component does not have.`, () =>
      suggestName(input, Object.keys(inputs)),
    );
  } else if (output !== undefined) {
    validateProducer(scope, output, path);
  } else {
    scope.issues.add(path, 'has no source.', 'Set componentInputArtifact or taskOutputArtifact.');
  }
}

function validateProducer(scope: DagScope, output: { readonly producerTask: string; readonly outputArtifactKey: string }, path: string): void {
  const { producerTask, outputArtifactKey: key } = output;
  if (!Object.hasOwn(scope.dag.tasks, producerTask)) {
    reportUnknownTask(scope, producerTask, `${path}.taskOutputArtifact.producerTask`);
    return;
  }
  const component = componentOfTask(scope, producerTask);
  if (component === undefined) return;
  const outputs = component.outputDefinitions?.artifacts ?? EMPTY_MAP;
  if (outputs[key] !== undefined && (component.dag === undefined || component.dag.outputs?.artifacts?.[key] !== undefined)) return;
  scope.issues.add(
    `${path}.taskOutputArtifact.outputArtifactKey`,
    `names the output artifact "${key}", which the task "${producerTask}" does not have.`,
    () => suggestName(key, Object.keys(outputs)),
  );
}
