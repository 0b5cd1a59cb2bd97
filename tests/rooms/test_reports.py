"""Scenes of the reports' figures: where a contact stands, what its deals are worth, how fast mentions are answered."""

from __future__ import annotations

import statistics
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from socialcrm import access, reports, scoring
from socialcrm.models import (
    Conversation,
    InfluenceScore,
    Mention,
    Post,
    ProfileLink,
    Reply,
    SocialAccount,
    SocialProfile,
)
from socialcrm.reports.asking import InfluenceAsk, MentionAsk
from socialcrm.reports.quantiles import quantile
from tests.conftest import make_contact


def someone(number: int, *values: tuple[int, float], network: str = "twitter", contact: Any = None) -> Any:
    """A contact with a profile and a score for each (days ago, value)."""
    contact = contact or make_contact(first_name="Person", last_name=f"Number {number}")
    profile = SocialProfile.objects.create(network=network, external_id=f"n{number}", handle=f"number_{number}")
    ProfileLink.objects.create(profile=profile, contact=contact, state="linked", basis="given")
    for days, value in values:
        score(profile, days, value)
    return contact


def score(profile: SocialProfile, days: int, value: float, confidence: float = 0.75) -> None:
    """The profile's score of some days ago."""
    InfluenceScore.objects.create(
        profile=profile, day=timezone.localdate() - timedelta(days=days), version=1, value=value, confidence=confidence,
        parts=[{"signal": "followers", "input": 10, "points": value, "of": 100}], computed_at=timezone.now(),
    )  # fmt: skip


def influence(user: User, **asked: str) -> reports.Influence:
    """The report."""
    return reports.build_influence(user, InfluenceAsk.read(asked))


# Where contacts stand


def test_a_contact_stands_by_its_strongest_profile_like_on_its_page(admin: User) -> None:
    twice = someone(1, (0, 30.0))
    someone(2, (0, 55.0), contact=twice)
    (one,) = influence(admin).rows
    on_its_page = scoring.for_contact(twice)
    assert on_its_page is not None
    assert (one.value, one.profile, one.band) == (55.0, on_its_page.profile.pk, "strong")
    assert len(one.profiles) == 2


def test_the_change_is_against_thirty_days_ago_or_says_since_when(admin: User) -> None:
    old, young, new = (
        someone(1, (0, 50.0), (30, 38.0), (45, 10.0)),
        someone(2, (0, 20.0), (9, 25.0)),
        someone(3, (0, 5)),
    )
    report = influence(admin)
    found = {row.standing.contact: row for row in report.shown(report.order())}
    assert (found[old.pk].standing.change, found[old.pk].since) == (12.0, None)
    assert found[young.pk].standing.change == -5.0
    assert found[young.pk].since == timezone.localdate() - timedelta(days=9)
    assert (found[new.pk].standing.change, found[new.pk].since) == (None, None)


def test_scores_of_two_methods_are_not_compared(admin: User) -> None:
    someone(1, (0, 50.0), (30, 38.0))
    InfluenceScore.objects.filter(value=38).update(version=99)
    assert influence(admin).rows[0].change is None


def test_less_than_ten_points_is_a_tie(admin: User) -> None:
    for number, change in enumerate((9.4, 10.0, -9.0, -12.0, 0.0)):
        someone(number, (0, 40 + change), (30, 40.0))
    report = influence(admin)
    assert report.moved() == {"up": 1, "down": 1, "tie": 3}
    assert [len(rows) for rows in report.movers().values()] == [1, 1]


def test_without_a_score_there_is_not_enough_data_and_never_a_zero(admin: User) -> None:
    someone(1)
    nothing_known = someone(2)
    score(SocialProfile.objects.get(handle="number_2"), 0, 0.0, confidence=0)
    someone(3, (0, 0.0))
    report = influence(admin)
    assert {one.contact: one.value for one in report.rows}[nothing_known.pk] is None
    assert sorted(one.band for one in report.rows) == ["none", "none", "quiet"]
    assert report.median() == 0.0
    assert report.order()[0].value == 0.0
    assert len(influence(admin, band="none").rows) == 2


