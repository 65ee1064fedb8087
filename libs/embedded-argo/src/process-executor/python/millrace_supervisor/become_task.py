"""What happens between the fork and the first line of the user's program."""

import json
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


def prepare(job, supervisor_pid, live_folder, standard_fds):
    """Turns this fresh child into the task's process, up to but without the program. Raises Refused."""
    os.setsid()
    os.umask(0o022)
    signal.set_wakeup_fd(-1)
    for number in (signal.SIGTERM, signal.SIGCHLD, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    _take_standard_fds(standard_fds)
    _be_first_to_go()
    system.die_with_parent(signal.SIGKILL)

    folder = job["folder"]
    for name in ("tmp", "work", "home"):
        os.makedirs(os.path.join(folder, name), 0o700, exist_ok=True)
    mounts = list(job["mounts"])
    work = os.path.join(folder, "work")
    working_dir = job.get("workingDir") or work
    in_private_root = job["privateRoot"]
    if not os.path.isdir(working_dir):
        if in_private_root:
            mounts.append({"source": work, "target": working_dir})
        else:
            working_dir = work
    if in_private_root:
        new_root = os.path.join(folder, "root")
        try:
            private_root.enter(os.path.join(folder, "tmp"), new_root, mounts, job["visible"])
        except OSError as error:
            raise Refused(125, "the task's private folders cannot be made: %s" % error)
        # A change of credentials clears it.
        system.die_with_parent(signal.SIGKILL)
    if os.getppid() != supervisor_pid:
        os._exit(137)
    try:
        os.chdir(working_dir)
    except OSError as error:
        raise Refused(126, 'the working directory "%s" cannot be entered: %s' % (working_dir, error.strerror))

    pid = os.getpid()
    _write_live_record(os.path.join(live_folder, str(pid)), {
        "id": job["id"],
        "folder": folder,
        "pid": pid,
        "startTicks": processes.start_ticks(pid),
        "bootId": job["bootId"],
        "mountNamespace": processes.mount_namespace(pid) if in_private_root else None,
        "startedAt": job["startedAt"],
    })
    return task_environment(job)


def task_environment(job):
    """Built from nothing: no variable of the server or of this process reaches a task."""
    folder = job["folder"]
    packages = os.path.join(folder, "packages")
    environment = {
        "PATH": ":".join([os.path.join(packages, "bin"), os.path.join(sys.prefix, "bin"), job["path"]]),
        "HOME": os.path.join(folder, "home"),
        "TMPDIR": "/tmp" if job["privateRoot"] else os.path.join(folder, "tmp"),
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


def _take_standard_fds(standard_fds):
    for target, source in enumerate(standard_fds):
        # None of the sources is below 3, so none is overwritten before its turn.
        os.dup2(source, target, inheritable=True)
    try:
        listed = [int(name) for name in os.listdir("/proc/self/fd" if system.IS_LINUX else "/dev/fd")]
    except OSError:
        listed = list(range(3, 1024))
    for descriptor in listed:
        if descriptor > 2:
            try:
                os.close(descriptor)
            except OSError:
                pass


def _be_first_to_go():
    """When memory runs out the task has to end, not the supervisor with all its tasks, nor the server."""
    try:
        with open("/proc/self/oom_score_adj", "w") as target:
            target.write("500")
    except OSError:
        pass


def _write_live_record(path, record):
    # Whole or absent; not synced: it speaks of this boot only.
    temporary = path + ".new"
    descriptor = os.open(temporary, os.O_CREAT | os.O_WRONLY | os.O_CLOEXEC, 0o600)
    os.write(descriptor, json.dumps(record).encode())
    os.close(descriptor)
    os.rename(temporary, path)
