import type { ComponentSpec, ContainerSpec, JsonValue, Pipeline } from '@millrace/pipeline-spec';
import { renderCommandLine } from './command-line.js';
import { renderResources } from './container-resources.js';
import type { ExecutionPlan } from './decision.js';
import { buildExecutorInput } from './executor-input.js';
import { lateFields, type LateField } from './late-fields.js';
import type { Layout } from './layout.js';
import type { LocatedTask } from './pipeline-tasks.js';
import { type PlaceholderValues, fillPlaceholders } from './placeholders.js';
import { lateSettings, podOf, type SettingValues } from './pod/task-settings.js';
import type { OutputPlaces } from './place-outputs.js';
import type { RunFacts, TaskValues } from './run-view.js';

export interface Execution {
  readonly path: string;
  readonly pipeline: Pipeline;
  readonly located: LocatedTask;
  readonly taskId: string;
  readonly container: ContainerSpec;
  readonly settings: SettingValues;
  readonly inputs: TaskValues;
  readonly places: OutputPlaces;
  readonly run: RunFacts;
  readonly layout: Layout;
  readonly fingerprint?: string;
}

/** Renders the pod of an execution whose inputs are known. Throws Error with the rest of a sentence where its settings make none. */
export function planExecution(execution: Execution): ExecutionPlan {
  const { pipeline, located, container, places, run, layout, settings, taskId, path, fingerprint } = execution;
  const { component, taskKey } = located;
  const definitions = component.inputDefinitions;
  const valuesWith = (inputs: TaskValues): PlaceholderValues => ({
    run,
    layout,
    taskKey,
    taskId,
    inputs,
    places,
    declared: (name) => Object.hasOwn(definitions?.parameters ?? {}, name) || Object.hasOwn(definitions?.artifacts ?? {}, name),
    executorInput: buildExecutorInput(inputs, places, layout),
  });
  const given = inputsAsSeen(component, execution.inputs);
  const first = valuesWith(given);
  const render = (text: string): string => fillPlaceholders(text, first);
  const { pod, env, resources, taskConfig } = podOf({
    pipeline,
    located,
    inputs: execution.inputs,
    run,
    layout,
    settings,
    env: (container.env ?? []).map(({ name, value }) => ({ name, value: fillPlaceholders(value ?? '', first, doubleDollars) })),
    resources: renderResources(container.resources, render),
  });
  const configured = Object.entries(definitions?.parameters ?? {}).filter(([, { parameterType }]) => parameterType === 'TASK_CONFIG');
  const inputs = configured.length === 0 ? given : { ...given, parameters: { ...given.parameters, ...Object.fromEntries(configured.map(([name]) => [name, taskConfig])) } };
  const values = inputs === given ? first : valuesWith(inputs);
  return {
    path,
    taskId,
    inputs,
    image: render(container.image),
    command: renderCommandLine(container.command ?? [], values, doubleDollars),
    args: renderCommandLine(container.args ?? [], values, doubleDollars),
    env,
    resources,
    ...(Object.keys(pod).length > 0 && { pod }),
    ...places,
    late: lateParts(pipeline, component, container, layout),
    ...(fingerprint !== undefined && { fingerprint }),
  };
}

/** The parts of a task's pod that differ by execution, each once. */
export function lateParts(pipeline: Pipeline, component: ComponentSpec, container: ContainerSpec, layout: Pick<Layout, 'hides' | 'mountsImages'>): readonly LateField[] {
  return [...new Set<LateField>([...lateFields(container), ...lateSettings(pipeline, component, layout)])];
}

/** The inputs as the task sees them: with the component's defaults, and artifacts named by their ids. */
export function inputsAsSeen(component: ComponentSpec, given: TaskValues): TaskValues {
  const parameters: Record<string, JsonValue> = { ...given.parameters };
  for (const [name, spec] of Object.entries(component.inputDefinitions?.parameters ?? {})) {
    if (!Object.hasOwn(parameters, name) && spec.defaultValue !== undefined) parameters[name] = spec.defaultValue;
  }
  return {
    parameters,
    artifacts: Object.fromEntries(
      Object.entries(given.artifacts).map(([name, artifacts]) => [name, artifacts.map((artifact) => ({ ...artifact, name: artifact.id }))]),
    ),
  };
}

/** Kubernetes expands `$(NAME)` in command, args and env; a value must arrive as it is. */
function doubleDollars(value: string): string {
  return value.replaceAll('$', '$$$$');
}
