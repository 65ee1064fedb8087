"""One attempt, from its fork to its recorded exit."""

import os
import signal
import time

from . import durable, processes
from .log_file import LogFile

_READ_BYTES = 262144
# How long output may still come from processes that outlive the main one, and how long they have after SIGTERM.
_LINGER_SECONDS = 1.0
_STRAGGLER_GRACE_SECONDS = 1.0


class Attempt:
    def __init__(self, loop, job, scratch):
        self.loop = loop
        self.id = job["id"]
        self.folder = job["folder"]
        self.scratch = scratch
        self.marker = b"MILLRACE_ATTEMPT=" + os.fsencode(job["id"])
        self.mount_namespace = None
        self.held_namespace = None
        self.job_of_spare = None
        self.started_at = job["startedAt"]
        self.log = LogFile(self.folder)
        if not job.get("fresh"):
            self.forget_earlier_try()
        if job.get("notice"):
            self.log.note(job["notice"])
        self.reason = None
        self.message = None
        self.status = None
        self.finished_at = None
        self.done = False
        self.pid = 0
        out, out_end = os.pipe()
        err, err_end = os.pipe()
        self.pipes = {out: 1, err: 2}
        self.child_fds = (loop.null, out_end, err_end)

    def forget_earlier_try(self):
        for name in ("problem", "log", "log.index"):
            try:
                os.unlink(os.path.join(self.folder, name))
            except OSError:
                pass

    def never_begun(self):
        for descriptor in (*self.pipes, *self.child_fds[1:]):
            os.close(descriptor)

    def begin(self, pid, deadline_ms):
        self.pid = pid
        for descriptor in self.child_fds[1:]:
            os.close(descriptor)
        for descriptor in self.pipes:
            os.set_blocking(descriptor, False)
            self.loop.watch(descriptor, lambda descriptor=descriptor: self.on_readable(descriptor))
        if deadline_ms:
            self.loop.after(deadline_ms / 1000, lambda: self.on_deadline(deadline_ms))

    def came_as_spare(self, job):
        self.job_of_spare = job
        # It has left the machine's already.
        self.held_namespace = processes.hold_mount_namespace(self.pid)

    def on_readable(self, descriptor):
        """Reads once; a talkative attempt must not keep the others waiting."""
        try:
            data = os.read(descriptor, _READ_BYTES)
        except BlockingIOError:
            return False
        except OSError:
            data = b""
        if data:
            self.log.append(self.pipes[descriptor], data)
            return True
        self.drop_pipe(descriptor)
        self.finish_if_over()
        return False

    def drop_pipe(self, descriptor):
        self.loop.unwatch(descriptor)
        del self.pipes[descriptor]
        os.close(descriptor)

    def on_deadline(self, deadline_ms):
        if self.status is None:
            seconds = deadline_ms / 1000
            self.end("deadline", "Stopped after %g s, its time limit." % seconds, self.loop.grace_seconds)

    def end(self, reason, message, grace_seconds):
        """SIGTERM to everything the attempt started, SIGKILL to what is left after the grace period."""
        if self.done:
            return
        if self.reason is None and self.status is None:
            self.reason, self.message = reason, message
        self.signal_all(signal.SIGTERM)
        self.loop.after(grace_seconds, self.give_up_on_stragglers)

    def on_main_exit(self, status):
        self.status = status
        self.finished_at = int(time.time() * 1000)
        for descriptor in list(self.pipes):
            # What it wrote last is in the pipe already.
            while descriptor in self.pipes and self.on_readable(descriptor):
                pass
        self.finish_if_over()
        if self.done or self.reason is not None:
            return
        if self.pipes:
            self.loop.after(_LINGER_SECONDS, self.end_stragglers)
        else:
            self.end_stragglers()

    def end_stragglers(self):
        if self.done:
            return
        self.signal_all(signal.SIGTERM)
        self.loop.after(_STRAGGLER_GRACE_SECONDS, self.give_up_on_stragglers)

    def give_up_on_stragglers(self):
        if self.done:
            return
        self.signal_all(signal.SIGKILL)
        # A process of another user, or one stuck in the kernel, could hold the pipe for ever.
        self.loop.after(_STRAGGLER_GRACE_SECONDS, lambda: self.status is not None and self.finish())

    def finish_if_over(self):
        if self.status is None or self.pipes or self.done:
            return
        try:
            os.killpg(self.pid, 0)
            return
        except ProcessLookupError:
            pass
        except PermissionError:
            return
        if any(self.owns(pid) for pid in self.loop.orphans()):
            return
        self.finish()

    def finish(self):
        if self.done:
            return
        for descriptor in list(self.pipes):
            self.drop_pipe(descriptor)
        self.done = True
        self.log.close()
        self.loop.over(self)

    def abandon(self, status):
        """Nothing of it has begun, and nothing of it is to be told."""
        self.status, self.done = status, True
        for descriptor in list(self.pipes):
            self.drop_pipe(descriptor)
        self.log.close()

    def signal_all(self, number):
        self.learn_mount_namespace()
        targets = [pid for pid in processes.all_processes() if pid != self.pid and self.owns(pid)]
        try:
            os.killpg(self.pid, number)
        except ProcessLookupError:
            if self.status is None:
                # Forked a moment ago and not yet the leader of its group.
                _signal(self.pid, number)
        except PermissionError:
            pass
        for pid in targets:
            _signal(pid, number)

    def owns(self, pid):
        """Whether a process belongs to this attempt, even when it left its group and session."""
        self.learn_mount_namespace()
        if self.mount_namespace is not None and processes.mount_namespace(pid) == self.mount_namespace and processes.has_private_root_in(pid, self.scratch.folder):
            return True
        return processes.session_of(pid) == self.pid or processes.carries(pid, self.marker)

    def learn_mount_namespace(self):
        if self.mount_namespace is None and self.status is None:
            found = processes.mount_namespace(self.pid)
            if found != processes.mount_namespace("self"):
                self.mount_namespace = found
        elif self.mount_namespace is None:
            self.mount_namespace = self.loop.live.read(self.scratch.slot).get("mountNamespace")

    def exit_record(self):
        code = _exit_code(self.status) if self.status is not None else None
        record = {"reason": self.reason or "exited", "startedAt": self.started_at, "finishedAt": self.finished_at}
        if code is not None:
            record["exitCode"] = code
        message = self.message or self.explain(code)
        if message:
            record["message"] = message
        return record

    def explain(self, code):
        if code == 0:
            return None
        try:
            with open(os.path.join(self.folder, "problem"), encoding="utf-8", errors="replace") as source:
                return source.read()
        except OSError:
            pass
        if os.WIFSIGNALED(self.status):
            name = signal.Signals(os.WTERMSIG(self.status)).name
            hint = "; the machine may have run out of memory" if name == "SIGKILL" else ""
            return "Ended by %s (exit code %d)%s." % (name, code, hint)
        last = self.log.last_error_line()
        return "Exit code %d: %s" % (code, last) if last else "Exit code %d; its log may tell why." % code

    def record_exit(self, synced):
        durable.write_json(os.path.join(self.folder, "exit.json"), self.exit_record(), synced)


def _exit_code(status):
    return 128 + os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)


def _signal(pid, number):
    try:
        os.kill(pid, number)
    except OSError:
        pass
