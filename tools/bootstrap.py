"""Make .venv hold exactly what a lock file names: `python3 -m tools.bootstrap requirements.txt`.

Runs on the bare Python of a fresh machine: standard library only.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = Path(os.environ.get("VENV", str(ROOT / ".venv"))).absolute()
STAMP = VENV / "locked.json"
# The development lock is resolved on top of the run-time lock, so that whoever has the first has the second.
INCLUDES = {"requirements-dev.txt": ("requirements.txt",)}


def say(text: str) -> None:
    """Tell the person at the terminal what is going on."""
    print(text, flush=True)


def python() -> Path:
    """The interpreter of the virtual environment."""
    return VENV / "bin" / "python"


def digest(lock: str) -> str:
    """What the stamp holds for a lock file: its bytes and the Python that it was installed for."""
    text = (ROOT / lock).read_bytes() + ".".join(map(str, sys.version_info[:2])).encode()
    return hashlib.sha256(text).hexdigest()


def stamped() -> dict[str, str]:
    """The locks that are installed, or nothing when the environment was never finished."""
    try:
        return dict(json.loads(STAMP.read_text()))
    except (OSError, ValueError):
        return {}


def is_ready(lock: str) -> bool:
    """Whether the environment already holds this very lock."""
    return python().exists() and stamped().get(lock) == digest(lock)


def pip(lock: str) -> None:
    """Install a lock file; pip's own words are shown only when it fails."""
    command = [str(python()), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"]
    command += ["--require-hashes", "--no-deps", "--prefer-binary", "-r", str(ROOT / lock)]
    done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if done.returncode:
        lines = [line for line in done.stderr.splitlines() if not line.startswith("WARNING")]
        sys.exit("\n".join([*lines[-20:], f"Could not install {lock}. Check the connection, then run this again."]))


def create() -> None:
    """Create the virtual environment where there is none that works."""
    if python().exists() and (VENV / "bin" / "pip").exists():
        return
    say(f"Creating the virtual environment {VENV.name} ...")
    done = subprocess.run([sys.executable, "-m", "venv", "--clear", str(VENV)], capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{done.stdout}{done.stderr}\nCould not create {VENV}. On Debian: apt-get install python3-venv")


def install(lock: str) -> None:
    """Bring the environment to the lock; does nothing when it is there already."""
    if sys.version_info < (3, 11):  # noqa: UP036 - this file is the one that meets an old Python
        sys.exit(f"Python 3.11 or newer is needed, this is {sys.version.split()[0]}.")
    if is_ready(lock):
        return
    started = time.monotonic()
    create()
    say(f"Installing the locked packages of {lock} ...")
    STAMP.unlink(missing_ok=True)
    pip(lock)
    names = (lock, *INCLUDES.get(lock, ()))
    STAMP.write_text(json.dumps({name: digest(name) for name in names}))
    say(f"Installed in {time.monotonic() - started:.0f} s.")


if __name__ == "__main__":
    install(sys.argv[1] if len(sys.argv) > 1 else "requirements.txt")
