"""Files that are whole or absent."""

import json
import os


def write_json(path, value):
    """Returns once the content would survive the death of this process and, file system willing, of the machine."""
    temporary = path + ".new"
    descriptor = os.open(temporary, os.O_CREAT | os.O_TRUNC | os.O_WRONLY | os.O_CLOEXEC, 0o600)
    try:
        os.write(descriptor, json.dumps(value, separators=(",", ":")).encode())
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    os.rename(temporary, path)
