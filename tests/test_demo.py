"""`make demo` as a newcomer meets it: ready, filled by the real sync, alive, and quick the second time."""

from __future__ import annotations

import json
import re
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from tests.test_commands import ROOT, environment, family, is_alive, make, read_until, wait_until
from tools import bootstrap, services

HANDLES = {"twitter": "lumen_desk", "mastodon": "lumen_desk@town.example"}


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


LINKED = (
    "FROM socialcrm_profilelink l JOIN crm_core_contact c ON c.id = l.contact_id "
    "JOIN socialcrm_socialprofile p ON p.id = l.profile_id WHERE l.state = 'linked'"
)


def test_it_holds_200_contacts_and_5000_posts(demo: Running) -> None:
    assert demo.value("SELECT COUNT(*) FROM crm_core_contact") == 200
    assert demo.value("SELECT COUNT(*) FROM socialcrm_post") >= 5000


def test_60_contacts_are_found_on_x_and_25_on_mastodon(demo: Running) -> None:
    found = dict(demo.rows(f"SELECT p.network, COUNT(DISTINCT l.contact_id) {LINKED} GROUP BY p.network"))
    assert found["twitter"] >= 60 and found["mastodon"] >= 25


def test_10_contacts_have_posts_of_both_networks_on_one_timeline(demo: Running) -> None:
    both = demo.rows(
        "SELECT l.contact_id FROM socialcrm_post o JOIN socialcrm_profilelink l ON l.profile_id = o.author_id AND "
        "l.state = 'linked' JOIN socialcrm_socialprofile p ON p.id = l.profile_id "
        "GROUP BY l.contact_id HAVING COUNT(DISTINCT p.network) = 2"
    )
    assert len(both) >= 10
    seen = {str(row[0]) for row in both} & {row["id"] for row in every(demo, "contacts/")}
    said = [row["post"] for row in every(demo, f"contacts/{min(seen)}/timeline/")]
    networks = {post["network"] for post in said if post}
    assert networks == {"twitter", "mastodon"}


def every(demo: Running, path: str) -> list[dict[str, Any]]:
    """All rows of a list."""
    rows: list[dict[str, Any]] = []
    cursor = ""
    while cursor is not None:
        page = demo.ask(path, **({"cursor": cursor} if cursor else {}))
        rows += page["results"]
        after = parse_qs(urlsplit(page.get("next") or "").query).get("cursor")
        cursor = after[0] if after else None
    return rows


def test_everyone_who_signs_in_finds_something_to_filter(demo: Running) -> None:
    names = {row[0] for row in demo.rows("SELECT username FROM auth_user")}
    assert {"rep", "agent", "manager", "admin"} <= names
    assert demo.value("SELECT COUNT(DISTINCT stage) FROM crm_core_deal") >= 4
    assert demo.value("SELECT COUNT(DISTINCT team_id) FROM crm_core_contact") == 2
    assert demo.value("SELECT COUNT(DISTINCT owner_id) FROM crm_core_contact") >= 2
    assert demo.value("SELECT COUNT(DISTINCT lang) FROM socialcrm_cannedreply WHERE user_id IS NULL") == 2


def test_the_address_of_a_stored_status_opens_its_page(demo: Running) -> None:
    sql = (
        "SELECT o.url FROM socialcrm_post o JOIN socialcrm_socialprofile p ON p.id = o.author_id "
        "WHERE o.visibility = 'public' AND p.handle LIKE ? AND o.text <> '' LIMIT 1"
    )
    for handle in ("%@town.example", "%@harbour.example"):
        with closing(sqlite3.connect(f"file:{demo.var / 'crm'}.sqlite3?mode=ro", uri=True)) as database:
            (url,) = database.execute(sql, [handle]).fetchone()
        assert url.startswith(demo.sandbox) and requests.get(url, timeout=10).status_code == 200


def test_every_post_of_the_demo_was_said_on_the_sandbox(demo: Running) -> None:
    # A network of many servers says after the id on which one it counts.
    stored = {row[0].partition("@")[0] for row in demo.rows("SELECT external_id FROM socialcrm_post WHERE text <> ''")}
    said = {str(row[0]) for row in demo.rows("SELECT id FROM posts", "sandbox")}
    assert stored and stored <= said


def test_no_contact_is_linked_to_somebody_else(demo: Running) -> None:
    people = demo.control("people?customers=1")["people"]
    truth = {
        (person["given_name"], person["family_name"], person["truth"][network]["key"])
        for person in people
        for network in ("twitter", "mastodon")
        if person["truth"][network]
    }
    linked = demo.rows(f"SELECT c.first_name, c.last_name, p.external_id {LINKED}")
    assert linked and not [row for row in linked if row not in truth]


