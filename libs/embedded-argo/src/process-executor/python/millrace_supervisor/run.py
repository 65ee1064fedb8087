"""From the command line to the loop, and out of it again: as the supervisor that ends, or as a child that is a task."""

import fcntl
import json
import os
import signal
import socket
import sys

from . import become_task, durable, failpoint, preloaded, private_root, processes, spare, system
from .loop import PROTOCOL, InChild, Loop


def supervise():
    """Returns the module that this process, now a task's child, has to run as __main__; None when the work is done."""
    options = json.loads(sys.argv[1])
    folder = options["folder"]
    failpoint.arm(options.get("failpoint"))
    os.umask(0o077)
    os.makedirs(folder, 0o700, exist_ok=True)
    lock = os.open(os.path.join(folder, "lock"), os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        _tell("busy")
        return None
    # Tells a server that finds no note of a supervisor here whether one may be about to write it.
    os.utime(lock)
    _remove(os.path.join(folder, "closing"))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    system.adopt_orphans()
    no_private_root = private_root.works() if options["privateRoot"] else "private folders are switched off"
    for name in options["modules"]:
        preloaded.preload(name)

    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    _remove(options["socket"])
    listener.bind(options["socket"])
    os.chmod(options["socket"], 0o600)
    listener.listen(16)
    durable.write_json(os.path.join(folder, "supervisor.json"), {
        "pid": os.getpid(),
        "startTicks": processes.start_ticks(os.getpid()),
        "bootId": processes.boot_id(),
        "socket": options["socket"],
        "protocol": PROTOCOL,
    })
    _tell("ready")
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 1)
    os.close(null)

    supervisor_pid = os.getpid()
    loop = Loop(options, listener, no_private_root)
    try:
        loop.run()
    except InChild as child:
        job, standard_fds, connection = child.job, child.standard_fds, child.connection
        live = loop.live
        loop.leave_to_child()
    else:
        note = durable.read_json(os.path.join(folder, "supervisor.json"))
        # Should the folder have been made anew meanwhile, what lies in it is another's.
        if note and note["pid"] == supervisor_pid:
            _remove(options["socket"])
            _remove(os.path.join(folder, "supervisor.json"))
        return None
    # Outside the handler: the task must not see an exception being handled.
    del loop
    problem = None
    try:
        become_task.detach({live.descriptor, *standard_fds, *([connection.fileno()] if connection else [])}, private=no_private_root is None)
    except BaseException as error:  # noqa: BLE001 - whose task it is may not be known yet
        problem = error
    if connection:
        preloaded.warm_up()
        job, standard_fds = spare.wait_for_job(connection)
    return _become(job, supervisor_pid, live, standard_fds, problem)


def _become(job, supervisor_pid, live, standard_fds, problem):
    try:
        become_task.take_standard_fds(standard_fds)
        if problem:
            raise problem
        environment = become_task.prepare(job, supervisor_pid, live)
        if job["fork"]:
            preloaded.become_component(job, environment)
            return job["launch"]["module"]
        become_task.execute(job["argv"], environment)
    except become_task.Refused as refused:
        _explain(job, str(refused))
        os._exit(refused.exit_code)
    except BaseException as error:  # noqa: BLE001 - nothing of the supervisor may run on in a child
        _explain(job, "the task could not be prepared: %r" % error)
        os._exit(125)


def _explain(job, message):
    message = message[:1].upper() + message[1:] + "."
    os.write(2, ("Millrace: %s\n" % message).encode(errors="replace"))
    with open(os.path.join(job["folder"], "problem"), "w", encoding="utf-8", errors="replace") as target:
        target.write(message)


def _tell(word):
    try:
        # In one write: the server hangs up at the first byte.
        os.write(1, (word + "\n").encode())
    except OSError:
        pass


def _remove(path):
    try:
        os.unlink(path)
    except OSError:
        pass
