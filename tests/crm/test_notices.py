"""Scenes: an account loses access, and those who can connect it again get a letter, once."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User

from crm_core import notices, tasks
from socialcrm import connect, outbox
from socialcrm.models import Post, SocialAccount

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The accounts about which a worker was asked to write."""
    found: list[int] = []
    monkeypatch.setattr(tasks.mail_lost_access, "delay", found.append)
    return found


def test_a_worker_is_asked_to_write_once_however_many_find_out(
    acme: SocialAccount, asked: list[int], django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        connect.lost_access(acme, "revoked")
        connect.lost_access(SocialAccount.objects.get(pk=acme.pk), "revoked")
    assert asked == [acme.pk]


def test_administrators_are_written_to_one_by_one_and_nobody_else(
    acme: SocialAccount, admin: User, rep: User, mention: Post, mailoutbox: Any
) -> None:
    User.objects.create_superuser("root", "root@acme.example", "demo")
    outbox.enqueue(User.objects.get(username="root"), acme, mention, "On its way", "k", delay=60)
    connect.lost_access(acme, "revoked")
    assert notices.mail_lost_access(acme.pk) == 2
    assert [letter.to for letter in mailoutbox] == [["admin@acme.example"], ["root@acme.example"]]
    assert "1 reply waits" in mailoutbox[0].body and "/social/accounts/" in mailoutbox[0].body


def test_nobody_is_written_to_about_an_account_that_works_again(
    acme: SocialAccount, admin: User, mailoutbox: Any
) -> None:
    connect.lost_access(acme, "revoked")
    SocialAccount.objects.update(state="working")
    assert notices.mail_lost_access(acme.pk) == 0 and not mailoutbox


def test_a_letter_holds_no_secret_of_the_account(acme: SocialAccount, admin: User, mailoutbox: Any) -> None:
    acme.credentials = {"kind": "oauth2", "access_token": "canary-token"}
    acme.save()
    connect.lost_access(acme, "canary-token was refused")
    notices.mail_lost_access(acme.pk)
    assert "canary" not in mailoutbox[0].body + mailoutbox[0].subject
