"""`make bench`: run every bench_*.py beside this file and print one table and the goals.

Each module has `run(size: Size) -> list[Line]` (see table.py). By name: `make bench BENCH="--posts 100000 ingest"`.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from .table import Goal, Line, Size, table

NAME = "socialcrm_bench"


def options() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="make bench")
    parser.add_argument("names", nargs="*", help="only these benches: ingest panel polling ...")
    parser.add_argument("--posts", type=int, default=int(os.environ.get("POSTS") or 1_000_000))
    parser.add_argument("--contacts", type=int, default=int(os.environ.get("CONTACTS") or 20_000))
    return parser.parse_args()


def benches(names: list[str]) -> dict[str, Callable[[Size], list[Line]]]:
    """The run functions by name."""
    files = sorted(Path(__file__).parent.glob("bench_*.py"))
    found = {file.stem.removeprefix("bench_"): file.stem for file in files}
    unknown = set(names) - set(found)
    if unknown:
        sys.exit(f"There is no bench {', '.join(sorted(unknown))}. There are: {', '.join(found)}")
    return {
        name: import_module(f"tests.bench.{stem}").run for name, stem in found.items() if not names or name in names
    }


def own_database(url: str) -> str:
    """Make an empty database for the bench beside the one in the URL; returns its own URL."""
    import psycopg

    with psycopg.connect(url.replace("postgres://", "postgresql://", 1), autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {NAME}")
    return f"{url.rsplit('/', 1)[0]}/{NAME}"


def set_up(room: str) -> None:
    """Django on the bench's own database, with its tables."""
    url = os.environ.get("DATABASE_URL", "")
    if not url.startswith("postgres"):
        sys.exit("The bench needs PostgreSQL in DATABASE_URL; make bench starts one.")
    os.environ |= {"DATABASE_URL": own_database(url), "CRM_VAR_DIR": room, "CRM_LOG_LEVEL": "WARNING"}
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm_core.settings")
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", interactive=False, verbosity=0)


def run_all(names: list[str], size: Size) -> tuple[list[Line], list[Goal]]:
    """Run the benches one after the other, so that they don't share the processors."""
    lines: list[Line] = []
    for name, run in benches(names).items():
        started = time.monotonic()
        print(f"{name} ...", flush=True)
        lines += run(size)
        print(f"{name} took {time.monotonic() - started:.0f} s", flush=True)
    return lines, [goal for line in lines for goal in line.goals]


def main() -> int:
    """Print the table and the goals; 1 when a goal is missed."""
    given = options()
    with tempfile.TemporaryDirectory(prefix="socialcrm-bench-") as room:
        set_up(room)
        lines, goals = run_all(given.names, Size(given.posts, given.contacts))
    print(f"\n{given.posts:,} posts, {given.contacts:,} contacts, PostgreSQL, {os.cpu_count()} processors\n")
    print(table(lines))
    print("", *goals, sep="\n")
    return int(not all(goal.met for goal in goals))


if __name__ == "__main__":
    sys.exit(main())
