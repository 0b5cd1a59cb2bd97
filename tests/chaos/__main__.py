"""Run it: `python -m tests.chaos --replies 300 --workers 4 --kills 20 --seed 1`; exits with 1 when it does not hold."""

from __future__ import annotations

import argparse
import os
import sys

from .run import run
from .stage import Plan


def plan_of(arguments: list[str] | None = None) -> Plan:
    """Read the command line; SEED, REPLIES, WORKERS and KILLS of the environment are the defaults."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    for name, default in (("replies", 300), ("workers", 4), ("kills", 20), ("seed", 1)):
        parser.add_argument(f"--{name}", type=int, default=int(os.environ.get(name.upper()) or default))
    parser.add_argument("--short", action="store_true", help="40 replies, 5 kills, a short lease: under a minute")
    parser.add_argument("--sqlite", action="store_true", help="SQLite and the filesystem broker, whatever is set")
    parser.add_argument("--calm", action="store_true", help="leave Redis and the database's connections alone")
    parser.add_argument("--emptied", action="store_true", help="no kills: Redis is emptied before the workers start")
    parser.add_argument("--redis", action="store_true", help="a Redis of its own, killed and started again thrice")
    parser.add_argument("--database", action="store_true", help="the same for a PostgreSQL: no goodbye, then recovery")
    parser.add_argument("--beats", type=int, default=1, help="no replies, but so many beats")
    parser.add_argument("--port", type=int, default=0, help="the sandbox's port")
    found = parser.parse_args(arguments)
    plan = Plan(found.replies, found.workers, found.kills, found.seed, sqlite=found.sqlite, port=found.port)
    plan.shake = not found.calm
    plan.redis, plan.database, plan.beats = found.redis, found.database, found.beats
    if found.short:
        plan.replies, plan.kills, plan.workers, plan.lease, plan.restarts = 40, 5, 2, 6, 1
    if found.emptied:
        plan.emptied, plan.kills, plan.faults = True, 0, 0.0
    return plan


def main() -> int:
    """Run, print the table, say whether it holds."""
    plan = plan_of()
    found, wrong, words = run(plan)
    print(f"Chaos with seed {plan.seed}: {words}")
    width = max(map(len, found))
    for name, value in found.items():
        print(f"  {name:<{width}}  {value}{'   <-- wrong' if name in wrong else ''}")
    print("It does not hold." if wrong else "Nothing lost, nothing twice.")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
