import { type JsonValue, type Pipeline, parsePipelineValue } from '@millrace/pipeline-spec';
import type { CacheHit } from '../decision.js';
import type { Layout } from '../layout.js';
import type { Plan } from '../plan.js';
import { planRun } from '../plan-run.js';
import type { RunFacts, RunView, RuntimeArtifact, TaskFacts, TaskValues } from '../run-view.js';
import { resolveRunParameters } from '../run-parameters.js';

type Spec = Readonly<Record<string, unknown>>;

/** A component as its own small words: `in`/`out` are types by parameter name (or whole specs), `container` or `tasks` what it does. */
export interface ComponentSketch {
  readonly in?: Readonly<Record<string, string | Spec>>;
  readonly out?: Readonly<Record<string, string | Spec>>;
  readonly artifactsIn?: readonly string[];
  readonly optionalArtifactsIn?: readonly string[];
  readonly artifactsOut?: readonly string[];
  readonly container?: Spec;
  readonly tasks?: Readonly<Record<string, TaskSketch>>;
  readonly outputs?: Spec;
}

/** A task: `use` names the component, `in` binds parameters (`$x` the scope's input, `task.key` an output, `=` a constant). */
export interface TaskSketch {
  readonly use: string;
  readonly in?: Readonly<Record<string, JsonValue>>;
  readonly artifactsIn?: Readonly<Record<string, string>>;
  readonly after?: readonly string[];
  readonly cache?: boolean;
  readonly more?: Spec;
}

export function aPipeline(root: ComponentSketch, components: Readonly<Record<string, ComponentSketch>>): Pipeline {
  const executors = Object.fromEntries(Object.entries(components).flatMap(([name, { container }]) => (container === undefined ? [] : [[name, { container }]])));
  return parsePipelineValue({
    schemaVersion: '2.1.0',
    pipelineInfo: { name: 'test' },
    deploymentSpec: { executors },
    components: Object.fromEntries(Object.entries(components).map(([name, sketch]) => [name, component(sketch, name)])),
    root: component(root),
  });
}

/** A component that writes one text: the workhorse of tests. */
export const STEP: ComponentSketch = {
  in: { text: 'STRING' },
  out: { out: 'STRING' },
  container: { image: 'busybox', command: ['step'], args: ["{{$.inputs.parameters['text']}}", "{{$.outputs.parameters['out'].output_file}}"] },
};

/** The same with artifacts. */
export const MAKE: ComponentSketch = { artifactsOut: ['data'], container: { image: 'busybox', command: ['make'] } };
export const USE: ComponentSketch = {
  artifactsIn: ['data'],
  container: { image: 'busybox', command: ['use', "{{$.inputs.artifacts['data'].path}}"] },
};

export const layout: Layout = {
  defaultPipelineRoot: '/data',
  transport: 'in-place',
  refuseRoot: (uri) => (uri.startsWith('nope://') ? `"${uri}" is out of reach.` : undefined),
  parameterFolder: (taskRoot) => `${taskRoot}/.parameters`,
  workspacePath: '/kfp-workspace',
};

export function aRun(pipeline: Pipeline, parameters: RunFacts['parameters'] = {}): RunFacts {
  return {
    runId: 'run-1',
    displayName: 'my run',
    resourceName: 'test-abcde',
    namespace: 'team',
    createdAt: new Date('2026-11-22T08:00:00.5Z'),
    scheduledAt: new Date('2026-11-22T07:00:00Z'),
    artifactRoot: '/data/test/run-1',
    parameters: resolveRunParameters(pipeline, parameters),
  };
}

export function aView(run: RunFacts, tasks: Readonly<Record<string, TaskFacts>> = {}): RunView {
  return { run, task: (path) => (Object.hasOwn(tasks, path) ? tasks[path] : undefined) };
}

