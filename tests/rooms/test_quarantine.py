"""Scenes of the quarantine against a real sandbox: what nobody could read is kept, harmless, for a person."""

from __future__ import annotations

import json
import sys
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import DatabaseError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from socialcrm import compliance, sync, tasks
from socialcrm.models import Gap, Mention, Quarantined, SocialAccount, SocialProfile
from socialcrm.networks.base import NetworkError, Page, Unreachable
from socialcrm.networks.twitter import parse
from socialcrm.sync import quarantine

from .outbox_world import World
from .test_store import page, said
from .test_sync_pull import fault, mentioned, mentions_of, write

pytestmark = [pytest.mark.django_db(transaction=True)]


def odd(account: SocialAccount, body: bytes, purpose: str = "mentions") -> quarantine.Odd:
    """Something that nobody could read."""
    return quarantine.Odd(account, purpose, "answer", body)


def answer(world: World, body: str, **more: Any) -> None:
    """The next look at the mentions gets this as X's answer."""
    fault(world, "status", status=200, body=body, **more)


@pytest.mark.parametrize("action", ["bad_json", "status"])
def test_an_answer_that_cannot_be_read_is_kept_and_the_next_look_goes_on(world: World, action: str) -> None:
    stream = mentions_of(world)
    (written,) = write(world, 1)
    fault(world, action, **({"status": 200, "body": "<html>Be right back</html>"} if action == "status" else {}))
    sync.pull(stream)
    kept = Quarantined.objects.get()
    assert (kept.account, kept.purpose, kept.why, kept.times) == (world.account, "mentions", "answer", 1)
    assert bytes(kept.body).startswith(b'{"data": [{"id": 12,,' if action == "bad_json" else b"<html>")
    assert written not in mentioned()
    sync.pull(stream)
    assert written in mentioned()


def test_a_post_that_cannot_be_read_is_kept_and_the_others_of_its_page_are_stored(world: World) -> None:
    stream = mentions_of(world)
    good = {"id": "1900000000000000001", "author_id": "7", "text": "hello", "created_at": "2026-11-20T10:00:00.000Z"}
    bad = {"id": "twelve", "text": "@lumen_desk of another age", "author_id": {"odd": True}}
    fault(world, "status", status=200, body={"data": [bad, good], "meta": {"result_count": 2}})
    sync.pull(stream)
    kept = Quarantined.objects.get()
    assert (kept.why, json.loads(bytes(kept.body))) == ("post", bad)
    assert good["id"] in mentioned()
    assert Gap.objects.get(stream=stream).why == "unreadable"


