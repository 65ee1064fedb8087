import { componentOf, executorOf, walkTasks, type JsonValue, type Pipeline, type TaskInputParameter } from '@millrace/pipeline-spec';

export interface TaskDescription {
  readonly path: string;
  readonly name: string;
  readonly component: string;
  readonly image: string | undefined;
  readonly command: readonly string[];
  readonly args: readonly string[];
  readonly inputs: readonly { readonly name: string; readonly type: string; readonly source: string; readonly constant?: JsonValue }[];
  readonly outputs: readonly { readonly name: string; readonly type: string }[];
}

/** What a spec says of one task; undefined when there is no such task. */
export function describeTask(pipeline: Pipeline, path: string): TaskDescription | undefined {
  for (const { path: at, name, task } of walkTasks(pipeline)) {
    if (at !== path) continue;
    const component = componentOf(pipeline, task.componentRef.name);
    const container = executorOf(pipeline, component)?.container;
    const parameters = Object.entries(component.inputDefinitions?.parameters ?? {}).map(([key, definition]) => ({ name: key, type: definition.parameterType, ...sourceOf(task.inputs?.parameters?.[key], definition.defaultValue) }));
    const artifacts = Object.entries(component.inputDefinitions?.artifacts ?? {}).map(([key, definition]) => {
      const input = task.inputs?.artifacts?.[key];
      const source = input?.taskOutputArtifact ? `${input.taskOutputArtifact.producerTask}.${input.taskOutputArtifact.outputArtifactKey}` : (input?.componentInputArtifact ?? '');
      return { name: key, type: definition.artifactType.schemaTitle ?? 'system.Artifact', source };
    });
    return {
      path,
      name: task.taskInfo?.name ?? name,
      component: task.componentRef.name,
      image: container?.image,
      command: container?.command ?? [],
      args: container?.args ?? [],
      inputs: [...parameters, ...artifacts],
      outputs: [
        ...Object.entries(component.outputDefinitions?.parameters ?? {}).map(([key, definition]) => ({ name: key, type: definition.parameterType })),
        ...Object.entries(component.outputDefinitions?.artifacts ?? {}).map(([key, definition]) => ({ name: key, type: definition.artifactType.schemaTitle ?? 'system.Artifact' })),
      ],
    };
  }
  return undefined;
}

/** Where a parameter's value comes from, in the words of the spec: `train.accuracy`, the name of an input, or a constant. */
function sourceOf(input: TaskInputParameter | undefined, fallback: JsonValue | undefined): { source: string; constant?: JsonValue } {
  if (input?.taskOutputParameter) return { source: `${input.taskOutputParameter.producerTask}.${input.taskOutputParameter.outputParameterKey}` };
  if (input?.componentInputParameter) return { source: input.componentInputParameter };
  if (input?.taskFinalStatus) return { source: input.taskFinalStatus.producerTask };
  const constant = input?.runtimeValue?.constant ?? input?.runtimeValue?.constantValue ?? fallback;
  return constant === undefined ? { source: '' } : { source: '', constant };
}
