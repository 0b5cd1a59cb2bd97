"""The processes of a chaos run: sandbox, database, workers, beat; each started, killed and stopped by its own pid."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread
from urllib.parse import urlsplit

import psycopg

from tests.sandbox_process import ROOT, Sandbox

from .servers import Postgres, Redis, Server

QUIET = ("--without-gossip", "--without-mingle", "--without-heartbeat", "-l", "WARNING")


@dataclass
class Plan:
    """What a run does; `lease` 0 leaves the site's own lease."""

    replies: int = 300
    workers: int = 4
    kills: int = 20
    seed: int = 1
    lease: float = 0
    faults: float = 0.1
    sqlite: bool = False
    shake: bool = True
    emptied: bool = False
    port: int = 0
    redis: bool = False  # a Redis of its own, ended and started again
    database: bool = False  # the same for a PostgreSQL
    restarts: int = 3
    beats: int = 1


@dataclass
class Stage:
    """Everything that runs beside us. Use as a context manager."""

    plan: Plan
    url: str = ""
    redis_url: str = ""
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)
    killed: int = 0
    servers: list[Server] = field(default_factory=list)

    def __enter__(self) -> Stage:
        with ExitStack() as stack:
            self.set_up(stack)
            self.stack = stack.pop_all()
        return self

    def set_up(self, stack: ExitStack) -> None:
        """The folder, the sandbox and the database; what was set up is taken down when the next fails."""
        self.folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="chaos-")))
        self.log = stack.enter_context((self.folder / "workers.log").open("wb"))
        people = Sandbox(people=120, history_days=1, port=self.plan.port)
        self.sandbox = stack.enter_context(people)
        self.start_servers(stack)
        self.set_environment()
        stack.callback(self.drop_database)
        self.make_database()
        stack.callback(self.stop)

    def __exit__(self, *_: object) -> None:
        self.stack.close()

    def stop(self) -> None:
        """End the workers; by now there is nothing left for them to do."""
        for process in self.workers:
            process.kill()
            process.wait()

    def start_servers(self, stack: ExitStack) -> None:
        """The servers that this run will restart."""
        for wanted, kind, name in (
            (self.plan.database, Postgres, "DATABASE_URL"),
            (self.plan.redis, Redis, "REDIS_URL"),
        ):
            if wanted:
                server = stack.enter_context(kind(self.folder))
                os.environ[name] = server.url
                self.servers.append(server)

    def restart_servers(self, pause: float) -> None:
        """Restart them without warning, beside everything else; each is away for so many seconds."""
        for server in self.servers:
            Thread(target=server.restart, args=(pause,)).start()

    def set_environment(self) -> None:
        """Our own environment is the children's: the site, pointed at this stage."""
        app = self.sandbox.control("GET", "credentials?network=twitter")
        names = ("client_id", "client_secret", "consumer_key", "consumer_secret")
        os.environ.update({f"TWITTER_{name.upper()}": app[name] for name in names})
        self.url = "" if self.plan.sqlite else os.environ.get("DATABASE_URL", "")
        self.redis_url = "" if self.plan.sqlite else os.environ.get("REDIS_URL", "")
        self.database = f"test_outbox_chaos_{os.getpid()}"
        os.environ.update(
            DJANGO_SETTINGS_MODULE="tests.chaos.settings",
            CRM_VAR_DIR=str(self.folder),
            CRM_LOG_LEVEL="WARNING",
            TWITTER_API_URL=self.sandbox.url,
            TWITTER_WEB_URL=self.sandbox.url,
            TWITTER_PRIVATE_HOSTS="127.0.0.1",
            DATABASE_URL=f"{self.url.rpartition('/')[0]}/{self.database}" if self.url else "",
            REDIS_URL=self.redis_url,
        )
        if not self.url:
            del os.environ["DATABASE_URL"]
        if self.plan.lease:
            os.environ["CHAOS_LEASE"] = str(self.plan.lease)

    def make_database(self) -> None:
        """A database of this run's own."""
        if self.url:
            self.on_server(f'CREATE DATABASE "{self.database}"')
        subprocess.run([sys.executable, "manage.py", "migrate", "-v0", "--skip-checks"], cwd=ROOT, check=True)

    def drop_database(self) -> None:
        """Leave nothing behind."""
        if self.url:
            self.on_server(f'DROP DATABASE IF EXISTS "{self.database}" WITH (FORCE)')

    def on_server(self, sql: str) -> None:
        """Run one statement on the server, outside our database."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(sql)

    def start_worker(self, number: int) -> subprocess.Popen[bytes]:
        """A Celery worker; in the pool of threads, the worker is one process, and kill -9 takes all of it."""
        name = f"w{number}-{random.getrandbits(32):x}@chaos"
        return self.celery("worker", "--pool=threads", "--concurrency=4", "-n", name, *QUIET)

    def start(self) -> None:
        """Start all workers, and beat last."""
        self.workers = [self.start_worker(number) for number in range(self.plan.workers)]
        for number in range(self.plan.beats):
            schedule = str(self.folder / f"beat-schedule-{number}")
            self.workers.append(self.celery("beat", "-s", schedule, "--pidfile=", "-l", "WARNING"))

    def celery(self, *arguments: str) -> subprocess.Popen[bytes]:
        """A Celery process in a session of its own."""
        command = [sys.executable, "-m", "celery", "-A", "crm_core", *arguments]
        return subprocess.Popen(command, cwd=ROOT, stdout=self.log, stderr=self.log, start_new_session=True)

    def kill_one(self, dice: random.Random) -> None:
        """kill -9 a worker, and start another in its place."""
        number = dice.randrange(self.plan.workers)
        self.workers[number].kill()
        self.workers[number].wait()
        self.workers[number] = self.start_worker(number)
        self.killed += 1

    def empty_redis(self) -> None:
        """Forget everything that the broker knows, in its own database only."""
        if self.redis_url:
            import redis

            redis.Redis.from_url(self.redis_url).flushdb()

    def cut_database(self) -> None:
        """End every connection to our database, as a restart does."""
        if self.url:
            self.on_server(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{self.database}'")

    @property
    def words(self) -> str:
        """Where this runs, for the table."""
        database = f"PostgreSQL on {urlsplit(self.url).hostname}" if self.url else "SQLite"
        return f"{database}, {'Redis' if self.redis_url else 'filesystem'} broker"
