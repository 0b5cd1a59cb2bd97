"""X's rules: who may be answered, what people type for a profile, what things cost."""

from __future__ import annotations

from dataclasses import replace

import pytest

from socialcrm.networks.base import Credentials, ReplyFacts, Whom
from socialcrm.networks.twitter import Twitter
from socialcrm.networks.twitter.limits import ENDPOINTS, OF_VERB

X = Twitter({})
FACTS = ReplyFacts(own_id="100", own_handle="acme", post_id="5", author_id="200", author_handle="ada_l")


@pytest.mark.parametrize(
    ("changes", "allowed", "code"),
    [
        ({"mentioned_ids": ("100",)}, True, "mentioned"),
        ({"quoted_author_id": "100"}, True, "quoted"),
        ({"tier": "enterprise"}, True, "enterprise"),
        ({"author_id": "100"}, True, "own"),
        ({}, False, "not_summoned"),
        ({"mentioned_ids": ("7",), "quoted_author_id": "8"}, False, "not_summoned"),
        ({"deleted": True, "mentioned_ids": ("100",)}, False, "deleted"),
        ({"author_protected": True}, False, "protected"),
        ({"author_protected": True, "mentioned_ids": ("100",)}, True, "mentioned"),
        ({"own_id": "", "author_id": "200"}, False, "not_summoned"),
    ],
)
def test_only_who_summoned_us_is_answered_from_here(changes: dict[str, object], allowed: bool, code: str) -> None:
    verdict = X.may_reply(replace(FACTS, **changes))  # type: ignore[arg-type]
    assert (verdict.allowed, verdict.code) == (allowed, code)
    assert verdict.sentence.endswith(".")
    assert verdict.open_url == ("" if code == "deleted" else "https://x.com/intent/post?in_reply_to=5")


@pytest.mark.parametrize(
    "typed",
    [
        *("ada_l", "@ada_l", "  @ada_l  ", "x.com/ada_l", "https://x.com/ada_l", "http://twitter.com/ada_l/"),
        *(
            "https://www.x.com/ada_l?lang=fr",
            "https://mobile.twitter.com/ada_l/status/12?s=20",
            "https://m.x.com/@ada_l",
        ),
        *("HTTPS://X.COM/ada_l/with_replies", "twitter.com/ada_l#top"),
    ],
)
def test_a_handle_is_read_however_it_is_typed(typed: str) -> None:
    assert X.parse_handle(typed) == Whom(handle="ada_l")


def test_an_address_by_id_is_read() -> None:
    assert X.parse_handle("https://x.com/i/user/783214") == Whom(external_id="783214")


@pytest.mark.parametrize(
    "typed",
    [
        *("", "  ", "@", "ada lovelace", "ada-l", "@sixteen_letters_", "https://example.com/ada_l", "https://x.com/"),
        *(
            "https://x.com/home",
            "https://x.com/i/status/12",
            "https://x.com.evil.example/ada_l",
            "https://x.com@evil/a",
        ),
        *("javascript:alert(1)//x.com/ada", "https://x.com/../ada_l", "аda", "ada\u0661", "https://[x", "a" * 5000),
        *("https://x.com/search?q=ada", "ftp://x.com/ada_l"),
    ],
)
def test_what_is_no_handle_is_refused_with_a_sentence(typed: str) -> None:
    with pytest.raises(ValueError, match=r"(?s)X") as caught:
        X.parse_handle(typed)
    assert len(str(caught.value)) < 200


def test_addresses() -> None:
    assert X.profile_url("ada_l") == "https://x.com/ada_l"
    assert X.post_url("ada_l", "5") == "https://x.com/ada_l/status/5"
    assert X.post_url("", "5") == "https://x.com/i/status/5"
    assert X.intent_url("5", "a & b") == "https://x.com/intent/post?in_reply_to=5&text=a+%26+b"
    assert Twitter({"web_url": "http://127.0.0.1:9000/"}).profile_url("a") == "http://127.0.0.1:9000/a"


@pytest.mark.parametrize(
    ("verb", "text", "micros"),
    [
        ("reply", "thanks", 10_000),
        ("reply", "see https://example.com", 200_000),
        ("reply", "see example.com", 200_000),
        ("publish", "news", 15_000),
        ("publish", "news https://example.com", 200_000),
        ("mentions", "", 5_000),
        ("own_posts", "", 5_000),
        ("me", "", 10_000),
        ("posts_of", "", 5_000),
        ("profile", "", 10_000),
    ],
)
def test_what_a_call_costs(verb: str, text: str, micros: int) -> None:
    assert X.price(verb, text) == micros


@pytest.mark.parametrize("owner", ["@Acme", "acme", "7"])
def test_own_reads_are_cheap_for_the_account_that_owns_the_app_and_for_no_other(owner: str) -> None:
    acme, other = (Credentials("oauth2", external_id=pk, handle=handle) for pk, handle in (("7", "acme"), ("8", "b")))
    prices = [
        [Twitter({"app_owner": owner}, account).price(verb) for verb in ("mentions", "own_posts", "me", "posts_of")]
        for account in (acme, other)
    ]
    assert prices == [[1_000, 1_000, 1_000, 5_000], [5_000, 5_000, 10_000, 5_000]]


def test_every_verb_with_a_price_has_an_endpoint() -> None:
    assert set(OF_VERB.values()) <= set(ENDPOINTS)
    assert all(X.can(verb) for verb in OF_VERB)
