export interface SpecTask {
  readonly name: string;
  readonly after?: readonly string[];
  /** Makes it a group. */
  readonly tasks?: readonly SpecTask[];
}

/** A valid pipeline spec with these tasks: each takes and gives a number. */
export function specOf(name: string, tasks: readonly SpecTask[], parameters: object): object {
  const components: Record<string, object> = {
    'comp-step': {
      executorLabel: 'exec-step',
      inputDefinitions: { parameters: { num1: { parameterType: 'NUMBER_INTEGER', defaultValue: 1, isOptional: true } } },
      outputDefinitions: { parameters: { Output: { parameterType: 'NUMBER_INTEGER' } } },
    },
  };
  const dagOf = (list: readonly SpecTask[]): object => ({
    tasks: Object.fromEntries(
      list.map((task) => {
        const component = task.tasks ? `comp-${task.name}` : 'comp-step';
        if (task.tasks) components[component] = { dag: dagOf(task.tasks) };
        return [task.name, { taskInfo: { name: task.name }, componentRef: { name: component }, ...(task.after?.length && { dependentTasks: task.after }), cachingOptions: { enableCache: true } }];
      }),
    ),
  });
  const dag = dagOf(tasks);
  return {
    pipelineInfo: { name: name.replace(/[^a-z0-9-]/g, '-') },
    schemaVersion: '2.1.0',
    sdkVersion: 'kfp-2.17.0',
    components,
    deploymentSpec: { executors: { 'exec-step': { container: { image: 'python:3.11', command: ['sh', '-c', 'echo {{$}}'] } } } },
    root: { dag, ...(Object.keys(parameters).length > 0 && { inputDefinitions: { parameters } }) },
  };
}
