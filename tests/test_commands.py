"""The commands that a person types: make demo, make run, make test, and what stands behind them."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import psutil
import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from crm_core.demo import people
from crm_core.demo.progress import Progress
from crm_core.models import Activity, Company, Contact, Deal, Heartbeat
from tools import bootstrap, services, suite

ROOT = Path(__file__).resolve().parent.parent
STEERING = ("DATABASE_URL", "REDIS_URL", "CRM_", "SOCIALCRM_", "TWITTER_", "MAKE", "MFLAGS", "DJANGO_")


def environment(var: Path, **more: str) -> dict[str, str]:
    """A person's environment: nothing of the test run's own steers the command."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(STEERING)}
    return {**kept, "CRM_VAR_DIR": str(var), **more}


def make(target: str, var: Path, **more: str) -> subprocess.Popen[str]:
    """Start `make target` as a person would, its words in a pipe."""
    return subprocess.Popen(
        ["make", target],
        cwd=ROOT,
        env=environment(var, **more),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def read_until(process: subprocess.Popen[str], words: str) -> str:
    """The first line with these words. Fails with all that was said when the command ends without them."""
    said = []
    assert process.stdout is not None
    for line in process.stdout:
        said.append(line)
        if words in line:
            return line
    raise AssertionError("".join(said))


def wait_until(is_so: Any, seconds: float, what: str) -> None:
    """Wait for a condition."""
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, what
        time.sleep(0.1)


def family(process: subprocess.Popen[str]) -> list[psutil.Process]:
    """Everything that a command started, and itself."""
    top = psutil.Process(process.pid)
    return [top, *top.children(recursive=True)]


def is_alive(process: psutil.Process) -> bool:
    """Whether it still runs; a zombie does not."""
    with suppress(psutil.NoSuchProcess):
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    return False


@pytest.fixture
def running(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """`make run` on a port of its own, up and ready."""
    port = services.free_port()
    process = make("run", tmp_path, PORT=str(port))
    try:
        read_until(process, "Ready:")
        yield process, port
    finally:
        left = [one for one in family(process) if is_alive(one)] if process.poll() is None else []
        for one in left:
            with suppress(psutil.NoSuchProcess):
                one.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGKILL])
def test_the_end_of_make_is_the_end_of_everything_that_it_started(running: Any, sign: signal.Signals) -> None:
    process, port = running
    started = family(process)
    assert len(started) >= 5
    process.send_signal(sign)
    wait_until(lambda: not any(is_alive(one) for one in started), 20, "a process is left")
    assert not services.is_open(port)


def test_a_part_that_dies_is_started_again_with_a_notice(running: Any) -> None:
    process, _port = running
    worker = next(one for one in family(process) if " worker " in " ".join(one.cmdline()))
    worker.kill()
    assert "The worker stopped (exit -9) and was started again" in read_until(process, "worker")
    again = family(process)
    assert any(" worker " in " ".join(one.cmdline()) for one in again if one.pid != worker.pid)
    process.send_signal(signal.SIGTERM)
    wait_until(lambda: not any(is_alive(one) for one in again), 20, "a process is left")


@pytest.mark.parametrize("name", ["PORT", "SANDBOX_PORT"])
def test_a_port_in_use_is_named_in_one_sentence(tmp_path: Path, name: str) -> None:
    ports = {"PORT": str(services.free_port()), "SANDBOX_PORT": str(services.free_port())}
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", int(ports[name])))
        taken.listen()
        done = subprocess.run(
            [sys.executable, "-m", "tools.demo"],
            cwd=ROOT,
            env=environment(tmp_path, **ports),
            capture_output=True,
            text=True,
            timeout=60,
        )
    assert done.returncode == 1
    assert f"Port {ports[name]} is in use by another program." in done.stderr
    assert f"make demo {name}=" in done.stderr
    assert "Traceback" not in done.stderr


def test_healthz_answers_without_a_database(client: Client) -> None:
    assert client.get("/healthz").content == b"ok"


