"""The whole suite in one command: `make test`. Two steps run side by side; the last line is the sum of all runs."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
import xml.etree.ElementTree as ElementTree
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from . import bootstrap, machine, services

ROOT = bootstrap.ROOT
LOGS = ROOT / "var" / "test"
OURS = ("CRM_", "SOCIALCRM_", "TWITTER_", "DATABASE_URL", "REDIS_URL", "DJANGO_")
LONGEST = 2400  # seconds after which a step is stuck, on a slow machine too
PAGES = "tests/browser"
# What touches no database has nothing to say on a second one.
ONCE = (
    "tests/networks",
    "tests/sandbox",
    "tests/test_commands.py",
    "tests/test_architecture.py",
    "tests/test_translations.py",
)
# Thousands of calls: rights are said once, by the ORM, and asked of the database that a team runs on.
ROLES = "tests/roles"


@dataclass
class Step:
    """One command of the suite; `tests` says that it is pytest and counts by itself."""

    name: str
    command: list[str]
    tests: bool = False
    may_skip: bool = True
    env: dict[str, str] = field(default_factory=dict)


@dataclass
class Result:
    """What came out of a step."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0
    reasons: Counter[str] = field(default_factory=Counter)

    def add(self, other: Result) -> None:
        """Sum another result into this one."""
        self.passed += other.passed
        self.failed += other.failed
        self.skipped += other.skipped
        self.reasons += other.reasons

    def __str__(self) -> str:
        return f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped"


def run_python(*arguments: str) -> list[str]:
    """A command line of the virtual environment's Python."""
    return [str(bootstrap.python()), *arguments]


def lint() -> list[Step]:
    """Style, types, Django's own checks: quick, so they come first."""
    ruff = str(bootstrap.VENV / "bin" / "ruff")
    return [
        Step("ruff check", [ruff, "check", "."]),
        Step("ruff format", [ruff, "format", "--check", "."]),
        Step("manage.py check", run_python("manage.py", "check", "--fail-level", "WARNING")),
        Step("migrations", run_python("manage.py", "makemigrations", "--check", "--dry-run")),
        Step("mypy", run_python("-m", "mypy", "--strict", "socialcrm", "crm_core")),
    ]


def pytest(name: str, seed: int, *arguments: str, **more: object) -> Step:
    """A run of pytest in an order drawn from the seed, counted through its XML report."""
    command = run_python("-m", "pytest", "-q", "-p", "no:cacheprovider", f"--randomly-seed={seed}")
    command += [f"--junitxml={LOGS / name}.xml", *arguments]
    return Step(name, command, tests=True, **more)  # type: ignore[arg-type]


def tests(seed: int, urls: dict[str, str]) -> list[Step]:
    """Every run of the tests, longest first: both databases, the real browser, the second host, the kills."""
    away = [f"--ignore={PAGES}", "--ignore=tests/chaos", "--ignore=tests/hosts", "--ignore=tests/test_demo.py"]
    return [
        pytest("sqlite", seed, *away, f"--ignore={ROLES}"),
        pytest("postgresql", seed, *away, *(f"--ignore={path}" for path in ONCE), env=urls),
        pytest("browser", seed, PAGES, env={"CHROMIUM": str(machine.browser())}, may_skip=False),
        pytest("other-host", seed, "--ds=tests.hosts.other_crm.settings", "tests/test_scenes.py", "tests/hosts"),
        pytest("demo", seed, "tests/test_demo.py"),
        pytest("chaos", seed, "tests/chaos", env=urls),
    ]


def count(step: Step, code: int) -> Result:
    """Read what a step says about itself; a run that died, or ran nothing, counts as one failure."""
    if not step.tests:
        return Result(passed=int(code == 0), failed=int(code != 0))
    result = Result()
    report = LOGS / f"{step.name}.xml"
    if report.exists():
        for case in ElementTree.parse(report).getroot().iter("testcase"):
            tags = {child.tag: child for child in case}
            if "failure" in tags or "error" in tags:
                result.failed += 1
            elif "skipped" in tags:
                result.skipped += 1
                result.reasons[tags["skipped"].get("message") or "no reason given"] += 1
            else:
                result.passed += 1
    if code and not result.failed:
        result.failed = 1
    if result.skipped and not step.may_skip:
        result.failed += result.skipped
    return result


