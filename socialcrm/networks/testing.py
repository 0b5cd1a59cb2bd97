"""The contract that every network keeps, ours or a third party's: inherit NetworkContract and provide a Scene.

    class TestTwitter(NetworkContract):
        @pytest.fixture
        def scene(self): ...

A network without a verb skips the tests of that verb, and `can()` must say so.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol
from unicodedata import normalize
from uuid import uuid4

import pytest

from .base import (
    AuthExpired,
    Call,
    Limit,
    Network,
    NetworkError,
    NotFound,
    OnSpent,
    OutcomeUnknown,
    Page,
    RateLimited,
    Rejected,
    Spent,
    Unreachable,
)

READS, WRITES = "reads", "writes"
HOSTILE = (
    "<script>alert(1)</script> &amp; \"quotes\" 'single'",
    "\u202egnirts\u202c \u2066isolated\u2069 \u200f\u200e",
    "👩‍👩‍👧‍👦 🇫🇷 👍🏽 \u2028 line \U0001f426‍\U0001f525",
    "Z̸̢̛͇͓͎a̷͚͌l̵̙̀g̴̣̈́o̶̧͐ عربي עברית 日本語 é e\u0301",
    "javascript:alert(1) http://127.0.0.1/ {{ 7*7 }} {% raw %} %s %(x)s",
)


class Scene(Protocol):
    """A stage for a network: a server that speaks its API, our account on it, and someone who writes to us."""

    secrets: tuple[str, ...]  # every secret that the network is given: none may ever be seen

    def network(self, on_spent: OnSpent | None = None, **options: Any) -> Network:
        """The network as our account; `options` override the site's."""
        ...

    def stranger(self) -> Network:
        """The network with credentials that the server does not accept."""
        ...

    def mention(self, text: str) -> str:
        """Someone else posts a text that mentions us, as typed; its external_id."""
        ...

    def take_away(self, external_id: str) -> None:
        """That post's author deletes it."""
        ...

    def fault(self, action: str, which: str, **more: Any) -> None:
        """Calls of a kind (READS, WRITES) fail once: status, drop_before, drop_after, truncate, bad_json, huge."""
        ...

    def accepted(self, in_reply_to: str) -> list[str]:
        """Ids of the replies to a post that the server accepted, by its own record."""
        ...


def walk(network: Network, verb: str, cursor: str = "") -> list[Page]:
    """All pages of a verb since a cursor."""
    pages, token = [], ""
    for _step in range(50):
        page: Page = getattr(network, verb)(cursor, token)
        pages.append(page)
        token = page.next_token
        if not token:
            return pages
    raise AssertionError("the pages do not end")


def newest_first(page: Page) -> list[str]:
    """The ids of a page as they stand."""
    return [post.external_id for post in page.posts]


