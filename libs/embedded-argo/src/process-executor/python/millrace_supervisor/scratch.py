"""
Folders that an attempt has for itself while it runs: its /tmp, its working directory, its home. One in which nothing was left is lent to the
next attempt, because making folders and removing them again costs more than most of what else is done for a task.
"""

import os
import stat

NAMES = ("tmp", "work", "home")
PROGRAM = "ephemeral_component.py"
_MOST_UNUSED = 64


class Scratch:
    """The folders of one attempt. `slot` is its number among those in use."""

    def __init__(self, folder, shown):
        self.folder = folder
        self.shown = shown
        self.slot = 0
        # Name of a folder in tmp with the source of a component in it, that source, and how its file looked when it was written.
        self.program_folder = None
        self.source = None
        self.written = None
        for path in (folder, *(os.path.join(folder, name) for name in NAMES)):
            os.mkdir(path, 0o700)

    def path(self, name):
        return os.path.join(self.folder, name)

    def put_program(self, source):
        """Gives the attempt the file of its component."""
        if self.source is not None:
            return
        name = "tmp." + os.urandom(8).hex()
        folder = os.path.join(self.folder, "tmp", name)
        os.mkdir(folder, 0o700)
        descriptor = os.open(os.path.join(folder, PROGRAM), os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600)
        try:
            data = source.encode("utf-8", "surrogateescape")
            while data:
                data = data[os.write(descriptor, data):]
            self.written = _look(os.fstat(descriptor))
        finally:
            os.close(descriptor)
        self.program_folder, self.source = name, source

    def is_as_it_was(self):
        """Whether another attempt would notice nothing of the one that is over."""
        try:
            if not all(_is_private(self.path(name)) for name in NAMES):
                return False
            if set(os.listdir(self.folder)) - set(NAMES) - {"root"} or os.listdir(self.path("work")) or os.listdir(self.path("home")):
                return False
            return self.has_only_ours("/tmp") and (self.program_folder is None or self.program_is_as_it_was())
        except OSError:
            return False

    def has_only_ours(self, path):
        """Whether in the attempt's folder `path` are its component and, empty, folders on which others of the machine were shown."""
        for entry in os.scandir(self.folder + path):
            inner = path + "/" + entry.name
            if inner == "/tmp/%s" % self.program_folder or (inner in self.shown and entry.is_dir() and not os.listdir(entry.path)):
                continue
            if not any(shown.startswith(inner + "/") for shown in self.shown) or not self.has_only_ours(inner):
                return False
        return True

    def program_is_as_it_was(self):
        folder = os.path.join(self.folder, "tmp", self.program_folder)
        # The interpreter keeps what it has compiled beside it.
        if not _is_private(folder) or set(os.listdir(folder)) - {PROGRAM, "__pycache__"}:
            return False
        return _look(os.lstat(os.path.join(folder, PROGRAM))) == self.written


class ScratchFolders:
    def __init__(self, folder):
        self.folder = folder
        self.unused = []
        self.slots = set()
        os.makedirs(folder, 0o700, exist_ok=True)
        # Of an earlier supervisor. To be removed.
        self.left = [os.path.join(folder, name) for name in os.listdir(folder)]
        self.made = max((int(name) for name in os.listdir(folder) if name.isdigit()), default=0)

    def lend(self, source, visible):
        """
        One for an attempt at a component with this source, whose file is in it, or at a program (None). The `visible` folders of the machine
        are shown to the attempt, those below /tmp on folders that are made for that. Raises OSError.
        """
        shown = frozenset(path for path in visible if path.startswith("/tmp/"))
        found = self.find_unused(source, shown)
        if found is None:
            self.made += 1
            found = Scratch(os.path.join(self.folder, str(self.made)), shown)
        if source is not None:
            found.put_program(source)
        found.slot = next(slot for slot in range(len(self.slots) + 1) if slot not in self.slots)
        self.slots.add(found.slot)
        return found

    def find_unused(self, source, shown):
        # The most recent first: what it needs is in memory.
        for index in range(len(self.unused) - 1, -1, -1):
            found = self.unused[index]
            if found.shown == shown and (found.source == source or (source is not None and found.source is None)):
                return self.unused.pop(index)
        return None

    def take_back(self, scratch):
        """Returns a folder that is to be removed, or None."""
        self.slots.discard(scratch.slot)
        if not scratch.is_as_it_was():
            return scratch.folder
        self.unused.append(scratch)
        return self.unused.pop(0).folder if len(self.unused) > _MOST_UNUSED else None


def _is_private(path):
    mode = os.lstat(path).st_mode
    return stat.S_ISDIR(mode) and stat.S_IMODE(mode) == 0o700


def _look(status):
    return (status.st_ino, status.st_size, status.st_mtime_ns, stat.S_IMODE(status.st_mode))
