"""
The next attempt's process, forked while there is nothing else to do and brought as far as it can be without knowing the attempt: what a fork, a
mount namespace and the first touch of shared memory take, no task of a chain has to wait for.
"""

import array
import json
import os
import signal
import socket
import struct

_HEADER = struct.Struct("<Q")
# A process that was stopped by somebody must not hold up the others.
_PATIENCE_SECONDS = 1.0


class Spare:
    """The supervisor's side. `made_for` is what it was forked with; under other circumstances another is needed."""

    def __init__(self, pid, connection, made_for):
        self.pid = pid
        self.connection = connection
        self.made_for = made_for
        connection.settimeout(_PATIENCE_SECONDS)

    def hand_over(self, job, standard_fds):
        """Whether the process is the attempt's now. If not, it has done nothing of it and is gone."""
        data = json.dumps(job).encode()
        try:
            self.connection.sendmsg([_HEADER.pack(len(data))], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", standard_fds))])
            self.connection.sendall(data)
        except OSError:
            self.end()
            return False
        self.forget()
        return True

    def end(self):
        """Only for one that has not been waited for: until then its number is its own."""
        os.kill(self.pid, signal.SIGKILL)
        self.forget()

    def forget(self):
        self.connection.close()


def wait_for_job(connection):
    """In the process itself: its job and standard descriptors. Ends the process when there will be none."""
    received, ancillary, _, _ = connection.recvmsg(_HEADER.size, socket.CMSG_SPACE(3 * array.array("i").itemsize), getattr(socket, "MSG_CMSG_CLOEXEC", 0))
    while received and len(received) < _HEADER.size:
        received += connection.recv(_HEADER.size - len(received))
    if not received:
        os._exit(0)
    standard_fds = array.array("i")
    for _, _, data in ancillary:
        standard_fds.frombytes(data)
    left, = _HEADER.unpack(received)
    pieces = []
    while left:
        pieces.append(connection.recv(min(left, 1 << 20)))
        if not pieces[-1]:
            os._exit(0)
        left -= len(pieces[-1])
    connection.close()
    return json.loads(b"".join(pieces)), tuple(standard_fds)