def test_the_filters_narrow_by_network_band_confidence_and_move(admin: User) -> None:
    someone(1, (0, 80.0))
    someone(2, (0, 60.0), (30, 40.0), network="mastodon")
    score(SocialProfile.objects.get(handle="number_1"), 400, 1.0)
    InfluenceScore.objects.filter(value=80).update(confidence=0.5)
    assert [one.network for one in influence(admin, network="x").rows] == ["twitter"]
    assert [one.value for one in influence(admin, band="strong,steady").rows] == [60.0]
    assert [one.value for one in influence(admin, confidence="75").rows] == [60.0]
    assert [one.value for one in influence(admin, moved="up").rows] == [60.0]
    assert len(influence(admin, band="nonsense", owner="999", stage="sold", confidence="12").rows) == 2


@pytest.mark.parametrize("sort", ["", "-score", "change", "-change", "name", "-name", "touch", "deals"])
def test_every_page_of_the_ranking_follows_the_one_before_in_both_directions(admin: User, sort: str) -> None:
    for number in range(12):
        someone(number, *([(0, number % 5 * 20.0), (30, 40.0)] if number % 4 else []))
    report = influence(admin, sort=sort)
    whole = [one.contact for one in report.order()]
    forwards, token = [], ""
    for _page in range(3):
        page = report.page(after=token, size=5)
        forwards.append([one.contact for one in page.standings])
        token = page.next
    assert sum(forwards, []) == whole
    assert token == ""
    assert [one.contact for one in report.page(before=page.previous, size=5).standings] == forwards[1]


def test_who_has_no_score_stands_last_in_both_directions(admin: User) -> None:
    someone(1)
    someone(2, (0, 10.0))
    for sort in ("score", "-score"):
        assert influence(admin, sort=sort).order()[-1].value is None


def test_the_trend_has_median_and_middle_half_of_each_week(admin: User) -> None:
    for number in range(5):
        someone(number, (0, number * 10.0), (7, number * 20.0), (8, 1.0), (40, 5.0))
    SocialProfile.objects.create(network="twitter", external_id="late", handle="late")
    weeks = influence(admin).trend()
    assert [(week.median, week.low, week.high) for week in weeks] == [(5, 5, 5), (40, 20, 60), (20, 10, 30)]
    assert [week.scored for week in weeks] == [5, 5, 5]


def test_the_trend_s_quarters_are_the_one_definition_of_strongest_profiles(admin: User) -> None:
    values = [3.5, 80.25, 41.0, 12.0, 99.0, 57.75]
    for number, value in enumerate(values):
        someone(number, (0, value))
    someone(6, (0, 1.0), contact=access.visible_contacts(admin).get(last_name="Number 1"))
    (week,) = influence(admin).trend()
    quarters = [quantile(sorted(values), share) for share in (0.25, 0.5, 0.75)]
    assert [week.scored, week.low, week.median, week.high] == [6, *map(pytest.approx, quarters)]


def test_a_day_with_a_few_scores_does_not_stand_for_its_week(admin: User) -> None:
    for number in range(4):
        someone(number, (1, 40.0))
    score(SocialProfile.objects.get(handle="number_0"), 0, 90.0)
    assert [week.scored for week in influence(admin).trend()] == [4]


def test_mentions_of_all_profiles_of_a_contact_are_counted(admin: User, acme: SocialAccount) -> None:
    twice = someone(1, (0, 30.0))
    someone(2, (0, 55.0), contact=twice)
    for profile in SocialProfile.objects.filter(handle__startswith="number_"):
        said(acme, profile, timezone.now() - timedelta(days=1), f"m{profile.pk}")
    report = influence(admin)
    assert report.heard == {twice.pk: 2}
    assert report.mentions(str(twice.pk)).count() == 2


