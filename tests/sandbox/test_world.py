"""The world: it survives, it lives, and its people can be met on pages."""

from __future__ import annotations

import random
import re
import sqlite3
import struct
import time
from typing import Any

import pytest
import requests

from socialcrm.sandbox.town import build
from socialcrm.sandbox.town.people import Town
from tests.sandbox.conftest import Client
from tests.sandbox_process import Sandbox


def test_what_was_answered_survives_a_kill(tmp_path: Any) -> None:
    sandbox = Sandbox(world=tmp_path / "world.sqlite3").start()
    desk = Client(sandbox, "lumen_desk")
    made = [desk.tweet(f"Before the kill, number {number}").json()["data"]["id"] for number in range(5)]
    sandbox.control("POST", "faults", {"match": {"path": "nowhere"}, "action": "delay"})
    sandbox.control("POST", "clock", {"advance": 86400})
    sandbox.kill9()
    sandbox.start()
    try:
        assert [one["id"] for one in sandbox.log()] == made
        assert desk.get("/2/users/me").status_code == 401, "a day later the access token is over"
        fresh = Client(sandbox, "lumen_desk", "oauth1")
        assert fresh.get(f"/2/tweets/{made[0]}").json()["data"]["id"] == made[0]
        assert len(sandbox.control("GET", "faults")["faults"]) == 1
        fresh.close()
    finally:
        desk.close()
        sandbox.stop()


@pytest.mark.parametrize("people", [30, 60, 110, 200])
def test_no_two_accounts_of_a_town_share_a_handle_whatever_the_seed(people: int) -> None:
    for seed in range(1, 31):
        town, plan = Town(random.Random(seed), 1_790_000_000_000), build.Plan(people)
        build.settle(town, plan)
        handles = [account["handle_lower"] for account in town.accounts]
        assert len(handles) == len(set(handles)), f"seed {seed}"


def test_a_small_world_starts_fast(tmp_path: Any) -> None:
    started = time.monotonic()
    with Sandbox(world=tmp_path / "world.sqlite3"):
        assert time.monotonic() - started < 30


def test_the_log_only_grows(sandbox: Sandbox, townspeople: list[str]) -> None:
    post = sandbox.post(townspeople[0], "In the log for good")
    sandbox.control("POST", "delete", {"id": post["id"]})
    actions = [one["action"] for one in sandbox.log(id=post["id"])]
    assert actions == ["post", "delete"]


def test_the_town_answers_our_replies_and_mentions_us() -> None:
    with Sandbox(life=300) as sandbox:
        desk = Client(sandbox, "lumen_desk")
        people = sandbox.control("GET", "people?customers=1")["people"]
        handles = [one["truth"]["twitter"]["handle"] for one in people if one["truth"]["twitter"]][:9]
        replies = []
        for handle in handles:
            mention = sandbox.post(handle, "Is anyone there, @lumen_desk?")
            replies.append(desk.tweet("Yes, we are!", to=mention["id"]).json()["data"]["id"])
        answered = wait(lambda: [one for one in sandbox.log(via="town") if one["in_reply_to"] in replies])
        assert answered
        assert wait(lambda: [one for one in sandbox.log(via="town") if "@lumen" in one["text"]])
        desk.close()


def test_at_speed_nought_nothing_happens(sandbox: Sandbox) -> None:
    before = sandbox.control("GET", "health")["log"]
    time.sleep(0.5)
    assert sandbox.control("GET", "health")["log"] == before


def wait(question: Any, seconds: float = 10) -> Any:
    """The first answer that isn't empty, within some seconds."""
    end = time.monotonic() + seconds
    while not (answer := question()) and time.monotonic() < end:
        time.sleep(0.05)
    return answer


def test_the_clock_moves_and_is_told(sandbox: Sandbox) -> None:
    assert sandbox.control("POST", "clock", {"set": "2031-05-01T12:00:00Z"})["now"].startswith("2031-05-01T12:00:0")
    post = sandbox.post("lumen_lighting", "Greetings from the future")
    assert post["created_at"].startswith("2031-05-01T12:00:0")


def test_the_directory_knows_whom_a_crm_could_find(sandbox: Sandbox, desk: Client) -> None:
    people = sandbox.control("GET", "people?customers=1&network=x")["people"]
    proofs = {one["truth"]["proof"] for one in people}
    assert {"x_url", "website", "company_website", "email_in_bio", None} <= proofs
    for person in people:
        found = person["truth"]["twitter"]
        if person["truth"]["proof"] == "x_url":
            assert f"https://x.com/{found['handle']}" in person["known"]["websites"]
        if person["truth"]["proof"] == "email_in_bio":
            profile = desk.get(f"/2/users/{found['id']}", user_fields="description").json()["data"]
            assert person["emails"][0] in profile["description"]
            assert profile["name"] == f"{person['given_name']} {person['family_name']}"


def test_there_are_namesakes_without_proof(sandbox: Sandbox) -> None:
    people = sandbox.control("GET", "people")["people"]
    customers = {(one["given_name"], one["family_name"]) for one in people if one["customer"]}
    others = {(one["given_name"], one["family_name"]) for one in people if not one["customer"]}
    assert customers & others


def test_nobody_repeats_themselves_much(sandbox: Sandbox) -> None:
    texts = [one["text"] for one in sandbox.control("GET", "posts?limit=400")["posts"]]
    assert len(set(texts)) > 0.8 * len(texts)


