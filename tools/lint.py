"""The quick half of the suite, with its words on the terminal: `make lint`."""

from __future__ import annotations

import subprocess
import sys

from . import bootstrap
from .suite import lint


def main() -> int:
    """Run every check, also after one that failed; 0 when all are clean."""
    codes = []
    for step in lint():
        print(f"{step.name}:", flush=True)
        codes.append(subprocess.run(step.command, cwd=bootstrap.ROOT, stdin=subprocess.DEVNULL).returncode)
    return int(any(codes))


if __name__ == "__main__":
    sys.exit(main())
