"""Scenes of canned replies: filled for each person, never sent with a hole."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.http import Http404

from socialcrm import inbox, outbox, placeholders
from socialcrm.models import CannedReply, Post, Reply, SocialAccount
from tests.rooms.inbox_world import says

pytestmark = pytest.mark.django_db


def canned(text: str) -> CannedReply:
    """A shared canned reply with this text."""
    return CannedReply(title="Hello", text=text)


def test_names_are_put_in(agent: User, acme: SocialAccount, ada: Any) -> None:
    text = "Hi {contact.first_name}, {profile.handle}: @{account.handle} looks into it. {user.first_name}"
    assert inbox.fill(canned(text), says(acme), agent) == inbox.Filled("Hi Ada, @ada_l: @acme looks into it. Agent", ())


def test_who_is_no_contact_gets_the_fallback(agent: User, acme: SocialAccount) -> None:
    talk = says(acme)
    assert inbox.fill(canned("Hi {contact.first_name|there}!"), talk, agent).text == "Hi there!"
    assert inbox.fill(canned("Hi {contact.first_name}!"), talk, agent) == inbox.Filled(
        "Hi {contact.first_name}!", ("contact.first_name",)
    )


@pytest.mark.parametrize("text", ["Hi {contact.first_name},", "Hi {contact.first_name|},", "Hi { contact.name }"])
def test_a_text_with_a_hole_is_never_sent(agent: User, acme: SocialAccount, text: str) -> None:
    talk = says(acme)
    with pytest.raises(outbox.TextRefused, match="Nobody filled in"):
        outbox.enqueue(agent, talk.account, Post.objects.get(), inbox.fill(canned(text), talk, agent).text, "k" * 12)
    assert not Reply.objects.exists()


@pytest.mark.parametrize(
    ("text", "better"),
    [
        ("Hi {contact.first_name},", "{contact.first_name|…} instead of {contact.first_name}"),
        ("Hi {contact.name|}", "{contact.name|…} instead"),
        ("Hi { contact.company |  }", "{ contact.company|…} instead"),
    ],
)
def test_a_place_for_a_contact_is_taken_with_something_to_fall_back_on_only(
    agent: User, text: str, better: str
) -> None:
    with pytest.raises(inbox.InboxError) as refused:
        inbox.write_canned(agent, "Hi", text)
    assert better in refused.value.sentence and not CannedReply.objects.exists()
    assert inbox.write_canned(agent, "Hi", "{contact.name|you}, {profile.handle} {user.first_name}").pk


def test_a_name_that_looks_like_a_place_is_not_filled_again() -> None:
    values = {"contact.first_name": "{user.first_name}", "user.first_name": "Eve"}
    assert placeholders.fill("Hi {contact.first_name}", values) == ("Hi {user.first_name}", [])


def test_braces_that_are_no_place_stay(agent: User, acme: SocialAccount) -> None:
    assert placeholders.fill("Use {} or {a.b} or {x}.", {}) == ("Use {} or {a.b} or {x}.", [])
    assert placeholders.unfilled("{a.b} {x}") == []


def test_mine_are_mine_and_everyones_are_everyones(agent: User, rep: User, manager: User) -> None:
    own = inbox.write_canned(agent, "Own", "Hello.")
    shared = inbox.write_canned(manager, "Shared", "Hello.", shared=True)
    assert list(inbox.canned_replies(agent)) == [own, shared] and list(inbox.canned_replies(rep)) == [shared]
    with pytest.raises(Http404):
        inbox.get_canned_reply(rep, own.pk)
    with pytest.raises(inbox.NotAllowed):
        inbox.write_canned(rep, "Shared", "Bye.", canned=shared)
    with pytest.raises(inbox.NotAllowed):
        inbox.delete_canned(rep, shared)
    with pytest.raises(inbox.NotAllowed):
        inbox.write_canned(rep, "For all", "Hello.", shared=True)
    inbox.delete_canned(agent, own)
    assert list(CannedReply.objects.all()) == [shared]


@pytest.mark.parametrize(
    ("title", "text", "lang"),
    [("", "Hello", ""), ("x" * 101, "Hello", ""), ("Hi", " ", ""), ("Hi", "x" * 4001, ""), ("Hi", "{contact.age}", "")]
    + [("Hi", "Hello", "xx-yy")],
)
def test_what_cannot_work_is_refused_with_a_sentence(agent: User, title: str, text: str, lang: str) -> None:
    with pytest.raises(inbox.InboxError) as refused:
        inbox.write_canned(agent, title, text, lang=lang)
    assert refused.value.sentence and not CannedReply.objects.exists()