def test_a_linked_contact_has_a_score_with_its_parts(demo: Running) -> None:
    parts = json.loads(demo.value("SELECT parts FROM socialcrm_influencescore LIMIT 1"))
    assert parts and {"signal", "input", "points", "of"} <= set(parts[0])


def mention_by_a_contact(demo: Running, network: str) -> tuple[str, dict[str, Any]]:
    """A contact whom `rep` sees says something to us; returns the contact's id and the post."""
    contacts = every(demo, "contacts/")
    pairs = ((row["id"], one) for row in contacts for one in row["profiles"] if one["network"] == network)
    contact, profile = next(pairs)
    text = f"@{HANDLES[network]} is the lamp {time.time_ns()} in stock?"
    return contact, demo.control("post", network=network, author=profile["handle"], text=text)


def wait_for_post(demo: Running, network: str, external_id: str, seconds: float) -> dict[str, Any]:
    """The post as the API shows it, once it is there."""
    found: list[dict[str, Any]] = []

    def arrived() -> bool:
        found[:] = demo.ask("posts/", network=network, external_id=external_id)["results"]
        return bool(found)

    wait_until(arrived, seconds, "the mention did not arrive")
    return found[0]


@pytest.mark.parametrize("network", HANDLES)
def test_a_mention_shows_on_the_contacts_timeline_within_30_seconds(demo: Running, network: str) -> None:
    contact, said = mention_by_a_contact(demo, network)
    wait_for_post(demo, network, said["id"], 30)
    shown = json.dumps(demo.ask(f"contacts/{contact}/timeline/"))
    assert said["id"] in shown


@pytest.mark.parametrize("network", HANDLES)
def test_a_reply_is_accepted_by_the_network_exactly_once(demo: Running, network: str) -> None:
    _contact, said = mention_by_a_contact(demo, network)
    post = wait_for_post(demo, network, said["id"], 40)
    ours = HANDLES[network]
    account = next(
        row for row in demo.ask("accounts/")["results"] if (row["network"], row["handle"]) == (network, ours)
    )
    answer = requests.post(
        f"{demo.web}/api/v1/replies/",
        json={"post": post["id"], "account": account["id"], "text": "Yes, and it ships tomorrow."},
        headers={"Authorization": f"Bearer {demo.token}", "Idempotency-Key": f"key-{said['id']}"},
        timeout=20,
    )
    assert answer.status_code in (201, 202), answer.text
    reply = answer.json()["id"]
    wait_until(lambda: demo.ask(f"replies/{reply}/")["state"] == "sent", 15, "the reply did not leave")
    log = demo.control(f"log?network={network}&in_reply_to={said['id']}&action=post")["log"]
    sent = [row["id"] for row in log if row["account"] == ours]
    assert sent == [demo.ask(f"replies/{reply}/")["external_id"].partition("@")[0]]


def test_the_worked_example_of_the_api_runs_as_it_is_printed(demo: Running) -> None:
    page = (ROOT / "docs" / "api.md").read_text()
    (example,) = re.findall(r"```python\n(.*?)```", page, flags=re.S)
    command = [str(bootstrap.python()), "manage.py", "api_token", "manager", "--name", "example"]
    made = subprocess.run(command, cwd=ROOT, env=environment(demo.var), capture_output=True, text=True, check=True)
    known = {**environment(demo.var), "SITE": demo.web, "TOKEN": made.stdout.strip()}
    ran = subprocess.run(
        [str(bootstrap.python()), "-c", example], env=known, capture_output=True, text=True, timeout=60
    )
    assert ran.returncode == 0, ran.stderr
    assert re.search(rf"^sent {re.escape(demo.sandbox)}/", ran.stdout, flags=re.M), ran.stdout
    assert re.search(r"^\d+ 1 answered", ran.stdout, flags=re.M), ran.stdout


def test_a_second_start_is_quick_and_keeps_the_data(tmp_path_factory: pytest.TempPathFactory, demo: Running) -> None:
    before = demo.value("SELECT COUNT(*) FROM socialcrm_post")
    demo.stop()
    again = begin(demo.var, int(demo.web.rsplit(":", 1)[1]), int(demo.sandbox.rsplit(":", 1)[1]))
    demo.process = again.process
    assert demo.value("SELECT COUNT(*) FROM socialcrm_post") >= before
    assert demo.value("SELECT COUNT(*) FROM crm_core_contact") == 200
    assert again.seconds < 45
