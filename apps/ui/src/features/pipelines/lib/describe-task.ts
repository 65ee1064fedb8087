import { componentOf, executorOf, isWorkflowPipeline, walkTasks, walkWorkflow, type AnyPipeline, type JsonValue, type TaskInputParameter, type WorkflowPipeline, type WorkflowTask } from '@millrace/pipeline-spec';

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
export function describeTask(pipeline: AnyPipeline, path: string): TaskDescription | undefined {
  if (isWorkflowPipeline(pipeline)) return describeWorkflowTask(pipeline, path);
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

function describeWorkflowTask({ workflow }: WorkflowPipeline, path: string): TaskDescription | undefined {
  for (const task of walkWorkflow(workflow)) {
    if (task.path !== path) continue;
    const { template } = task;
    const container = template?.container ?? template?.script;
    const given = new Map([...(task.arguments?.parameters ?? []), ...(task.arguments?.artifacts ?? [])].map((argument) => [argument.name, argument]));
    const source = (name: string) => {
      const argument = given.get(name);
      const text = argument === undefined ? '' : 'value' in argument ? (argument.value ?? '') : 'from' in argument ? (argument.from ?? '') : '';
      return workflowSource(text);
    };
    return {
      path,
      name: task.displayName,
      component: template?.name ?? '',
      image: container?.image,
      command: texts(container?.command),
      args: texts(container?.args),
      inputs: [
        ...(template?.inputs?.parameters ?? []).map(({ name }) => ({ name, type: 'STRING', ...source(name) })),
        ...(template?.inputs?.artifacts ?? []).map(({ name, raw }) => ({ name, type: 'system.Artifact', ...(raw === undefined ? source(name) : { source: '', constant: raw.data }) })),
      ],
      outputs: outputsOf(task),
    };
  }
  return undefined;
}

/** A component's output is both a parameter and a file where another task takes it. */
function outputsOf({ template }: WorkflowTask): TaskDescription['outputs'] {
  const parameters = (template?.outputs?.parameters ?? []).map(({ name }) => ({ name, type: 'STRING' }));
  const names = new Set(parameters.map(({ name }) => name));
  return [...parameters, ...(template?.outputs?.artifacts ?? []).filter(({ name }) => !names.has(name)).map(({ name }) => ({ name, type: 'system.Artifact' }))];
}

/** `{{tasks.train.outputs.parameters.x}}` as `train.x`, `{{inputs.parameters.x}}` as `x`; a text without tags is a constant. */
function workflowSource(text: string): { source: string; constant?: JsonValue } {
  const output = /^\{\{tasks\.([^.}]+)\.outputs\.(?:parameters|artifacts)\.([^}]+)\}\}$/.exec(text);
  if (output) return { source: `${output[1]}.${output[2]}` };
  const input = /^\{\{(?:inputs|workflow)\.(?:parameters|artifacts)\.([^}]+)\}\}$/.exec(text);
  if (input) return { source: input[1] ?? '' };
  return text === '' ? { source: '' } : { source: '', constant: text };
}

const texts = (list: readonly unknown[] | undefined): string[] => (list ?? []).map((entry) => String(entry ?? ''));
