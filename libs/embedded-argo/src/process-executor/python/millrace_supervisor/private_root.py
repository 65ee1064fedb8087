"""
A view of the file system for one attempt: a /tmp of its own, folders mounted where the task expects them, everything
else as on the machine. Made with a mount namespace, and with a user namespace where the process is not privileged.
"""

import os

from . import system

_mounts_are_our_own = False


def leave_the_machines_mounts():
    """The first half of the way, the same for every task: the calling process (of one thread) has mounts of its own from here on."""
    global _mounts_are_our_own
    _unshare()
    # Slave: what the machine mounts later arrives here, and nothing mounted here leaves.
    system.mount(None, "/", None, system.MS_REC | system.MS_SLAVE)
    _mounts_are_our_own = True


def enter(scratch_tmp, new_root, mounts, visible):
    """
    Moves the calling process, which has mounts of its own and is about to become the task, into its private root.

    `mounts` are {source, target, readOnly}; their targets need not exist. `visible` are folders that stay reachable
    at their own path although /tmp is replaced. `new_root` is made, or is an empty folder; used only when a target is missing.
    A mount with "outputs" keeps what the task writes into its target; what is there already stays visible. It may be at /.
    """
    if not _mounts_are_our_own:
        # It would be the machine's /tmp that is covered.
        raise OSError("this process still has the machine's mounts")
    own_root = [entry["source"] for entry in mounts if entry["target"] == "/"]
    mounts = [entry for entry in mounts if entry["target"] != "/"]
    kept = [{"source": path, "target": path} for path in visible if _is_below(path, "/tmp") and os.path.exists(path)]
    planned = sorted(_needed(kept, mounts), key=lambda entry: _resolve(entry["target"]).count("/"))
    # Opened before anything is covered: a source may lie under /tmp or under another target.
    sources = [os.open(entry["source"], os.O_PATH | os.O_CLOEXEC) for entry in planned]
    targets = [_resolve(entry["target"]) for entry in planned]
    shown = [_open_folder(target) if entry.get("outputs") else None for entry, target in zip(planned, targets)]
    missing = [path for path in targets if not _is_below(path, "/tmp") and not _fits(path, targets)]

    root = ""
    if missing or own_root:
        root = new_root
        os.makedirs(root, 0o700, exist_ok=True)
        _build_root(root, missing, own_root[-1] if own_root else None)
    read_only = []
    for entry, descriptor, target, before in zip(planned, sources, targets, shown):
        source = "/proc/self/fd/%d" % descriptor
        point = scratch_tmp + target[len("/tmp"):] if _is_below(target, "/tmp") else root + target
        _make_mount_point(point, is_folder=os.path.isdir(source))
        system.mount(source, point, None, system.MS_BIND | system.MS_REC)
        if before is not None:
            _show_again(before, point)
        if entry.get("readOnly"):
            read_only.append(point)
    for point in read_only:
        system.make_read_only(point)
    for descriptor in sources:
        os.close(descriptor)
    # Last, with everything that was mounted inside it.
    system.mount(scratch_tmp, os.path.realpath("/tmp") if not root else root + "/tmp", None, system.MS_BIND | system.MS_REC)
    if root:
        _switch_root(root)
    if os.geteuid() != 0:
        # An executed program of an ordinary user has none either; kept, they would let the task pass file modes.
        system.drop_capabilities()


def works():
    """Why a private root cannot be made here, or None. Tried in a child process."""
    if not system.IS_LINUX:
        return "private folders for a task need Linux"
    import tempfile

    scratch = tempfile.mkdtemp(prefix="millrace-probe-")
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        problem = b""
        try:
            os.mkdir(scratch + "/tmp")
            leave_the_machines_mounts()
            enter(scratch + "/tmp", scratch, [{"source": "/", "target": "/millrace-probe"}], [])
        except BaseException as error:  # noqa: BLE001 - any failure means "not here"
            problem = str(error).encode() or b"unknown"
        os.write(writer, problem)
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as answers:
        answer = answers.read()
    os.waitpid(child, 0)
    os.rmdir(scratch + "/tmp")
    os.rmdir(scratch)
    return answer.decode(errors="replace") or None


