"""The short form of `make chaos`: 40 replies, 5 kills, in processes of its own; here, and on the default databases."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.sandbox_process import ROOT


def chaos(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the short form as `make chaos` runs the long one."""
    command = [sys.executable, "-m", "tests.chaos", "--short", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=200)


@pytest.mark.skipif(not os.environ.get("REDIS_URL"), reason="needs the PostgreSQL and Redis of DATABASE_URL, REDIS_URL")
def test_replies_survive_kills_an_emptied_redis_and_cut_connections() -> None:
    run = chaos("--seed", os.environ.get("CHAOS_SEED", "11"))
    assert run.returncode == 0, run.stdout + run.stderr[-2000:]


@pytest.mark.skipif(not os.environ.get("REDIS_URL"), reason="needs the PostgreSQL and Redis of DATABASE_URL, REDIS_URL")
def test_replies_whose_rings_were_lost_with_redis_leave_within_half_a_minute() -> None:
    run = chaos("--emptied")
    assert run.returncode == 0, run.stdout + run.stderr[-2000:]


def test_replies_survive_kills_on_sqlite_and_the_filesystem_broker() -> None:
    run = chaos("--sqlite", "--seed", os.environ.get("CHAOS_SEED", "12"))
    assert run.returncode == 0, run.stdout + run.stderr[-2000:]


def test_two_beats_look_at_each_stream_once_per_window() -> None:
    run = chaos("--sqlite", "--beats", "2")
    assert run.returncode == 0, run.stdout + run.stderr[-2000:]
