import { parsePipelineValue, type JsonValue, type Pipeline } from '@millrace/pipeline-spec';

type Spec = Record<string, unknown>;

/**
 * A task in few words. Bindings: `$x` an input of the scope, `task.key` an output of a sibling, `=text` or anything that is no string a
 * constant, `{ status: 'task' }` a final status, `{ of: '$x', select: 'expression' }` a part of a value.
 */
export interface TaskSketch {
  readonly in?: Readonly<Record<string, Binding>>;
  readonly artifactsIn?: Readonly<Record<string, string>>;
  /** Types or whole specs of inputs; STRING where nothing is said. */
  readonly types?: Readonly<Record<string, string | Spec>>;
  /** Inputs that are lists of artifacts. */
  readonly artifactTypes?: Readonly<Record<string, Spec>>;
  /** Types of output parameters. */
  readonly out?: Readonly<Record<string, string>>;
  readonly artifactsOut?: readonly string[];
  readonly after?: readonly string[];
  readonly if?: string;
  readonly tolerant?: boolean;
  readonly cached?: boolean;
  readonly retries?: number;
  /** A pipeline in place of a process. */
  readonly tasks?: Readonly<Record<string, TaskSketch>>;
  /** Its outputs: `member.key`, or several for the first that succeeded. */
  readonly outputs?: Readonly<Record<string, string | readonly string[]>>;
  readonly artifactOutputs?: Readonly<Record<string, string | readonly string[]>>;
  /** A loop: items as JSON text, or the input that has them; its item is the input `item`. */
  readonly each?: { readonly raw?: readonly JsonValue[]; readonly input?: string; readonly artifacts?: string; readonly limit?: number; readonly item?: string };
  readonly importer?: Spec;
}

export type Binding = JsonValue | { readonly status: string } | { readonly of: string; readonly select: string };

/** A pipeline whose containers are called by the key of their task; their only argument is their executor input. */
export function aPipeline(tasks: Readonly<Record<string, TaskSketch>>, root: Pick<TaskSketch, 'types' | 'outputs' | 'artifactOutputs' | 'out'> & { readonly name?: string } = {}): Pipeline {
  return parsePipelineValue(aSpec(tasks, root) as never);
}

/** The same as a document. */
export function aSpec(tasks: Readonly<Record<string, TaskSketch>>, { name = 'test', ...root }: Parameters<typeof aPipeline>[1] = {}): Spec {
  const made: Made = { components: {}, executors: {} };
  const dag = dagOf(tasks, 'root', root, made);
  return {
    schemaVersion: '2.1.0',
    pipelineInfo: { name },
    deploymentSpec: { executors: made.executors },
    components: made.components,
    root: { inputDefinitions: { parameters: types(root.types ?? {}) }, ...outputDefinitions(root), dag },
  };
}

interface Made {
  readonly components: Spec;
  readonly executors: Spec;
}

function dagOf(tasks: Readonly<Record<string, TaskSketch>>, path: string, sketch: Pick<TaskSketch, 'outputs' | 'artifactOutputs'>, made: Made): Spec {
  return {
    tasks: Object.fromEntries(Object.entries(tasks).map(([key, task]) => [key, taskOf(key, `${path}-${key}`, task, made)])),
    outputs: {
      parameters: entries(sketch.outputs, (from) =>
        typeof from === 'string' ? { valueFromParameter: selector(from, 'outputParameterKey') } : { valueFromOneof: { parameterSelectors: from.map((one) => selector(one, 'outputParameterKey')) } },
      ),
      artifacts: entries(sketch.artifactOutputs, (from) => ({ artifactSelectors: [from].flat().map((one) => selector(one as string, 'outputArtifactKey')) })),
    },
  };
}

