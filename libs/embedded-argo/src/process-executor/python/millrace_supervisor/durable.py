"""Files that are whole or absent."""

import json
import os


def write_json(path, value, synced=True):
    """Returns once the content would survive the death of this process and, when `synced` and file system willing, of the machine."""
    temporary = path + ".new"
    descriptor = os.open(temporary, os.O_CREAT | os.O_TRUNC | os.O_WRONLY | os.O_CLOEXEC, 0o600)
    try:
        os.write(descriptor, json.dumps(value, separators=(",", ":")).encode())
        if synced:
            os.fsync(descriptor)
    finally:
        os.close(descriptor)
    os.rename(temporary, path)


def read_json(path):
    """The content, or None when there is none."""
    try:
        with open(path, encoding="utf-8") as source:
            return json.load(source)
    except (OSError, ValueError):
        return None
