"""Tells what an interpreter is and has, as JSON. Runs on any Python, so that an old one can be named."""

import json
import sys


def has(name):
    try:
        __import__(name)
        return True
    except Exception:  # noqa: BLE001
        return False


print(json.dumps({
    "version": list(sys.version_info[:3]),
    # Inside a virtual environment, the interpreter it was made from: it lives longer.
    "path": getattr(sys, "_base_executable", None) or sys.executable,
    "venv": has("venv"),
    "ensurepip": has("ensurepip"),
    "pip": has("pip"),
    "virtualenv": has("virtualenv"),
}))
