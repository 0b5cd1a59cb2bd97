"""Profiles and links by number: what is behind a number that is not mine stays unsaid and unchanged."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from socialcrm.models import ProfileLink, SocialAccount, SocialProfile, Stream
from socialcrm.views.links import ticket
from tests.api.conftest import grace, host, profile
from tests.conftest import make_contact

__all__ = ["grace", "host"]
pytestmark = pytest.mark.django_db
FRAGMENT = {"X-Requested-With": "socialcrm"}


@pytest.fixture
def signed_in(client: Client, rep: User) -> Client:
    """The rep's browser."""
    client.force_login(rep)
    return client


@pytest.fixture
def bob(rep: User) -> Any:
    """A contact that the rep sees."""
    return make_contact(first_name="Bob", last_name="Noyce")


def post(client: Client, name: str, *args: Any, **sent: Any) -> Any:
    """A form of the panel."""
    return client.post(reverse(f"socialcrm:{name}", args=args), sent, headers=FRAGMENT)


def test_the_number_of_a_hidden_contacts_profile_is_as_good_as_none(signed_in: Client, bob: Any, grace: Any) -> None:
    hers = SocialProfile.objects.get(handle="grace_h")
    for sent in ({"profile": hers.pk}, {"profile": hers.pk, "basis": "given"}):
        assert post(signed_in, "link", bob.pk, **sent).status_code == 404


def test_a_hidden_contacts_profile_that_was_looked_up_by_name_shows_nothing_of_it(
    signed_in: Client, bob: Any, grace: Any, rep: User
) -> None:
    answer = post(signed_in, "link", bob.pk, profile=ticket(rep, SocialProfile.objects.get(handle="grace_h")))
    assert answer.status_code == 409 and "race" not in answer.content.decode()


def test_what_a_colleague_looked_up_is_the_colleagues(signed_in: Client, bob: Any, agent: User) -> None:
    for sent in (ticket(agent, profile("901", "bobby")), "nonsense", "1:2"):
        assert post(signed_in, "link", bob.pk, profile=sent, basis="given").status_code == 404


@pytest.mark.parametrize("state", ["refused", "unlinked", "suggested"])
def test_unlinking_a_row_that_is_no_link_leaves_the_reading_of_another_contacts_posts(
    state: str, signed_in: Client, bob: Any, grace: Any, acme: SocialAccount
) -> None:
    hers = SocialProfile.objects.get(handle="grace_h")
    stream = Stream.objects.create(account=acme, kind="posts", profile=hers)
    row = ProfileLink.objects.create(profile=hers, contact=bob, state=state)
    assert post(signed_in, "unlink", row.pk).status_code == 200
    stream.refresh_from_db()
    row.refresh_from_db()
    assert stream.active and row.state == state


@pytest.mark.parametrize(
    ("name", "state"), [("relink", "suggested"), ("relink", "refused"), ("accept", "refused"), ("refuse", "linked")]
)
def test_a_button_of_another_state_changes_nothing(name: str, state: str, signed_in: Client, bob: Any) -> None:
    row = ProfileLink.objects.create(profile=profile("900", "bobby"), contact=bob, state=state, basis="given")
    assert post(signed_in, name, row.pk).status_code == 200
    row.refresh_from_db()
    assert row.state == state


@pytest.mark.parametrize("base", ["//evil.example", "/\\evil.example", "https://evil.example", "javascript:alert(1)"])
def test_the_live_feed_links_only_to_this_site(base: str, signed_in: Client, ada: Any, mention: Any) -> None:
    address = reverse("socialcrm:live")
    page = signed_in.get(address, {"contact": ada.pk, "base": base}).content.decode()
    assert "ada_l" in page and 'href="' + base not in page and "evil.example?" not in page


@pytest.mark.parametrize(
    "next_page", ["//evil.example", "/\\evil.example", "https://evil.example/", "javascript:1", "crm"]
)
def test_a_form_comes_back_to_this_site(next_page: str, signed_in: Client, bob: Any) -> None:
    row = ProfileLink.objects.create(profile=profile("900", "bobby"), contact=bob, state="linked", basis="given")
    answer = signed_in.post(reverse("socialcrm:unlink", args=[row.pk]), {"next": next_page})
    assert answer.status_code == 302 and answer["Location"].startswith("/") and "evil" not in answer["Location"]


@pytest.mark.parametrize(("name", "state"), [("accept", "suggested"), ("relink", "unlinked")])
def test_a_profile_of_our_own_is_refused_with_a_sentence(
    name: str, state: str, signed_in: Client, bob: Any, acme: SocialAccount
) -> None:
    row = ProfileLink.objects.create(profile=acme.profile, contact=bob, state=state, basis="given")
    answer = post(signed_in, name, row.pk, basis="given")
    assert answer.status_code == 200 and "@acme is an account of ours." in answer.content.decode()
