/** Pipelines of any size in the form that kfp 2.17.0 compiles, one component and one executor a task. */
export type PipelineSpec = Record<string, unknown>;

export interface Shape {
  readonly tasks: number;
  /** What each task is: a lightweight Python component, or a program that ends at once. @default 'python' */
  readonly work?: 'python' | 'program';
  /** chain: each waits for the one before; values: and takes its number from it; wide: none waits. */
  readonly form: 'wide' | 'chain' | 'values';
  /** @default false */
  readonly cache?: boolean;
}

const INSTALL = `
if ! [ -x "$(command -v pip)" ]; then
    python3 -m ensurepip || python3 -m ensurepip --user || apt-get install python3-pip
fi

PIP_DISABLE_PIP_VERSION_CHECK=1 python3 -m pip install --quiet --no-warn-script-location 'kfp==2.17.0' '--no-deps' 'typing-extensions>=3.7.4,<5; python_version<"3.9"' && "$0" "$@"
`;
const LAUNCH = `program_path=$(mktemp -d)

printf "%s" "$0" > "$program_path/ephemeral_component.py"
_KFP_RUNTIME=true python3 -m kfp.dsl.executor_main                         --component_module_path                         "$program_path/ephemeral_component.py"                         "$@"
`;
const SOURCE = `
import kfp
from kfp import dsl
from kfp.dsl import *
from typing import *

def step(number: int) -> int:
    return number + 1

`;

const PYTHON = {
  image: 'python:3.12',
  command: ['sh', '-c', INSTALL, 'sh', '-ec', LAUNCH, SOURCE],
  args: ['--executor_input', '{{$}}', '--function_to_execute', 'step'],
};
const PROGRAM = { image: 'busybox', command: ['true'] };

const number = (name: string) => ({ parameters: { [name]: { parameterType: 'NUMBER_INTEGER' } } });
const taskName = (index: number) => (index === 0 ? 'step' : `step-${index + 1}`);

interface Members {
  readonly components: Record<string, unknown>;
  readonly executors: Record<string, unknown>;
  readonly tasks: Record<string, unknown>;
}

function members({ tasks: count, work = 'python', form, cache = false }: Shape, prefix = ''): Members {
  const python = work === 'python';
  const found: Members = { components: {}, executors: {}, tasks: {} };
  for (let index = 0; index < count; index += 1) {
    const name = taskName(index);
    const label = `${prefix}${name}`;
    const before = taskName(index - 1);
    const linked = index > 0 && form !== 'wide';
    found.executors[`exec-${label}`] = { container: python ? PYTHON : PROGRAM };
    found.components[`comp-${label}`] = { executorLabel: `exec-${label}`, ...(python && { inputDefinitions: number('number'), outputDefinitions: number('Output') }) };
    const value = linked && form === 'values' ? { taskOutputParameter: { producerTask: before, outputParameterKey: 'Output' } } : { runtimeValue: { constant: index } };
    found.tasks[name] = {
      taskInfo: { name },
      componentRef: { name: `comp-${label}` },
      cachingOptions: cache ? { enableCache: true } : {},
      ...(python && { inputs: { parameters: { number: value } } }),
      ...(linked && { dependentTasks: [before] }),
    };
  }
  return found;
}

function pipeline(name: string, { components, executors, tasks }: Members): PipelineSpec {
  return { pipelineInfo: { name }, schemaVersion: '2.1.0', sdkVersion: 'kfp-2.17.0', components, deploymentSpec: { executors }, root: { dag: { tasks } } };
}

/** A pipeline of one DAG. */
export function flatPipeline(shape: Shape): PipelineSpec {
  return pipeline(`bench-${shape.form}-${shape.tasks}`, members(shape));
}

/** Loops inside one another over so many items each, outermost first, around one task. */
export function loopPipeline(counts: readonly number[], work: Shape['work'] = 'program'): PipelineSpec {
  const inner = members({ tasks: 1, work, form: 'wide' });
  const found: Members = { components: { ...inner.components }, executors: inner.executors, tasks: {} };
  let tasks = inner.tasks;
  for (const [index, count] of [...counts.entries()].reverse()) {
    const name = `for-loop-${index + 1}`;
    const item = `pipelinechannel--loop-item-param-${index + 1}`;
    found.components[`comp-${name}`] = { dag: { tasks }, inputDefinitions: { parameters: { [item]: { parameterType: 'NUMBER_INTEGER' } } } };
    const items = JSON.stringify(Array.from({ length: count }, (_, position) => position));
    tasks = { [name]: { taskInfo: { name }, componentRef: { name: `comp-${name}` }, cachingOptions: {}, parameterIterator: { itemInput: item, items: { raw: items } } } };
  }
  return pipeline(`bench-loops-${counts.join('-')}`, { ...found, tasks });
}

/** A task that gives a number, and conditions on it side by side, none of which is true. */
export function conditionPipeline(count: number): PipelineSpec {
  const inner = members({ tasks: 1, work: 'program', form: 'wide' });
  const first = members({ tasks: 1, form: 'wide' }, 'first-');
  const all: Members = { components: { ...first.components }, executors: { ...first.executors, ...inner.executors }, tasks: { ...first.tasks } };
  const channel = 'pipelinechannel--step-Output';
  for (let index = 1; index <= count; index += 1) {
    const name = `condition-${index}`;
    all.components[`comp-${name}`] = { dag: { tasks: { inner: { ...(inner.tasks['step'] as object), taskInfo: { name: 'inner' } } } }, inputDefinitions: number(channel) };
    all.tasks[name] = {
      taskInfo: { name },
      componentRef: { name: `comp-${name}` },
      dependentTasks: ['step'],
      inputs: { parameters: { [channel]: { taskOutputParameter: { producerTask: 'step', outputParameterKey: 'Output' } } } },
      triggerPolicy: { condition: `int(inputs.parameter_values['${channel}']) == ${1_000 + index}` },
    };
  }
  Object.assign(all.components, inner.components);
  return pipeline(`bench-conditions-${count}`, all);
}
