"""Scenes with a database that takes nothing: it is full, or may only be read. Nothing leaves without a row."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any
from unittest import mock

import pytest
from django.contrib.auth.models import User
from django.db import DatabaseError, OperationalError, connection
from django.test import Client
from django.urls import reverse

from socialcrm import outbox, sync
from socialcrm.models import Mention, Reply

from .outbox_world import World, time_passes
from .test_outbox_scenes import say, sent
from .test_sync_pull import mentioned, mentions_of, write

pytestmark = [pytest.mark.django_db(transaction=True)]
Shut = Callable[[], AbstractContextManager[None]]


def run(sql: str) -> Any:
    """One statement on this test's connection."""
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchone() if cursor.description else None


@contextmanager
def read_only() -> Iterator[None]:
    """The database may only be read."""
    postgres = connection.vendor == "postgresql"
    run("SET default_transaction_read_only = on" if postgres else "PRAGMA query_only = ON")
    try:
        yield
    finally:
        run("SET default_transaction_read_only = off" if postgres else "PRAGMA query_only = OFF")


@contextmanager
def full() -> Iterator[None]:
    """The disk is full: SQLite may not grow by a page, and its last free one is taken."""
    run("CREATE TABLE filler (bytes BLOB)")
    (pages,) = run("PRAGMA page_count")
    run(f"PRAGMA max_page_count = {pages}")
    for size in (100_000, 4_000, 400, 40):
        with pytest.raises(OperationalError, match="full"):
            while True:
                run(f"INSERT INTO filler VALUES (zeroblob({size}))")
    try:
        yield
    finally:
        run("PRAGMA max_page_count = 1073741823")
        run("DROP TABLE filler")


def shuts() -> list[Any]:
    """What can be done to this database without harm to others."""
    kinds: list[Any] = [pytest.param(read_only, id="read-only")]
    return kinds + ([pytest.param(full, id="full")] if connection.vendor == "sqlite" else [])


def test_a_reply_is_refused_before_anything_is_sent_and_its_text_is_kept(
    world: World, rep: User, client: Client
) -> None:
    post, text = world.mention(), "We are on it, with a lamp."
    client.force_login(rep)
    form = {"text": text, "account": world.account.pk, "client_key": "key-of-this-form", "seen": 0}
    with read_only():
        answer = client.post(reverse("socialcrm:reply", args=[post.pk]), form)
        page = answer.content.decode()
    assert answer.status_code == 503
    assert "so nothing was sent" in page and text in page
    assert not Reply.objects.exists() and not world.posted(post)
    client.post(reverse("socialcrm:reply", args=[post.pk]), form)
    reply = time_passes(Reply.objects.get(), 10)
    assert sent(reply).state == "sent" and len(world.posted(post)) == 1


@pytest.mark.skipif(connection.vendor != "sqlite", reason="a full disk of PostgreSQL's stops all that run beside")
def test_on_a_full_disk_what_is_taken_in_has_a_row_and_the_rest_is_refused(world: World, rep: User) -> None:
    posts, taken = [world.mention(number=number) for number in range(60)], 0
    with full(), pytest.raises(outbox.NotWritten):
        for post in posts:  # the first few fit into pages that are there
            outbox.enqueue(rep, world.account, post, f"We are on it, {post.pk}.", f"click-{post.pk}", delay=0)
            taken += 1
    assert Reply.objects.count() == taken < 60
    for reply in Reply.objects.all():
        assert sent(reply).state == "sent"
    assert sum(len(world.posted(post)) for post in posts) == taken


def test_a_program_is_told_to_repeat_the_call_with_its_key(world: World, rep: User, client: Client) -> None:
    post = world.mention()
    client.force_login(rep)
    body = {"post": post.pk, "account": world.account.pk, "text": "We are on it."}
    headers = {"Idempotency-Key": "one-key"}

    def call() -> Any:
        return client.post("/api/v1/replies/", body, content_type="application/json", headers=headers)

    with read_only():
        refused = call()
    assert refused.status_code == 503 and refused.json()["type"].endswith("not-written"), refused.json()
    assert not Reply.objects.exists()
    assert [call().status_code, call().status_code] == [201, 200]
    assert Reply.objects.count() == 1


def test_a_reply_that_waits_stays_here_until_its_attempt_can_be_written_down(world: World, rep: User) -> None:
    reply = say(world, rep)
    assert reply.post is not None
    with read_only(), pytest.raises(DatabaseError):
        outbox.send(reply.pk)
    assert not world.posted(reply.post)
    assert sent(reply).state == "sent" and len(world.posted(reply.post)) == 1


def test_a_disk_that_fills_while_the_network_answers_makes_no_second_post(world: World, rep: User) -> None:
    reply = say(world, rep)
    assert reply.post is not None
    module = sys.modules["socialcrm.outbox.send"]
    speak, closing = module._speak, read_only()

    def speaks_and_fills(*asked: Any) -> Any:
        said = speak(*asked)
        closing.__enter__()
        return said

    with mock.patch.object(module, "_speak", speaks_and_fills), pytest.raises(DatabaseError):
        outbox.send(reply.pk)
    closing.__exit__(None, None, None)
    assert Reply.objects.get(pk=reply.pk).state == "sending"
    time_passes(reply)
    outbox.sweep()
    outbox.reconcile(reply.pk)
    reply.refresh_from_db()
    (posted,) = world.posted(reply.post)
    assert (reply.state, reply.external_id) == ("sent", posted["id"])


@pytest.mark.parametrize("shut", shuts())
def test_sync_goes_on_where_it_was_and_nothing_is_missing_or_doubled(world: World, shut: Shut) -> None:
    stream = mentions_of(world)
    cursor, written = stream.cursor, write(world, 120)
    with shut(), pytest.raises(DatabaseError):
        sync.pull(stream)
    stream.refresh_from_db()
    assert stream.cursor == cursor and not mentioned() & set(written)
    assert sync.pull(stream) == 120
    assert Mention.objects.filter(post__external_id__in=written).count() == 120


@pytest.mark.parametrize("shut", shuts())
def test_a_disk_that_fills_while_a_page_is_stored_moves_no_cursor(world: World, shut: Shut) -> None:
    stream = mentions_of(world)
    cursor, written = stream.cursor, write(world, 30)
    pull = sys.modules["socialcrm.sync.pull"]
    closing, store_many = shut(), pull.store_many

    def fills(batches: Any) -> Any:
        closing.__enter__()
        return store_many(batches)

    with mock.patch.object(pull, "store_many", fills), pytest.raises(DatabaseError):
        sync.pull(stream)
    closing.__exit__(None, None, None)
    stream.refresh_from_db()
    assert stream.cursor == cursor and not mentioned() & set(written)
    stream.lease_until = None  # its worker is gone: two minutes later the next one takes over
    stream.save()
    assert sync.pull(stream) == 30
