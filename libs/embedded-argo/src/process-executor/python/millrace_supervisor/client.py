"""A connection of a server: JSON values, one a line, in both directions."""

import json
import selectors


class Client:
    def __init__(self, loop, connection):
        self.loop = loop
        self.socket = connection
        self.socket.setblocking(False)
        self.received = bytearray()
        self.unsent = bytearray()
        self.open = True
        self.wanted = selectors.EVENT_READ
        loop.watch(connection, self.on_ready)

    def on_ready(self):
        if self.unsent:
            self.flush()
        if not self.open:
            return
        try:
            data = self.socket.recv(65536)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self.close()
            return
        self.received += data
        if b"\n" not in data:
            return
        *lines, rest = bytes(self.received).split(b"\n")
        self.received = bytearray(rest)
        for line in lines:
            try:
                message = json.loads(line)
            except ValueError:
                # Whoever this is does not speak our language.
                self.close()
                return
            self.loop.handle(self, message)

    def send(self, message):
        if not self.open:
            return
        self.unsent += json.dumps(message, separators=(",", ":")).encode() + b"\n"
        self.flush()

    def flush(self):
        try:
            while self.unsent:
                sent = self.socket.send(self.unsent)
                del self.unsent[:sent]
        except BlockingIOError:
            pass
        except OSError:
            self.close()
            return
        wanted = selectors.EVENT_READ | (selectors.EVENT_WRITE if self.unsent else 0)
        if wanted != self.wanted:
            self.wanted = wanted
            self.loop.selector.modify(self.socket, wanted, self.on_ready)

    def close(self):
        if self.open:
            self.open = False
            self.loop.unwatch(self.socket)
            self.loop.clients.discard(self)
            self.socket.close()
