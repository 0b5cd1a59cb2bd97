"""A Redis and a PostgreSQL of a chaos run's own, so that it may end them without warning and start them again."""

from __future__ import annotations

import shutil
import signal
import subprocess
import time
from pathlib import Path

from tools import machine
from tools.services import free_port, plain_user, wait_open

# As durable as in production, as far as a crash of the server goes: a commit that was confirmed must be there again.
SETTINGS = ("max_connections=200", "shared_buffers=128MB", "synchronous_commit=on", "listen_addresses=127.0.0.1")


class Server:
    """A server on a port of its own; use it as a context manager."""

    url = ""
    ends_by = signal.SIGKILL
    user: str | None = None

    def __init__(self, folder: Path, name: str) -> None:
        self.folder, self.port = folder / name, free_port()
        self.log = self.folder / f"{name}.log"
        self.folder.mkdir()
        self.restarts = 0
        self.process: subprocess.Popen[bytes] | None = None

    def command(self) -> list[str]:
        """How it is started."""
        raise NotImplementedError

    def __enter__(self) -> Server:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.end(signal.SIGTERM)

    def start(self) -> None:
        """Start it, and wait until it listens."""
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(
                self.command(), stdout=out, stderr=out, start_new_session=True, user=self.user, cwd=self.folder
            )
        wait_open(self.port, self.process, self.log)

    def end(self, how: signal.Signals) -> None:
        """End it, and wait until it is gone."""
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait(30)
            self.process = None

    def restart(self, pause: float) -> None:
        """End it without warning; start it again after a pause."""
        self.end(self.ends_by)
        time.sleep(pause)
        self.start()
        self.restarts += 1


class Redis(Server):
    """Keeps nothing on disk: a restart forgets every message."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, "redis")
        self.url = f"redis://127.0.0.1:{self.port}/0"

    def command(self) -> list[str]:
        """Without AOF and snapshots."""
        program = shutil.which("redis-server") or "redis-server"
        return [program, "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]


class Postgres(Server):
    """Ended as `pg_ctl restart -m immediate` ends it: no goodbye, recovery at the next start."""

    ends_by = signal.SIGQUIT

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, "postgres")
        self.url = f"postgres://postgres@127.0.0.1:{self.port}/postgres"
        self.user, self.data = plain_user(), self.folder / "data"
        folder.chmod(0o755)
        self.data.mkdir(mode=0o700)
        for place in (self.folder, self.data) if self.user else ():
            shutil.chown(place, self.user)
        initdb = [str(machine.postgres_bin("initdb")), "-D", str(self.data), "-U", "postgres", "-A", "trust"]
        more = ["-E", "UTF8", "--no-sync", "--locale=C.UTF-8"]
        subprocess.run([*initdb, *more], check=True, capture_output=True, user=self.user, cwd=self.folder)

    def command(self) -> list[str]:
        """On its port only."""
        options = [part for value in SETTINGS for part in ("-c", value)]
        return [str(machine.postgres_bin("postgres")), "-D", str(self.data), "-p", str(self.port), "-k", "", *options]
