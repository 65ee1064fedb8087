"""Compiles every pipeline function of a file: compile_all.py FILE TARGET."""
import importlib.util
import json
import os
import sys

from kfp import compiler

source, target = sys.argv[1:]
spec = importlib.util.spec_from_file_location('pipelines', source)
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
names = module.PIPELINES
for name in names:
    compiler.Compiler().compile(getattr(module, name), os.path.join(target, name + '.yaml'))
print(json.dumps(names))