def _needed(kept, mounts):
    """Without folders that are where they are to be, and are seen there without our doing."""
    own = [entry for entry in kept + mounts if entry["source"] == entry["target"] and not entry.get("readOnly")]
    covers = [entry for entry in mounts if entry not in own]
    shown = {entry["target"] for entry in kept}
    found = {}
    for entry in own:
        path = entry["target"]
        covered = any(_is_below(path, other["target"]) for other in covers)
        reached = not _is_below(path, "/tmp") or any(path != other and _is_below(path, other) for other in shown)
        if covered or not reached:
            found[path] = entry
    return covers + list(found.values())


def _unshare():
    if os.geteuid() == 0:
        try:
            # Root keeps its powers; without CAP_SYS_ADMIN (in a container) it goes the way of everyone else.
            system.unshare(system.CLONE_NEWNS)
            return
        except OSError:
            pass
    user, group = os.geteuid(), os.getegid()
    system.unshare(system.CLONE_NEWUSER | system.CLONE_NEWNS)
    _write("/proc/self/setgroups", "deny")
    _write("/proc/self/uid_map", "%d %d 1" % (user, user))
    _write("/proc/self/gid_map", "%d %d 1" % (group, group))


def _build_root(root, missing, own):
    """
    A tmpfs at `root` (or the folder `own`) with the machine's top-level entries, and with real folders on the way to what
    is missing.
    """
    opened = {"/"}
    for path in missing:
        parent = os.path.dirname(path)
        while parent != "/" and not os.path.isdir(parent):
            parent = os.path.dirname(parent)
        while parent != "/":
            opened.add(parent)
            parent = os.path.dirname(parent)
    if own:
        # With mount points of an earlier try it would not be as on the machine.
        for name in os.listdir(own):
            _remove_empty(os.path.join(own, name))
        system.mount(own, root, None, system.MS_BIND)
    else:
        system.mount("tmpfs", root, "tmpfs", 0, "mode=755")
    _fill("/", root, opened)
    if not os.path.isdir(root + "/tmp"):
        os.mkdir(root + "/tmp")


def _fill(folder, root, opened):
    for entry in os.scandir(folder):
        point = root + entry.path
        if entry.is_symlink():
            os.symlink(os.readlink(entry.path), point)
        elif entry.path == "/tmp":
            os.mkdir(point)
        elif entry.path in opened:
            os.mkdir(point)
            _fill(entry.path, root, opened)
        elif entry.is_dir() or entry.is_file():
            _make_mount_point(point, is_folder=entry.is_dir())
            try:
                system.mount(entry.path, point, None, system.MS_BIND | system.MS_REC)
            except OSError:
                # Something this user may not even bind (a stale network mount); the task does without it.
                pass


def _open_folder(path):
    # A task's /tmp is its own and empty.
    if _is_below(path, "/tmp") or not os.path.isdir(path):
        return None
    return os.open(path, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)


def _show_again(before, point):
    """What was in a folder, at its old place in the one that covers it."""
    folder = "/proc/self/fd/%d" % before
    for entry in os.scandir(folder):
        path = os.path.join(point, entry.name)
        if os.path.lexists(path):
            continue
        if entry.is_symlink():
            os.symlink(os.readlink(entry.path), path)
        elif entry.is_dir() or entry.is_file():
            _make_mount_point(path, is_folder=entry.is_dir())
            system.mount(entry.path, path, None, system.MS_BIND | system.MS_REC)
    os.close(before)


def _remove_empty(path):
    if os.path.islink(path) or os.path.isfile(path):
        os.unlink(path)
    else:
        for folder, _, _ in os.walk(path, topdown=False):
            try:
                os.rmdir(folder)
            except OSError:
                pass


def _switch_root(root):
    old = root + "/.old"
    os.mkdir(old)
    system.pivot_root(root, old)
    os.chdir("/")
    system.detach_mount("/.old")
    os.rmdir("/.old")


def _fits(path, targets):
    # A target below another mount is made inside that mount's source.
    return os.path.exists(path) or any(path != other and _is_below(path, other) for other in targets)


def _make_mount_point(path, is_folder):
    if os.path.exists(path):
        return
    if is_folder:
        os.makedirs(path, 0o755, exist_ok=True)
    else:
        os.makedirs(os.path.dirname(path), 0o755, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_CLOEXEC, 0o600))


def _resolve(path):
    path = os.path.normpath(path)
    return path if _is_below(path, "/tmp") else os.path.realpath(path)


def _is_below(path, folder):
    return path == folder or path.startswith(folder.rstrip("/") + "/")


def _write(path, text):
    descriptor = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
    try:
        os.write(descriptor, text.encode())
    finally:
        os.close(descriptor)