def test_pages_escape_what_people_wrote(sandbox: Sandbox) -> None:
    post = sandbox.post("lumen_lighting", "<script>alert(1)</script> & <b>bold</b>")
    for path in (
        "/",
        "/lumen_lighting",
        f"/lumen_lighting/status/{post['id']}",
        f"/intent/post?in_reply_to={post['id']}",
    ):
        page = requests.get(sandbox.url + path, timeout=10)
        assert page.status_code == 200 and "&lt;script&gt;" in page.text and "<script" not in page.text
        assert "default-src 'none'" in page.headers["content-security-policy"]


def test_a_permalink_shows_the_thread_and_a_deleted_post_is_gone(sandbox: Sandbox) -> None:
    first = sandbox.post("lumen_lighting", "The first of two")
    second = sandbox.post("lumen_desk", "The second of two", in_reply_to=first["id"])
    page = requests.get(second["url"], timeout=10).text
    assert "The first of two" in page and "The second of two" in page
    sandbox.control("POST", "delete", {"id": second["id"]})
    assert requests.get(second["url"], timeout=10).status_code == 404


def test_one_can_answer_by_hand_as_in_the_networks_own_app(sandbox: Sandbox, desk: Client) -> None:
    post = sandbox.post("lumen_lighting", "Answer me by hand")
    form = {"in_reply_to": post["id"], "as": "lumen_desk", "text": "Typed elsewhere"}
    page = requests.post(f"{sandbox.url}/intent/post", data=form, timeout=10)
    assert page.status_code == 200 and "Typed elsewhere" in page.text
    assert "Typed elsewhere" in desk.get(f"/2/users/{desk.id}/tweets").json()["data"][0]["text"]


def test_other_sites_can_not_push_the_buttons(sandbox: Sandbox) -> None:
    headers = {"origin": "https://evil.example"}
    answer = requests.post(f"{sandbox.url}/_control/life", json={"speed": 5}, headers=headers, timeout=10)
    assert answer.status_code == 403


def test_every_account_has_a_face(sandbox: Sandbox, desk: Client, townspeople: list[str]) -> None:
    url = desk.get(f"/2/users/by/username/{townspeople[0]}", user_fields="profile_image_url").json()["data"][
        "profile_image_url"
    ]
    picture = requests.get(url, timeout=10)
    assert picture.headers["content-type"] == "image/png" and picture.headers["x-content-type-options"] == "nosniff"
    assert struct.unpack(">II", picture.content[16:24]) == (96, 96)
    big = requests.get(url.replace("_normal", "_400x400"), timeout=10)
    assert struct.unpack(">II", big.content[16:24]) == (400, 400)
    assert picture.content == requests.get(url, timeout=10).content


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("post", {"author": "nobody_here", "text": "x"}, 404),
        ("post", {"author": "lumen_desk", "text": " "}, 400),
        ("post", {"author": "lumen_desk", "text": "x", "in_reply_to": "12"}, 404),
        ("post", {"network": "friendster", "author": "lumen_desk", "text": "x"}, 404),
        ("tier", {"tier": "gold"}, 400),
        ("account", {"handle": "lumen_desk", "rename_to": "lumen_lighting"}, 400),
        ("clock", {"set": "yesterday"}, 400),
        ("limits", {"endpoint": "GET /nowhere", "limit": 1}, 400),
    ],
)
def test_the_control_api_says_what_is_wrong(sandbox: Sandbox, path: str, body: dict[str, Any], status: int) -> None:
    answer = requests.post(f"{sandbox.url}/_control/{path}", json=body, timeout=10)
    assert answer.status_code == status and re.search(r"\w{3}", answer.json()["error"])


def test_the_default_town_is_as_big_as_it_says(tmp_path: Any) -> None:
    started = time.monotonic()
    with Sandbox(people=2000, history_days=60, world=tmp_path / "world.sqlite3") as sandbox:
        assert time.monotonic() - started < 60
        people = sandbox.control("GET", "people")["people"]
        customers = [one for one in people if one["customer"]]
        proofs = [one["truth"]["proof"] for one in customers]
        assert len(people) == 2000 and len(customers) >= 200
        assert (
            proofs.count("x_url") >= 25
            and sum(one in ("website", "company_website", "email_in_bio") for one in proofs) >= 35
        )
        chatty = next(one["truth"]["twitter"] for one in customers if one["truth"]["proof"])
        assert 75 <= len(sandbox.control("GET", f"posts?author={chatty['id']}")["posts"]) <= 140
        desk = Client(sandbox, "lumen_desk")
        seen, token = 0, {}
        while token is not None:
            body = desk.get(f"/2/users/{desk.id}/mentions", max_results=100, **token).json()
            seen += body["meta"]["result_count"]
            token = {"pagination_token": body["meta"]["next_token"]} if "next_token" in body["meta"] else None
        desk.close()
    assert 700 < seen <= 800


def test_a_world_of_another_version_is_refused_with_a_sentence(tmp_path: Any) -> None:
    with sqlite3.connect(tmp_path / "world.sqlite3") as old:
        old.execute("CREATE TABLE accounts (id INTEGER)")
    old.close()
    with pytest.raises(RuntimeError, match="made by another version of the sandbox"):
        Sandbox(world=tmp_path / "world.sqlite3").start()


def test_a_port_in_use_is_refused_with_a_sentence(sandbox: Sandbox) -> None:
    with pytest.raises(RuntimeError, match=f"Port {sandbox.port} can't be used"):
        Sandbox(port=sandbox.port).start()


@pytest.mark.parametrize("path", ["/2/nowhere", "/2/users/1/likes", "/2/dm_events"])
def test_addresses_that_are_not_there_are_refused_as_x_does(sandbox: Sandbox, path: str) -> None:
    answer = requests.get(sandbox.url + path, timeout=10)
    assert answer.status_code == 404 and answer.json()["title"] == "Not Found"
