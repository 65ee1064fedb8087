"""
Makes one virtual environment, once, however many processes ask for it.

One argument, a JSON object: path, pip (a list of `pip install` argument lists), how (venv, pip or virtualenv).
Prints JSON values, one a line: {"progress": …}, {"output": …} and at the end {"ok": true} or {"ok": false, "message": …}.
"""

import fcntl
import json
import os
import shutil
import subprocess
import sys


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

    try:
        venv.EnvBuilder(symlinks=True, with_pip=how == "venv").create(path)
    except subprocess.CalledProcessError as error:
        return 1, ["the virtual environment cannot be made: %s" % error]
    if how == "pip":
        # Debian splits ensurepip off; a pip that is installed can put itself into the environment.
        return run([sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "pip"])
    return 0, []


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
