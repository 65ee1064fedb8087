"""
Makes one virtual environment, once, however many processes ask for it.

One argument, a JSON object: path, pip (a list of `pip install` argument lists), how (venv, pip or virtualenv).
Prints JSON values, one a line: {"progress": …}, {"output": …} and at the end {"ok": true} or {"ok": false, "message": …}.
"""

import fcntl
import glob
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile


def say(**value):
    print(json.dumps(value), flush=True)


def run(arguments):
    """Output goes on as it comes; the last lines come back for the message of a failure."""
    tail = []
    process = subprocess.Popen(arguments, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    for raw in process.stdout:
        line = raw.decode("utf-8", "replace").rstrip("\n")
        say(output=line)
        tail = (tail + [line])[-20:]
    return process.wait(), tail


def make(path, how):
    python = os.path.join(path, "bin", "python3")
    if how == "virtualenv":
        return run([sys.executable, "-m", "virtualenv", "--quiet", path])
    import venv

    venv.EnvBuilder(symlinks=True, with_pip=False).create(path)
    if how == "pip":
        # Debian splits ensurepip off; a pip that is installed can put itself into the environment.
        return run([sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "pip"])
    if unpack_bundled_pip(path):
        return 0, []
    return run([python, "-m", "ensurepip", "--upgrade", "--default-pip"])


def unpack_bundled_pip(path):
    """
    What ensurepip does, in a tenth of its time: the wheels that come with Python are unpacked where they belong.
    False when they are not as expected, so that ensurepip does it.
    """
    import ensurepip

    folders = [os.path.join(os.path.dirname(ensurepip.__file__), "_bundled"), sysconfig.get_config_var("WHEEL_PKG_DIR") or ""]
    wheels = [wheel for folder in folders for wheel in glob.glob(os.path.join(folder, "*-py3-none-any.whl"))]
    wheels = [wheel for wheel in wheels if os.path.basename(wheel).startswith(("pip-", "setuptools-"))]
    if sum(os.path.basename(wheel).startswith("pip-") for wheel in wheels) != 1:
        return False
    packages = sysconfig.get_path("purelib", vars={"base": path, "platbase": path}, scheme="venv" if "venv" in sysconfig.get_scheme_names() else "posix_prefix")
    if not os.path.isdir(packages):
        return False
    for wheel in wheels:
        with zipfile.ZipFile(wheel) as archive:
            if any(".data/" in name for name in archive.namelist()):
                return False
            archive.extractall(packages)
    python = os.path.join(path, "bin", "python3")
    for name in ("pip", "pip3"):
        program = os.path.join(path, "bin", name)
        with open(program, "w") as target:
            # As pip's own launchers: a kernel takes no interpreter with a long path or a blank.
            target.write("#!/bin/sh\n'''exec' '%s' \"$0\" \"$@\"\n' '''\nimport sys\nfrom pip._internal.cli.main import main\n\nsys.exit(main())\n" % python)
        os.chmod(program, 0o755)
    return True


def install(path, arguments):
    named = " ".join(word for word in arguments if not word.startswith("-") and "://" not in word)
    say(progress="installing %s" % named)
    python = os.path.join(path, "bin", "python3")
    options = ["--disable-pip-version-check", "--no-input", "--no-warn-script-location", "--progress-bar", "off"]
    return run([python, "-m", "pip", "install", *options, *arguments])


def reason(tail):
    errors = [line for line in tail if line.startswith("ERROR:")]
    return (errors or tail or ["no output"])[-1].replace("ERROR: ", "")


def main():
    request = json.loads(sys.argv[1])
    path = request["path"]
    os.makedirs(os.path.dirname(path), 0o700, exist_ok=True)
    with open(path + ".lock", "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            say(progress="waiting for another process that makes the same environment")
            fcntl.flock(lock, fcntl.LOCK_EX)
        ready = os.path.join(path, "ready.json")
        if not os.path.exists(ready) or not os.path.exists(os.path.join(path, "bin", "python3")):
            shutil.rmtree(path, ignore_errors=True)
            say(progress="making a virtual environment")
            code, tail = make(path, request["how"])
            for arguments in request["pip"]:
                if code == 0:
                    code, tail = install(path, arguments)
            if code != 0:
                shutil.rmtree(path, ignore_errors=True)
                say(ok=False, message=reason(tail))
                return
            with open(ready + ".new", "w") as marker:
                json.dump({"python": sys.version.split()[0], "pip": request["pip"]}, marker)
                marker.flush()
                os.fsync(marker.fileno())
            os.rename(ready + ".new", ready)
    say(ok=True)


main()
