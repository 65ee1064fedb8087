import type { PipelineSpec } from '../pipelines.js';

/** Which nodes pods go to: none in particular, or one whose pods end at once. */
export interface Placement {
  readonly nodeSelector: Readonly<Record<string, string>>;
  readonly toleration: { readonly key: string; readonly value: string; readonly effect: string };
}

export interface StepShape {
  /** chain: one after the other; wide: none waits; fan: one, then so many after it; grid: chains side by side, `tasks` in all; loop: one task for each of so many items. */
  readonly form: 'chain' | 'wide' | 'fan' | 'grid' | 'loop';
  readonly tasks: number;
  /** Each task takes a number from the one before it, or its item, and gives another: it can be decided only when its turn comes. */
  readonly handOn?: boolean;
  readonly cache?: boolean;
  readonly image: string;
  readonly placement?: Placement | undefined;
  /** Of a grid. @default 10 */
  readonly chains?: number;
  /** Of a loop, one after the other in each iteration. @default 1 */
  readonly inLoop?: number;
  /** A number that makes the pipeline's fingerprints its own. @default 0 */
  readonly from?: number;
}

/** What both sides run. */
export const STEP = ['sh', '-c', 'true'] as const;
export const ADD = ['sh', '-c', 'mkdir -p "$(dirname "$1")" && echo $(($0 + 1)) > "$1"'] as const;
const NUMBER = { parameters: { number: { parameterType: 'NUMBER_INTEGER' } } };
const OUTPUT = { parameters: { Output: { parameterType: 'NUMBER_INTEGER' } } };
const ITEM = 'pipelinechannel--loop-item-param-1';
/** So that no step of a loop is given what another one has made, and takes it from the cache. */
const ITEM_DISTANCE = 1_000;

interface Pieces {
  readonly components: Record<string, object>;
  readonly executors: Record<string, object>;
}

/** A pipeline of steps that end at once, as the compiler of the SDK writes it: one component and one executor for each task. */
export function stepPipeline(shape: StepShape): object {
  const { form, tasks, placement } = shape;
  const pieces: Pieces = { components: {}, executors: {} };
  const root: Record<string, object> = {};
  if (form === 'loop') root['for-loop-1'] = loopOf(shape, pieces);
  else for (const index of steps(form, tasks)) root[nameOf(index)] = step(shape, pieces, index, stepBefore(form, index, shape.chains));
  const name = nameOfShape(shape);
  const spec: PipelineSpec = { pipelineInfo: { name }, schemaVersion: '2.1.0', sdkVersion: 'kfp-2.17.0', components: pieces.components, deploymentSpec: { executors: pieces.executors }, root: { dag: { tasks: root } } };
  if (placement === undefined) return spec;
  const { nodeSelector, toleration } = placement;
  const each = { nodeSelector: { labels: nodeSelector }, tolerations: [{ ...toleration, operator: 'Equal' }] };
  return { pipeline_spec: spec, platform_spec: { platforms: { kubernetes: { deploymentSpec: { executors: Object.fromEntries(Object.keys(pieces.executors).map((executor) => [executor, each])) } } } } };
}

/** Of a pipeline, so that runs of it are called the same with ten characters behind; Workflows of peers, too, because Argo writes the name seven times into each node. */
export const nameOfShape = ({ form, tasks, handOn = false }: Pick<StepShape, 'form' | 'tasks' | 'handOn'>): string => `${form}-${tasks}${handOn ? '-values' : ''}`;

/** The places of all steps: a fan has one more. */
export const steps = (form: StepShape['form'], tasks: number): number[] => [...Array(form === 'fan' ? tasks + 1 : tasks).keys()];

/** Which step another one comes after. */
export function stepBefore(form: StepShape['form'], index: number, chains = 10): number | undefined {
  if (form === 'wide' || form === 'loop') return undefined;
  if (form === 'fan') return index === 0 ? undefined : 0;
  const distance = form === 'grid' ? chains : 1;
  return index < distance ? undefined : index - distance;
}

const nameOf = (index: number): string => (index === 0 ? 'step' : `step-${index + 1}`);

function step({ handOn, cache, image, from = 0 }: StepShape, { components, executors }: Pieces, index: number, before: number | undefined, given?: object): object {
  const name = nameOf(index);
  const values = handOn === true;
  executors[`exec-${name}`] = { container: values ? { image, command: [...ADD], args: ["{{$.inputs.parameters['number']}}", "{{$.outputs.parameters['Output'].output_file}}"] } : { image, command: STEP } };
  components[`comp-${name}`] = { executorLabel: `exec-${name}`, ...(values && { inputDefinitions: NUMBER, outputDefinitions: OUTPUT }) };
  const number = given ?? (before === undefined ? { runtimeValue: { constant: from + index } } : { taskOutputParameter: { producerTask: nameOf(before), outputParameterKey: 'Output' } });
  return {
    taskInfo: { name },
    componentRef: { name: `comp-${name}` },
    cachingOptions: cache === true ? { enableCache: true } : {},
    ...(values && { inputs: { parameters: { number } } }),
    ...(before !== undefined && { dependentTasks: [nameOf(before)] }),
  };
}

export const itemsOf = (count: number, from = 0): number[] => Array.from({ length: count }, (_, index) => from + index * ITEM_DISTANCE);

function loopOf(shape: StepShape, pieces: Pieces): object {
  const inner: Record<string, object> = { step: step(shape, pieces, 0, undefined, { componentInputParameter: ITEM }) };
  for (let index = 1; index < (shape.inLoop ?? 1); index += 1) inner[nameOf(index)] = step(shape, pieces, index, index - 1);
  pieces.components['comp-for-loop-1'] = { dag: { tasks: inner }, inputDefinitions: { parameters: { [ITEM]: { parameterType: 'NUMBER_INTEGER' } } } };
  return { taskInfo: { name: 'for-loop-1' }, componentRef: { name: 'comp-for-loop-1' }, cachingOptions: {}, parameterIterator: { itemInput: ITEM, items: { raw: JSON.stringify(itemsOf(shape.tasks, shape.from)) } } };
}