class NetworkContract:
    """What every network does. Subclass it with a `scene` fixture."""

    @pytest.fixture
    def scene(self) -> Iterator[Scene]:
        """The stage. To be provided."""
        raise NotImplementedError

    @pytest.fixture
    def network(self, scene: Scene) -> Network:
        """The network as our account."""
        return scene.network()

    @staticmethod
    def need(network: Network, *verbs: str) -> None:
        """Skip where the network lacks a verb."""
        lacking = [verb for verb in verbs if not network.can(verb)]
        if lacking:
            pytest.skip(f"{network.id} cannot {', '.join(lacking)}")

    def test_can_tells_the_truth(self, network: Network) -> None:
        for name in dir(Network):
            method = getattr(type(network), name, None)
            verb = name.removesuffix("_call")
            if getattr(method, "lacking", False) and getattr(type(network), verb) is getattr(Network, verb):
                assert not network.can(verb)
        assert not network.can("no_such_verb")

    def test_a_page_stands_oldest_first_and_ids_are_text(self, scene: Scene, network: Network) -> None:
        self.need(network, "mentions")
        made = [scene.mention(f"one after the other {n}") for n in range(4)]
        page = network.mentions()
        found = [post.external_id for post in page.posts if post.external_id in made]
        assert found == made
        for post in page.posts:
            ids = (post.external_id, post.author.external_id, post.thread_id, post.in_reply_to, *post.mentioned_ids)
            assert all(isinstance(one, str) for one in ids)
        assert network.mentions(page.cursor).posts == ()
        assert page.oldest == page.posts[0].external_id

    def test_a_cursor_brings_only_what_is_new(self, scene: Scene, network: Network) -> None:
        self.need(network, "mentions")
        cursor = network.mentions().cursor
        assert network.mentions(cursor).posts == ()
        assert network.mentions(cursor).cursor == cursor
        new = scene.mention("something new")
        assert newest_first(network.mentions(cursor)) == [new]

    def test_350_new_posts_between_two_looks_are_350_posts(self, scene: Scene, network: Network) -> None:
        self.need(network, "mentions")
        cursor = network.mentions().cursor
        made = [scene.mention(f"number {n} of many") for n in range(350)]
        pages = walk(network, "mentions", cursor)
        found = [post.external_id for page in pages for post in page.posts]
        assert len(found) == 350
        assert set(found) == set(made)
        newest = pages[-1] if pages[-1].forward else pages[0]
        assert network.mentions(newest.cursor).posts == ()
        assert not any(page.truncated for page in pages)

    def test_a_walk_goes_on_at_its_token_in_another_process(self, scene: Scene, network: Network) -> None:
        self.need(network, "mentions")
        cursor = network.mentions().cursor
        made = {scene.mention(f"page by page {n}") for n in range(110)}
        first = network.mentions(cursor)
        second = scene.network().mentions(cursor, first.next_token)
        assert {*newest_first(first), *newest_first(second)} == made

    def test_the_raw_post_is_kept_as_json(self, scene: Scene, network: Network) -> None:
        self.need(network, "mentions")
        made = scene.mention("keep me whole")
        post = network.mentions().posts[-1]
        assert network.bare_id(made) in json.dumps(json.loads(post.raw))
        assert json.loads(post.author.raw)

    @pytest.mark.parametrize("text", HOSTILE)
    def test_a_hostile_text_comes_back_as_it_was_typed(self, scene: Scene, network: Network, text: str) -> None:
        self.need(network, "mentions")
        made = scene.mention(text)
        post = network.mentions().posts[-1]
        assert post.external_id == made
        assert normalize("NFC", text) in normalize("NFC", post.text)
        for entity in post.entities:
            assert 0 <= entity["start"] < entity["end"] <= len(post.text)
            assert not entity["href"].lower().startswith("javascript")

    @pytest.mark.parametrize("action", ["truncate", "bad_json", "huge", "drop_before", "drop_after"])
    def test_an_answer_that_cannot_be_read_is_unreachable(self, scene: Scene, network: Network, action: str) -> None:
        self.need(network, "mentions")
        scene.fault(action, READS)
        with pytest.raises(Unreachable):
            network.mentions()

    @pytest.mark.parametrize(
        ("status", "error"),
        [(401, AuthExpired), (403, Rejected), (404, NotFound), (429, RateLimited), (500, Unreachable)],
    )
    def test_a_refusal_says_what_to_do_next(
        self, scene: Scene, network: Network, status: int, error: type[NetworkError]
    ) -> None:
        self.need(network, "mentions")
        scene.fault("status", READS, status=status)
        with pytest.raises(error) as caught:
            network.mentions()
        assert caught.value.status == status

    def test_credentials_that_ended_ask_to_reconnect(self, scene: Scene) -> None:
        with pytest.raises(AuthExpired):
            scene.stranger().me()

    @pytest.mark.parametrize(
        ("action", "more"), [("drop_after", {}), ("truncate", {}), ("bad_json", {}), ("status_after", {"status": 500})]
    )
    def test_a_lost_answer_to_a_reply_is_unknown_and_found(
        self, scene: Scene, network: Network, action: str, more: dict[str, Any]
    ) -> None:
        self.need(network, "reply", "find_reply")
        post, before = scene.mention(f"please answer {action}"), datetime.now(UTC)
        scene.fault(action, WRITES, **more)
        text = f"Here is the answer & a link https://example.com/{uuid4().hex}"
        with pytest.raises(OutcomeUnknown):
            network.reply(post, text)
        assert network.find_reply(post, text, before) == scene.accepted(post)[0]

    def test_a_reply_that_never_arrived_is_not_found(self, scene: Scene, network: Network) -> None:
        self.need(network, "reply", "find_reply")
        post, before = scene.mention("please answer this"), datetime.now(UTC)
        scene.fault("drop_before", WRITES)
        with pytest.raises(OutcomeUnknown):
            network.reply(post, "It went nowhere")
        assert scene.accepted(post) == []
        assert network.find_reply(post, "It went nowhere", before) is None

    def test_nothing_was_sent_where_nobody_listens(self, scene: Scene) -> None:
        network = scene.network(api_url="http://127.0.0.1:1")
        self.need(network, "reply")
        with pytest.raises(Unreachable):
            network.reply("1", "hello")

    def test_a_sent_reply_has_the_id_under_which_it_is_found(self, scene: Scene, network: Network) -> None:
        self.need(network, "reply", "posts", "own_posts")
        post = scene.mention("answer me")
        sent = network.reply(post, f"Here you are {uuid4().hex}")
        assert scene.accepted(post) == [sent.external_id]
        assert sent.url.endswith(network.bare_id(sent.external_id))
        (shown,) = network.posts([sent.external_id]).posts
        assert shown.in_reply_to == post
        assert shown.kind == "reply"
        assert sent.external_id in newest_first(network.own_posts())

    def test_a_post_taken_away_is_missing(self, scene: Scene, network: Network) -> None:
        self.need(network, "posts")
        gone = scene.mention("soon gone")
        scene.take_away(gone)
        page = network.posts([gone])
        assert page.posts == ()
        assert [(one.external_id, one.why) for one in page.missing] == [(gone, "deleted")]

    def test_many_calls_at_once_bring_what_one_brings(self, scene: Scene, network: Network) -> None:
        self.need(network, "mentions")
        scene.mention("for everyone")
        calls: list[Call[Page]] = [network.mentions_call() for _ in range(5)]
        calls.append(scene.stranger().mentions_call())
        *pages, refused = network.transport.run_many(calls, concurrency=3)
        assert all(page == network.mentions() for page in pages)
        assert isinstance(refused, AuthExpired | Rejected)

    def test_no_secret_is_seen(self, scene: Scene, caplog: pytest.LogCaptureFixture) -> None:
        caplog.set_level(logging.DEBUG)
        network = scene.network()
        seen = [repr(network.credentials), repr(network), repr(network.me_call())]
        for action, which in (("drop_after", READS), ("bad_json", READS), ("drop_after", WRITES)):
            scene.fault(action, which)
            call: Call[Any] = network.me_call() if which == READS else network.publish_call("a text of ours")
            try:
                network.run(call)
            except NetworkError as error:
                seen += [repr(error), str(error), error.detail, repr(error.__cause__)]
        seen.append(caplog.text)
        assert not [secret for secret in scene.secrets if any(secret in text for text in seen)]

    def test_more_text_never_counts_less(self, network: Network) -> None:
        self.need(network, "check_text")
        lengths = [network.check_text("word " * n + "end").length for n in range(1, 120)]
        assert lengths == sorted(lengths)
        assert network.check_text("hello").problem == ""
        for wrong in ("", "   ", "\n\t", "a word " * 5000, "with a \x00 in it"):
            assert network.check_text(wrong).problem

    def test_each_call_reports_cost_and_limit(self, scene: Scene) -> None:
        told: list[tuple[Spent, Limit | None]] = []
        network = scene.network(on_spent=lambda spent, limit: told.append((spent, limit)))
        network.me()
        ((spent, _limit),) = told
        assert spent.endpoint
        assert spent.micros >= 0

    def test_a_wait_is_never_in_the_past_nor_endless(self, scene: Scene, network: Network) -> None:
        self.need(network, "mentions")
        for reset in ("0", "-5", "soon", "99999999999999999999", "Mon, 23 Nov 2020 10:00:00 GMT"):
            scene.fault("status", READS, status=429, headers={"x-rate-limit-reset": reset, "retry-after": reset})
            before = datetime.now(UTC)
            with pytest.raises(RateLimited) as caught:
                network.mentions()
            assert before + timedelta(seconds=1) <= caught.value.retry_at <= before + timedelta(minutes=17)
