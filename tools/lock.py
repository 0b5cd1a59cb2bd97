"""Resolve requirements*.in into requirements*.txt with hashes, by uv, for Python 3.11: `make lock`."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from .bootstrap import ROOT

# Nothing of the machine that resolves may enter the file: no header with its paths, no index, no links.
COMMON = [
    "pip",
    "compile",
    "--quiet",
    "--generate-hashes",
    "--no-header",
    "--no-emit-index-url",
    "--no-emit-find-links",
]
PAIRS = (("requirements.in", ()), ("requirements-dev.in", ("--constraint", "requirements.txt")))


def uv(room: str) -> str:
    """The path of uv: the one on the PATH, or one fetched into the room."""
    found = shutil.which("uv")
    if found:
        return found
    subprocess.run([sys.executable, "-m", "venv", room], check=True)
    subprocess.run([f"{room}/bin/pip", "install", "--quiet", "uv"], check=True, stderr=subprocess.DEVNULL)
    return f"{room}/bin/uv"


def main() -> None:
    """Write both lock files; `--upgrade` takes the newest versions instead of keeping what is locked."""
    with tempfile.TemporaryDirectory() as room:
        tool = uv(room)
        for source, more in PAIRS:
            target = str(Path(source).with_suffix(".txt"))
            command = [tool, *COMMON, "--python-version", "3.11", *more, *sys.argv[1:], "-o", target, source]
            subprocess.run(command, cwd=ROOT, check=True, env={**os.environ, "UV_CUSTOM_COMPILE_COMMAND": "make lock"})
            print(f"{target} written.")


if __name__ == "__main__":
    main()
