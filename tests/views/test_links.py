"""Linking through the pages: preview first, the basis asked, the other contact named only to who may see it."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from socialcrm.models import InfluenceScore, ProfileLink, SocialProfile
from socialcrm.views.links import ticket
from tests.conftest import make_contact

pytestmark = pytest.mark.django_db
FRAGMENT = {"X-Requested-With": "socialcrm"}


@pytest.fixture
def signed_in(client: Client, rep: User) -> Client:
    """The rep's browser."""
    client.force_login(rep)
    return client


@pytest.fixture
def bob(rep: User) -> Any:
    """A contact without a profile."""
    return make_contact(first_name="Bob", last_name="Noyce")


def link_url(contact: Any) -> str:
    """Where a profile is linked to a contact."""
    return reverse("socialcrm:link", args=[contact.pk])


def test_a_handle_is_previewed_before_anything_is_saved(signed_in: Client, bob: Any, world: Any, settings: Any) -> None:
    person = world.people[0]["truth"]["twitter"]
    page = signed_in.post(link_url(bob), {"text": f"@{person['handle']}"}, headers=FRAGMENT).content.decode()
    assert f"@{person['handle']}" in page
    assert "How do we know it?" in page
    assert not ProfileLink.objects.exists()


@pytest.mark.parametrize("text", ["", "not a handle at all", "@nobody_of_this_name", "https://evil.example/x"])
def test_what_names_nobody_is_refused_with_a_sentence(text: str, signed_in: Client, bob: Any, world: Any) -> None:
    answer = signed_in.post(link_url(bob), {"text": text}, headers=FRAGMENT)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.content.decode()


def test_an_account_of_ours_is_no_contact(signed_in: Client, bob: Any, acme: Any, rep: User) -> None:
    ours = SocialProfile.objects.get(external_id=acme.external_id)
    page = signed_in.post(link_url(bob), {"profile": ticket(rep, ours), "basis": "given"}, headers=FRAGMENT)
    assert "is an account of ours" in page.content.decode()
    assert not ProfileLink.objects.exists()


def test_a_link_keeps_its_basis_and_who_made_it(
    signed_in: Client, bob: Any, ada_profile: SocialProfile, acme: Any, rep: User
) -> None:
    page = signed_in.post(link_url(bob), {"profile": ticket(rep, ada_profile), "basis": "given"}, headers=FRAGMENT)
    made = ProfileLink.objects.get()
    assert (made.state, made.basis, made.decided_by, made.contact_id) == ("linked", "given", rep, bob.pk)
    assert "Undo" in page.content.decode()


def test_the_influence_of_who_is_linked_is_shown_at_once(
    signed_in: Client, bob: Any, ada_profile: SocialProfile, rep: User
) -> None:
    page = signed_in.post(link_url(bob), {"profile": ticket(rep, ada_profile), "basis": "given"}, headers=FRAGMENT)
    assert InfluenceScore.objects.get().profile == ada_profile
    assert "Not counted yet" not in page.content.decode()


def test_a_profile_linked_elsewhere_names_the_other_contact(
    signed_in: Client, bob: Any, ada: Any, ada_profile: SocialProfile, rep: User
) -> None:
    answer = signed_in.post(link_url(bob), {"profile": ticket(rep, ada_profile), "basis": "given"}, headers=FRAGMENT)
    assert answer.status_code == 409
    assert "Ada Lovelace" in answer.content.decode()


def test_the_other_contact_stays_unnamed_to_who_may_not_see_it(
    signed_in: Client, bob: Any, ada: Any, ada_profile: SocialProfile, rep: User, settings: Any
) -> None:
    settings.SOCIALCRM_CONTACT_ADAPTER = "tests.views.blind.OnlyBob"
    answer = signed_in.post(link_url(bob), {"profile": ticket(rep, ada_profile), "basis": "given"}, headers=FRAGMENT)
    assert answer.status_code == 409
    assert "Ada" not in answer.content.decode()


def test_unlink_can_be_undone(signed_in: Client, ada: Any) -> None:
    made = ProfileLink.objects.get()
    page = signed_in.post(reverse("socialcrm:unlink", args=[made.pk]), headers=FRAGMENT).content.decode()
    made.refresh_from_db()
    assert made.state == "unlinked"
    assert reverse("socialcrm:relink", args=[made.pk]) in page
    signed_in.post(reverse("socialcrm:relink", args=[made.pk]), headers=FRAGMENT)
    made.refresh_from_db()
    assert (made.state, made.basis) == ("linked", "given")


def test_a_suggestion_is_accepted_or_refused(
    signed_in: Client, bob: Any, ada_profile: SocialProfile, acme: Any
) -> None:
    row = ProfileLink.objects.create(profile=ada_profile, contact=bob, state="suggested", score=0.8)
    signed_in.post(reverse("socialcrm:refuse", args=[row.pk]), headers=FRAGMENT)
    row.refresh_from_db()
    assert row.state == "refused"
    ProfileLink.objects.update(state="suggested")
    signed_in.post(reverse("socialcrm:accept", args=[row.pk]), {"basis": "public"}, headers=FRAGMENT)
    row.refresh_from_db()
    assert row.state == "linked"


def test_not_this_person_can_be_taken_back(signed_in: Client, bob: Any, ada_profile: SocialProfile, acme: Any) -> None:
    facts = [{"code": "by_hand", "facts": {}, "against": False}]
    row = ProfileLink.objects.create(profile=ada_profile, contact=bob, state="suggested", score=0.8, evidence=facts)
    refused = signed_in.post(reverse("socialcrm:refuse", args=[row.pk]), headers=FRAGMENT).content.decode()
    undo = reverse("socialcrm:reconsider", args=[row.pk])
    assert undo in refused
    page = signed_in.post(undo, headers=FRAGMENT).content.decode()
    row.refresh_from_db()
    assert (row.state, row.decided_by, row.evidence[0]["code"]) == ("suggested", None, "by_hand")
    assert "@ada_l is suggested again." in page


@pytest.mark.parametrize("name", ["unlink", "relink", "accept", "refuse", "reconsider"])
def test_links_of_foreign_contacts_look_like_none(name: str, signed_in: Client, ada: Any, settings: Any) -> None:
    settings.SOCIALCRM_CONTACT_ADAPTER = "tests.views.blind.Blind"
    assert signed_in.post(reverse(f"socialcrm:{name}", args=[ProfileLink.objects.get().pk])).status_code == 404


def test_without_the_permission_nothing_is_linked(client: Client, agent: User, ada: Any) -> None:
    agent.user_permissions.clear()
    client.force_login(agent)
    assert client.post(link_url(ada), {"text": "@x"}).status_code == 403
    assert client.post(reverse("socialcrm:unlink", args=[ProfileLink.objects.get().pk])).status_code == 403