def test_the_last_touch_is_theirs_or_ours(admin: User, acme: SocialAccount) -> None:
    contact = someone(1, (0, 30.0))
    profile = SocialProfile.objects.get(handle="number_1")
    then = timezone.now() - timedelta(days=3)
    said(acme, profile, then - timedelta(days=2), "m1")
    ours = our_post(acme, then, "o1", "m1")
    ours.to_profile = profile
    ours.save()
    report = influence(admin)
    assert report.shown(report.order())[0].touched == then
    assert report.shown(report.order())[0].standing.contact == contact.pk


def test_queries_do_not_grow_with_the_contacts(admin: User) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as seen:
            report = influence(admin)
            page = report.page()
            report.shown(page.standings)
            assert (report.bands(), report.trend(), report.heard, report.movers()) is not None
        return len(seen)

    for number in range(3):
        someone(number, (0, 30.0), (30, 10.0))
    few = asked()
    for number in range(3, 40):
        someone(number, (0, 30.0), (30, 10.0))
    assert asked() == few <= 15


# Mentions and their first answers


def said(account: SocialAccount, author: SocialProfile, at: datetime, name: str, thread: str = "") -> Mention:
    """A mention in a conversation."""
    post = Post.objects.create(
        network=account.network, external_id=name, author=author, posted_at=at, thread_id=thread or name, text="@acme"
    )
    conversation, _new = Conversation.objects.get_or_create(
        account=account, thread_id=thread or name,
        defaults={"profile": author, "opened_at": at, "last_post_at": at},
    )  # fmt: skip
    return Mention.objects.create(post=post, account=account, author=author, conversation=conversation, posted_at=at)


def our_post(account: SocialAccount, at: datetime, name: str, thread: str, state: str = "live") -> Post:
    """A post of ours in a thread."""
    return Post.objects.create(
        network=account.network, external_id=name, author=account.profile, account=account, posted_at=at,
        thread_id=thread, state=state,
    )  # fmt: skip


@pytest.fixture
def noon() -> datetime:
    """Yesterday at noon, where the reader is."""
    return timezone.localtime().replace(hour=12, minute=0, second=0, microsecond=0) - timedelta(days=1)


def lines(user: User, **asked: str) -> dict[str, list[reports.Line]]:
    """The lines of the report."""
    ask = MentionAsk.read(asked)
    return reports.Answers(reports.mentions_asked_for(user, ask), ask).lines()


def minutes(count: int) -> timedelta:
    return timedelta(minutes=count)


def test_the_first_live_post_of_ours_after_a_mention_answers_it(
    admin: User, acme: SocialAccount, ada_profile: SocialProfile, noon: datetime
) -> None:
    said(acme, ada_profile, noon, "m1")
    our_post(acme, noon - minutes(5), "before", "m1")
    our_post(acme, noon + minutes(4), "deleted", "m1", state="deleted")
    our_post(acme, noon + minutes(20), "first", "m1")
    our_post(acme, noon + minutes(60), "second", "m1")
    our_post(acme, noon + minutes(1), "elsewhere", "m2")
    (whole,) = lines(admin)["whole"]
    assert (whole.mentions, whole.answered, whole.median) == (1, 1, 20 * 60)


def test_another_account_s_post_in_the_thread_is_no_answer(
    admin: User, acme: SocialAccount, ada_profile: SocialProfile, noon: datetime
) -> None:
    said(acme, ada_profile, noon, "m1")
    other = SocialAccount.objects.create(network="twitter", external_id="101", handle="o", profile=acme.profile)
    our_post(other, noon + minutes(4), "theirs", "m1")
    assert lines(admin)["whole"][0].answered == 0


def test_one_answer_serves_all_that_was_said_before_it(
    admin: User, acme: SocialAccount, ada_profile: SocialProfile, noon: datetime
) -> None:
    said(acme, ada_profile, noon, "m1", "t")
    said(acme, ada_profile, noon + minutes(10), "m2", "t")
    our_post(acme, noon + minutes(30), "a", "t")
    said(acme, ada_profile, noon + minutes(40), "m3", "t")
    (whole,) = lines(admin)["whole"]
    assert (whole.mentions, whole.answered, whole.unanswered, whole.median) == (3, 2, 1, 25 * 60)


