const LINES = 12;

export interface CrashTask {
  readonly name: string;
  readonly after: readonly string[];
  /** Where its input parameter and artifact come from. */
  readonly from?: string;
  /** Its first attempt fails. */
  readonly flaky: boolean;
  readonly pauseSeconds: number;
}

export interface CrashPipeline {
  readonly spec: object;
  readonly tasks: readonly CrashTask[];
  /** What the output parameter of a task is. */
  parameterOf(task: string): string;
  /** What its output artifact holds. */
  artifactOf(task: string): string;
  logOf(task: string): string;
}

export interface CrashPipelineOptions {
  /** File to which tasks append what they do; must be visible to them. */
  readonly journal: string;
  readonly chain: number;
  readonly fan: number;
  readonly pauseSeconds: number;
  readonly name?: string;
}

/** A chain, then a fan out of its end, then one that joins: tasks that append to a journal when they begin and end, write logs, parameters and artifacts. */
export function crashPipeline({ journal, chain, fan, pauseSeconds, name = 'crash' }: CrashPipelineOptions): CrashPipeline {
  const tasks: CrashTask[] = [];
  for (let index = 0; index < chain; index += 1) {
    const before = index === 0 ? undefined : `chain-${index - 1}`;
    tasks.push({ name: `chain-${index}`, after: [], from: before, flaky: index === 1, pauseSeconds });
  }
  for (let index = 0; index < fan; index += 1) tasks.push({ name: `fan-${index}`, after: [], from: `chain-${chain - 1}`, flaky: index % 5 === 2, pauseSeconds: pauseSeconds * (1 + (index % 3)) });
  tasks.push({ name: 'join', after: tasks.filter((task) => task.name.startsWith('fan-')).map((task) => task.name), from: 'fan-0', flaky: false, pauseSeconds });
  const byName = new Map(tasks.map((task) => [task.name, task]));
  const history = (task: string): string[] => {
    const { from } = byName.get(task)!;
    return [...(from === undefined ? [] : history(from)), task];
  };
  return {
    spec: specOf(tasks, journal, name),
    tasks,
    parameterOf: (task) => history(task).join('>'),
    artifactOf: (task) => history(task).map((step) => `${step}\n`).join(''),
    logOf: (task) => Array.from({ length: LINES }, (_, line) => `${task} line ${line}\n`).join(''),
  };
}

function lineOf(task: CrashTask, journal: string): string {
  const note = (what: string) => `echo "${task.name} $MILLRACE_ATTEMPT ${what}" >> '${journal}'`;
  return [
    // Whoever is alive holds the lock: its processes too.
    `exec 9> '${journal}.${task.name}.lock'; ! command -v flock > /dev/null || flock -n 9 || ${note('overlap')}`,
    note('start'),
    `i=0; while [ $i -lt ${LINES} ]; do echo "${task.name} line $i"; i=$((i+1)); [ $i = 6 ] && sleep ${task.pauseSeconds}; done`,
    ...(task.flaky ? [`[ $(grep -c '^${task.name} .* start$' '${journal}') -ge 2 ] || exit 3`] : []),
    'mkdir -p "$(dirname "$1")" "$(dirname "$2")"',
    `{ ${task.from === undefined ? ':' : 'cat "$4"'}; echo ${task.name}; } > "$2"`,
    `printf %s "${task.from === undefined ? '' : '$3>'}${task.name}" > "$1"`,
    note('end'),
  ].join('\n');
}

function specOf(tasks: readonly CrashTask[], journal: string, name: string): object {
  const artifact = { artifactType: { schemaTitle: 'system.Dataset', schemaVersion: '0.0.1' } };
  const retryPolicy = { maxRetryCount: 60, backoffDuration: '0s', backoffFactor: 1, backoffMaxDuration: '3600s' };
  const entries = (value: (task: CrashTask) => [string, unknown]) => Object.fromEntries(tasks.map(value));
  return {
    schemaVersion: '2.1.0',
    pipelineInfo: { name },
    deploymentSpec: {
      executors: {
        ...entries((task) => [
          `exec-${task.name}`,
          {
            container: {
              image: 'busybox',
              command: ['sh', '-c', lineOf(task, journal), 'sh'],
              args: [
                "{{$.outputs.parameters['text'].output_file}}",
                "{{$.outputs.artifacts['data'].path}}",
                ...(task.from === undefined ? [] : ["{{$.inputs.parameters['text']}}", "{{$.inputs.artifacts['data'].path}}"]),
              ],
            },
          },
        ]),
        'exec-add': { container: lightweightAddition },
      },
    },
    components: {
      ...entries((task) => [
        `comp-${task.name}`,
        {
          executorLabel: `exec-${task.name}`,
          ...(task.from !== undefined && { inputDefinitions: { parameters: { text: { parameterType: 'STRING' } }, artifacts: { data: artifact } } }),
          outputDefinitions: { parameters: { text: { parameterType: 'STRING' } }, artifacts: { data: artifact } },
        },
      ]),
      'comp-add': {
        executorLabel: 'exec-add',
        inputDefinitions: { parameters: { first: { parameterType: 'NUMBER_INTEGER' }, second: { parameterType: 'NUMBER_INTEGER' } } },
        outputDefinitions: { parameters: { Output: { parameterType: 'NUMBER_INTEGER' } } },
      },
    },
    root: {
      dag: {
        tasks: {
          ...entries((task) => [
            task.name,
            {
              taskInfo: { name: task.name },
              componentRef: { name: `comp-${task.name}` },
              cachingOptions: { enableCache: false },
              retryPolicy,
              dependentTasks: [...new Set([...(task.from === undefined ? [] : [task.from]), ...task.after])],
              ...(task.from !== undefined && {
                inputs: {
                  parameters: { text: { taskOutputParameter: { producerTask: task.from, outputParameterKey: 'text' } } },
                  artifacts: { data: { taskOutputArtifact: { producerTask: task.from, outputArtifactKey: 'data' } } },
                },
              }),
            },
          ]),
          // One that is forked from the supervisor's own interpreter.
          python: {
            taskInfo: { name: 'python' },
            componentRef: { name: 'comp-add' },
            cachingOptions: { enableCache: false },
            retryPolicy,
            inputs: { parameters: { first: { runtimeValue: { constant: 2 } }, second: { runtimeValue: { constant: 3 } } } },
          },
        },
      },
    },
  };
}

/** A component as the SDK compiles it. */
const lightweightAddition = {
  image: 'python:3.11',
  command: [
    'sh',
    '-c',
    `
if ! [ -x "$(command -v pip)" ]; then
    python3 -m ensurepip || python3 -m ensurepip --user || apt-get install python3-pip
fi

PIP_DISABLE_PIP_VERSION_CHECK=1 python3 -m pip install --quiet --no-warn-script-location 'kfp==2.17.0' '--no-deps' 'typing-extensions>=3.7.4,<5; python_version<"3.9"' && "$0" "$@"
`,
    'sh',
    '-ec',
    `program_path=$(mktemp -d)

printf "%s" "$0" > "$program_path/ephemeral_component.py"
_KFP_RUNTIME=true python3 -m kfp.dsl.executor_main                         --component_module_path                         "$program_path/ephemeral_component.py"                         "$@"
`,
    `
import kfp
from kfp import dsl
from kfp.dsl import *
from typing import *

def add(first: int, second: int) -> int:
    return first + second

`,
  ],
  args: ['--executor_input', '{{$}}', '--function_to_execute', 'add'],
};
