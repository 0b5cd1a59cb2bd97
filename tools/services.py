"""A private PostgreSQL and Redis for one run: own folders, free ports, gone afterwards.

Never touches a database that it did not make.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from . import machine

# What a bench measures on: as durable as in production.
DURABLE = ("max_connections=200", "shared_buffers=1GB", "work_mem=64MB", "max_wal_size=8GB", "min_wal_size=2GB",
           "random_page_cost=1.1")  # fmt: skip
# Durable writes cost minutes here and prove nothing: the folder is thrown away.
FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=200", "shared_buffers=256MB")


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def is_open(port: int) -> bool:
    """Whether somebody listens on this port of 127.0.0.1."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def wait_open(port: int, child: subprocess.Popen[bytes], log: Path, seconds: float = 40) -> None:
    """Wait until the child listens. Raises RuntimeError with the end of its log when it dies or is too slow."""
    deadline = time.monotonic() + seconds
    while not is_open(port):
        if child.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"{log.stem} did not start:\n{log.read_text(errors='replace')[-2000:]}")
        time.sleep(0.05)


def plain_user() -> str | None:
    """PostgreSQL refuses to run as root: then it runs as `postgres`, or as `nobody`."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


@contextmanager
def child(command: list[str], port: int, log: Path, stop: signal.Signals, user: str | None) -> Iterator[None]:
    """Run a server until the block ends; its own session, so that Ctrl-C reaches us first."""
    with log.open("wb") as out:
        process = subprocess.Popen(
            command, stdout=out, stderr=out, stdin=subprocess.DEVNULL, start_new_session=True, user=user, cwd=log.parent
        )
    try:
        wait_open(port, process, log)
        yield
    finally:
        process.send_signal(stop)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextmanager
def postgres(folder: Path, settings: tuple[str, ...] = FAST) -> Iterator[str]:
    """A PostgreSQL of our own in the folder; yields the URL of its first database."""
    user, data, port = plain_user(), folder / "pgdata", free_port()
    data.mkdir(mode=0o700)
    if user:
        shutil.chown(folder, user)
        shutil.chown(data, user)
    initdb = [str(machine.postgres_bin("initdb")), "-D", str(data), "-U", "postgres", "-A", "trust", "-E", "UTF8"]
    subprocess.run([*initdb, "--no-sync", "--locale=C.UTF-8"], check=True, capture_output=True, user=user, cwd=folder)
    command = [str(machine.postgres_bin("postgres")), "-D", str(data), "-p", str(port), "-k", ""]
    command += ["-c", "listen_addresses=127.0.0.1", *(part for value in settings for part in ("-c", value))]
    # SIGINT is PostgreSQL's fast shutdown: it does not wait for clients to leave.
    with child(command, port, folder / "postgres.log", signal.SIGINT, user):
        yield f"postgres://postgres@127.0.0.1:{port}/postgres"


@contextmanager
def redis(folder: Path) -> Iterator[str]:
    """A Redis of our own that keeps nothing on disk; yields its URL."""
    port = free_port()
    command = [shutil.which("redis-server") or "redis-server", "--port", str(port), "--bind", "127.0.0.1"]
    with child([*command, "--save", "", "--appendonly", "no"], port, folder / "redis.log", signal.SIGTERM, None):
        yield f"redis://127.0.0.1:{port}/0"


@contextmanager
def both(settings: tuple[str, ...] = FAST) -> Iterator[dict[str, str]]:
    """DATABASE_URL and REDIS_URL of a private pair; TEST_DATABASE_URL and TEST_REDIS_URL name others instead."""
    with ExitStack() as stack:
        room = stack.enter_context(
            tempfile.TemporaryDirectory(prefix="socialcrm-services-", ignore_cleanup_errors=True)
        )
        Path(room).chmod(0o755)
        folders = [Path(room, name) for name in ("postgres", "redis")]
        for folder in folders:
            folder.mkdir()
        database = os.environ.get("TEST_DATABASE_URL") or stack.enter_context(postgres(folders[0], settings))
        cache = os.environ.get("TEST_REDIS_URL") or stack.enter_context(redis(folders[1]))
        yield {"DATABASE_URL": database, "REDIS_URL": cache}


def main(arguments: list[str]) -> int:
    """Run a command with the URLs of a private pair in its environment: `python -m tools.services -- COMMAND`."""
    split = arguments.index("--")
    machine.ensure()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with both(DURABLE if "--durable" in arguments[:split] else FAST) as urls:
        return subprocess.run(arguments[split + 1 :], env={**os.environ, **urls}).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
