"""One small pipeline for each part of the language, as a user writes it."""

from typing import List, NamedTuple

from kfp import dsl
from kfp.dsl import Artifact, Dataset, Input, Output

IMAGE = 'python:3.12'


@dsl.component(base_image=IMAGE)
def flip(face: str) -> str:
    return face


@dsl.component(base_image=IMAGE)
def say(text: str) -> str:
    return text + '!'


@dsl.component(base_image=IMAGE)
def double(number: int) -> int:
    return 2 * number


@dsl.component(base_image=IMAGE)
def count_to(number: int) -> list:
    return list(range(number))


@dsl.component(base_image=IMAGE)
def total(numbers: List[int]) -> int:
    return sum(numbers)


@dsl.component(base_image=IMAGE)
def write(text: str, data: Output[Dataset]):
    data.metadata['length'] = len(text)
    with open(data.path, 'w') as file:
        file.write(text)


@dsl.component(base_image=IMAGE)
def read(data: Input[Dataset]) -> str:
    with open(data.path) as file:
        return file.read()


@dsl.component(base_image=IMAGE)
def read_all(many: Input[List[Dataset]]) -> str:
    return ' '.join(open(one.path).read() for one in many)


@dsl.component(base_image=IMAGE)
def fail(message: str) -> str:
    raise RuntimeError(message)


@dsl.component(base_image=IMAGE)
def tell(status: dsl.PipelineTaskFinalStatus) -> str:
    return f'{status.state} {status.pipeline_task_name} {status.error_message}'


@dsl.component(base_image=IMAGE)
def or_else(text: str = 'nothing') -> str:
    return text


@dsl.pipeline(name='if-elif-else')
def if_elif_else(face: str, number: int) -> str:
    flipped = flip(face=face)
    with dsl.If(flipped.output == 'heads'):
        one = say(text='heads')
    with dsl.Elif(number > 3):
        two = say(text='large')
    with dsl.Else():
        three = say(text='other')
    chosen = dsl.OneOf(one.output, two.output, three.output)
    return say(text=chosen).output


@dsl.pipeline(name='nested-conditions')
def nested_conditions(outer: bool, inner: float):
    with dsl.If(outer == True):
        first = double(number=1)
        with dsl.If(inner >= 0.5):
            double(number=2)
        with dsl.If(first.output == 2):
            double(number=3)


@dsl.pipeline(name='loops')
def loops(numbers: List[int], upto: int) -> int:
    with dsl.ParallelFor(items=[1, 2, 3], parallelism=1) as fixed:
        double(number=fixed)
    with dsl.ParallelFor(items=numbers) as given:
        doubled = double(number=given)
    counted = count_to(number=upto)
    with dsl.ParallelFor(items=counted.output) as made:
        double(number=made)
    with dsl.ParallelFor(items=[{'a': 'x', 'b': 1}, {'a': 'y', 'b': 2}]) as structured:
        say(text=structured.a)
        say(text=structured.b)
    return total(numbers=dsl.Collected(doubled.output)).output


@dsl.pipeline(name='nested-loops')
def nested_loops() -> int:
    with dsl.ParallelFor(items=[1, 2]) as outer:
        with dsl.ParallelFor(items=[10, 20, 30]) as inner:
            one = double(number=inner)
            with dsl.If(outer == 2):
                double(number=outer)
    return total(numbers=dsl.Collected(one.output)).output


@dsl.pipeline(name='collected-artifacts')
def collected_artifacts() -> str:
    with dsl.ParallelFor(items=['a', 'b']) as text:
        written = write(text=text)
        read(data=written.outputs['data'])
    return read_all(many=dsl.Collected(written.outputs['data'])).output


@dsl.pipeline(name='exit-handler')
def exit_handler(message: str):
    with dsl.ExitHandler(exit_task=tell()):
        failed = fail(message=message)
        say(text=failed.output)


@dsl.pipeline(name='tolerant')
def tolerant():
    failed = fail(message='on purpose')
    one = or_else(text=failed.output).ignore_upstream_failure()
    or_else(text=failed.output).ignore_upstream_failure()
    say(text=one.output)


@dsl.pipeline(name='importers')
def importers(address: str) -> str:
    known = dsl.importer(artifact_uri=address, artifact_class=Dataset, reimport=False, metadata={'from': address})
    made = say(text='x')
    late = dsl.importer(artifact_uri=address, artifact_class=Dataset, reimport=True).after(made)
    read(data=late.output)
    return read(data=known.output).output
