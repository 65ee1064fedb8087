"""
Owns the attempts of one environment, and is the interpreter from which they are forked.

Started by the server with one argument, a JSON object: folder, socket, idleMs, graceMs, modules, privateRoot.
Prints "ready" once it listens, "busy" when another process serves the folder. Outlives the server; ends by itself
when no server is connected, nothing runs and idleMs have passed.
"""

import sys

_own_folder = sys.path.pop(0)
_write_bytecode, sys.dont_write_bytecode = sys.dont_write_bytecode, True
sys.path.insert(0, _own_folder)
from millrace_supervisor import preloaded, run  # noqa: E402

sys.path.pop(0)
sys.dont_write_bytecode = _write_bytecode

_module = run.supervise()
if _module is not None:
    preloaded.run_component(_module, _own_folder)
