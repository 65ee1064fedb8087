"""
Notes about the processes of attempts, so that whoever comes after a dead supervisor finds what it left. One file of slots of a fixed size:
writing a note, and taking it away, is one system call and makes no file.
"""

import json
import os

# A record has a path in it; what is not written takes no room.
SLOT_BYTES = 16384
_USUAL_BYTES = 4096


class LiveRecords:
    def __init__(self, path):
        self.descriptor = os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        # Notes of an earlier supervisor stay for whoever sweeps.
        self.first = -(-os.fstat(self.descriptor).st_size // SLOT_BYTES)
        self.reserved = set()

    def reserve(self, slot):
        """Makes sure of the room for a note, whatever happens to the disk. Raises OSError."""
        if slot not in self.reserved:
            os.pwrite(self.descriptor, b"\n" + bytes(_USUAL_BYTES - 1), (self.first + slot) * SLOT_BYTES)
            self.reserved.add(slot)

    def write(self, slot, record):
        os.pwrite(self.descriptor, json.dumps(record).encode() + b"\n", (self.first + slot) * SLOT_BYTES)

    def clear(self, slot):
        try:
            os.pwrite(self.descriptor, b"\n", (self.first + slot) * SLOT_BYTES)
        except OSError:
            pass

    def read(self, slot):
        try:
            return json.loads(os.pread(self.descriptor, SLOT_BYTES, (self.first + slot) * SLOT_BYTES).partition(b"\n")[0])
        except (OSError, ValueError):
            return {}
