"""Pipelines whose pods are counted, and what a cluster has limits on."""
from kfp import dsl
from kfp.dsl import Dataset, Input, Output

IMAGE = 'python:3.12'


@dsl.component(base_image=IMAGE)
def next_number(number: int) -> int:
    return number + 1


@dsl.pipeline(name='hello')
def hello():
    next_number(number=1)


@dsl.pipeline(name='chain-of-ten')
def chain_of_ten(start: int = 0) -> int:
    last = next_number(number=start)
    for _ in range(9):
        last = next_number(number=last.output)
    return last.output


@dsl.pipeline(name='loop-ten-by-two')
def loop_ten_by_two():
    with dsl.ParallelFor(items=[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]) as number:
        next_number(number=next_number(number=number).output)


@dsl.component(base_image=IMAGE)
def write_much(kilobytes: int, data: Output[Dataset]) -> str:
    import os

    with open(data.path, 'w') as file:
        file.write('x')
    return os.urandom(kilobytes * 512).hex()


@dsl.component(base_image=IMAGE)
def measure(data: Input[Dataset]) -> int:
    with open(data.path) as file:
        return len(file.read())


@dsl.pipeline(name='large-output')
def large_output(kilobytes: int = 2000):
    written = write_much(kilobytes=kilobytes)
    measure(data=written.outputs['data'])