/** Facts of a task that has succeeded with these outputs. */
export function succeeded(parameters: TaskValues['parameters'] = {}, artifacts: TaskValues['artifacts'] = {}): TaskFacts {
  return { state: 'SUCCEEDED', outputs: { parameters, artifacts } };
}

export function anArtifact(id: string, more: Partial<RuntimeArtifact> = {}): RuntimeArtifact {
  return { id, name: id, uri: `/data/${id}`, schemaTitle: 'system.Artifact', schemaVersion: '0.0.1', metadata: {}, ...more };
}

export function aPlan(pipeline: Pipeline, options: { readonly parameters?: RunFacts['parameters']; readonly lookUp?: (fingerprint: string) => CacheHit | undefined } = {}): {
  readonly plan: Plan;
  readonly waves: readonly (readonly string[])[];
} {
  const steps = planRun(pipeline, aRun(pipeline, options.parameters), { layout, cache: { enabled: options.lookUp !== undefined }, newTaskId: (path) => `id(${path})` });
  const waves: (readonly string[])[] = [];
  let step = steps.next();
  while (step.done !== true) {
    const asked = step.value;
    waves.push(asked);
    step = steps.next(new Map(asked.flatMap((fingerprint) => (options.lookUp?.(fingerprint) === undefined ? [] : [[fingerprint, options.lookUp(fingerprint) as CacheHit]]))));
  }
  return { plan: step.value, waves };
}

function component(sketch: ComponentSketch, label?: string): Spec {
  const type = { artifactType: { schemaTitle: 'system.Artifact', schemaVersion: '0.0.1' } };
  const parameters = (specs: ComponentSketch['in'] = {}): Spec =>
    Object.fromEntries(Object.entries(specs).map(([name, spec]) => [name, typeof spec === 'string' ? { parameterType: spec } : spec]));
  const artifacts = (names: readonly string[] = [], more: Spec = {}): Spec => Object.fromEntries(names.map((name) => [name, { ...type, ...more }]));
  return {
    inputDefinitions: { parameters: parameters(sketch.in), artifacts: { ...artifacts(sketch.artifactsIn), ...artifacts(sketch.optionalArtifactsIn, { isOptional: true }) } },
    outputDefinitions: { parameters: parameters(sketch.out), artifacts: artifacts(sketch.artifactsOut) },
    ...(sketch.container !== undefined
      ? { executorLabel: label }
      : { dag: { tasks: Object.fromEntries(Object.entries(sketch.tasks ?? {}).map(([key, task]) => [key, taskSpec(key, task)])), ...(sketch.outputs !== undefined && { outputs: sketch.outputs }) } }),
  };
}

function taskSpec(key: string, sketch: TaskSketch): Spec {
  const parameter = (value: JsonValue): Spec => {
    if (typeof value !== 'string') return { runtimeValue: { constant: value } };
    if (value.startsWith('$')) return { componentInputParameter: value.slice(1) };
    if (value.startsWith('=')) return { runtimeValue: { constant: value.slice(1) } };
    const [producerTask, outputParameterKey] = value.split('.');
    return { taskOutputParameter: { producerTask, outputParameterKey } };
  };
  const artifact = (value: string): Spec => {
    if (value.startsWith('$')) return { componentInputArtifact: value.slice(1) };
    const [producerTask, outputArtifactKey] = value.split('.');
    return { taskOutputArtifact: { producerTask, outputArtifactKey } };
  };
  return {
    taskInfo: { name: key },
    componentRef: { name: sketch.use },
    cachingOptions: { enableCache: sketch.cache ?? true },
    ...(sketch.after !== undefined && { dependentTasks: sketch.after }),
    inputs: {
      parameters: Object.fromEntries(Object.entries(sketch.in ?? {}).map(([name, value]) => [name, parameter(value)])),
      artifacts: Object.fromEntries(Object.entries(sketch.artifactsIn ?? {}).map(([name, value]) => [name, artifact(value)])),
    },
    ...sketch.more,
  };
}
