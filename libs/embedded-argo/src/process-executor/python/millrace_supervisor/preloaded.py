"""Runs `python3 -m <module>` in a forked child of an interpreter that has the module's imports done already."""

import gc
import importlib
import os
import random
import runpy
import sys
import threading
import time

_KNOWN = {}
_before = frozenset()


def preload(name):
    """Imports what `python3 -m name` would import. False when that fails; such modules are started the ordinary way."""
    global _before
    if name in _KNOWN:
        return _KNOWN[name]
    os.environ["_KFP_RUNTIME"] = "true"
    try:
        importlib.import_module(name)
        # The task runs it afresh as __main__, and must not find a second copy.
        del sys.modules[name]
        parent, _, child = name.rpartition(".")
        if parent in sys.modules and hasattr(sys.modules[parent], child):
            delattr(sys.modules[parent], child)
        # A fork takes one thread along; whatever the others hold would stay locked in the child.
        _KNOWN[name] = threading.active_count() == 1
    except BaseException:  # noqa: BLE001 - whatever it is, the ordinary start will show it in the task's log
        _KNOWN[name] = False
    warm_up()
    gc.collect()
    gc.freeze()
    _before = frozenset(sys.modules)
    return _KNOWN[name]


def count():
    """How many modules were asked for so far: an interpreter forked at another count has others."""
    return len(_KNOWN)


def warm_up():
    """
    Does once what every component would do first: what is imported and cached here costs no child anything, and what a spare child has touched
    of the memory that it shares is its own before the task needs it.
    """
    import argparse
    import inspect
    import json
    import logging
    import locale  # noqa: F401
    import shutil  # noqa: F401
    import tempfile  # noqa: F401

    parser = argparse.ArgumentParser(description="A parser.")
    parser.add_argument("--needed", type=str, required=True, help="An argument.")
    parser.parse_known_args(["--needed", json.dumps(json.loads("{}"), indent=4)])
    inspect.signature(warm_up)
    logging.Formatter("%(asctime)s %(levelname)s %(message)s").format(logging.makeLogRecord({"msg": "A line.", "levelname": "INFO"}))
    compile("def f(a: int) -> int:\n    return a\n", "warm", "exec")


def become_component(job, environment):
    """Makes the interpreter look as `_KFP_RUNTIME=true python3 -m <module> …` finds it at start."""
    os.environ.clear()
    os.environ.update(environment)
    os.environ["_KFP_RUNTIME"] = "true"
    if "TZ" in environment:
        time.tzset()
    random.seed()
    launch = job["launch"]
    arguments = list(launch["args"])
    if job["programFolder"] is not None:
        folder = "/tmp" if job["privateRoot"] else os.path.join(job["scratch"], "tmp")
        arguments = ["--component_module_path", os.path.join(folder, job["programFolder"], "ephemeral_component.py")] + arguments
    elif launch.get("source") is not None:
        folder = os.path.join(environment.get("TMPDIR", "/tmp"), "tmp." + os.urandom(8).hex())
        os.mkdir(folder, 0o700)
        path = os.path.join(folder, "ephemeral_component.py")
        with open(path, "w", encoding="utf-8", errors="surrogateescape") as program:
            program.write(launch["source"])
        arguments = ["--component_module_path", path] + arguments
    sys.path.insert(0, os.getcwd())
    sys.path.insert(1, environment["PYTHONPATH"])
    # The first entry is replaced by the module's path, as the interpreter does for -m.
    sys.argv = ["-m"] + arguments
    if hasattr(sys, "orig_argv"):
        sys.orig_argv = ["python3", "-m", launch["module"]] + arguments


def run_component(module, own_folder):
    """The whole life of the task in this process; never returns to the supervisor's code."""
    for name in [name for name in sys.modules if name.partition(".")[0] == "millrace_supervisor"]:
        del sys.modules[name]
    main = sys.modules["__main__"].__dict__
    for name in [name for name in main if name not in ("__name__", "__builtins__")]:
        del main[name]

    def show_without_our_frames(kind, error, trace):
        while trace is not None and trace.tb_frame.f_code.co_filename.startswith(own_folder):
            trace = trace.tb_next
        sys.__excepthook__(kind, error.with_traceback(trace), trace)

    sys.excepthook = show_without_our_frames
    runpy._run_module_as_main(module)
    _leave_quickly_when_nothing_can_tell()


def _leave_quickly_when_nothing_can_tell():
    """
    Taking an interpreter down costs milliseconds, nearly all of it for modules that were here before the task.
    When the task brought only its own module and standard ones, the steps that it can observe are done here instead.
    """
    standard = getattr(sys, "stdlib_module_names", None)
    if standard is None:
        return
    brought = [name for name in sys.modules if name not in _before]
    own = ("ephemeral_component",)
    if any(name.partition(".")[0] not in standard and name.partition(".")[0] != "kfp" and name not in own for name in brought):
        return
    import atexit

    threading._shutdown()
    atexit._run_exitfuncs()
    # Globals of the component are dropped, so that files left open are written and finalisers run.
    for name in own:
        module = sys.modules.pop(name, None)
        if module is not None:
            names = list(vars(module))
            del module.__dict__["__builtins__"]
            for variable in names:
                if variable != "__builtins__":
                    vars(module)[variable] = None
    gc.collect()
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except Exception:  # noqa: BLE001
            os._exit(120)
    os._exit(0)
