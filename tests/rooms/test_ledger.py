"""Scenes of the ledger against a real sandbox: what X charges once a day (UTC) is counted once a day."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from urllib.request import Request, urlopen

import pytest
from django.db import connections
from django.utils import timezone

from socialcrm import bulk, connect, ledger, sync
from socialcrm.models import ApiUsage, DayCharge, SocialAccount
from socialcrm.networks.base import Spent

from .outbox_world import World
from .test_sync_pull import mentions_of, write

pytestmark = [pytest.mark.django_db(transaction=True)]


def usage_on_x(world: World) -> int:
    """How many posts X says that our app was charged for, today and ever."""
    bearer = world.sandbox.control("GET", "credentials?network=twitter")["bearer_token"]
    request = Request(f"{world.sandbox.url}/2/usage/tweets", headers={"Authorization": f"Bearer {bearer}"})
    with urlopen(request, timeout=10) as answer:
        return int(json.load(answer)["data"]["project_usage"])


def spent_on(purpose: str) -> int:
    """Millionths of a dollar that the ledger has for a purpose."""
    return sum(ApiUsage.objects.filter(purpose=purpose).values_list("micros", flat=True))


@pytest.fixture
def clean(world: World) -> World:
    """Our account, caught up, with an empty ledger."""
    mentions_of(world)
    ApiUsage.objects.all().delete()
    DayCharge.objects.all().delete()
    return world


def test_a_post_that_is_read_twice_on_one_day_is_charged_once_as_x_counts_it(clean: World) -> None:
    network = connect.open_network(clean.account, "mentions")
    before = usage_on_x(clean)
    written = write(clean, 7)
    cursor = str(int(written[0]) - 1)
    assert [len(network.mentions(cursor).posts) for _time in range(3)] == [7, 7, 7]
    usage = ApiUsage.objects.get()
    assert (usage.calls, usage.units, usage.micros) == (3, 21, 35_000)
    assert usage_on_x(clean) - before == 7
    assert ledger.month(clean.account).spent_micros == 35_000


def test_the_same_post_in_one_batch_and_for_another_account_is_charged_once(clean: World) -> None:
    other = SocialAccount.objects.create(network="twitter", external_id="101", handle="lumen_labs")
    with ledger.batch():
        for account in (clean.account, other, clean.account):
            ledger.note(account, "mentions", Spent("users/mentions", 2, 2_000, ("post:1", "post:2")))
    ledger.note(other, "mentions", Spent("users/mentions", 1, 1_000, ("post:2",)))
    assert dict(ApiUsage.objects.values_list("account", "micros")) == {clean.account.pk: 2_000, other.pk: 0}
    assert [ledger.month(one).reads for one in (clean.account, other)] == [4, 3]


def test_a_post_that_is_read_again_at_a_higher_price_costs_the_difference(clean: World) -> None:
    for purpose, price in (("mentions", 1_000), ("parents", 5_000), ("mentions", 1_000), ("parents", 5_000)):
        ledger.note(clean.account, purpose, Spent("tweets", 1, price, ("post:1",)))
    assert (spent_on("mentions"), spent_on("parents")) == (1_000, 4_000)


def test_the_day_ends_at_midnight_utc_whatever_the_sites_time_zone(
    clean: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read_at(moment: datetime) -> None:
        with monkeypatch.context() as patch:
            patch.setattr(ledger.timezone, "now", lambda: moment)
            ledger.note(clean.account, "mentions", Spent("users/mentions", 1, 1_000, ("post:1",)))

    midnight = datetime(2026, 11, 24, tzinfo=UTC)
    for seconds in (-3600, -1, 0, 3600):
        read_at(midnight + timedelta(seconds=seconds))
    assert spent_on("mentions") == 2_000
    assert set(DayCharge.objects.values_list("day", flat=True)) == {date(2026, 11, 23), date(2026, 11, 24)}


def test_writes_and_what_has_no_name_are_counted_each_time(clean: World) -> None:
    for _time in range(2):
        ledger.note(clean.account, "reply", Spent("tweets/create", 1, 10_000))
        ledger.note(clean.account, "mentions", Spent("users/mentions", 3, 3_000, ("post:1", "post:2")))
    assert (spent_on("reply"), spent_on("mentions")) == (20_000, 4_000)


def test_a_person_is_charged_once_a_day_too(clean: World) -> None:
    network = connect.open_network(clean.account, "profiles")
    handle, other = (clean.people[number]["truth"]["twitter"]["handle"] for number in (3, 4))
    network.profile(f"@{handle}")
    network.profiles_by_handles([handle, other])
    assert spent_on("profiles") == 20_000


def test_the_cap_counts_a_post_once_a_day(clean: World) -> None:
    clean.account.monthly_cap = "0.01"
    for _time in range(20):
        ledger.note(clean.account, "mentions", Spent("users/mentions", 1, 1_000, ("post:1",)))
    assert ledger.may_spend(clean.account, "mentions")


def test_what_was_charged_is_kept_for_two_days_and_no_longer(clean: World) -> None:
    today = timezone.now().astimezone(UTC).date()
    for days in range(4):
        day = today - timedelta(days=days)
        DayCharge.objects.create(day=day, network="twitter", resource="post:1", micros=1, added=1)
    assert ledger.prune() == 2
    assert set(DayCharge.objects.values_list("day", flat=True)) == {today, today - timedelta(days=1)}


def test_a_network_that_charges_nothing_leaves_no_list_of_what_was_read(acme: SocialAccount) -> None:
    ledger.note(acme, "mentions", Spent("notifications", 1, 0, ("post:1",)))
    assert not DayCharge.objects.exists()


@pytest.mark.parametrize("posts", [1, 2000])
def test_a_batch_takes_one_statement_more_however_many_pages_it_holds(
    acme: SocialAccount, monkeypatch: pytest.MonkeyPatch, posts: int
) -> None:
    sent: list[str] = []
    send = bulk.Bulk.send
    monkeypatch.setattr(bulk.Bulk, "send", lambda *asked, **more: sent.append(asked[1]) or send(*asked, **more))

    def statements(names: tuple[str, ...]) -> int:
        sent.clear()
        with ledger.batch():
            for page in range(0, posts, 100):
                some = names[page : page + 100]
                ledger.note(acme, "mentions", Spent("users/mentions", 100, 100_000, some))
        return len(sent)

    assert [statements(()), statements(tuple(f"post:{number}" for number in range(posts)))] == [1, 2]


def test_workers_that_read_the_same_at_once_charge_it_once(clean: World) -> None:
    names = tuple(f"post:{number}" for number in range(300))

    def worker(turn: int) -> None:
        ordered = names if turn % 2 else names[::-1]
        try:
            ledger.note(clean.account, "mentions", Spent("users/mentions", 300, 300_000, ordered))
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(worker, range(16)))
    assert spent_on("mentions") == 300_000


def test_reading_the_mentions_again_after_a_lost_cursor_costs_nothing_more(clean: World) -> None:
    stream = mentions_of(clean)
    cursor = stream.cursor
    write(clean, 5)
    sync.pull(stream)
    stream.refresh_from_db()
    stream.cursor = cursor
    stream.save()
    sync.pull(stream)
    assert (spent_on("mentions"), ledger.month(clean.account).reads) == (25_000, 10)
