type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** A valid two-task pipeline as plain JSON, free to be broken: `load` puts out `rows`, which `train` takes as `rows` next to the root's `lr`. */
export function aSpec(): Record<string, any> {
  return {
    schemaVersion: '2.1.0',
    sdkVersion: 'kfp-2.17.0',
    pipelineInfo: { name: 'train-model' },
    components: {
      'comp-load': {
        executorLabel: 'exec-load',
        outputDefinitions: {
          parameters: { rows: { parameterType: 'NUMBER_INTEGER' } },
          artifacts: { data: { artifactType: { schemaTitle: 'system.Dataset', schemaVersion: '0.0.1' } } },
        },
      },
      'comp-train': {
        executorLabel: 'exec-train',
        inputDefinitions: {
          parameters: {
            rows: { parameterType: 'NUMBER_INTEGER' },
            lr: { parameterType: 'NUMBER_DOUBLE', defaultValue: 0.1, isOptional: true },
          },
          artifacts: { data: { artifactType: { schemaTitle: 'system.Dataset', schemaVersion: '0.0.1' } } },
        },
      },
    },
    deploymentSpec: {
      executors: {
        'exec-load': { container: { image: 'python:3.11', command: ['python', '-c', 'print(1)'] } },
        'exec-train': { container: { image: 'python:3.11', args: ['--executor_input', '{{$}}'] } },
      },
    },
    root: {
      inputDefinitions: { parameters: { lr: { parameterType: 'NUMBER_DOUBLE', defaultValue: 0.5, isOptional: true } } },
      dag: {
        tasks: {
          load: aTask('comp-load'),
          train: aTask('comp-train', {
            dependentTasks: ['load'],
            inputs: {
              parameters: {
                rows: { taskOutputParameter: { producerTask: 'load', outputParameterKey: 'rows' } },
                lr: { componentInputParameter: 'lr' },
              },
              artifacts: { data: { taskOutputArtifact: { producerTask: 'load', outputArtifactKey: 'data' } } },
            },
          }),
        },
      },
    },
  };
}

/** A task of that component, with whatever else is given. */
export function aTask(component: string, rest: Record<string, Json> = {}): Record<string, any> {
  return { taskInfo: { name: 'a task' }, componentRef: { name: component }, cachingOptions: { enableCache: true }, ...rest };
}

/** `aSpec` after a change. */
export function aSpecWith(change: (spec: Record<string, any>) => void): Record<string, any> {
  const spec = aSpec();
  change(spec);
  return spec;
}
