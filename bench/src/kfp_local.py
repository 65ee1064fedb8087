"""Runs a pipeline of small components with kfp.local and prints the seconds that it took."""

import sys
import tempfile
import time

from kfp import dsl, local

mode, form, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
best = mode == 'best'


@dsl.component(install_kfp_package=not best)
def step(number: int) -> int:
    return number + 1


@dsl.pipeline(name='bench')
def bench():
    before = None
    for index in range(count):
        task = step(number=before.output if before is not None and form == 'values' else index)
        before = task


with tempfile.TemporaryDirectory() as root:
    local.init(runner=local.SubprocessRunner(use_venv=not best), pipeline_root=root, raise_on_error=True)
    began = time.perf_counter()
    bench()
    print('seconds', time.perf_counter() - began)
