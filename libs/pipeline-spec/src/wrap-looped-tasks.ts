import type { ComponentSpec, PipelineSpec, TaskSpec } from './types.js';

/**
 * The same pipeline with every loop over a component that is no DAG as a loop over a DAG of that one task, so that a loop is the same
 * thing everywhere: an iteration is a scope with tasks in it. The task keeps its key. Returns the spec itself where there is none.
 */
export function wrapLoopedTasks(spec: PipelineSpec): PipelineSpec {
  const added: Record<string, ComponentSpec> = {};
  const isLooped = ({ parameterIterator, artifactIterator, componentRef }: TaskSpec): boolean =>
    (parameterIterator !== undefined || artifactIterator !== undefined) && spec.components[componentRef.name]?.dag === undefined;
  const wrap = (component: ComponentSpec): ComponentSpec => {
    const { dag } = component;
    if (dag === undefined || !Object.values(dag.tasks).some(isLooped)) return component;
    const tasks = Object.entries(dag.tasks).map(([key, task]): [string, TaskSpec] => {
      const body = isLooped(task) ? spec.components[task.componentRef.name] : undefined;
      if (body === undefined) return [key, task];
      const name = unusedName(`${task.componentRef.name}-each`, (taken) => Object.hasOwn(spec.components, taken) || Object.hasOwn(added, taken));
      added[name] = bodyOf(key, task, body);
      return [key, { ...task, componentRef: { name } }];
    });
    return { ...component, dag: { ...dag, tasks: Object.fromEntries(tasks) } };
  };
  const root = wrap(spec.root);
  const components = Object.fromEntries(Object.entries(spec.components).map(([name, component]) => [name, wrap(component)]));
  return Object.keys(added).length === 0 ? spec : freeze({ ...spec, root, components: { ...components, ...added } });
}

/** A DAG with the inputs and outputs of its one task. What the task is given of its own settings it is given inside. */
function bodyOf(key: string, { taskInfo, componentRef, cachingOptions }: TaskSpec, { inputDefinitions, outputDefinitions }: ComponentSpec): ComponentSpec {
  const parameters = Object.fromEntries(Object.entries(inputDefinitions?.parameters ?? {}).filter(([, { parameterType }]) => parameterType !== 'TASK_CONFIG'));
  const artifacts = inputDefinitions?.artifacts ?? {};
  const mapped = <T>(keys: object | undefined, value: (name: string) => T): Record<string, T> => Object.fromEntries(Object.keys(keys ?? {}).map((name) => [name, value(name)]));
  return {
    inputDefinitions: { parameters, artifacts },
    ...(outputDefinitions !== undefined && { outputDefinitions }),
    dag: {
      tasks: {
        [key]: {
          ...(taskInfo !== undefined && { taskInfo }),
          componentRef,
          ...(cachingOptions !== undefined && { cachingOptions }),
          inputs: { parameters: mapped(parameters, (name) => ({ componentInputParameter: name })), artifacts: mapped(artifacts, (name) => ({ componentInputArtifact: name })) },
        },
      },
      outputs: {
        parameters: mapped(outputDefinitions?.parameters, (name) => ({ valueFromParameter: { producerSubtask: key, outputParameterKey: name } })),
        artifacts: mapped(outputDefinitions?.artifacts, (name) => ({ artifactSelectors: [{ producerSubtask: key, outputArtifactKey: name }] })),
      },
    },
  };
}

function unusedName(wanted: string, isTaken: (name: string) => boolean): string {
  let name = wanted;
  for (let number = 2; isTaken(name); number += 1) name = `${wanted}-${number}`;
  return name;
}

function freeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  for (const entry of Object.values(value)) freeze(entry);
  return Object.freeze(value);
}