def test_a_deleted_mention_is_counted_no_more(
    admin: User, acme: SocialAccount, ada_profile: SocialProfile, noon: datetime
) -> None:
    said(acme, ada_profile, noon, "m1")
    Post.objects.filter(external_id="m1").update(state="deleted")
    assert lines(admin)["whole"][0].mentions == 0


def test_who_answered_is_named_or_it_was_typed_on_the_network(
    admin: User, agent: User, acme: SocialAccount, ada_profile: SocialProfile, noon: datetime
) -> None:
    for number in range(3):
        said(acme, ada_profile, noon, f"m{number}")
    ours = our_post(acme, noon + minutes(9), "by agent", "m0")
    our_post(acme, noon + minutes(3), "typed", "m1")
    Reply.objects.create(
        account=acme, user=agent, text="Hi", state="sent", external_id="r", client_key="k", sent_post=ours
    )
    found = {line.key: line.median for line in lines(admin)["agent"]}
    assert found == {str(agent.pk): 9 * 60, "outside": 3 * 60, "": None}
    assert lines(admin, agent=str(agent.pk))["whole"][0].mentions == 1


def test_a_day_is_a_day_of_the_reader(
    admin: User, acme: SocialAccount, ada_profile: SocialProfile, noon: datetime
) -> None:
    said(acme, ada_profile, noon.replace(hour=0, minute=10), "early")
    said(acme, ada_profile, noon.replace(hour=23, minute=50), "late")
    assert [(line.key, line.mentions) for line in lines(admin)["day"]] == [(noon.date().isoformat(), 2)]


def test_nothing_heard_is_no_zero_wait(admin: User) -> None:
    (whole,) = lines(admin)["whole"]
    assert (whole.mentions, whole.median, whole.p90, whole.share) == (0, None, None, None)


@pytest.mark.parametrize("waits", [(5,), (1, 2), (1, 2, 3, 4, 100), tuple(range(1, 24)), (7, 7, 7)])
def test_the_database_s_quantiles_are_the_one_definition(
    admin: User, acme: SocialAccount, ada_profile: SocialProfile, noon: datetime, waits: tuple[int, ...]
) -> None:
    """PostgreSQL's own percentile_cont, SQLite's aggregate and the Python of the trend give the same."""
    for number, wait in enumerate(waits):
        said(acme, ada_profile, noon, f"m{number}")
        our_post(acme, noon + minutes(wait), f"a{number}", f"m{number}")
    (whole,) = lines(admin)["whole"]
    seconds = sorted(wait * 60.0 for wait in waits)
    assert whole.median == pytest.approx(statistics.median(seconds)) == pytest.approx(quantile(seconds, 0.5))
    assert whole.p90 == pytest.approx(quantile(seconds, 0.9))


@given(st.lists(st.floats(0, 1e6), min_size=2, max_size=40))
def test_a_quantile_is_what_the_textbook_says(values: list[float]) -> None:
    nine = statistics.quantiles(values, n=10, method="inclusive")[8]
    assert quantile(sorted(values), 0.9) == pytest.approx(nine)


