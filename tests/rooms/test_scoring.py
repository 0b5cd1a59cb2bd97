"""Scenes of the points card: it can be added up, it knows what it does not know, and it is kept by day."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from socialcrm import scoring
from socialcrm.models import InfluenceScore, Mention, Post, SocialAccount, SocialProfile, Stream
from socialcrm.reports import InfluenceAsk, build_influence

NAMES = [signal.name for signal in scoring.CARD]
COUNTS = st.none() | st.integers(0, 10**9)
SIGNALS = st.fixed_dictionaries(dict.fromkeys(NAMES, COUNTS))


@given(SIGNALS)
def test_the_parts_add_up_to_a_value_between_0_and_100(signals: dict[str, int | None]) -> None:
    score = scoring.card(signals)
    assert 0 <= score.value <= 100
    assert score.value == pytest.approx(sum(part["points"] for part in score.parts), abs=0.011)
    assert all(0 <= part["points"] <= part["of"] + 0.01 for part in score.parts)


@given(SIGNALS, st.sampled_from(NAMES), st.integers(0, 10**6))
def test_more_of_a_signal_never_lowers_the_score(signals: dict[str, int | None], name: str, more: int) -> None:
    signals[name] = signals[name] or 0
    higher = {**signals, name: signals[name] + more}
    assert scoring.card(higher).value >= scoring.card(signals).value


@given(SIGNALS)
def test_the_order_of_the_signals_does_not_matter(signals: dict[str, int | None]) -> None:
    assert scoring.card(dict(reversed(signals.items()))) == scoring.card(signals) == scoring.card(dict(signals))


@given(SIGNALS, st.sampled_from(scoring.CARD))
def test_beyond_its_cap_a_signal_counts_no_more(signals: dict[str, int | None], signal: scoring.Signal) -> None:
    assert (
        scoring.card({**signals, signal.name: signal.cap}).value
        == scoring.card({**signals, signal.name: signal.cap * 9}).value
    )


def test_nothing_is_zero_and_everything_is_a_hundred() -> None:
    assert scoring.card(dict.fromkeys(NAMES, 0)).value == 0
    assert scoring.card({signal.name: signal.cap for signal in scoring.CARD}).value == 100


@pytest.mark.parametrize(
    ("followers", "listed", "mentions", "reposts", "value"),
    [(2_500, 40, 10, 3, 34), (8_000_000, 20_000, 20_000, 8_000, 94), (300, 4, 1, 0, 18), (45_000, 1_500, 900, 300, 65)],
)
def test_known_people_get_their_known_scores(
    followers: int, listed: int, mentions: int, reposts: int, value: int
) -> None:
    signals = {"followers": followers, "listed": listed, "mentions": mentions, "reposts": reposts}
    assert round(scoring.card(signals).value) == value


def test_unknown_signals_give_their_points_to_the_others_and_lower_the_confidence() -> None:
    score = scoring.card({"followers": 12_400, "listed": 210, "mentions": None})
    assert [part["signal"] for part in score.parts] == ["followers", "listed"]
    assert sum(part["of"] for part in score.parts) == pytest.approx(100)
    assert score.confidence == 0.5


def test_without_any_signal_there_is_no_confidence_and_no_value() -> None:
    assert scoring.card({}) == scoring.Score(0.0, [], 0.0)


@pytest.mark.parametrize(
    ("value", "code"),
    [(0, "quiet"), (19.4, "quiet"), (20, "growing"), (35, "steady"), (69, "strong"), (70, "leading"), (100, "leading")],
)
def test_there_are_five_bands(value: float, code: str) -> None:
    assert len(scoring.BANDS) == 5
    assert scoring.band_of(value).code == code


def test_a_contact_s_score_says_why(ada: Any, ada_profile: SocialProfile) -> None:
    assert scoring.score_profiles() == 1
    score = scoring.for_contact(ada)
    assert score is not None
    assert (score.profile, score.confidence, score.band) == (ada_profile, 0.5, "strong")
    assert score.parts[0]["input"] == 12_400
    assert score.history == [(timezone.localdate(), score.value)]
    assert score.change is None


def test_replies_quotes_and_reposts_of_the_last_thirty_days_count_once_we_read_their_posts(
    ada: Any, ada_profile: SocialProfile, acme: SocialAccount
) -> None:
    now = timezone.now()
    Stream.objects.create(account=acme, kind="profile_posts", profile=ada_profile, last_success_at=now)
    for number, age in enumerate((1, 20, 45)):
        Post.objects.create(
            network="twitter", external_id=str(number), author=ada_profile, posted_at=now - timedelta(days=age),
            replies_count=5, quotes=2, reposts=3,
        )  # fmt: skip
    Post.objects.create(
        network="twitter", external_id="9", author=ada_profile, posted_at=now, kind="repost", reposts=40_000
    )
    scoring.score_profiles([ada_profile.pk])
    parts = {part["signal"]: part["input"] for part in InfluenceScore.objects.get().parts}
    assert parts == {"followers": 12_400, "listed": 210, "mentions": 14, "reposts": 6}


def test_a_second_run_on_one_day_replaces_the_first(ada: Any, ada_profile: SocialProfile) -> None:
    scoring.score_profiles()
    SocialProfile.objects.update(followers=5_000_000)
    scoring.score_profiles()
    assert InfluenceScore.objects.count() == 1
    assert InfluenceScore.objects.get().value > 60


def test_the_change_is_against_thirty_days_ago_as_in_the_report(
    ada: Any, ada_profile: SocialProfile, admin: User
) -> None:
    scoring.score_profiles()
    today = InfluenceScore.objects.get()
    for days, value in ((160, 10.0), (31, 20.0), (5, 30.0)):
        InfluenceScore.objects.create(
            profile=ada_profile, day=today.day - timedelta(days=days), version=1, value=value, confidence=1, parts=[],
            computed_at=timezone.now(),
        )  # fmt: skip
    score = scoring.for_contact(ada)
    assert score is not None
    assert score.change == round(today.value - 20, 2)
    (row,) = build_influence(admin, InfluenceAsk()).rows
    assert row.change == score.change
    assert [day.value for day in score.history][:3] == [10, 20, 30]


def test_a_stranger_is_not_scored(ada_profile: SocialProfile) -> None:
    assert scoring.score_profiles() == 0


def test_who_wrote_to_us_is_scored(mention: Post) -> None:
    assert scoring.score_profiles() == 1


def test_a_network_that_forbids_it_is_not_scored(ada: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from socialcrm.networks.twitter import Twitter

    monkeypatch.setattr(Twitter, "may_score", False)
    assert scoring.score_profiles() == 0


def test_queries_do_not_grow_with_the_profiles(ada: Any, acme: SocialAccount) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            scoring.score_profiles()
        return len(seen)

    strange_profile(1, acme)
    few = queries()
    for number in range(2, 50):
        strange_profile(number, acme)
    assert queries() == few


def test_scored_together_or_one_by_one_is_the_same(ada: Any, acme: SocialAccount) -> None:
    """Unknown signals, none at all, and posts of some: the rows are equal to the last digit."""
    many = 60
    profiles = [strange_profile(number, acme) for number in range(many)]
    keys = [profile.pk for profile in profiles]

    def kept() -> list[Any]:
        fields = ("profile", "day", "version", "value", "confidence", "parts")
        return list(InfluenceScore.objects.order_by("profile").values_list(*fields))

    assert scoring.score_profiles(keys) == many
    together = kept()
    InfluenceScore.objects.all().delete()
    assert sum(scoring.score_profiles([key]) for key in keys) == many
    assert kept() == together
    assert len({row[3] for row in together}) > many // 3


def strange_profile(number: int, acme: SocialAccount) -> SocialProfile:
    """Somebody who wrote to us; what is known of each differs."""
    profile = SocialProfile.objects.create(
        network="twitter", external_id=f"s{number}", handle=f"strange_{number}",
        followers=None if number % 3 == 0 else number**3, listed=None if number % 5 == 0 else number * 7,
    )  # fmt: skip
    now = timezone.now()
    post = Post.objects.create(
        network="twitter", external_id=f"p{number}", author=profile, posted_at=now, replies_count=number,
        quotes=None, reposts=number % 7,
    )  # fmt: skip
    Mention.objects.create(post=post, account=acme, author=profile, posted_at=now)
    if number % 2:
        Stream.objects.create(account=acme, kind="profile_posts", profile=profile, last_success_at=now)
    return profile


def test_a_profile_that_is_gone_meanwhile_stops_nobody_s_score(ada: Any, ada_profile: SocialProfile) -> None:
    gone = SocialProfile.objects.create(network="twitter", external_id="gone", handle="gone", followers=5)
    batch = [(pk, "twitter", 5, 5) for pk in (ada_profile.pk, gone.pk)]
    gone.delete()
    scoring._score(batch)
    assert InfluenceScore.objects.get().profile == ada_profile
