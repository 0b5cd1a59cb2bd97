"""The accounts page: everyone sees how it is, only who may manage changes it, and no secret shows."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.contrib.staticfiles import finders
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from socialcrm.models import ApiUsage, Gap, Mention, Post, Reply, SocialAccount, Stream

pytestmark = pytest.mark.django_db


@pytest.fixture
def stream(acme: SocialAccount) -> Stream:
    """Acme's mentions, read a moment ago."""
    return Stream.objects.create(account=acme, kind="mentions", last_success_at=timezone.now())


def read(client: Client, user: User) -> str:
    """The page as this user sees it."""
    client.force_login(user)
    return client.get(reverse("socialcrm:accounts")).content.decode()


def test_health_cost_and_forecast_are_shown(client: Client, rep: User, acme: SocialAccount, stream: Stream) -> None:
    acme.monthly_cap = Decimal(100)
    acme.save()
    ApiUsage.objects.create(
        account=acme, purpose="mentions", hour=timezone.now(), calls=1, units=250, micros=12_500_000
    )
    page = read(client, rep)
    for said in ("@acme", "Working", "$12.50", "of $100.00", "At this pace", "250 reads"):
        assert said in page


def test_each_stream_says_when_it_was_read_and_how_many_calls_are_left(
    client: Client, rep: User, acme: SocialAccount, stream: Stream
) -> None:
    reset = timezone.now() + timedelta(minutes=9)
    Stream.objects.update(limit=300, remaining=287, resets_at=reset, error_class="RateLimited")
    page = " ".join(re.sub(r"<[^>]*>", " ", read(client, rep)).split())
    until = timezone.localtime(reset).strftime("%H:%M")
    assert f"287 / 300 until {until}" in page and "The network asks us to wait" in page


def test_an_account_that_nobody_reads_is_red_and_the_page_says_so(
    client: Client, rep: User, acme: SocialAccount, stream: Stream
) -> None:
    assert "sc-health--ok" in read(client, rep)
    Stream.objects.update(
        last_success_at=timezone.now() - timedelta(hours=1), due_at=timezone.now() - timedelta(hours=1)
    )
    page = read(client, rep)
    assert "sc-health--down" in page and "Nobody has read for a minute" in page


def test_no_secret_is_on_the_page(client: Client, admin: User, acme: SocialAccount, stream: Stream) -> None:
    page = read(client, admin)
    assert "token-of-acme" not in page
    assert "refresh-of-acme" not in page


def test_lost_access_is_a_banner_with_what_waits(
    client: Client, admin: User, rep: User, acme: SocialAccount, mention: Any
) -> None:
    acme.change_state("needs_reconnect", "X says the permission was withdrawn.")
    Reply.objects.create(account=acme, post=mention, user=rep, text="x", client_key="k", hold="reconnect")
    page = read(client, admin)
    assert "lost access on" in page
    assert "1 queued reply waits." in page
    assert "Reconnect" in page
    assert "An administrator can reconnect it." in read(client, rep)


def test_coverage_tells_what_is_here_and_not_when_somebody_looked(
    client: Client, rep: User, acme: SocialAccount, stream: Stream, mention: Any
) -> None:
    SocialAccount.objects.update(connected_at=timezone.now())
    Mention.objects.update(posted_at=timezone.now() - timedelta(days=7, hours=1))
    assert read(client, rep).count("is-none") == 27  # the first 7 of 14 days, less the stretch of the oldest mention


def test_what_failed_before_the_account_was_reconnected_is_no_problem_any_more(
    client: Client, rep: User, acme: SocialAccount, stream: Stream
) -> None:
    Stream.objects.update(error_class="AuthExpired", last_error_at=timezone.now() - timedelta(hours=1))
    SocialAccount.objects.update(state_since=timezone.now())
    assert "connect the account again" not in read(client, rep)
    Stream.objects.update(last_error_at=timezone.now())
    assert "connect the account again" in read(client, rep)


def test_a_pace_beyond_the_cap_is_said(client: Client, rep: User, acme: SocialAccount, stream: Stream) -> None:
    SocialAccount.objects.update(monthly_cap=Decimal(1))
    ApiUsage.objects.create(account=acme, purpose="mentions", hour=timezone.now(), calls=1, units=250, micros=2_000_000)
    assert "more than the cap" in read(client, rep)


def test_a_network_that_charges_nothing_has_no_cap_to_change(client: Client, admin: User, acme: SocialAccount) -> None:
    assert "Change the cap" in read(client, admin)
    SocialAccount.objects.update(network="mastodon")
    page = read(client, admin)
    assert "The network charges nothing" in page and "Change the cap" not in page and "$0.00" not in page


def test_menus_have_the_look_of_menus(client: Client, admin: User, acme: SocialAccount, stream: Stream) -> None:
    used = set(re.findall(r"sc-(?:menu|drop)\w+", read(client, admin)))
    styles = Path(finders.find("socialcrm/look.css") or "").read_text(encoding="utf-8")
    assert used
    assert not {name for name in used if f".{name} " not in styles}


def test_a_gap_is_shown_with_what_filling_it_costs(
    client: Client, admin: User, acme: SocialAccount, stream: Stream
) -> None:
    now = timezone.now()
    Gap.objects.create(stream=stream, starts_at=now - timedelta(hours=9), ends_at=now - timedelta(hours=3), why="depth")
    page = read(client, admin)
    assert "is-gap" in page
    assert "Fill for less than $0.01" in page


