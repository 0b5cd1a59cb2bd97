"""What the running demo costs while nobody uses it: `make idle`, or `make idle SECONDS=300`."""

from __future__ import annotations

import json
import os
import sys
import time

import psutil

from .demo import PIDS

GOAL_CPU, GOAL_MB = 2.0, 600.0


def processes() -> list[psutil.Process]:
    """The supervisor of the running demo and all its descendants."""
    if not PIDS.exists():
        sys.exit("No demo is running: start it with make demo.")
    supervisor = psutil.Process(json.loads(PIDS.read_text())["supervisor"])
    return [supervisor, *supervisor.children(recursive=True)]


def name(process: psutil.Process) -> str:
    """A short name for a line of the table."""
    words = " ".join(process.cmdline())
    known = {
        "tools.demo": "supervisor",
        "sandbox": "sandbox",
        "gunicorn": "web",
        " worker ": "worker",
        " beat ": "beat",
    }
    return next((label for part, label in known.items() if part in words), process.name())


def cpu_seconds(process: psutil.Process) -> float:
    """User and system time so far."""
    times = process.cpu_times()
    return float(times.user + times.system)


def megabytes(process: psutil.Process) -> float:
    """The process's share of memory (PSS): pages shared by several processes are split among them."""
    return float(process.memory_full_info().pss) / 1e6


def main() -> int:
    """Print a line a process and the sum; 1 when a goal is missed."""
    seconds = float(os.environ.get("SECONDS") or 60)
    found = processes()
    before = {process.pid: cpu_seconds(process) for process in found}
    time.sleep(seconds)
    cpu = memory = 0.0
    print(f"{'process':12} {'pid':>8} {'% of a core':>12} {'MB':>8}   over {seconds:.0f} s")
    for process in found:
        share = 100 * (cpu_seconds(process) - before[process.pid]) / seconds
        size = megabytes(process)
        cpu, memory = cpu + share, memory + size
        print(f"{name(process):12} {process.pid:>8} {share:>12.2f} {size:>8.0f}")
    met = cpu < GOAL_CPU and memory < GOAL_MB
    print(f"{'all':12} {'':8} {cpu:>12.2f} {memory:>8.0f}   goal {GOAL_CPU:.0f} and {GOAL_MB:.0f}")
    print("met" if met else "not met")
    return int(not met)


if __name__ == "__main__":
    sys.exit(main())
