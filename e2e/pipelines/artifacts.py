"""Artifacts of several kinds, written by one task and read by the next."""
from kfp import dsl
from kfp.dsl import HTML, ClassificationMetrics, Dataset, Input, Markdown, Metrics, Model, Output


@dsl.component
def write(rows: int, data: Output[Dataset], folder: Output[Model], metrics: Output[Metrics], curve: Output[ClassificationMetrics], page: Output[HTML], note: Output[Markdown]):
    import os

    with open(data.path, 'w') as file:
        for row in range(rows):
            file.write(f'{row:07d}\n')
    data.metadata['rows'] = rows
    data.metadata['名'] = '数据'
    os.makedirs(os.path.join(folder.path, 'weights'))
    for name in ('a.bin', 'weights/b.bin'):
        with open(os.path.join(folder.path, name), 'w') as file:
            file.write(name)
    metrics.log_metric('accuracy', 0.9375)
    metrics.log_metric('loss', 12)
    curve.log_confusion_matrix(['cat', 'dog'], [[3, 1], [0, 4]])
    with open(page.path, 'w') as file:
        file.write('<h1>你好</h1><script>alert(1)</script>')
    with open(note.path, 'w') as file:
        file.write('# A note')


@dsl.component
def read(data: Input[Dataset], folder: Input[Model], metrics: Input[Metrics]) -> str:
    import os

    with open(data.path) as file:
        lines = file.read().splitlines()
    names = sorted(os.path.relpath(os.path.join(at, name), folder.path) for at, _, files in os.walk(folder.path) for name in files)
    return f"{len(lines)} {lines[-1]} {data.metadata['rows']} {data.metadata['名']} {','.join(names)} {metrics.metadata['accuracy']} {type(data).__name__}"


@dsl.pipeline(name='artifacts')
def artifacts(rows: int = 1000):
    written = write(rows=rows)
    read(data=written.outputs['data'], folder=written.outputs['folder'], metrics=written.outputs['metrics'])