function taskOf(key: string, id: string, task: TaskSketch, made: Made): Spec {
  const item = task.each?.item ?? 'item';
  const parameters = { ...Object.fromEntries(Object.keys(task.in ?? {}).map((name) => [name, 'STRING'])), ...(task.each !== undefined && task.each.artifacts === undefined && { [item]: 'STRING' }), ...task.types };
  const type = { schemaTitle: 'system.Dataset', schemaVersion: '0.0.1' };
  const artifacts = { ...entries(task.artifactsIn, () => ({ artifactType: type })), ...(task.each?.artifacts !== undefined && { [item]: { artifactType: type } }), ...task.artifactTypes };
  made.components[id] = {
    inputDefinitions: { parameters: types(parameters), artifacts },
    ...outputDefinitions(task),
    ...(task.tasks === undefined ? { executorLabel: id } : { dag: dagOf(task.tasks, id, task, made) }),
  };
  if (task.importer !== undefined) made.executors[id] = { importer: task.importer };
  else if (task.tasks === undefined) made.executors[id] = { container: { image: key, command: ['run'], args: ['{{$}}'] } };
  return {
    taskInfo: { name: key },
    componentRef: { name: id },
    cachingOptions: { enableCache: task.cached === true },
    ...(task.after !== undefined && { dependentTasks: task.after }),
    inputs: { parameters: entries(task.in, bind), artifacts: entries(task.artifactsIn, bindArtifact) },
    ...((task.if !== undefined || task.tolerant === true) && {
      triggerPolicy: { ...(task.if !== undefined && { condition: task.if }), ...(task.tolerant === true && { strategy: 'ALL_UPSTREAM_TASKS_COMPLETED' }) },
    }),
    ...(task.retries !== undefined && { retryPolicy: { maxRetryCount: task.retries, backoffDuration: '0s' } }),
    ...(task.each !== undefined && iterator(task.each, item)),
  };
}

function iterator({ raw, input, artifacts, limit }: NonNullable<TaskSketch['each']>, itemInput: string): Spec {
  return {
    ...(artifacts === undefined
      ? { parameterIterator: { itemInput, items: raw === undefined ? { inputParameter: input } : { raw: JSON.stringify(raw) } } }
      : { artifactIterator: { itemInput, items: { inputArtifact: artifacts } } }),
    ...(limit !== undefined && { iteratorPolicy: { parallelismLimit: limit } }),
  };
}

function bind(binding: Binding): Spec {
  if (typeof binding === 'object' && binding !== null && 'status' in binding) return { taskFinalStatus: { producerTask: binding.status } };
  if (typeof binding === 'object' && binding !== null && 'select' in binding) return { ...bind(binding['of'] as string), parameterExpressionSelector: binding['select'] };
  if (typeof binding !== 'string') return { runtimeValue: { constant: binding } };
  if (binding.startsWith('$')) return { componentInputParameter: binding.slice(1) };
  if (binding.startsWith('=')) return { runtimeValue: { constant: binding.slice(1) } };
  const [producerTask, outputParameterKey] = binding.split('.');
  return { taskOutputParameter: { producerTask, outputParameterKey } };
}

function bindArtifact(binding: string): Spec {
  if (binding.startsWith('$')) return { componentInputArtifact: binding.slice(1) };
  const [producerTask, outputArtifactKey] = binding.split('.');
  return { taskOutputArtifact: { producerTask, outputArtifactKey } };
}

function selector(text: string, keyName: string): Spec {
  const [producerSubtask, key] = text.split('.');
  return { producerSubtask, [keyName]: key };
}

function types(specs: Readonly<Record<string, string | Spec>>): Spec {
  return entries(specs, (spec) => (typeof spec === 'string' ? { parameterType: spec } : spec));
}

function outputDefinitions(sketch: Pick<TaskSketch, 'out' | 'artifactsOut' | 'outputs' | 'artifactOutputs'>): Spec {
  const artifacts = [...(sketch.artifactsOut ?? []), ...Object.keys(sketch.artifactOutputs ?? {})];
  return {
    outputDefinitions: {
      parameters: { ...entries(sketch.outputs, () => ({ parameterType: 'STRING' })), ...types(sketch.out ?? {}) },
      artifacts: Object.fromEntries(artifacts.map((name) => [name, { artifactType: { schemaTitle: 'system.Dataset', schemaVersion: '0.0.1' } }])),
    },
  };
}

function entries<From>(record: Readonly<Record<string, From>> | undefined, map: (value: From) => unknown): Spec {
  return Object.fromEntries(Object.entries(record ?? {}).map(([key, value]) => [key, map(value)]));
}
