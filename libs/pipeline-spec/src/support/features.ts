import { keyPath } from '../spec-path.js';
import type { ComponentSpec, ExecutorSpec, JsonObject, Pipeline, TaskSpec } from '../types.js';

/** Something that valid IR may say and that no run can do yet. When it can, its row goes. */
export interface Feature<Subject> {
  readonly feature: string;
  /** What to do instead. */
  readonly remedy: string;
  /** Where below the subject it is used, as the ends of paths. */
  readonly usesIn: (subject: Subject) => readonly string[];
}

const when = (condition: boolean, at: string): readonly string[] => (condition ? [at] : []);
const isSet = (value: unknown): boolean => value !== undefined && value !== '';
const entriesWhere = <T>(map: Readonly<Record<string, T>> | undefined, at: string, matches: (entry: T) => boolean): readonly string[] =>
  Object.entries(map ?? {}).flatMap(([name, entry]) => (matches(entry) ? [keyPath(at, name)] : []));

export const TASK_FEATURES: readonly Feature<TaskSpec>[] = [
  {
    feature: 'a condition (dsl.If, dsl.Elif, dsl.Else)',
    remedy: 'Decide inside a component.',
    usesIn: (task) => when(isSet(task.triggerPolicy?.condition), 'triggerPolicy.condition'),
  },
  {
    feature: 'an exit handler or a tolerated failure (dsl.ExitHandler, ignore_upstream_failure)',
    remedy: 'Remove it; handle failures inside a component.',
    usesIn: (task) => when(task.triggerPolicy?.strategy === 'ALL_UPSTREAM_TASKS_COMPLETED', 'triggerPolicy.strategy'),
  },
  {
    feature: 'a loop over values (dsl.ParallelFor)',
    remedy: 'Write the tasks out, or loop inside a component.',
    usesIn: (task) => when(task.parameterIterator !== undefined, 'parameterIterator'),
  },
  {
    feature: 'a loop over artifacts (dsl.ParallelFor)',
    remedy: 'Write the tasks out, or loop inside a component.',
    usesIn: (task) => when(task.artifactIterator !== undefined, 'artifactIterator'),
  },
  {
    feature: 'the final status of another task (dsl.PipelineTaskFinalStatus)',
    remedy: 'Remove the input.',
    usesIn: (task) => entriesWhere(task.inputs?.parameters, 'inputs.parameters', (input) => input.taskFinalStatus !== undefined),
  },
  {
    feature: 'a part of a value (parameterExpressionSelector)',
    remedy: 'Pass the whole value and take the part inside the component.',
    usesIn: (task) => entriesWhere(task.inputs?.parameters, 'inputs.parameters', (input) => isSet(input.parameterExpressionSelector)),
  },
  {
    feature: 'a value other than `constant` (runtimeParameter, constantValue)',
    remedy: 'Compile the pipeline with kfp 2.',
    usesIn: (task) =>
      entriesWhere(task.inputs?.parameters, 'inputs.parameters', ({ runtimeValue }) => runtimeValue !== undefined && runtimeValue.constant === undefined),
  },
];

export const COMPONENT_FEATURES: readonly Feature<ComponentSpec>[] = [
  {
    feature: 'one of several output parameters (dsl.OneOf)',
    remedy: 'Choose inside a component.',
    usesIn: (component) => entriesWhere(component.dag?.outputs?.parameters, 'dag.outputs.parameters', (output) => output.valueFromOneof !== undefined),
  },
  {
    feature: 'one of several output artifacts (dsl.OneOf)',
    remedy: 'Choose inside a component.',
    usesIn: (component) => entriesWhere(component.dag?.outputs?.artifacts, 'dag.outputs.artifacts', (output) => (output.artifactSelectors?.length ?? 0) > 1),
  },
  {
    feature: 'the settings of its own task (dsl.TaskConfig)',
    remedy: 'Remove the input.',
    usesIn: (component) => [
      ...entriesWhere(component.inputDefinitions?.parameters, 'inputDefinitions.parameters', (input) => input.parameterType === 'TASK_CONFIG'),
      ...when((component.taskConfigPassthroughs?.length ?? 0) > 0, 'taskConfigPassthroughs'),
    ],
  },
  {
    feature: 'the final status of another task (dsl.PipelineTaskFinalStatus)',
    remedy: 'Remove the input.',
    // Also where nothing gives it: the SDK's own code fails on a status that is not there.
    usesIn: ({ executorLabel, inputDefinitions }) =>
      executorLabel === undefined ? [] : entriesWhere(inputDefinitions?.parameters, 'inputDefinitions.parameters', (input) => input.parameterType === 'TASK_FINAL_STATUS'),
  },
  {
    feature: 'platform settings of a component (singlePlatformSpecs)',
    remedy: 'Remove them.',
    usesIn: (component) => when((component.singlePlatformSpecs?.length ?? 0) > 0, 'singlePlatformSpecs'),
  },
  {
    feature: 'typed artifact properties (properties, customProperties)',
    remedy: 'Use `metadata`.',
    usesIn: (component) =>
      entriesWhere(component.outputDefinitions?.artifacts, 'outputDefinitions.artifacts', (output) => 'properties' in output || 'customProperties' in output),
  },
  {
    feature: 'an artifact type given by its address (schemaUri)',
    remedy: 'Use `schemaTitle`.',
    usesIn: (component) => [
      ...entriesWhere(component.inputDefinitions?.artifacts, 'inputDefinitions.artifacts', ({ artifactType }) => 'schemaUri' in artifactType),
      ...entriesWhere(component.outputDefinitions?.artifacts, 'outputDefinitions.artifacts', ({ artifactType }) => 'schemaUri' in artifactType),
    ],
  },
];

export const EXECUTOR_FEATURES: readonly Feature<ExecutorSpec>[] = [
  { feature: 'an importer (dsl.importer)', remedy: 'Read the object in a component.', usesIn: ({ importer }) => when(importer !== undefined, 'importer') },
  { feature: 'a resolver', remedy: 'Pass the artifact as an input.', usesIn: ({ resolver }) => when(resolver !== undefined, 'resolver') },
  { feature: 'a Vertex AI custom job', remedy: 'Use a container.', usesIn: ({ customJob }) => when(customJob !== undefined, 'customJob') },
  {
    feature: 'a volume that the pipeline makes or deletes (kubernetes.CreatePVC, kubernetes.DeletePVC)',
    remedy: 'Pass files as artifacts.',
    usesIn: ({ container }) => when(container?.image.startsWith('argostub/') === true, 'container.image'),
  },
  { feature: 'a container lifecycle hook', remedy: 'Remove it.', usesIn: ({ container }) => when(container?.lifecycle !== undefined, 'container.lifecycle') },
];

export const PIPELINE_FEATURES: readonly Feature<Pipeline>[] = [
  {
    feature: 'a workspace (dsl.WorkspaceConfig)',
    remedy: 'Pass files as artifacts.',
    usesIn: (pipeline) => when(kubernetesConfig(pipeline)?.['workspace'] !== undefined, "platforms['kubernetes'].pipelineConfig.workspace"),
  },
  {
    feature: 'an artifact as a required input of the pipeline',
    remedy: 'Take a parameter with its address instead, or make the input optional.',
    usesIn: ({ spec }) => entriesWhere(spec.root.inputDefinitions?.artifacts, 'root.inputDefinitions.artifacts', ({ isOptional }) => isOptional !== true),
  },
];

function kubernetesConfig({ platform }: Pipeline): JsonObject | undefined {
  return platform?.platforms?.kubernetes?.pipelineConfig;
}