@pytest.mark.django_db
def test_readyz_names_the_missing_worker_and_nothing_else(client: Client) -> None:
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["database"], answer.json()["worker"]) == (503, "ok", "missing")
    assert set(answer.json()) == {"database", "broker", "worker"}


@pytest.mark.django_db
def test_readyz_is_red_again_when_the_worker_has_been_silent_for_three_signs(client: Client) -> None:
    Heartbeat.objects.create(name="worker", at=timezone.now())
    assert client.get("/readyz").json()["worker"] == "ok"
    Heartbeat.objects.update(at=timezone.now() - timedelta(seconds=70))
    assert client.get("/readyz").json()["worker"] == "missing"


PERSON = {
    "given_name": "Ines",
    "family_name": "Moreau",
    "title": "Architect",
    "language": "fr",
    "city": "Lyon",
    "country": "France",
    "website": "https://ines.example",
    "emails": ["ines@moreau.example", "i.moreau@plan.example"],
    "phones": ["+33 1 00 00 00 00"],
    "known": {"websites": ["https://ines.example", "https://ines.example"]},
    "company": {
        "name": "Plan & Co",
        "website": "https://plan.example",
        "industry": "Architecture",
        "city": "Lyon",
        "country": "France",
        "size": 12,
    },
}


@pytest.mark.django_db
def test_the_demo_knows_of_a_customer_what_a_crm_would() -> None:
    house = people.make_house()
    assert people.fill(house, [{**PERSON, "family_name": f"Moreau {n}"} for n in range(40)]) == 40
    contact = Contact.objects.get(last_name="Moreau 0")
    assert [row.email for row in contact.email_set.all()] == PERSON["emails"]
    assert [row.url for row in contact.website_set.all()] == ["https://ines.example"]
    assert contact.company is not None and contact.company.size == "12"
    assert Company.objects.count() == 1
    assert Deal.objects.filter(contacts__isnull=False).exists() and Activity.objects.tasks().exists()


@pytest.mark.django_db
def test_the_four_sign_ins_of_the_demo_have_their_roles() -> None:
    people.make_house()
    people.make_house()
    roles = {user.username: user.groups.get().name for user in User.objects.exclude(username=people.COLLEAGUE[0])}
    assert roles == {
        "rep": "Sales rep",
        "agent": "Support agent",
        "manager": "Manager",
        "admin": "Administrator",
    }
    assert all(User.objects.get(username=name).check_password("demo") for name in roles)
    assert not User.objects.get(username=people.COLLEAGUE[0]).has_usable_password()


@pytest.mark.django_db
def test_the_demo_never_enters_a_database_that_somebody_works_with() -> None:
    User.objects.create_user("somebody")
    with pytest.raises(CommandError, match="not a demo"):
        call_command("demo", "--sandbox", "http://127.0.0.1:9")
    assert User.objects.count() == 1


@pytest.mark.django_db
def test_the_demo_refuses_a_production_site(settings: Any) -> None:
    settings.PRODUCTION = True
    with pytest.raises(CommandError, match="public passwords"):
        call_command("demo")


def test_progress_says_lines_where_no_cursor_moves() -> None:
    out = StringIO()
    progress = Progress(out)
    progress.show(0.5, "2,500 posts")
    progress.show(0.6, "3,000 posts")
    progress.done("5,000 posts")
    assert out.getvalue().splitlines() == [f"[{'#' * 14}{'.' * 14}] 2,500 posts", f"[{'#' * 28}] 5,000 posts"]


UNSAFE = [
    ["-c", "import crm_core.wsgi"],
    ["-m", "celery", "-A", "crm_core", "worker", "--pool", "threads"],
    ["-m", "celery", "-A", "crm_core", "beat", "--pidfile="],
]


