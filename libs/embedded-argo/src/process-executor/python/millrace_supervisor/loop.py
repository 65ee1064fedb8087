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
from .spare import Spare

PROTOCOL = 1
_CLEAN_AFTER_SECONDS = 0.5
_SPARE_FOR_SECONDS = 10
_HOLD_SECONDS = 1


class InChild(BaseException):
    """Raised in a forked child so that it leaves the supervisor's frames before it becomes the task of `job`, or of whichever comes by `connection`."""

    def __init__(self, job=None, standard_fds=(), connection=None):
        super().__init__()
        self.job = job
        self.standard_fds = standard_fds
        self.connection = connection


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
        self.spare = None
        self.namespaces = []
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
            self.dispatch(self.selector.select(timeout))
            while self.timers and self.timers[0][0] <= time.monotonic():
                heapq.heappop(self.timers)[2]()

    def dispatch(self, events):
        for key, _ in events:
            # An earlier callback of this round may have closed it, and another attempt's pipe may have its number by now.
            if self.selector.get_map().get(key.fd) is key:
                key.data()

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
            self.start(message, client)
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

    def start(self, job, client):
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
        self.begin(job)

    def begin(self, job):
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
            spare = self.hand_to_spare(job, attempt.child_fds)
            pid = spare or os.fork()
        except OSError as error:
            if attempt:
                attempt.never_begun()
            if scratch:
                self.discard(self.scratches.take_back(scratch))
            code = errno.errorcode.get(error.errno)
            self.broadcast({"event": "failed", "id": job["id"], "code": code, "message": "The task cannot be started: %s." % _describe(error)})
            return
        if pid == 0:
            raise InChild(job, attempt.child_fds)
        failpoint.reach("supervisor.forked")
        self.attempts[job["id"]] = attempt
        self.by_pid[pid] = attempt
        attempt.begin(pid, job.get("deadlineMs"))
        if spare:
            attempt.came_as_spare(job)
        self.broadcast({"event": "running", "id": attempt.id, "startedAt": attempt.started_at})
        # While the task runs nobody waits for this process.
        self.make_spare()

    def hand_to_spare(self, job, standard_fds):
        """The id of the process that is the attempt's now, or 0."""
        spare, self.spare = self.spare, None
        if spare is None:
            return 0
        if job["fork"] and spare.made_for != preloaded.count():
            spare.end()
            return 0
        return spare.pid if spare.hand_over(job, standard_fds) else 0

    def make_spare(self):
        """Raises InChild in the spare process."""
        # Beside other attempts it would wait for a processor as long as the next attempt does.
        if self.spare is not None or self.closing or len(self.attempts) > 1:
            return
        try:
            ours, theirs = socket.socketpair()
            try:
                pid = os.fork()
            except OSError:
                ours.close()
                raise
            if pid == 0:
                ours.detach()
                raise InChild(connection=theirs)
            theirs.close()
            self.release_namespaces()
        except OSError:
            # The next attempt forks for itself, and can say what is wrong.
            return
        self.spare = spare = Spare(pid, ours, preloaded.count())
        self.after(_SPARE_FOR_SECONDS, lambda: self.drop_spare(spare))

    def release_namespaces(self):
        """
        The last to let go of a mount namespace waits for milliseconds. Attempts that end do not, since it is held here, and neither does this
        process where a spare has just inherited what it holds.
        """
        for descriptor in self.namespaces:
            os.close(descriptor)
        self.namespaces.clear()

    def drop_spare(self, spare):
        if self.spare is spare:
            self.spare = None
            spare.end()

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
            if attempt and attempt.status is None and os.WIFSIGNALED(status) and self.lost_its_spare(attempt):
                self.begin_again(attempt, status)
            elif attempt and attempt.status is None:
                attempt.on_main_exit(status)
            elif pid == self.cleaner:
                self.cleaner = 0
                self.clean()
            elif self.spare is not None and pid == self.spare.pid:
                # Its number may be another process's by now.
                self.spare.forget()
                self.spare = None
            else:
                others = True
        if others:
            for attempt in list(self.attempts.values()):
                attempt.finish_if_over()

    def lost_its_spare(self, attempt):
        """Whether somebody, or the kernel for want of memory, ended a spare process after it had the job and before it could begin."""
        return attempt.job_of_spare and attempt.reason is None and not self.closing and self.live.read(attempt.scratch.slot).get("id") != attempt.id

    def begin_again(self, attempt, status):
        attempt.abandon(status)
        del self.attempts[attempt.id]
        del self.by_pid[attempt.pid]
        self.let_go(attempt)
        self.begin(attempt.job_of_spare)

    def orphans(self):
        """Processes that attempts left behind and that became ours."""
        known = {pid for pid, attempt in self.by_pid.items() if attempt.status is None}
        known |= {self.cleaner, self.spare.pid if self.spare else 0}
        return [pid for pid in processes.children_of_this_process() if pid not in known]

    def over(self, attempt):
        """Records the exit, then reports it; in this order."""
        if not self.closing:
            failpoint.reach("supervisor.exit-seen")
            try:
                # Where a server is told, it has this synced, and no task waits for the disk.
                attempt.record_exit(synced=not self.clients)
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
        self.let_go(attempt)

    def let_go(self, attempt):
        self.discard(self.scratches.take_back(attempt.scratch))
        if attempt.held_namespace is not None:
            self.namespaces.append(attempt.held_namespace)
            if len(self.namespaces) == 1:
                self.after(_HOLD_SECONDS, self.release_namespaces)

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