def test_the_pages_of_mentions_hold_each_once_newest_first(
    admin: User, acme: SocialAccount, ada_profile: SocialProfile, noon: datetime
) -> None:
    for number in range(7):
        said(acme, ada_profile, noon + minutes(number // 2), f"m{number}")
    answers = reports.Answers(reports.mentions_asked_for(admin, MentionAsk()))
    seen, token = [], ""
    for _page in range(4):
        page = answers.page(token, size=2)
        seen += [row.mention.post.external_id for row in page.rows]
        token = page.next
    assert seen == [f"m{number}" for number in (6, 5, 4, 3, 2, 1, 0)]
    assert token == ""


def test_the_mentions_are_those_of_visible_posts(
    admin: User, rep: User, mention: Post, acme: SocialAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ada hidden from the rep: her mention is in neither report nor list; a stranger's is."""
    from socialcrm.contacts import ContactAdapter, get_contact_model

    stranger = SocialProfile.objects.create(network="twitter", external_id="77", handle="stranger")
    said(acme, stranger, timezone.now() - minutes(5), "m77")
    hidden = make_contact(first_name="Hidden")
    ProfileLink.objects.create(profile=mention.author, contact=hidden, state="linked", basis="given")
    everybody = get_contact_model()._default_manager
    monkeypatch.setattr(
        "socialcrm.access.get_adapter",
        lambda: type("Some", (ContactAdapter,), {"visible_to": some(everybody, hidden)})(),
    )
    for user, expected in ((admin, {"m77", "5000"}), (rep, {"m77"})):
        found = reports.mentions_asked_for(user, MentionAsk())
        assert {one.post.external_id for one in found} == expected
        assert expected == set(access.visible_posts(user).values_list("external_id", flat=True))


def some(everybody: Any, hidden: Any) -> Any:
    """A visible_to that hides one contact from all but superusers."""
    return lambda self, user: everybody.all() if user.is_superuser else everybody.exclude(pk=hidden.pk)


# Deals of the CRM that socialcrm ships with


@pytest.fixture
def deals(db: None) -> Any:
    """Makes a deal of some contacts; skipped on a host without deals."""
    if not apps.is_installed("crm_core"):
        pytest.skip("this host has no deals")
    from crm_core import models

    def make(*contacts: Any, **fields: Any) -> Any:
        deal = models.Deal.objects.create(**{"name": "Lamps", "amount": Decimal(100), "currency": "EUR", **fields})
        deal.contacts.set(contacts)
        return deal

    return make


def test_a_deal_counts_once_in_the_band_of_its_strongest_contact(admin: User, deals: Any) -> None:
    weak, strong = someone(1, (0, 10.0)), someone(2, (0, 60.0))
    deals(weak, strong, amount=Decimal(500))
    report = influence(admin)
    counts = {band.code: band.deals.counts["open"] for band in report.bands()}
    assert counts == {"leading": 0, "strong": 1, "steady": 0, "growing": 0, "quiet": 0}
    assert report.pipeline.whole.amounts["open"] == {"EUR": 500}
    assert report.pipeline.open_amounts == {weak.pk: {"EUR": 500}, strong.pk: {"EUR": 500}}


def test_amounts_of_two_currencies_are_never_added(admin: User, deals: Any) -> None:
    one = someone(1, (0, 10.0))
    for currency, amount in (("EUR", 100), ("EUR", 50), ("USD", 70), ("CHF", None)):
        deals(one, currency=currency, amount=amount)
    report = influence(admin)
    assert report.pipeline.open_amounts[one.pk] == {"EUR": 150, "USD": 70}
    assert report.pipeline.currency == "EUR"
    assert report.pipeline.whole.counts["open"] == 4


def test_won_and_lost_count_in_the_period_only(admin: User, deals: Any) -> None:
    one, today = someone(1, (0, 10.0)), timezone.localdate()
    for days, stage in ((3, "won"), (100, "won"), (3, "lost"), (3, "lead")):
        deals(one, stage=stage, closes_on=today - timedelta(days=days))
    counts = influence(admin).pipeline.whole.counts
    assert counts == {"won": 1, "lost": 1, "open": 1}
    assert influence(admin, period="365").pipeline.whole.counts["won"] == 2


def test_a_win_rate_needs_ten_decided_deals(admin: User, deals: Any) -> None:
    one, today = someone(1, (0, 10.0)), timezone.localdate()
    for number in range(9):
        deals(one, stage="won" if number < 3 else "lost", closes_on=today)
    assert influence(admin).pipeline.whole.win_rate is None
    deals(one, stage="lost", closes_on=today)
    assert influence(admin).pipeline.whole.win_rate == 0.3


def test_the_stage_of_a_deal_narrows_the_contacts(admin: User, deals: Any) -> None:
    buyer = someone(1, (0, 10.0))
    someone(2, (0, 60.0))
    deals(buyer, stage="proposal")
    assert [one.contact for one in influence(admin, stage="proposal").rows] == [buyer.pk]
    assert [one.contact for one in influence(admin, stage="open").rows] == [buyer.pk]
    assert influence(admin, stage="won").rows == []
