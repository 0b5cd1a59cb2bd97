"""The town on its second network: who is there, who is there too, what they said so far, and how they are found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from socialcrm.sandbox import people
from socialcrm.sandbox.server import open_sandbox
from socialcrm.sandbox.state import Sandbox

Row = dict[str, Any]


@pytest.fixture(scope="module")
def town() -> Iterator[Sandbox]:
    """The town of the demo, from its seed."""
    made = open_sandbox(":memory:", "http://127.0.0.1:1", seed=20261123, people=2000, history_days=60, speed=0)
    yield made
    made.world.close()


@pytest.fixture(scope="module")
def directory(town: Sandbox) -> list[Row]:
    return people.directory(town, customers=False)


def there(town: Sandbox, where: str = "1") -> list[Row]:
    return town.world.all(f"SELECT * FROM accounts WHERE network='mastodon' AND {where}")


def test_a_third_of_the_town_is_there_and_some_are_only_there(directory: list[Row]) -> None:
    truths = [one["truth"] for one in directory]
    both = sum(bool(one["mastodon"] and one["twitter"]) for one in truths)
    only = sum(bool(one["mastodon"] and not one["twitter"]) for one in truths)
    assert 0.27 < (both + only) / len(directory) < 0.36 and only >= 25


def test_our_brands_and_three_servers_are_there(town: Sandbox) -> None:
    hosts = Counter(one["host"] for one in there(town))
    assert hosts["town.example"] > hosts["harbour.example"] > 60 and hosts["ateliers.example"] > 60
    assert {one["handle"] for one in there(town, "brand=1")} == {"lumen_desk", "lumen_lighting"}
    assert {one["language"] for one in there(town)} == {"en", "fr"}


def test_many_keep_the_name_that_they_have_on_x_or_link_to_it(town: Sandbox, directory: list[Row]) -> None:
    pairs = [one["truth"] for one in directory if one["truth"]["mastodon"] and one["truth"]["twitter"]]
    same = [one for one in pairs if one["mastodon"]["handle"].partition("@")[0] == one["twitter"]["handle"]]
    assert 0.4 < len(same) / len(pairs) < 0.8
    assert len([one for one in there(town) if "X=https://x.com/" in one["website"]]) > 100


def test_enough_customers_can_be_found_by_what_a_crm_knows(directory: list[Row]) -> None:
    proven = [one for one in directory[:200] if one["truth"]["proofs"]["mastodon"]]
    assert {one["truth"]["proofs"]["mastodon"] for one in proven} == {
        "page",
        "website",
        "company_website",
        "email_in_bio",
    }
    assert len(proven) >= 30 and sum(bool(one["truth"]["proofs"]["twitter"]) for one in proven) >= 15
    for one in proven:
        if one["truth"]["proofs"]["mastodon"] == "page":
            name, _, host = one["truth"]["mastodon"]["handle"].partition("@")
            assert f"https://{host}/@{name}" in one["known"]["websites"]


def test_nobody_shares_a_name_with_another_of_the_same_server(town: Sandbox) -> None:
    names = Counter((one["handle_lower"], one["host"]) for one in there(town))
    assert max(names.values()) == 1


def test_there_is_a_past_with_all_that_mastodon_has(town: Sandbox) -> None:
    posts = town.world.all("SELECT * FROM posts WHERE network='mastodon'")
    circles = Counter(one["visibility"] for one in posts)
    assert len(posts) > 2500 and circles["direct"] > 15 and circles["private"] > 15 and circles["unlisted"] > 20
    assert sum(bool(one["spoiler"]) for one in posts) > 5 and sum(bool(one["boost_of"]) for one in posts) > 80
    assert sum(bool(one["edited_at"]) for one in posts) > 30 and {one["language"] for one in posts} == {"en", "fr"}
    now = town.clock.now()
    assert max(one["created_at"] for one in posts) <= now


def test_the_desk_was_told_of_what_was_said_to_it(town: Sandbox) -> None:
    (desk,) = there(town, "handle='lumen_desk'")
    told = town.world.all("SELECT * FROM masto_notifications WHERE account=? ORDER BY id", desk["id"])
    assert len(told) > 250 and [one["at"] for one in told] == sorted(one["at"] for one in told)


def test_a_town_of_any_size_is_made(town: Sandbox) -> None:
    for seed, size in ((1, 20), (2, 60), (3, 130)):
        small = open_sandbox(":memory:", "http://127.0.0.1:1", seed=seed, people=size, history_days=2, speed=0)
        assert there(small, "brand=0")
        small.world.close()