class Suite:
    """The queue of steps, two at a time, and the sum of their results."""

    def __init__(self, environment: dict[str, str], room: Path) -> None:
        self.environment, self.room = environment, room
        self.total = Result()
        self.lock = threading.Lock()
        self.running: set[subprocess.Popen[bytes]] = set()

    def start(self, step: Step) -> subprocess.Popen[bytes]:
        """Start a step in a session and a var folder of its own, its output in var/test/<step>.log."""
        var = self.room / step.name.replace(" ", "-")
        var.mkdir(exist_ok=True)
        environment = {**self.environment, "CRM_VAR_DIR": str(var), **step.env}
        with (LOGS / f"{step.name}.log").open("wb") as out:
            return subprocess.Popen(
                step.command,
                cwd=ROOT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def run(self, step: Step) -> None:
        """Run one step to its end and print its line; a failed step also prints the end of its log."""
        started = time.monotonic()
        process = self.start(step)
        self.running.add(process)
        try:
            code = process.wait(LONGEST)
        except subprocess.TimeoutExpired:
            code = -1
        finish(process)
        self.running.discard(process)
        self.report(step, count(step, code), code, time.monotonic() - started)

    def report(self, step: Step, result: Result, code: int, seconds: float) -> None:
        """One line a step."""
        bad = bool(result.failed)
        with self.lock:
            self.total.add(result)
            numbers = str(result) if step.tests else ""
            print(f"{'FAILED' if bad else 'ok':6}  {step.name:16} {seconds:5.0f} s  {numbers}".rstrip(), flush=True)
            if bad:
                log = (LOGS / f"{step.name}.log").read_text(errors="replace").splitlines()
                print("\n".join(f"        {line}" for line in log[-60:]), flush=True)

    def drain(self, steps: list[Step]) -> None:
        """Take steps from the head of the list until it is empty."""
        while True:
            with self.lock:
                if not steps:
                    return
                step = steps.pop(0)
            self.run(step)

    def all(self, steps: list[Step], lanes: int) -> None:
        """Run the steps in this many lanes."""
        workers = [threading.Thread(target=self.drain, args=(steps,), daemon=True) for _ in range(lanes)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()


def finish(process: subprocess.Popen[bytes]) -> None:
    """End whatever the step left in its own session."""
    for sign in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, sign)
        except (ProcessLookupError, PermissionError):
            return
        time.sleep(0.3)


def interrupted(*_: object) -> None:
    """Turn SIGTERM into the same clean end as Ctrl-C."""
    raise KeyboardInterrupt


def clean_environment() -> dict[str, str]:
    """The environment without anything that would steer the product: the suite decides itself."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(OURS)}
    return {**kept, "PYTHONDONTWRITEBYTECODE": "1", "PATH": f"{bootstrap.VENV / 'bin'}:{kept.get('PATH', '')}"}


def report_skips(total: Result) -> None:
    """Say what was not run, and why."""
    for reason, times in total.reasons.most_common():
        print(f"skipped {times}: {reason.splitlines()[0][:140]}")


def run(names: list[str], seed: int) -> Result:
    """Run the whole suite, or only the steps named."""
    LOGS.mkdir(parents=True, exist_ok=True)
    for old in LOGS.iterdir():
        old.unlink()
    with services.both() as urls, tempfile.TemporaryDirectory(prefix="socialcrm-test-") as room:
        steps = [step for step in [*lint(), *tests(seed, urls)] if not names or step.name in names]
        suite = Suite(clean_environment(), Path(room))
        try:
            suite.all(steps, lanes=int(os.environ.get("LANES", "2")))
        finally:
            for process in list(suite.running):
                finish(process)
    return suite.total


def main(names: list[str]) -> int:
    """Run, sum up, and end with the one line that machines read."""
    signal.signal(signal.SIGTERM, interrupted)
    seed = int(os.environ.get("SEED") or random.randrange(1, 2**31))
    if names != ["lint"]:
        machine.ensure()
    print(f"Order drawn from SEED={seed}. Logs in {LOGS.relative_to(ROOT)}/.", flush=True)
    started = time.monotonic()
    try:
        total = run(names, seed)
    except KeyboardInterrupt:
        return 130
    print(f"Took {time.monotonic() - started:.0f} s.")
    report_skips(total)
    print(total, flush=True)
    return int(bool(total.failed) or not total.passed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
