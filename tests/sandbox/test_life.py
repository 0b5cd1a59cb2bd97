"""Hours of the town's life in a moment: what happens, how often, and that it doesn't come to a halt."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from socialcrm.sandbox.life import Life
from socialcrm.sandbox.networks import NETWORKS
from socialcrm.sandbox.server import open_sandbox
from socialcrm.sandbox.state import Sandbox

MINUTES = 240


@pytest.fixture(scope="module")
def lived() -> Iterator[Sandbox]:
    """A town after four hours, in which the desk answered many mentions on both networks."""
    town = open_sandbox(":memory:", "http://127.0.0.1:1", seed=11, people=400, history_days=5, speed=0)
    life, answered = Life(town), 0
    for step in range(MINUTES * 6):
        town.clock.advance(10)
        life._live(1.0)
        if step % 12 == 0:
            answered += sum(_answer(town, name, answered) for name in NETWORKS)
    yield town
    town.world.close()


def _answer(town: Sandbox, name: str, number: int) -> bool:
    """Whether there was a mention to answer."""
    sql = (
        "SELECT id FROM log WHERE network=? AND via='town' AND action='post' AND text LIKE '%@lumen_desk%' "
        "ORDER BY seq DESC LIMIT 1"
    )
    network, desk = NETWORKS[name], town.account(name, "lumen_desk")
    post = network.find(town, town.world.value(sql, name))
    if post and desk:
        network.publish(town, desk, f"Answer number {number}", post, via="api")
    return bool(post)


def entries(town: Sandbox) -> list[dict[str, Any]]:
    return town.world.all("SELECT * FROM log ORDER BY seq")


def test_the_brand_is_mentioned_about_once_a_minute(lived: Sandbox) -> None:
    said = [one for one in entries(lived) if one["via"] == "town" and one["action"] == "post"]
    mentions = [one for one in said if "@lumen_" in one["text"]]
    assert 0.6 * MINUTES < len(mentions) < 1.5 * MINUTES
    assert len(said) > 2 * MINUTES


def test_most_replies_of_ours_are_answered_within_40_seconds(lived: Sandbox) -> None:
    ours = {one["id"]: one["at"] for one in entries(lived) if one["via"] == "api"}
    answers = [one for one in entries(lived) if one["in_reply_to"] in ours and one["action"] == "post"]
    waits = [one["at"] - ours[one["in_reply_to"]] for one in answers]
    assert {one["network"] for one in answers} == set(NETWORKS)
    assert 0.5 * len(ours) < len(waits) < len(ours)
    # The test looks every ten seconds.
    assert all(10_000 <= wait <= 51_000 for wait in waits)


def test_people_chat_quote_and_delete_too(lived: Sandbox) -> None:
    kinds = Counter((one["action"], one["in_reply_to"] is not None) for one in entries(lived) if one["via"] == "town")
    assert kinds[("delete", False)] and kinds[("post", True)] > 20
    assert lived.world.value("SELECT COUNT(*) FROM posts WHERE quoted IS NOT NULL")


def test_on_mastodon_people_boost_like_and_edit(lived: Sandbox) -> None:
    there = [one for one in entries(lived) if one["network"] == "mastodon" and one["via"] == "town"]
    assert {"post", "boost", "edit"} <= {one["action"] for one in there}
    kinds = lived.world.all("SELECT DISTINCT type FROM masto_notifications")
    assert {"mention", "reblog", "favourite"} <= {row["type"] for row in kinds}
    sql = "SELECT DISTINCT visibility FROM posts WHERE network='mastodon'"
    assert {row["visibility"] for row in lived.world.all(sql)} == {"public", "unlisted", "private", "direct"}
    assert lived.world.value("SELECT COUNT(*) FROM posts WHERE spoiler<>''")


def test_an_answer_is_heard_by_no_more_people_than_what_it_answers(lived: Sandbox) -> None:
    sql = (
        "SELECT COUNT(*) FROM posts p JOIN posts q ON q.network=p.network AND q.id=p.in_reply_to "
        "JOIN accounts a ON a.network=p.network AND a.id=p.author "
        "WHERE p.network='mastodon' AND a.brand=0 AND p.visibility<>q.visibility"
    )
    assert lived.world.value(sql) == 0


def test_they_seldom_say_the_same(lived: Sandbox) -> None:
    texts = [one["text"] for one in entries(lived) if one["via"] == "town" and one["action"] == "post"]
    assert len(set(texts)) > 0.85 * len(texts)


def test_the_same_seed_makes_the_same_town() -> None:
    names = []
    for _ in range(2):
        town = open_sandbox(":memory:", "http://127.0.0.1:1", seed=5, people=60, history_days=3, speed=0)
        names.append([one["handle"] for one in town.world.all("SELECT handle FROM accounts ORDER BY handle")])
        town.world.close()
    assert names[0] == names[1] and len(names[0]) > 50


def test_a_life_that_ends_by_mistake_is_told(caplog: pytest.LogCaptureFixture) -> None:
    import asyncio

    from socialcrm.sandbox import life

    async def broken() -> None:
        raise ValueError("no words left")

    async def main() -> None:
        task = asyncio.create_task(broken())
        task.add_done_callback(life._tell)
        await asyncio.wait([task])
        await asyncio.sleep(0)

    with caplog.at_level(logging.ERROR):
        asyncio.run(main())
    assert "The town stopped living" in caplog.text
