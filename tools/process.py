"""Children of the demo: each in a session of its own, with a log; started, watched, restarted, stopped by pid."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

PATIENCE = 12  # seconds that a child gets to end by itself
PR_SET_PDEATHSIG = 1
LOG_LIMIT = 5_000_000  # bytes after which a log starts anew, the old one kept once


def die_with_parent() -> Callable[[], None] | None:
    """On Linux a child gets SIGTERM even when its parent is killed with -9, so that nothing is left behind."""
    if not sys.platform.startswith("linux"):
        return None
    libc = ctypes.CDLL(None)
    return lambda: libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


@dataclass
class Child:
    """One process of the demo."""

    name: str
    command: list[str]
    env: dict[str, str]
    log: Path
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    falls: list[float] = field(default_factory=list)

    def start(self) -> None:
        """Start the process; its words go to its log."""
        if self.log.exists() and self.log.stat().st_size > LOG_LIMIT:
            self.log.replace(self.log.with_suffix(".old.log"))
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(
                self.command,
                env={**os.environ, **self.env},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
                preexec_fn=die_with_parent(),
            )
        self.started = time.monotonic()

    @property
    def pid(self) -> int:
        """The process id, 0 when it never started."""
        return self.process.pid if self.process else 0

    def has_died(self) -> bool:
        """Whether it ran and has ended."""
        return self.process is not None and self.process.poll() is not None

    def revive(self) -> bool:
        """Start it again; False when it fell five times within a minute and had better be looked at."""
        now = time.monotonic()
        self.falls = [moment for moment in self.falls if now - moment < 60] + [now]
        if len(self.falls) >= 5:
            return False
        self.start()
        return True

    def ask_to_stop(self) -> None:
        """Send SIGTERM to the process itself; gunicorn and Celery then end their own children."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()

    def end(self, deadline: float) -> None:
        """Wait until the deadline, then kill what is left of the session that it leads."""
        if self.process is None:
            return
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(max(0.1, deadline - time.monotonic()))
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def tail(self, lines: int = 15) -> str:
        """The end of its log."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])


def stop_all(children: list[Child]) -> None:
    """Stop every child, all at once, and return when none is left."""
    deadline = time.monotonic() + PATIENCE
    for child in children:
        child.ask_to_stop()
    for child in children:
        child.end(deadline)


class Parent:
    """Who started us. GNU make on SIGINT waits for its children without telling them: then we stop ourselves."""

    def __init__(self) -> None:
        self.pid = os.getppid()
        self.is_make = self.handles_interrupt()

    def handles_interrupt(self) -> bool:
        """Whether the parent is a make that still has its handler for SIGINT; it drops it once interrupted."""
        try:
            status = Path(f"/proc/{self.pid}/status").read_text()
        except OSError:
            return False
        lines = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
        caught = int(lines.get("SigCgt", "0"), 16)
        return lines.get("Name", "").strip() in ("make", "gmake") and bool(caught & 1 << (signal.SIGINT - 1))

    def is_gone(self) -> bool:
        """Whether the make that started us has ended, or wants to."""
        return self.is_make and (os.getppid() != self.pid or not self.handles_interrupt())
