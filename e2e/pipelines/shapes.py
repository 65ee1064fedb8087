"""Pipelines whose pods are counted, and what a cluster has limits on."""
from kfp import dsl, kubernetes
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
    with dsl.ParallelFor(items=[0, 10, 20, 30, 40, 50, 60, 70, 80, 90]) as number:
        next_number(number=next_number(number=number).output)


@dsl.component(base_image=IMAGE)
def write_much(kilobytes: int, data: Output[Dataset]) -> str:
    import random

    with open(data.path, 'w') as file:
        file.write('x')
    return random.Random(0).randbytes(kilobytes * 512).hex()


@dsl.component(base_image=IMAGE)
def measure(data: Input[Dataset]) -> int:
    with open(data.path) as file:
        return len(file.read())


@dsl.pipeline(name='large-output')
def large_output(kilobytes: int = 700):
    written = write_much(kilobytes=kilobytes)
    measure(data=written.outputs['data'])


@dsl.component(base_image=IMAGE)
def write_for_itself(data: Output[Dataset]) -> str:
    import os

    with open(data.path, 'w') as file:
        file.write('for nobody else')
    os.chmod(data.path, 0o600)
    return 'written'


@dsl.pipeline(name='other-user')
def other_user():
    written = kubernetes.set_security_context(write_for_itself(), run_as_user=1000, run_as_group=1000, run_as_non_root=True)
    measured = kubernetes.set_security_context(measure(data=written.outputs['data']), run_as_user=2000)
    measured.after(written)


@dsl.component(base_image=IMAGE)
def write_elsewhere(data: Output[Dataset]):
    data.path = '/tmp/elsewhere'
    with open(data.path, 'w') as file:
        file.write('x')


@dsl.pipeline(name='custom-path')
def custom_path():
    write_elsewhere()
