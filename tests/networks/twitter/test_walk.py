"""Walking X's pages: how deep they go, and finding a reply of ours again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from socialcrm.networks import looking
from socialcrm.networks.base import UNDECIDED, Duplicate, NotFound, Page, RateLimited
from socialcrm.networks.testing import WRITES, walk
from socialcrm.networks.twitter import Twitter
from socialcrm.networks.twitter import walk as steps
from tests.sandbox_process import Sandbox

from .conftest import OWN, SandboxScene


@pytest.fixture
def stage(clean: Sandbox) -> SandboxScene:
    """Our account on the sandbox."""
    return SandboxScene(clean)


@pytest.fixture
def x(stage: SandboxScene) -> Twitter:
    """X as our account."""
    network = stage.network()
    assert isinstance(network, Twitter)
    return network


def test_850_new_mentions_are_800_and_a_gap_that_is_told(x: Twitter, stage: SandboxScene) -> None:
    cursor = x.mentions().cursor
    made = [stage.mention(f"flood {n}") for n in range(850)]
    pages = walk(x, "mentions", cursor)
    found = {post.external_id for page in pages for post in page.posts}
    assert found == set(made[50:])
    assert [page.truncated for page in pages].count(True) == 1
    assert pages[-1].truncated


@pytest.mark.parametrize(
    ("sizes", "cursor", "truncated"),
    [
        ([100] * 8, "1", True),
        ([100] * 7 + [62], "1", True),  # X hides some of its last 800
        ([100] * 7 + [10], "1", False),
        ([100] * 8, "", False),  # the first look of all leaves no gap
        ([100] * 3 + [50], "1", False),
        ([], "1", False),
        ([100] * 8 + [0], "1", True),
    ],
)
def test_where_a_walk_ended_at_xs_depth(sizes: list[int], cursor: str, truncated: bool) -> None:
    step, page = steps.Step(), steps.page(Page(), steps.Step(), cursor, 800)
    for number, size in enumerate(sizes):
        posts = tuple([None] * size)
        token = "" if number == len(sizes) - 1 else f"t:{number}"
        page = steps.page(Page(posts=posts, next_token=token), step, cursor, 800)  # type: ignore[arg-type]
        step = steps.Step.of(page.next_token)
    assert page.truncated is truncated


def test_a_token_of_ours_is_read_back() -> None:
    step = steps.Step().after(97, "abc:def")
    assert steps.Step.of(str(step)) == step
    assert str(steps.Step().after(5, "")) == ""


def test_a_thread_is_found_with_our_answers_in_it(x: Twitter, stage: SandboxScene) -> None:
    post = stage.mention(f"a thread begins {uuid4().hex}")
    sent = x.reply(post, f"and goes on {uuid4().hex}")
    assert [one.external_id for one in x.thread(post).posts] == [post, sent.external_id]


def test_an_answer_typed_elsewhere_is_among_our_posts(x: Twitter, stage: SandboxScene) -> None:
    post, cursor = stage.mention("who answers?"), x.own_posts().cursor
    typed = stage.sandbox.post(OWN, "typed on the phone", in_reply_to=post)["id"]
    (found,) = x.own_posts(cursor).posts
    assert (found.external_id, found.in_reply_to, found.author.external_id) == (typed, post, x.own_id)


def test_posts_of_a_person_come_since_a_cursor_and_no_more_than_asked(x: Twitter, stage: SandboxScene) -> None:
    (person,) = x.profiles_by_handles([stage.friend_handle]).authors
    made = [stage.mention(f"mine {n} {uuid4().hex}") for n in range(7)]
    page = x.posts_of(person.external_id, limit=5)
    assert [post.external_id for post in page.posts] == made[2:]
    assert x.posts_of(person.external_id, made[-1]).posts == ()


def test_people_who_are_not_there_are_named(x: Twitter, stage: SandboxScene) -> None:
    found = x.profiles_by_handles([OWN, "nobody_at_all"])
    assert [one.handle for one in found.authors] == [OWN]
    assert [(one.external_id, one.why) for one in found.missing] == [("nobody_at_all", "unknown")]
    with pytest.raises(NotFound) as caught:
        x.profile("@nobody_at_all")
    assert caught.value.code == "unknown"
    assert x.profile(f"https://x.com/i/user/{x.own_id}").handle == OWN


def test_a_renamed_person_keeps_the_id(x: Twitter, stage: SandboxScene) -> None:
    assert x.profile(OWN.upper()).external_id == x.own_id


def test_more_than_100_at_once_is_a_mistake_of_ours(x: Twitter) -> None:
    with pytest.raises(ValueError, match="100"):
        x.posts(["1"] * 101)
    with pytest.raises(ValueError, match="100"):
        x.profiles_by_ids([])


def test_a_duplicate_is_found_by_looking(x: Twitter, stage: SandboxScene) -> None:
    post, before, text = stage.mention("twice?"), datetime.now(UTC), f"once only {uuid4().hex}"
    sent = x.reply(post, text)
    with pytest.raises(Duplicate):
        x.reply(post, text)
    assert x.find_reply(post, text, before) == sent.external_id


@pytest.mark.parametrize("minutes", [-10, 10])
def test_a_workers_clock_that_is_wrong_finds_the_reply_all_the_same(
    x: Twitter, stage: SandboxScene, minutes: int
) -> None:
    # The sandbox's clock may run ahead of ours, by what earlier tests advanced it.
    post, text = stage.mention("clocks"), f"tick {uuid4().hex}"
    sent = x.reply(post, text)
    posted_at = x.posts([sent.external_id]).posts[0].posted_at
    assert x.find_reply(post, text, posted_at + timedelta(minutes=minutes)) == sent.external_id


@pytest.mark.parametrize(
    "text",
    [
        "links https://example.com/a?b=c&d=e, www.example.com and example.org/path.",
        "R&D <b>bold</b> &amp; more",
        "@lumen_desk @someone hello",
        "line one\r\nline two\n\n  line four  ",
        "cafe\u0301 👩‍👩‍👧‍👦 日本語 مرحبا",
    ],
)
def test_a_reply_is_found_whatever_its_text(x: Twitter, stage: SandboxScene, text: str) -> None:
    post, before, text = stage.mention("any text"), datetime.now(UTC), f"{text} {uuid4().hex}"
    stage.fault("drop_after", WRITES)
    with pytest.raises(Exception, match="network"):
        x.reply(post, text)
    assert x.find_reply(post, text, before) == stage.accepted(post)[0]


def test_looking_for_a_reply_pays_for_no_post_from_before_it(x: Twitter, stage: SandboxScene) -> None:
    post, text = stage.mention("what does it cost?"), f"one read {uuid4().hex}"
    x.reply(post, f"an earlier answer {uuid4().hex}")
    stage.sandbox.control("POST", "clock", {"advance": 1200})
    sent = x.reply(post, text)
    posted_at = x.posts([sent.external_id]).posts[0].posted_at
    paid: list[int] = []
    payer = stage.network(on_spent=lambda spent, _limit: paid.append(spent.units))
    assert payer.find_reply(post, text, posted_at) == sent.external_id
    assert payer.find_reply(post, "another text", posted_at + timedelta(minutes=1)) is None
    assert paid == [1, 1]


def test_another_answer_of_ours_in_the_meantime_leaves_it_open(x: Twitter, stage: SandboxScene) -> None:
    post = stage.mention("two of us answer")
    sent = x.reply(post, f"hers {uuid4().hex}")
    posted_at = x.posts([sent.external_id]).posts[0].posted_at
    assert x.find_reply(post, "his", posted_at) is UNDECIDED
    assert x.find_reply(post, "his", posted_at, known=[sent.external_id]) is None
    assert x.find_reply(post, "his", posted_at + timedelta(seconds=1)) is None


def test_a_post_of_ours_is_deleted(x: Twitter, stage: SandboxScene) -> None:
    sent = x.reply(stage.mention("short"), f"soon gone {uuid4().hex}")
    assert x.delete(sent.external_id) is True
    assert [one.why for one in x.posts([sent.external_id]).missing] == ["deleted"]
    with pytest.raises(NotFound):
        x.delete(sent.external_id)


def test_a_window_that_is_used_up_says_until_when(x: Twitter, stage: SandboxScene) -> None:
    with pytest.raises(RateLimited) as caught:
        for _ in range(80):
            x.me()
    limit = caught.value.limit
    assert limit is not None
    assert (limit.limit, limit.remaining) == (75, 0)
    assert caught.value.retry_at > datetime.now(UTC)


def test_beyond_the_timeline_the_search_finds_it_and_its_silence_proves_nothing(
    x: Twitter, stage: SandboxScene, monkeypatch: pytest.MonkeyPatch
) -> None:
    post, text = stage.mention("long ago"), f"an answer of old {uuid4().hex}"
    sent = x.reply(post, text)
    since = x.posts([sent.external_id]).posts[0].posted_at
    monkeypatch.setattr(looking, "PAGES", 0)
    assert x.find_reply(post, text, since) == sent.external_id
    assert x.find_reply(post, "another text", since) is UNDECIDED
