"""Statements that are planned once per connection, and what happens where a pooler loses them."""

from __future__ import annotations

import pytest
from django.db import connection, transaction

from socialcrm import bulk, ledger, prepared, sync
from socialcrm.models import Post, SocialAccount, Stream
from socialcrm.networks.base import Spent
from socialcrm.sync import streams

from .test_store import page, said

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="only PostgreSQL has prepared statements"),
]


@pytest.fixture(autouse=True)
def _no_pooler_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prepared, "_found_pooler", [])


def seven() -> list[tuple[object, ...]]:
    with transaction.atomic():
        return bulk.Bulk().run("SELECT %s::int + 1 AS seven", [6])


def names() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%AS seven'")
        return int(cursor.fetchone()[0])


def forget() -> None:
    """As a pooler does it: behind the driver's back."""
    with connection.cursor() as cursor:
        cursor.execute("DO $$ BEGIN EXECUTE 'DEALLOCATE ALL'; END $$")


def test_a_statement_is_prepared_once_and_answers_each_time() -> None:
    connection.close()
    assert [seven(), seven()] == [[(7,)], [(7,)]]
    assert names() == 1


def test_statements_that_a_pooler_lost_run_plainly_from_then_on() -> None:
    seven()
    forget()
    assert bulk.retry_deadlocks(seven) == [(7,)]
    assert (names(), prepared.allowed(connection)) == (0, False)


def test_djangos_switch_for_poolers_prepares_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    connection.close()
    monkeypatch.setitem(connection.settings_dict, "DISABLE_SERVER_SIDE_CURSORS", True)
    assert (seven(), names()) == ([(7,)], 0)


def test_behind_a_pooler_that_nobody_told_of_a_page_is_stored_and_its_cost_is_noted(acme: SocialAccount) -> None:
    sync.store(page(said("1")), acme)
    forget()
    sync.store(page(said("2")), acme)
    assert Post.objects.count() == 2 and not prepared.allowed(connection)


@pytest.mark.parametrize("part", ["forget", "finish", "ledger"])
def test_every_statement_of_ours_survives_a_pooler_that_nobody_told_of(acme: SocialAccount, part: str) -> None:
    stream = Stream.objects.create(account=acme, kind="mentions")

    def act() -> None:
        if part == "forget":
            sync.forget("twitter", ["1"])
        elif part == "finish":
            streams.finish([streams.quiet(stream)])
        else:
            ledger.note(acme, "mentions", Spent("mentions", 1, 1))

    sync.store(page(said("1")), acme)
    act()
    forget()
    act()
