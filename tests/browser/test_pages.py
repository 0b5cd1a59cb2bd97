"""The outbox and accounts pages in a real browser: they refresh by themselves and their menus open."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import Page, expect

from socialcrm.models import Post, Reply, SocialAccount, Stream

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_the_outbox_follows_a_reply_without_a_reload(
    live_server: Any, page: Page, sign_in: Any, ada: Any, mention: Post, acme: SocialAccount, rep: User
) -> None:
    reply = Reply.objects.create(account=acme, post=mention, user=rep, text="Soon", client_key="k", state="sending")
    sign_in(rep)
    page.goto(f"{live_server.url}/social/outbox/")
    expect(page.locator(".sc-outbox")).to_contain_text("Sending to X")
    Reply.objects.filter(pk=reply.pk).update(state="sent", external_id="7", sent_at=timezone.now())
    expect(page.locator(".sc-outbox")).to_contain_text("Sent by Rep", timeout=8000)


def test_a_failed_reply_is_retried_in_its_row(
    live_server: Any, page: Page, sign_in: Any, ada: Any, mention: Post, acme: SocialAccount, rep: User
) -> None:
    Reply.objects.create(
        account=acme, post=mention, user=rep, text="Again", client_key="k", state="failed", error_detail="X was down."
    )
    sign_in(rep)
    page.goto(f"{live_server.url}/social/outbox/")
    page.locator(".sc-outbox").get_by_role("button", name="Retry").click()
    expect(page.locator(".sc-outbox .sc-state")).not_to_contain_text("Not sent.")
    assert Reply.objects.get().state == "queued"


def test_an_account_that_is_read_again_shows_it_by_itself(
    live_server: Any, page: Page, sign_in: Any, acme: SocialAccount, admin: User
) -> None:
    stream = Stream.objects.create(account=acme, kind="mentions")
    sign_in(admin)
    page.goto(f"{live_server.url}/social/accounts/")
    expect(page.locator("#sc-accounts")).to_contain_text("Not yet")
    Stream.objects.filter(pk=stream.pk).update(last_success_at=timezone.now())
    expect(page.locator("#sc-accounts")).not_to_contain_text("Not yet", timeout=8000)


def test_the_ways_to_connect_are_in_a_menu_that_the_keyboard_opens_and_closes(
    live_server: Any, page: Page, sign_in: Any, acme: SocialAccount, admin: User
) -> None:
    sign_in(admin)
    page.goto(f"{live_server.url}/social/accounts/")
    page.locator("summary", has_text="Connect an account").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Server")).to_be_hidden()
    page.locator(".sc-connect summary", has_text="Mastodon").press("Enter")
    expect(page.get_by_label("Server")).to_be_visible()
    page.locator(".sc-connect summary", has_text="X").press("Enter")
    expect(page.get_by_role("button", name="OAuth 2.0")).to_be_visible()
    expect(page.get_by_label("Server")).to_be_hidden()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="OAuth 2.0")).to_be_hidden()
