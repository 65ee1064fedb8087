"""What happens between the fork and the first line of the user's program."""

import os
import signal
import sys

from . import private_root, processes, system

_INTERPRETER_VARIABLES = ("LD_", "DYLD_", "LC_", "MALLOC_", "GLIBC_")


class Refused(Exception):
    """The task cannot begin. Carries the exit code a shell would give."""

    def __init__(self, exit_code, message):
        super().__init__(message)
        self.exit_code = exit_code


def can_run_in_this_interpreter(job):
    """False when the task sets what an interpreter reads only while it starts."""
    for name in job["env"]:
        if name.startswith(_INTERPRETER_VARIABLES) or name == "LANG":
            return False
        if name.startswith("PYTHON") and name != "PYTHONUNBUFFERED":
            return False
    return True


def finds_program_in_scratch(job):
    """False when the task sees another folder at the place where its component's file would be."""
    return "TMPDIR" not in job["env"] and not any(os.path.normpath(mount["target"]) == "/tmp" for mount in job["mounts"])


def detach(kept, private):
    """What a fresh child does whatever task it becomes. Closes all descriptors but the standard ones and those `kept`."""
    os.setsid()
    os.umask(0o022)
    signal.set_wakeup_fd(-1)
    for number in (signal.SIGTERM, signal.SIGCHLD, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    _close_all_but(kept)
    _be_first_to_go()
    if private:
        try:
            private_root.leave_the_machines_mounts()
        except OSError as error:
            raise Refused(125, "the task's private folders cannot be made: %s" % error)
    # After the change of credentials, which clears it.
    system.die_with_parent(signal.SIGKILL)


def take_standard_fds(standard_fds):
    for target, source in enumerate(standard_fds):
        # None of the sources is below 3, so none is overwritten before its turn.
        os.dup2(source, target, inheritable=True)
    for source in standard_fds:
        os.close(source)


def prepare(job, supervisor_pid, live):
    """Turns this detached child into the task's process, up to but without the program. Raises Refused."""
    scratch = job["scratch"]
    mounts = list(job["mounts"])
    work = os.path.join(scratch, "work")
    working_dir = job.get("workingDir") or work
    in_private_root = job["privateRoot"]
    if not os.path.isdir(working_dir):
        if in_private_root:
            mounts.append({"source": work, "target": working_dir})
        else:
            working_dir = work
    if in_private_root:
        new_root = os.path.join(scratch, "root")
        try:
            private_root.enter(os.path.join(scratch, "tmp"), new_root, mounts, job["visible"])
        except OSError as error:
            raise Refused(125, "the task's private folders cannot be made: %s" % error)
        # Cleared once more when powers were given up.
        system.die_with_parent(signal.SIGKILL)
    if os.getppid() != supervisor_pid:
        os._exit(137)
    try:
        os.chdir(working_dir)
    except OSError as error:
        raise Refused(126, 'the working directory "%s" cannot be entered: %s' % (working_dir, error.strerror))

    pid = os.getpid()
    live.write(job["slot"], {
        "id": job["id"],
        "folder": job["folder"],
        "scratch": scratch,
        "pid": pid,
        "startTicks": processes.start_ticks(pid),
        "bootId": job["bootId"],
        "mountNamespace": processes.mount_namespace(pid) if in_private_root else None,
        "startedAt": job["startedAt"],
    })
    os.close(live.descriptor)
    return task_environment(job)


def task_environment(job):
    """Built from nothing: no variable of the server or of this process reaches a task."""
    scratch = job["scratch"]
    packages = os.path.join(scratch, "packages")
    environment = {
        "PATH": ":".join([os.path.join(packages, "bin"), os.path.join(sys.prefix, "bin"), job["path"]]),
        "HOME": os.path.join(scratch, "home"),
        "TMPDIR": "/tmp" if job["privateRoot"] else os.path.join(scratch, "tmp"),
        "LANG": "C.UTF-8",
        "PYTHONUNBUFFERED": "1",
        # Environments are shared: what a task installs by itself goes to a folder of its own.
        "PIP_TARGET": packages,
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PYTHONPATH": packages,
        "MILLRACE_ATTEMPT": job["id"],
    }
    environment.update(job["env"])
    if "PYTHONPATH" in job["env"]:
        environment["PYTHONPATH"] = job["env"]["PYTHONPATH"] + ":" + packages
    return environment


def execute(argv, environment):
    """Replaces this process by the program. Returns only by raising Refused."""
    # Python ignores these two; a program expects the default.
    for number in (signal.SIGPIPE, getattr(signal, "SIGXFSZ", signal.SIGPIPE)):
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    program = argv[0]
    try:
        os.execvpe(program, argv, environment)
    except FileNotFoundError:
        raise Refused(
            127, 'the program "%s" does not exist on this machine; the image is not used here, so its programs must be installed' % program
        )
    except PermissionError:
        raise Refused(126, 'the program "%s" may not be executed' % program)
    except OSError as error:
        if error.errno == 7:
            raise Refused(126, "the arguments are longer than this system allows (one may have 128 KiB)")
        raise Refused(126, 'the program "%s" cannot be started: %s' % (program, error.strerror))


def _close_all_but(kept):
    if sys.version_info >= (3, 10) and system.IS_LINUX:
        # One call of the kernel for each stretch between them.
        first = 3
        for descriptor in sorted(kept):
            os.closerange(first, descriptor)
            first = descriptor + 1
        os.closerange(first, 2**31 - 1)
        return
    try:
        listed = [int(name) for name in os.listdir("/proc/self/fd" if system.IS_LINUX else "/dev/fd")]
    except OSError:
        listed = list(range(3, 1024))
    for descriptor in listed:
        if descriptor > 2 and descriptor not in kept:
            try:
                os.close(descriptor)
            except OSError:
                pass


def _be_first_to_go():
    """When memory runs out the task has to end, not the supervisor with all its tasks, nor the server."""
    try:
        descriptor = os.open("/proc/self/oom_score_adj", os.O_WRONLY | os.O_CLOEXEC)
        os.write(descriptor, b"500")
        os.close(descriptor)
    except OSError:
        pass
