"""Polling: accounts a second against a network that answers after 100 ms, ours and Celery's default worker."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.utils import timezone

from socialcrm import sync
from socialcrm.models import SocialAccount, Stream

from .table import Goal, Line, Size

ACCOUNTS = 1000
PLAIN_ACCOUNTS = 100
PORT = int(os.environ.get("BENCH_PORT", "9155"))
BROKER = os.environ.get("BENCH_BROKER", os.environ.get("REDIS_URL", "redis://127.0.0.1:6379/5"))


def run(size: Size) -> list[Line]:
    """Accounts a second."""
    with process("-m", "tests.bench.slow_network", str(PORT)):
        wait_for(PORT)
        point_at(PORT)
        accounts = make_accounts()
        ours = max(ours_once(accounts) for _round in range(3))
        naive = plain_celery(accounts[:PLAIN_ACCOUNTS])
    goal = Goal("Polling against Celery's default worker", ours / naive, at_least=30)
    return [Line("Polling a network of 100 ms", "accounts/s", ours, None, naive, (goal,))]


def ours_once(accounts: list[SocialAccount]) -> float:
    """One sweep as beat starts it."""
    Stream.objects.filter(account__in=accounts).update(due_at=timezone.now())
    started = time.perf_counter()
    while Stream.objects.due().exists():
        sync.pull_due()
    return len(accounts) / (time.perf_counter() - started)


def plain_celery(accounts: list[SocialAccount]) -> float:
    """The same accounts through a worker of two processes; its start is not counted."""
    os.environ["BENCH_BROKER"] = BROKER
    from .polling_app import app, poll

    app.control.purge()
    with process(
        "-m", "celery", "-A", "tests.bench.polling_app", "worker", "--concurrency", "2", "--loglevel", "ERROR"
    ):
        poll.delay(accounts[0].pk).get(timeout=60)
        started = time.perf_counter()
        for result in [poll.delay(account.pk) for account in accounts]:
            result.get(timeout=120)
        return len(accounts) / (time.perf_counter() - started)


def make_accounts() -> list[SocialAccount]:
    """Accounts that only exist here."""
    secrets = {"kind": "oauth2", "access_token": "bench"}
    rows = [
        SocialAccount(network="twitter", external_id=str(9_000_000 + n), handle=f"poll_{n}", credentials=secrets)
        for n in range(ACCOUNTS)
    ]
    accounts = SocialAccount.objects.bulk_create(rows)
    Stream.objects.bulk_create([Stream(account=account, kind="mentions", interval=900) for account in accounts])
    return accounts


def point_at(port: int) -> None:
    """From now on X is the slow network, here and in the processes that we start."""
    url = f"http://127.0.0.1:{port}"
    os.environ |= {"TWITTER_API_URL": url, "TWITTER_PRIVATE_HOSTS": "127.0.0.1"}
    own = {"api_url": url, "private_hosts": ["127.0.0.1"]}
    settings.SOCIALCRM_NETWORK_OPTIONS["twitter"].update(own)


@contextmanager
def process(*arguments: str) -> Iterator[Any]:
    """A Python process that ends with the block."""
    child = subprocess.Popen([sys.executable, *arguments], env={**os.environ})
    try:
        yield child
    finally:
        child.terminate()
        child.wait(timeout=20)


def wait_for(port: int) -> None:
    """Until somebody listens."""
    for _try in range(100):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise TimeoutError(f"nothing listens on port {port}")
