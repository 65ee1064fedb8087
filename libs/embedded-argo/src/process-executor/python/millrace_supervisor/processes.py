"""What the system knows about processes. Everything here answers "nothing" where there is no /proc."""

import os


def start_ticks(pid):
    """When a process started, in ticks since boot: with its id it names a process for good. None if there is none."""
    fields = _stat(pid)
    return int(fields[19]) if fields else None


def session_of(pid):
    fields = _stat(pid)
    return int(fields[3]) if fields else None


def mount_namespace(pid):
    try:
        return os.readlink("/proc/%s/ns/mnt" % pid)
    except OSError:
        return None


def hold_mount_namespace(pid):
    """A descriptor that keeps the namespace in which the process is now; None where that cannot be had."""
    try:
        return os.open("/proc/%s/ns/mnt" % pid, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None


def has_private_root_in(pid, scratch):
    """Whether the /tmp of a process is that of an attempt: the kernel gives a namespace's number again once its last process is gone."""
    try:
        with open("/proc/%s/mountinfo" % pid) as source:
            # As the file system on which it lies has it: without what is above.
            return "/%s/tmp " % "/".join(scratch.split("/")[-3:]) in source.read()
    except OSError:
        return False


def boot_id():
    try:
        with open("/proc/sys/kernel/random/boot_id") as source:
            return source.read().strip()
    except OSError:
        return ""


def children_of_this_process():
    me = os.getpid()
    try:
        return [int(word) for word in read_all("/proc/%d/task/%d/children" % (me, me)).split()]
    except OSError:
        return [pid for pid in all_processes() if (_stat(pid) or ["", "0"])[1] == str(me)]


def all_processes():
    try:
        return [int(name) for name in os.listdir("/proc") if name.isdigit()]
    except OSError:
        return []


def carries(pid, marker):
    """Whether a process was started with the environment entry `marker` (bytes)."""
    try:
        with open("/proc/%d/environ" % pid, "rb") as source:
            return marker in source.read().split(b"\0")
    except OSError:
        return False


def _stat(pid):
    # The second field, the name, may hold blanks and brackets; what follows its last bracket does not.
    try:
        return read_all("/proc/%s/stat" % pid).rpartition(b")")[2].decode().split()
    except OSError:
        return None


def read_all(path):
    """Bytes of a file of /proc. With fewer calls than a file object needs, for what is read for every attempt."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        pieces = [os.read(descriptor, 65536)]
        while pieces[-1]:
            pieces.append(os.read(descriptor, 65536))
        return b"".join(pieces)
    finally:
        os.close(descriptor)
