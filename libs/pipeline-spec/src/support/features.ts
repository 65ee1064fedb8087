import { keyPath } from '../spec-path.js';
import type { ComponentSpec, ExecutorSpec, Pipeline, TaskSpec } from '../types.js';

/** Something that valid IR may say and that no run can do yet. When it can, its row goes. */
export interface Feature<Subject> {
  readonly feature: string;
  /** What to do instead. */
  readonly remedy: string;
  /** Where below the subject it is used, as the ends of paths. */
  readonly usesIn: (subject: Subject) => readonly string[];
}

const when = (condition: boolean, at: string): readonly string[] => (condition ? [at] : []);
const entriesWhere = <T>(map: Readonly<Record<string, T>> | undefined, at: string, matches: (entry: T) => boolean): readonly string[] =>
  Object.entries(map ?? {}).flatMap(([name, entry]) => (matches(entry) ? [keyPath(at, name)] : []));

export const TASK_FEATURES: readonly Feature<TaskSpec>[] = [
  {
    feature: 'a value other than `constant` (runtimeParameter, constantValue)',
    remedy: 'Compile the pipeline with kfp 2.',
    usesIn: (task) =>
      entriesWhere(task.inputs?.parameters, 'inputs.parameters', ({ runtimeValue }) => runtimeValue !== undefined && runtimeValue.constant === undefined),
  },
];

export const COMPONENT_FEATURES: readonly Feature<ComponentSpec>[] = [
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
  { feature: 'a resolver', remedy: 'Pass the artifact as an input.', usesIn: ({ resolver }) => when(resolver !== undefined, 'resolver') },
  { feature: 'a Vertex AI custom job', remedy: 'Use a container.', usesIn: ({ customJob }) => when(customJob !== undefined, 'customJob') },
  { feature: 'a container lifecycle hook', remedy: 'Remove it.', usesIn: ({ container }) => when(container?.lifecycle !== undefined, 'container.lifecycle') },
];

export const PIPELINE_FEATURES: readonly Feature<Pipeline>[] = [
  {
    feature: 'an artifact as a required input of the pipeline',
    remedy: 'Take a parameter with its address instead, or make the input optional.',
    usesIn: ({ spec }) => entriesWhere(spec.root.inputDefinitions?.artifacts, 'root.inputDefinitions.artifacts', ({ isOptional }) => isOptional !== true),
  },
];
