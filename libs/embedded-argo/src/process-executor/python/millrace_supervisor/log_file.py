"""The output of one attempt on disk: the raw bytes, and beside them where and when each stretch of them was read."""

import os
import struct
import time

# offset of a byte, number of the line it stands in (from 1), when it was read (ms), stream (1 stdout, 2 stderr)
RECORD = struct.Struct("<QQQB7x")
# A record every so often is enough: the reader counts the lines between two of them.
_RECORD_EVERY_MS = 10
_RECORD_EVERY_BYTES = 65536
_TAIL_BYTES = 4096


class LogFile:
    def __init__(self, folder):
        self._folder = folder
        # Made with the first output: many attempts have none.
        self._log = self._index = None
        self._offset = 0
        self._line = 1
        self._record_offset = 0
        self._record_time = 0
        self._record_stream = 0
        self._error_tail = b""

    def append(self, stream, data):
        """Never raises: a full disk costs output, not the attempt."""
        now = int(time.time() * 1000)
        if stream == 2:
            self._error_tail = (self._error_tail + data)[-_TAIL_BYTES:]
        try:
            if self._log is None:
                self.open()
            if (
                stream != self._record_stream
                or abs(now - self._record_time) >= _RECORD_EVERY_MS
                or self._offset - self._record_offset >= _RECORD_EVERY_BYTES
            ):
                os.write(self._index, RECORD.pack(self._offset, self._line, now, stream))
                self._record_offset, self._record_time, self._record_stream = self._offset, now, stream
            rest = memoryview(data)
            while rest:
                written = os.write(self._log, rest)
                self._line += bytes(rest[:written]).count(b"\n")
                self._offset += written
                rest = rest[written:]
        except OSError:
            if self._index is None:
                return
            # Short records would shift all that follow.
            end = os.lseek(self._index, 0, os.SEEK_CUR)
            if end % RECORD.size:
                os.lseek(self._index, end - end % RECORD.size, os.SEEK_SET)
                os.ftruncate(self._index, end - end % RECORD.size)

    def note(self, text):
        """A line that is not the attempt's own: it tells nothing of why one fails."""
        self.append(2, text.encode() + b"\n")
        self._error_tail = b""

    def open(self):
        flags = os.O_CREAT | os.O_TRUNC | os.O_WRONLY | os.O_CLOEXEC
        # The one that is there says that the other is.
        if self._index is None:
            self._index = os.open(os.path.join(self._folder, "log.index"), flags, 0o600)
        self._log = os.open(os.path.join(self._folder, "log"), flags, 0o600)

    def last_error_line(self):
        lines = [line.strip() for line in self._error_tail.decode("utf-8", "replace").splitlines()]
        lines = [line for line in lines if line]
        return lines[-1][:500] if lines else ""

    def close(self):
        for descriptor in (self._log, self._index):
            if descriptor is not None:
                os.close(descriptor)
