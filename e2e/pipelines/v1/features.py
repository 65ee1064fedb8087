"""One small pipeline per feature of the SDK of KFP v1, on programs that every machine has."""
from typing import NamedTuple

import kfp.dsl as dsl
from kfp.components import InputPath, OutputPath, create_component_from_func, func_to_container_op, load_component_from_text
from kubernetes import client as k8s

PIPELINES = ['calculation', 'parallel_siblings', 'conditions', 'loops', 'dynamic_loop', 'exit_handler', 'failing_with_exit', 'recursion', 'files', 'retries', 'viewers', 'volumes', 'environment', 'from_text']

def sh(name, script, *arguments, **rest):
    return dsl.ContainerOp(name=name, image='library/bash:4.4.23', command=['sh', '-c', script, 'sh'], arguments=list(arguments), **rest)

@func_to_container_op
def add(a: float, b: float) -> float:
    return a + b

@func_to_container_op
def divide(dividend: float, divisor: float) -> NamedTuple('Outputs', [('quotient', float), ('remainder', float)]):
    return (dividend // divisor, dividend % divisor)

@dsl.pipeline(name='Calculation pipeline', description='Adds and divides')
def calculation(a='7', b: float = 7.0, c: float = 17):
    first = add(a, 4)
    parts = divide(first.output, b)
    add(parts.outputs['quotient'], c).set_display_name('The end')

@func_to_container_op
def stamp(text: str, seconds: float = 0.3) -> str:
    import time
    time.sleep(seconds)
    return text

@dsl.pipeline(name='ten-siblings')
def parallel_siblings():
    for index in range(10):
        stamp('number %d' % index)

@dsl.pipeline(name='conditions')
def conditions(coin='heads', number: int = 7):
    flip = sh('flip', 'echo "$1" > /tmp/output', coin, file_outputs={'output': '/tmp/output'})
    with dsl.Condition(flip.output == 'heads', name='heads'):
        with dsl.Condition(number > 5):
            sh('large', 'echo large "$1"', number)
        with dsl.Condition(number <= 5):
            sh('small', 'echo small')
    with dsl.Condition(flip.output == 'tails'):
        sh('tails', 'echo tails')

@dsl.pipeline(name='loops')
def loops():
    with dsl.ParallelFor([{'a': 1, 'b': 10}, {'a': 2, 'b': 20}]) as item:
        one = sh('one', 'echo "$1" > /tmp/out', item.a, file_outputs={'out': '/tmp/out'})
        sh('two', 'echo "$1-$2"', one.output, item.b)
    with dsl.ParallelFor(['x', 'y', 'z']) as letter:
        sh('letter', 'echo "$1"', letter)

@func_to_container_op
def items(count: int) -> list:
    return list(range(count))

@dsl.pipeline(name='dynamic-loop')
def dynamic_loop(count: int = 3):
    with dsl.ParallelFor(items(count).output) as item:
        sh('say', 'echo item "$1"', item)

@dsl.pipeline(name='exit-handler')
def exit_handler():
    goodbye = sh('goodbye', 'echo "it was {{workflow.status}}"')
    with dsl.ExitHandler(goodbye):
        sh('work', 'echo working')

@dsl.pipeline(name='failing')
def failing_with_exit():
    goodbye = sh('goodbye', 'echo "it was {{workflow.status}}"')
    with dsl.ExitHandler(goodbye):
        bad = sh('bad', 'echo oh no >&2; exit 3')
        sh('after', 'echo never').after(bad)

@func_to_container_op
def count_down(number: int) -> int:
    return number - 1

@dsl.graph_component
def again(number):
    with dsl.Condition(number > 0):
        again(count_down(number).output)

@dsl.pipeline(name='recursion')
def recursion():
    again(count_down(3).output)

def write_lines(lines_path: OutputPath(str), count: int = 3):
    with open(lines_path, 'w') as file:
        for index in range(count):
            file.write('line %d\n' % index)

def count_lines(lines_path: InputPath(str)) -> int:
    with open(lines_path) as file:
        return len(file.readlines())

@dsl.pipeline(name='files')
def files():
    written = create_component_from_func(write_lines)(count=5)
    create_component_from_func(count_lines)(written.output)

@dsl.pipeline(name='retries')
def retries():
    sh('flaky', 'exit 7').set_retry(2)

def evaluate(mlpipeline_ui_metadata_path: OutputPath('UI_metadata'), mlpipeline_metrics_path: OutputPath('Metrics')):
    import json
    matrix = [['cat', 'cat', 5], ['cat', 'dog', 2], ['dog', 'cat', 1], ['dog', 'dog', 9]]
    outputs = [
        {'type': 'markdown', 'storage': 'inline', 'source': '# All is well\n\nThe **model** is good.'},
        {'type': 'table', 'storage': 'inline', 'format': 'csv', 'header': ['name', 'score'], 'source': 'a,0.5\nb,"0,75"\n'},
        {'type': 'confusion_matrix', 'storage': 'inline', 'format': 'csv', 'labels': ['cat', 'dog'],
         'schema': [{'name': 'target', 'type': 'CATEGORY'}, {'name': 'predicted', 'type': 'CATEGORY'}, {'name': 'count', 'type': 'NUMBER'}],
         'source': '\n'.join(','.join(map(str, row)) for row in matrix)},
        {'type': 'roc', 'storage': 'inline', 'format': 'csv',
         'schema': [{'name': 'fpr', 'type': 'NUMBER'}, {'name': 'tpr', 'type': 'NUMBER'}, {'name': 'thresholds', 'type': 'NUMBER'}],
         'source': '0,0,2\n0.1,0.6,0.8\n0.4,0.9,0.5\n1,1,0\n'},
        {'type': 'web-app', 'storage': 'inline', 'source': '<h1>A page</h1><p id="it">made by a component</p>'},
        {'type': 'tensorboard', 'source': 'gs://bucket/logs'},
    ]
    with open(mlpipeline_ui_metadata_path, 'w') as file:
        json.dump({'version': 1, 'outputs': outputs}, file)
    metrics = [
        {'name': 'accuracy-score', 'numberValue': 0.875, 'format': 'PERCENTAGE'},
        {'name': 'loss', 'numberValue': 0.25, 'format': 'RAW'},
        {'name': '1-bad name', 'numberValue': 1},
    ]
    with open(mlpipeline_metrics_path, 'w') as file:
        json.dump({'metrics': metrics}, file)

@dsl.pipeline(name='viewers', description='Everything that the pages show of a task')
def viewers():
    create_component_from_func(evaluate)()

@dsl.pipeline(name='volumes')
def volumes():
    made = dsl.VolumeOp(name='make', resource_name='data', size='1Gi', modes=dsl.VOLUME_MODE_RWO)
    wrote = sh('write', 'echo kept > /mnt/file', pvolumes={'/mnt': made.volume})
    sh('read', 'cat /mnt/file', pvolumes={'/mnt': wrote.pvolume})

@dsl.pipeline(name='environment')
def environment():
    task = sh('show', 'echo "$GREETING $0"')
    task.container.add_env_variable(k8s.V1EnvVar(name='GREETING', value='hello'))
    task.container.set_memory_limit('1G').set_cpu_request('1')
    task.add_pod_label('team', 'ml').add_pod_annotation('note', 'x')
    sh('run-id', 'echo "$1"', dsl.RUN_ID_PLACEHOLDER)

@dsl.pipeline(name='from-text')
def from_text(who='world'):
    component = load_component_from_text('''
name: Greet
inputs:
- {name: who, type: String}
- {name: letter, type: String}
outputs:
- {name: greeting, type: String}
implementation:
  container:
    image: library/bash:4.4.23
    command: [sh, -c, 'mkdir -p "$(dirname "$2")"; { printf "hello %s; " "$0"; cat "$1"; } > "$2"']
    args: [{inputValue: who}, {inputPath: letter}, {outputPath: greeting}]
''')
    component(who=who, letter='a constant letter')