@pytest.mark.parametrize("name", ["account_sync", "account_pause", "account_cap", "account_tier", "account_disconnect"])
def test_only_who_may_manage_changes_an_account(name: str, client: Client, rep: User, acme: SocialAccount) -> None:
    client.force_login(rep)
    assert client.post(reverse(f"socialcrm:{name}", args=[acme.pk])).status_code == 403
    assert client.post(reverse("socialcrm:connect"), {"network": "twitter"}).status_code == 403


def test_sync_now_makes_the_streams_due(client: Client, admin: User, acme: SocialAccount, stream: Stream) -> None:
    Stream.objects.update(due_at=timezone.now() + timedelta(hours=1))
    client.force_login(admin)
    client.post(reverse("socialcrm:account_sync", args=[acme.pk]))
    stream.refresh_from_db()
    assert stream.due_at <= timezone.now()


def test_pause_and_start_again(client: Client, admin: User, acme: SocialAccount) -> None:
    client.force_login(admin)
    for state in ("paused", "working"):
        client.post(reverse("socialcrm:account_pause", args=[acme.pk]))
        acme.refresh_from_db()
        assert acme.state == state


def test_a_queued_reply_says_that_its_account_is_paused_and_no_longer_once_it_works(
    client: Client, admin: User, acme: SocialAccount, mention: Post
) -> None:
    reply = Reply.objects.create(account=acme, post=mention, user=admin, text="x", client_key="k")
    client.force_login(admin)
    for hold in ("paused", ""):
        client.post(reverse("socialcrm:account_pause", args=[acme.pk]))
        reply.refresh_from_db()
        assert (reply.state, reply.hold) == ("queued", hold)
        assert ("@acme is paused." in client.get(reverse("socialcrm:outbox")).content.decode()) is bool(hold)


@pytest.mark.parametrize(("chosen", "kept"), [("enterprise", "enterprise"), ("Enterprise!", "self_serve")])
def test_the_tier_is_one_that_the_network_knows(
    chosen: str, kept: str, client: Client, admin: User, acme: SocialAccount
) -> None:
    client.force_login(admin)
    client.post(reverse("socialcrm:account_tier", args=[acme.pk]), {"tier": chosen})
    acme.refresh_from_db()
    assert acme.tier == kept
    assert f'<option value="{kept}" selected>' in read(client, admin)
    in_the_admin = reverse("admin:socialcrm_socialaccount_change", args=[acme.pk])
    assert f'<option value="{kept}" selected>' in client.get(in_the_admin).content.decode()


def test_a_network_with_one_tier_offers_no_choice(client: Client, admin: User, acme: SocialAccount) -> None:
    assert "Change the tier" in read(client, admin)
    SocialAccount.objects.update(network="mastodon")
    assert "Change the tier" not in read(client, admin)


@pytest.mark.parametrize(
    ("typed", "kept"), [("50", Decimal("50")), ("", None), ("-1", Decimal("7")), ("x", Decimal("7"))]
)
def test_the_cap_is_an_amount_or_nothing(
    typed: str, kept: Decimal | None, client: Client, admin: User, acme: SocialAccount
) -> None:
    acme.monthly_cap = Decimal(7)
    acme.save()
    client.force_login(admin)
    client.post(reverse("socialcrm:account_cap", args=[acme.pk]), {"monthly_cap": typed})
    acme.refresh_from_db()
    assert acme.monthly_cap == kept


def test_disconnecting_asks_first(client: Client, admin: User, acme: SocialAccount) -> None:
    client.force_login(admin)
    url = reverse("socialcrm:account_disconnect", args=[acme.pk])
    assert "What was said stays" in client.get(url).content.decode()
    acme.refresh_from_db()
    assert acme.state == "working"


def test_a_callback_that_was_not_started_here_is_refused(client: Client, admin: User) -> None:
    client.force_login(admin)
    answer = client.get(reverse("socialcrm:callback", args=["twitter"]), {"code": "x", "state": "y"}, follow=True)
    assert "was not started here" in answer.content.decode()


def test_the_page_takes_the_same_queries_for_one_account_and_for_five(
    client: Client, admin: User, acme: SocialAccount, stream: Stream
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client.force_login(admin)
    url = reverse("socialcrm:accounts")
    client.get(url)
    with CaptureQueriesContext(connection) as one:
        client.get(url)
    for i in range(4):
        account = SocialAccount.objects.create(network="twitter", external_id=f"a{i}", handle=f"a{i}")
        made = Stream.objects.create(account=account, kind="mentions")
        Gap.objects.create(stream=made, why="depth")
    with CaptureQueriesContext(connection) as five:
        client.get(url)
    assert len(one) == len(five)


def test_nothing_new_is_304(client: Client, admin: User, acme: SocialAccount, stream: Stream) -> None:
    client.force_login(admin)
    url = reverse("socialcrm:accounts")
    etag = client.get(url).headers["ETag"]
    headers = {"If-None-Match": etag, "X-Requested-With": "socialcrm"}
    assert client.get(url, headers=headers).status_code == 304