@pytest.mark.parametrize("arguments", UNSAFE, ids=["web", "worker", "beat"])
def test_nothing_starts_in_production_with_the_secrets_of_the_demo(tmp_path: Path, arguments: list[str]) -> None:
    env = environment(tmp_path, CRM_PRODUCTION="1")
    command = [sys.executable, *arguments]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=60)
    assert done.returncode != 0
    assert "Set CRM_SECRET_KEY" in done.stderr and "SOCIALCRM_KEYS" in done.stderr


def report(folder: Path, name: str, *cases: str) -> None:
    """A report as pytest writes it."""
    rows = "".join(f"<testcase name='t'>{case}</testcase>" for case in cases)
    (folder / f"{name}.xml").write_text(f"<testsuites><testsuite>{rows}</testsuite></testsuites>")


def test_the_sum_counts_what_pytest_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(suite, "LOGS", tmp_path)
    report(tmp_path, "one", "", "<failure/>", "<error/>", "<skipped message='no PostgreSQL'/>")
    result = suite.count(suite.Step("one", [], tests=True), 1)
    assert str(result) == "1 passed, 2 failed, 1 skipped"
    assert result.reasons == {"no PostgreSQL": 1}


@pytest.mark.parametrize("code", [5, 2, -9])
def test_a_run_without_a_single_result_counts_as_failed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    monkeypatch.setattr(suite, "LOGS", tmp_path)
    assert suite.count(suite.Step("one", [], tests=True), code).failed == 1


def test_a_skipped_browser_test_counts_as_failed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(suite, "LOGS", tmp_path)
    report(tmp_path, "browser", "", "<skipped message='no browser'/>")
    assert suite.count(suite.Step("browser", [], tests=True, may_skip=False), 0).failed == 1


def test_the_suite_is_steered_by_nothing_of_the_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://somebody@db/production")
    monkeypatch.setenv("TWITTER_CLIENT_SECRET", "secret")
    assert not {"DATABASE_URL", "TWITTER_CLIENT_SECRET"} & set(suite.clean_environment())


def test_an_environment_is_ready_only_for_the_very_lock_that_it_holds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bootstrap, "ROOT", tmp_path)
    monkeypatch.setattr(bootstrap, "STAMP", tmp_path / "locked.json")
    lock = tmp_path / "requirements.txt"
    lock.write_text("a==1")
    assert not bootstrap.is_ready("requirements.txt")
    bootstrap.STAMP.write_text(json.dumps({"requirements.txt": bootstrap.digest("requirements.txt")}))
    assert bootstrap.is_ready("requirements.txt")
    lock.write_text("a==2")
    assert not bootstrap.is_ready("requirements.txt")


@pytest.mark.parametrize("lock", ["requirements.txt", "requirements-dev.txt"])
def test_a_lock_holds_versions_and_hashes_and_nothing_of_a_machine(lock: str) -> None:
    text = (ROOT / lock).read_text()
    pinned = [line for line in text.splitlines() if line and line[0] not in " #"]
    assert pinned and all("==" in line and line.endswith("\\") for line in pinned)
    assert "--index" not in text and "--find-links" not in text and "://" not in text and "file:" not in text


def test_whoever_has_the_development_lock_has_the_run_time_lock() -> None:
    run, dev = (
        {line.split(" ")[0] for line in (ROOT / lock).read_text().splitlines() if line and line[0] not in " #"}
        for lock in ("requirements.txt", "requirements-dev.txt")
    )
    assert run <= dev


def test_the_ci_calls_make_test() -> None:
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    assert "make test" in script.read_text()


def test_the_image_runs_as_nobody_special_and_is_watched() -> None:
    lines = (ROOT / "Dockerfile").read_text().splitlines()
    assert any(line.startswith("HEALTHCHECK") for line in lines)
    assert [line for line in lines if line.startswith("USER")] == ["USER 10001"]


def test_compose_starts_nothing_without_secrets_of_its_own() -> None:
    text = (ROOT / "compose.yaml").read_text()
    for name in ("CRM_SECRET_KEY", "SOCIALCRM_KEYS", "POSTGRES_PASSWORD"):
        assert f"${{{name}:?" in text
