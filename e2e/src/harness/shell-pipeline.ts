/** What varies in a pipeline of shell lines. */
export interface ShellTask {
  /** What `sh -c` runs. */
  readonly line: string;
  /** Names of tasks to wait for. */
  readonly after?: readonly string[];
  readonly retries?: number;
  /** Output parameters by name, with their types; the line finds the file to write as `$1`, `$2`, … in this order. */
  readonly outputs?: Readonly<Record<string, string>>;
  readonly timeoutSeconds?: number;
  readonly enableCache?: boolean;
  /** @default busybox */
  readonly image?: string;
}

/** IR of container components that run shell lines, as the compiler of the SDK would write it; with a platform document where one is needed. */
export function shellPipeline(tasks: Readonly<Record<string, ShellTask>>, name = 'shell'): object {
  const entries = Object.entries(tasks);
  const byTask = <Value>(value: (task: ShellTask, key: string) => Value) => Object.fromEntries(entries.map(([key, task]) => [key, value(task, key)]));
  const spec = {
    schemaVersion: '2.1.0',
    sdkVersion: 'kfp-2.17.0',
    pipelineInfo: { name },
    deploymentSpec: {
      executors: Object.fromEntries(
        entries.map(([key, { line, image = 'busybox', outputs = {} }]) => [
          `exec-${key}`,
          { container: { image, command: ['sh', '-c', line, 'sh'], args: Object.keys(outputs).map((output) => `{{$.outputs.parameters['${output}'].output_file}}`) } },
        ]),
      ),
    },
    components: Object.fromEntries(
      entries.map(([key, { outputs }]) => [
        `comp-${key}`,
        { executorLabel: `exec-${key}`, ...(outputs && { outputDefinitions: { parameters: Object.fromEntries(Object.entries(outputs).map(([output, parameterType]) => [output, { parameterType }])) } }) },
      ]),
    ),
    root: {
      dag: {
        tasks: byTask(({ after, retries, enableCache }, key) => ({
          taskInfo: { name: key },
          componentRef: { name: `comp-${key}` },
          cachingOptions: { enableCache: enableCache ?? false },
          ...(after && { dependentTasks: after }),
          ...(retries !== undefined && { retryPolicy: { maxRetryCount: retries, backoffDuration: '0s', backoffFactor: 1, backoffMaxDuration: '3600s' } }),
        })),
      },
    },
  };
  const timeouts = entries.filter(([, { timeoutSeconds }]) => timeoutSeconds !== undefined);
  if (timeouts.length === 0) return spec;
  const executors = Object.fromEntries(timeouts.map(([key, { timeoutSeconds }]) => [`exec-${key}`, { activeDeadlineSeconds: timeoutSeconds }]));
  return { pipeline_spec: spec, platform_spec: { platforms: { kubernetes: { deploymentSpec: { executors } } } } };
}
