"""`make demo` as a newcomer meets it: ready, filled by the real sync, alive, and quick the second time."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.test_commands import ROOT, environment, family, is_alive, make, read_until, wait_until
from tools import bootstrap, services

HANDLES = ("lumen_desk", "lumen_lighting")


@dataclass
class Running:
    """A demo that is up, and what one needs to talk to it."""

    var: Path
    web: str
    sandbox: str
    seconds: float
    process: subprocess.Popen[str]
    token: str = ""

    def ask(self, path: str, **params: Any) -> Any:
        """GET the REST API as `rep`."""
        headers = {"Authorization": f"Bearer {self.token}"}
        answer = requests.get(f"{self.web}/api/v1/{path}", params=params, headers=headers, timeout=20)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def control(self, path: str, **body: Any) -> Any:
        """POST to the sandbox's control API, or GET without a body."""
        url = f"{self.sandbox}/_control/{path}"
        answer = requests.post(url, json=body, timeout=20) if body else requests.get(url, timeout=20)
        assert answer.ok, answer.text
        return answer.json()

    def rows(self, sql: str, name: str = "crm") -> list[tuple[Any, ...]]:
        """Read the demo's database, or the sandbox's world, from outside."""
        with closing(sqlite3.connect(f"file:{self.var / name}.sqlite3?mode=ro", uri=True)) as database:
            return database.execute(sql).fetchall()

    def value(self, sql: str) -> Any:
        """The first column of the first row."""
        return self.rows(sql)[0][0]

    def stop(self) -> None:
        """Ctrl-C, and nothing is left."""
        started = family(self.process)
        self.process.terminate()
        wait_until(lambda: not any(is_alive(one) for one in started), 30, "a process is left")
        self.process.wait()
        assert self.process.stdout is not None
        self.process.stdout.close()


def begin(var: Path, port: int, sandbox_port: int) -> Running:
    """`make demo`, until it says that it is ready."""
    started = time.monotonic()
    process = make("demo", var, PORT=str(port), SANDBOX_PORT=str(sandbox_port))
    line = read_until(process, "Ready:")
    web = f"http://127.0.0.1:{port}"
    assert line.startswith(f"Ready: {web}/")
    assert all(name in line for name in ("rep", "agent", "manager", "admin", "password demo"))
    return Running(var, web, f"http://127.0.0.1:{sandbox_port}", time.monotonic() - started, process)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A fresh demo, shared by the scenes of this file."""
    var = tmp_path_factory.mktemp("demo")
    running = begin(var, services.free_port(), services.free_port())
    command = [str(bootstrap.python()), "manage.py", "api_token", "rep"]
    running.token = subprocess.run(
        command, cwd=ROOT, env=environment(var), capture_output=True, text=True, check=True
    ).stdout.strip()
    yield running
    if running.process.poll() is None:
        running.stop()


def test_it_holds_200_contacts_60_of_them_found_and_5000_posts(demo: Running) -> None:
    assert demo.value("SELECT COUNT(*) FROM crm_core_contact") == 200
    assert demo.value("SELECT COUNT(DISTINCT contact_id) FROM socialcrm_profilelink WHERE state='linked'") >= 60
    assert demo.value("SELECT COUNT(*) FROM socialcrm_post") >= 5000


def test_every_post_of_the_demo_was_said_on_the_sandbox(demo: Running) -> None:
    stored = {row[0] for row in demo.rows("SELECT external_id FROM socialcrm_post WHERE text <> ''")}
    said = {str(row[0]) for row in demo.rows("SELECT id FROM posts", "sandbox")}
    assert stored and stored <= said


def test_no_contact_is_linked_to_somebody_else(demo: Running) -> None:
    people = demo.control("people?customers=1")["people"]
    truth: dict[tuple[str, str], set[str]] = {}
    for person in people:
        account = person["truth"]["twitter"] or {"id": ""}
        truth.setdefault((person["given_name"], person["family_name"]), set()).add(account["id"])
    linked = demo.rows(
        "SELECT c.first_name, c.last_name, p.external_id FROM socialcrm_profilelink l "
        "JOIN crm_core_contact c ON c.id = l.contact_id JOIN socialcrm_socialprofile p ON p.id = l.profile_id "
        "WHERE l.state = 'linked'"
    )
    wrong = [row for row in linked if row[2] not in truth[row[0], row[1]]]
    assert linked and not wrong


def test_a_linked_contact_has_a_score_with_its_parts(demo: Running) -> None:
    parts = json.loads(demo.value("SELECT parts FROM socialcrm_influencescore LIMIT 1"))
    assert parts and {"signal", "input", "points", "of"} <= set(parts[0])


def mention_by_a_contact(demo: Running) -> tuple[str, dict[str, Any]]:
    """A contact whom `rep` sees says something to us; returns the contact's id and the post."""
    listed = demo.ask("contacts/", search="")["results"]
    contact = next(row for row in listed if row["profiles"])
    handle = contact["profiles"][0]["handle"]
    post = demo.control(
        "post", network="x", author=handle, text=f"@{HANDLES[0]} is the lamp {time.time_ns()} in stock?"
    )
    return contact["id"], post


def wait_for_post(demo: Running, external_id: str, seconds: float) -> dict[str, Any]:
    """The post as the API shows it, once it is there."""
    found: list[dict[str, Any]] = []

    def arrived() -> bool:
        found[:] = demo.ask("posts/", network="twitter", external_id=external_id)["results"]
        return bool(found)

    wait_until(arrived, seconds, "the mention did not arrive")
    return found[0]


def test_a_mention_shows_on_the_contacts_timeline_within_30_seconds(demo: Running) -> None:
    contact, said = mention_by_a_contact(demo)
    wait_for_post(demo, said["id"], 30)
    shown = json.dumps(demo.ask(f"contacts/{contact}/timeline/"))
    assert said["id"] in shown


def test_a_reply_is_accepted_by_the_network_exactly_once(demo: Running) -> None:
    _contact, said = mention_by_a_contact(demo)
    post = wait_for_post(demo, said["id"], 40)
    account = next(row for row in demo.ask("accounts/")["results"] if row["handle"] == HANDLES[0])
    answer = requests.post(
        f"{demo.web}/api/v1/replies/",
        json={"post": post["id"], "account": account["id"], "text": "Yes, and it ships tomorrow."},
        headers={"Authorization": f"Bearer {demo.token}", "Idempotency-Key": f"key-{said['id']}"},
        timeout=20,
    )
    assert answer.status_code in (201, 202), answer.text
    reply = answer.json()["id"]
    wait_until(lambda: demo.ask(f"replies/{reply}/")["state"] == "sent", 15, "the reply did not leave")
    log = demo.control(f"log?in_reply_to={said['id']}")["log"]
    ours = [row for row in log if row["account"] in HANDLES and row["action"] == "post"]
    assert [row["id"] for row in ours] == [demo.ask(f"replies/{reply}/")["external_id"]]


def test_a_second_start_is_quick_and_keeps_the_data(tmp_path_factory: pytest.TempPathFactory, demo: Running) -> None:
    before = demo.value("SELECT COUNT(*) FROM socialcrm_post")
    demo.stop()
    again = begin(demo.var, int(demo.web.rsplit(":", 1)[1]), int(demo.sandbox.rsplit(":", 1)[1]))
    demo.process = again.process
    assert demo.value("SELECT COUNT(*) FROM socialcrm_post") >= before
    assert demo.value("SELECT COUNT(*) FROM crm_core_contact") == 200
    assert again.seconds < 45