def test_a_page_that_the_database_refuses_is_kept(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    stream = mentions_of(world)
    (written,) = write(world, 1)
    with monkeypatch.context() as patch:

        def refuses(batches: Any) -> Any:
            raise DatabaseError("no")

        patch.setattr(sys.modules["socialcrm.sync.pull"], "store_many", refuses)
        sync.pull(stream)
    kept = Quarantined.objects.get()
    assert (kept.why, kept.detail) == ("refused", "DatabaseError")
    assert written.encode() in bytes(kept.body)
    stream.refresh_from_db()
    sync.pull(stream)
    assert written in mentioned()


def test_a_fault_of_our_own_reader_is_kept_like_any_other(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    stream = mentions_of(world)
    monkeypatch.setattr(parse, "page", lambda *_: {}["nothing"])
    write(world, 1)
    sync.pull(stream)
    assert b"lamp" in bytes(Quarantined.objects.get().body)


def test_filling_a_gap_keeps_what_it_cannot_read(world: World) -> None:
    stream = mentions_of(world)
    gap = Gap.objects.create(stream=stream, why="lost_token")
    fault(world, "bad_json")
    with pytest.raises(NetworkError):
        sync.fill_gap(gap)
    assert Quarantined.objects.get().purpose == "mentions"


def test_upkeep_keeps_what_it_cannot_read(world: World) -> None:
    world.sandbox.control("POST", "faults", {"action": "bad_json", "match": {"path": "^/2/users"}, "times": 1})
    SocialProfile.objects.update(handle="", fetched_at=timezone.now() - timedelta(days=3))
    sync.refresh_profiles()
    assert Quarantined.objects.get().purpose == "upkeep"


def test_a_network_that_is_down_fills_no_quarantine(world: World) -> None:
    stream = mentions_of(world)
    write(world, 1)
    for action in ("drop_before", "drop_after", "truncate"):
        fault(world, action)
        sync.pull(stream)
    fault(world, "status", status=503)
    sync.pull(stream)
    assert not Quarantined.objects.exists()


def test_the_same_again_is_counted_and_not_kept_twice(acme: SocialAccount) -> None:
    for _time in range(3):
        quarantine.keep([odd(acme, b"<html>"), odd(acme, b"<html>"), odd(acme, b"<html>", "own_posts")])
    assert list(Quarantined.objects.order_by("purpose").values_list("purpose", "times")) == [
        ("mentions", 3),
        ("own_posts", 3),
    ]


def test_what_is_kept_is_bounded(acme: SocialAccount) -> None:
    quarantine.keep([odd(acme, b"%d" % number) for number in range(quarantine.MOST_ROWS + 20)])
    quarantine.keep([odd(acme, b"x" * 10_000_000)])
    assert Quarantined.objects.count() == quarantine.MOST_ROWS
    newest = Quarantined.objects.order_by("-pk")[0]
    assert (len(newest.body), newest.size) == (quarantine.MOST_BYTES, 10_000_000)


@pytest.mark.parametrize("posts", [1, 50])
def test_keeping_takes_the_same_number_of_queries_for_one_and_for_many(acme: SocialAccount, posts: int) -> None:
    with CaptureQueriesContext(connection) as seen:
        quarantine.keep([odd(acme, b"%d" % number) for number in range(posts)])
    assert len([one for one in seen if "socialcrm_quarantined" in (one["sql"] or "")]) == 4


def test_a_page_that_can_be_read_costs_no_query_more(acme: SocialAccount) -> None:
    with CaptureQueriesContext(connection) as seen:
        sync.store(page(said("1")), acme)
    assert not [one for one in seen if "quarantine" in (one["sql"] or "")]


@pytest.mark.parametrize("place", [0, quarantine.MOST_BYTES - 5])
def test_no_secret_of_ours_is_kept_even_where_the_cut_goes_through_it(acme: SocialAccount, place: int) -> None:
    quarantine.keep([odd(acme, b" " * place + b"token-of-acme refresh-of-acme" + b" " * 99_999)])
    kept = bytes(Quarantined.objects.get().body)
    assert b"token" not in kept and b"refresh" not in kept


@pytest.mark.parametrize(
    "echo",
    [
        b"Authorization: Bearer abcdefgh12345",
        b'{"authorization": "OAuth abcdefgh12345"}',
        b"POST /x?access_token=abcdefgh12345&page=2",
        b'{"refresh_token":"abcdefgh12345"}',
        b"client_secret = 'abcdefgh12345'",
        b"Cookie: abcdefgh12345",
    ],
)
def test_what_looks_like_a_credential_is_blotted_out(echo: bytes) -> None:
    assert b"abcdefgh12345" not in quarantine.without_secrets(echo, ())


def test_what_nobody_sent_for_a_week_is_deleted(acme: SocialAccount) -> None:
    quarantine.keep([odd(acme, b"old"), odd(acme, b"new")])
    Quarantined.objects.filter(body=b"old").update(last_at=timezone.now() - timedelta(days=8))
    assert tasks.prune() == 1
    assert bytes(Quarantined.objects.get().body) == b"new"


def test_erasing_a_person_empties_the_networks_quarantine(acme: SocialAccount, ada: Any, admin: User) -> None:
    quarantine.keep([odd(acme, b"who knows who is in here")])
    compliance.erase_contact(ada, admin)
    assert not Quarantined.objects.exists()


def test_an_administrator_reads_it_and_it_runs_nowhere(client: Client, admin: User, acme: SocialAccount) -> None:
    quarantine.keep([odd(acme, b"<script>alert(1)</script>\xff\x00")])
    client.force_login(admin)
    kept = Quarantined.objects.get()
    assert client.get(reverse("admin:socialcrm_quarantined_changelist")).status_code == 200
    shown = client.get(reverse("admin:socialcrm_quarantined_change", args=[kept.pk]))
    assert b"&lt;script&gt;alert(1)" in shown.content and b"<script>alert" not in shown.content
    assert b"\\xff" in shown.content
    assert client.get(reverse("admin:socialcrm_quarantined_delete", args=[kept.pk])).status_code == 403


def test_nobody_else_reads_it(client: Client, manager: User, agent: User, acme: SocialAccount) -> None:
    quarantine.keep([odd(acme, b"for administrators only")])
    address = reverse("admin:socialcrm_quarantined_change", args=[Quarantined.objects.get().pk])
    for user in (manager, agent):
        client.force_login(user)
        assert client.get(address).status_code == 302
        user.is_staff = True
        user.save()
        assert client.get(address).status_code == 403


def test_no_address_of_the_api_leads_to_it(client: Client, admin: User, acme: SocialAccount) -> None:
    quarantine.keep([odd(acme, b"for administrators only")])
    client.force_login(admin)
    for path in ("accounts/", f"accounts/{acme.pk}/", "schema/"):
        answered = client.get(f"/api/v1/{path}" if path != "schema/" else "/api/schema/")
        said_by_api = answered.content.lower()
        assert answered.status_code == 200
        assert b"administrators only" not in said_by_api and b"quarantin" not in said_by_api


def test_an_error_without_an_answer_has_nothing_to_keep(acme: SocialAccount) -> None:
    assert quarantine.answer_of(acme, "mentions", Unreachable("gone")) == []
    assert quarantine.answer_of(acme, "mentions", Page()) == []
    assert not Mention.objects.exists()
