import type { ComponentSpec, ContainerSpec, JsonValue } from '@millrace/pipeline-spec';
import { renderCommandLine } from './command-line.js';
import { renderResources } from './container-resources.js';
import type { ExecutionPlan } from './decision.js';
import { buildExecutorInput } from './executor-input.js';
import { lateFields } from './late-fields.js';
import type { Layout } from './layout.js';
import { type PlaceholderValues, fillPlaceholders } from './placeholders.js';
import type { OutputPlaces } from './place-outputs.js';
import type { RunFacts, TaskValues } from './run-view.js';

export interface Execution {
  readonly path: string;
  readonly taskKey: string;
  readonly taskId: string;
  readonly component: ComponentSpec;
  readonly container: ContainerSpec;
  readonly inputs: TaskValues;
  readonly places: OutputPlaces;
  readonly run: RunFacts;
  readonly layout: Layout;
  readonly fingerprint?: string;
}

/** Renders the container of an execution whose inputs are known. Nothing here can fail or be unknown. */
export function planExecution(execution: Execution): ExecutionPlan {
  const { component, container, places, run, layout, taskKey, taskId, path, fingerprint } = execution;
  const inputs = inputsAsSeen(component, execution.inputs);
  const definitions = component.inputDefinitions;
  const values: PlaceholderValues = {
    run,
    layout,
    taskKey,
    taskId,
    inputs,
    places,
    declared: (name) => Object.hasOwn(definitions?.parameters ?? {}, name) || Object.hasOwn(definitions?.artifacts ?? {}, name),
    executorInput: buildExecutorInput(inputs, places, layout),
  };
  const render = (text: string): string => fillPlaceholders(text, values);
  return {
    path,
    taskId,
    inputs,
    image: render(container.image),
    command: renderCommandLine(container.command ?? [], values, doubleDollars),
    args: renderCommandLine(container.args ?? [], values, doubleDollars),
    env: (container.env ?? []).map(({ name, value }) => ({ name, value: fillPlaceholders(value ?? '', values, doubleDollars) })),
    resources: renderResources(container.resources, render),
    ...places,
    late: lateFields(container),
    ...(fingerprint !== undefined && { fingerprint }),
  };
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
