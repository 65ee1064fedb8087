"""The supervisor's one thread: clients on a socket, output of attempts, exits, timers."""

import errno
import heapq
import os
import selectors
import shutil
import signal
import socket
import time

from . import become_task, durable, failpoint, preloaded, processes
from .attempt import Attempt
from .client import Client
from .live_records import LiveRecords
from .scratch import ScratchFolders

PROTOCOL = 1
_CLEAN_AFTER_SECONDS = 0.5


class InChild(BaseException):
    """Raised in a forked child so that it leaves the supervisor's frames before it becomes the task."""

    def __init__(self, job, standard_fds):
        super().__init__()
        self.job = job
        self.standard_fds = standard_fds


class Loop:
    def __init__(self, options, listener, no_private_root):
        self.folder = options["folder"]
        self.live = LiveRecords(os.path.join(self.folder, "live"))
        self.scratches = ScratchFolders(os.path.join(self.folder, "scratch"))
        self.null = os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC)
        self.idle_seconds = options["idleMs"] / 1000
        self.grace_seconds = options["graceMs"] / 1000
        self.no_private_root = no_private_root
        self.boot_id = processes.boot_id()
        self.attempts = {}
        self.by_pid = {}
        self.clients = set()
        self.timers = []
        self.timer_count = 0
        self.closing = False
        self.to_clean = self.scratches.left
        self.cleaner = 0
        # Whoever started this process needs a moment to connect.
        self.idle_since = time.monotonic() + 5
        self.selector = selectors.DefaultSelector()
        self.listener = listener
        self.listener.setblocking(False)
        self.wake_read, self.wake_write = socket.socketpair()
        self.wake_read.setblocking(False)
        self.wake_write.setblocking(False)
        signal.set_wakeup_fd(self.wake_write.fileno(), warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        self.watch(self.listener, self.accept)
        self.watch(self.wake_read, self.on_child)
        if self.to_clean:
            self.after(_CLEAN_AFTER_SECONDS, self.clean)

    def run(self):
        while not self.over_and_idle():
            timeout = max(0.0, self.timers[0][0] - time.monotonic()) if self.timers else None
            if not self.clients and not self.attempts:
                timeout = min(timeout if timeout is not None else 1.0, 1.0)
            for key, _ in self.selector.select(timeout):
                # An earlier callback of this round may have closed it.
                if key.fd in self.selector.get_map():
                    key.data()
            while self.timers and self.timers[0][0] <= time.monotonic():
                heapq.heappop(self.timers)[2]()

    def over_and_idle(self):
        if self.attempts or (self.clients and not self.closing):
            self.idle_since = time.monotonic()
            return False
        if not self.closing and time.monotonic() - self.idle_since >= self.idle_seconds:
            # Someone may be at the door.
            self.accept()
            return not self.clients
        return self.closing

    def leave_to_child(self):
        """In a child: lets go of everything of the supervisor's without touching what the parent still uses."""
        for connection in [self.listener, self.wake_read, self.wake_write] + [client.socket for client in self.clients]:
            connection.detach()
        self.selector.close()

    def watch(self, what, callback):
        self.selector.register(what, selectors.EVENT_READ, callback)

    def unwatch(self, what):
        try:
            self.selector.unregister(what)
        except (KeyError, ValueError):
            pass

    def after(self, seconds, callback):
        self.timer_count += 1
        heapq.heappush(self.timers, (time.monotonic() + seconds, self.timer_count, callback))

    def accept(self):
        try:
            connection, _ = self.listener.accept()
        except OSError:
            return
        self.clients.add(Client(self, connection))

    def handle(self, client, message):
        operation = message.get("op")
        if operation == "start":
            self.start(client, message)
        elif operation == "kill":
            attempt = self.attempts.get(message["id"])
            if attempt:
                attempt.end("killed", "Stopped on request.", message.get("graceMs", self.grace_seconds * 1000) / 1000)
        elif operation == "hello":
            live = [{"id": a.id, "startedAt": a.started_at} for a in self.attempts.values()]
            client.send({"event": "hello", "protocol": PROTOCOL, "noPrivateRoot": self.no_private_root, "live": live})
        elif operation == "preload":
            for name in message["modules"]:
                preloaded.preload(name)
        elif operation == "shutdown":
            self.shut_down(message.get("graceMs", 1000) / 1000)

    def start(self, client, job):
        known = self.attempts.get(job["id"])
        if known:
            client.send({"event": "running", "id": known.id, "startedAt": known.started_at})
            return
        if self.closing:
            return
        # A server that died may have asked for it, with the answer to a later one already on its way.
        recorded = durable.read_json(os.path.join(job["folder"], "exit.json"))
        if recorded:
            client.send({"event": "exit", "id": job["id"], "exit": recorded})
            return
        job["startedAt"] = int(time.time() * 1000)
        job["bootId"] = self.boot_id
        job["privateRoot"] = self.no_private_root is None
        launch = job.get("launch")
        # Imported before the fork, so that the next attempt has it too.
        job["fork"] = bool(launch) and become_task.can_run_in_this_interpreter(job) and preloaded.preload(launch["module"])
        scratch = attempt = None
        try:
            for mount in job["mounts"]:
                if mount.get("create"):
                    os.makedirs(mount["source"], 0o700, exist_ok=True)
            source = launch["source"] if job["fork"] and become_task.finds_program_in_scratch(job) else None
            scratch = self.scratches.lend(source, job["visible"])
            self.live.reserve(scratch.slot)
            job["scratch"], job["slot"], job["programFolder"] = scratch.folder, scratch.slot, scratch.program_folder
            attempt = Attempt(self, job, scratch)
            pid = os.fork()
        except OSError as error:
            if attempt:
                attempt.never_begun()
            if scratch:
                self.discard(self.scratches.take_back(scratch))
            code = errno.errorcode.get(error.errno)
            client.send({"event": "failed", "id": job["id"], "code": code, "message": "The task cannot be started: %s." % _describe(error)})
            return
        if pid == 0:
            raise InChild(job, attempt.child_fds)
        failpoint.reach("supervisor.forked")
        self.attempts[job["id"]] = attempt
        self.by_pid[pid] = attempt
        attempt.begin(pid, job.get("deadlineMs"))
        self.broadcast({"event": "running", "id": attempt.id, "startedAt": attempt.started_at})

    def on_child(self):
        try:
            self.wake_read.recv(4096)
        except BlockingIOError:
            pass
        others = False
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                break
            if pid == 0:
                break
            attempt = self.by_pid.get(pid)
            if attempt and attempt.status is None:
                attempt.on_main_exit(status)
            elif pid == self.cleaner:
                self.cleaner = 0
                self.clean()
            else:
                others = True
        if others:
            for attempt in list(self.attempts.values()):
                attempt.finish_if_over()

    def orphans(self):
        """Processes that attempts left behind and that became ours."""
        known = {pid for pid, attempt in self.by_pid.items() if attempt.status is None}
        return [pid for pid in processes.children_of_this_process() if pid not in known and pid != self.cleaner]

    def over(self, attempt):
        """Records the exit, then reports it; in this order."""
        if not self.closing:
            failpoint.reach("supervisor.exit-seen")
            try:
                attempt.record_exit()
            except OSError as error:
                # A full disk. The exit is kept here and tried again: unrecorded, it must not be reported.
                self.after(1.0 if error.errno == errno.ENOSPC else 5.0, lambda: self.over(attempt))
                return
        self.live.clear(attempt.scratch.slot)
        failpoint.reach("supervisor.exit-recorded")
        del self.attempts[attempt.id]
        del self.by_pid[attempt.pid]
        if not self.closing:
            self.broadcast({"event": "exit", "id": attempt.id, "exit": attempt.exit_record()})
        # Only now: whoever waits for the end need not wait for this.
        self.discard(self.scratches.take_back(attempt.scratch))

    def discard(self, folder):
        if folder is None:
            return
        self.to_clean.append(folder)
        if len(self.to_clean) == 1:
            self.after(_CLEAN_AFTER_SECONDS, self.clean)

    def clean(self):
        """Removes scratch folders of ended attempts, in a process of its own: one may hold a million files."""
        if self.cleaner or not self.to_clean or self.closing:
            return
        folders, self.to_clean = self.to_clean, []
        pid = os.fork()
        if pid:
            self.cleaner = pid
            return
        os.nice(10)
        for folder in folders:
            shutil.rmtree(folder, ignore_errors=True)
        os._exit(0)

    def shut_down(self, grace_seconds):
        # Tells the next server that what it finds unfinished is to run again, should this process not get to the end.
        with open(os.path.join(self.folder, "closing"), "w"):
            pass
        self.closing = True
        for attempt in list(self.attempts.values()):
            attempt.end("killed", "Stopped on request.", grace_seconds)

    def broadcast(self, message):
        for client in list(self.clients):
            client.send(message)


def _describe(error):
    return "%s (%s)" % (error.strerror, error.filename) if error.filename else str(error.strerror)
