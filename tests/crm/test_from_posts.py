"""Scenes: a post on a network becomes a contact, a task or a deal of the CRM, and each says where it comes from."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from crm_core.models import Activity, Contact, Deal
from socialcrm.models import Conversation, Post, ProfileLink, SocialProfile

from .test_records import rows

SignIn = Callable[[User], Client]
pytestmark = pytest.mark.django_db


@pytest.fixture
def linked(ada: Contact, ada_profile: SocialProfile) -> ProfileLink:
    """Ada's profile is Ada's."""
    return ProfileLink.objects.create(profile=ada_profile, contact=ada, state="linked", basis="given")


def test_the_form_of_a_new_contact_is_filled_with_the_person_and_saving_links_the_profile(
    agent: User, mention: Post, sign_in: SignIn
) -> None:
    client, address = sign_in(agent), f"/contacts/new/?profile={mention.author_id}"
    page = client.get(address).content.decode()
    assert 'value="Ada"' in page and 'value="Lovelace"' in page and "@ada_l on X" in page
    client.post(address, {"first_name": "Ada", "last_name": "Lovelace"} | rows())
    contact = Contact.objects.get()
    link = ProfileLink.objects.get(profile=mention.author)
    assert (link.contact, link.state, link.basis, link.decided_by) == (contact, "linked", "public", agent)
    assert Activity.objects.get(contact=contact).text == "Made from @ada_l on X"


def test_namesakes_are_shown_before_a_second_contact_is_made(
    agent: User, ada: Contact, mention: Post, sign_in: SignIn
) -> None:
    page = sign_in(agent).get(f"/contacts/new/?profile={mention.author_id}").content.decode()
    assert f'href="/contacts/{ada.pk}/"' in page and "Is it one of these?" in page


def test_who_is_a_contact_already_is_not_made_again(
    agent: User, linked: ProfileLink, mention: Post, sign_in: SignIn
) -> None:
    answer = sign_in(agent).get(f"/contacts/new/?profile={mention.author_id}")
    assert answer["Location"] == f"/contacts/{linked.contact_id}/"


def test_a_task_made_of_a_post_holds_its_words_and_leads_to_it(
    rep: User, ada: Contact, linked: ProfileLink, mention: Post, sign_in: SignIn
) -> None:
    client, address = sign_in(rep), f"/activities/new/?kind=task&contact={ada.pk}&post={mention.pk}"
    assert "the lamp on floor 3 blinks" in client.get(address).content.decode()
    client.post(address, {"kind": "task", "text": "Send a lamp", "assignee": rep.pk})
    task = Activity.objects.get()
    assert (task.text, task.url, task.contact) == ("Send a lamp", "https://x.com/ada_l/status/5000", ada)


def test_a_deal_made_of_a_post_says_so_in_its_history(
    rep: User, ada: Contact, linked: ProfileLink, mention: Post, sign_in: SignIn
) -> None:
    address = f"/deals/new/?contact={ada.pk}&post={mention.pk}"
    form = {"name": "Lamps", "stage": "lead", "currency": "EUR", "contacts": [ada.pk], "owner": rep.pk}
    answer = sign_in(rep).post(address, form)
    assert answer.status_code == 302, answer.content.decode()
    line = Activity.objects.get(deal=Deal.objects.get())
    assert (line.text, line.url) == ("From a post by @ada_l on X", mention.url)


def test_the_words_of_a_private_message_do_not_reach_a_record_that_others_read(
    agent: User, ada: Contact, linked: ProfileLink, mention: Post, sign_in: SignIn
) -> None:
    Post.objects.filter(pk=mention.pk).update(visibility="private", text="my door code is 4711")
    page = sign_in(agent).get(f"/activities/new/?kind=task&contact={ada.pk}&post={mention.pk}")
    assert page.status_code == 200 and "4711" not in page.content.decode()


@pytest.mark.parametrize("form", ["activities/new/?kind=task&", "deals/new/?", "contacts/new/?"])
def test_a_post_or_person_that_one_may_not_see_fills_no_form(
    form: str, rep: User, jean: Contact, ada_profile: SocialProfile, mention: Post, sign_in: SignIn
) -> None:
    ProfileLink.objects.create(profile=ada_profile, contact=jean, state="linked")
    client = sign_in(rep)
    named = {"post": mention.pk, "profile": ada_profile.pk}
    answers = [client.get(f"/{form}{name}={pk}").status_code for name, pk in named.items()]
    absent = [client.get(f"/{form}{name}=999999").status_code for name in named]
    assert answers == absent and answers[0] == 404


def test_the_panel_offers_a_task_and_a_deal_under_a_post_to_who_may_make_them(
    rep: User, manager: User, ada: Contact, linked: ProfileLink, mention: Post, sign_in: SignIn
) -> None:
    page = sign_in(rep).get(f"/contacts/{ada.pk}/").content.decode()
    assert f"/activities/new/?contact={ada.pk}&amp;post={mention.pk}&amp;kind=task" in page
    assert f"/deals/new/?contact={ada.pk}&amp;post={mention.pk}" in page
    rep.user_permissions.clear()
    rep.groups.clear()
    assert (
        "/activities/new/?contact"
        not in sign_in(User.objects.get(pk=rep.pk)).get(f"/contacts/{ada.pk}/").content.decode()
    )


def test_the_inbox_offers_to_make_a_contact_of_who_is_none(
    agent: User, mention: Post, acme: Any, sign_in: SignIn
) -> None:
    talk = Conversation.objects.create(
        account=acme, thread_id="5000", profile=mention.author, opened_at=mention.posted_at,
        last_post_at=mention.posted_at, waiting_since=mention.posted_at,
    )  # fmt: skip
    mention.mentions.update(conversation=talk)
    page = sign_in(agent).get(f"/social/inbox/{talk.pk}/").content.decode()
    assert f"/contacts/new/?profile={mention.author_id}" in page
