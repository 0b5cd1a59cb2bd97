"""The second host: one line in INSTALLED_APPS, one include, two settings; nothing of the first host."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.auth.models import User
from django.core.checks import run_checks
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from socialcrm.contacts import get_adapter, get_contact_model
from socialcrm.models import ProfileLink, SocialProfile
from tests.conftest import make_contact

pytestmark = pytest.mark.skipif(
    settings.SOCIALCRM_CONTACT_MODEL != "people.Person", reason="runs with --ds=tests.hosts.other_crm.settings"
)


def test_it_needs_no_other_app_than_socialcrm() -> None:
    extra = {name for name in settings.INSTALLED_APPS if not name.startswith("django.contrib.")}
    assert extra == {"socialcrm", "tests.hosts.other_crm.people"}
    assert not apps.is_installed("crm_core") and not apps.is_installed("rest_framework")


def test_its_installation_has_no_findings(db: None) -> None:
    assert not [message for message in run_checks() if (message.id or "").startswith("socialcrm")]


def test_the_migrations_of_the_extension_ask_for_no_change(db: None) -> None:
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)


def test_links_keep_its_uuid(ada: Any) -> None:
    link = ProfileLink.objects.get(contact=ada)
    assert isinstance(link.contact_id, uuid.UUID) and link.contact == ada


def test_the_default_adapter_knows_its_people(db: None, rep: User) -> None:
    boris = make_contact(first_name="Boris", last_name="Blau")
    adapter = get_adapter()
    assert (adapter.name(boris), adapter.emails(boris), adapter.owner(boris)) == ("Boris Blau", [], None)
    assert (adapter.company(boris), adapter.websites(boris), adapter.deals(None, boris)) == ("", [], [])
    assert adapter.can_view(rep, boris) and list(adapter.search(rep, "blau")) == [boris]
    assert list(adapter.search(rep, "nobody")) == []
    assert adapter.url(boris) == f"/people/{boris.pk}/"
    assert list(adapter.for_matching()) == [boris] == adapter.prefetch([boris])


def test_somebody_who_may_no_longer_sign_in_sees_nobody(db: None, rep: User) -> None:
    boris = make_contact(first_name="Boris", last_name="Blau")
    rep.is_active = False
    assert not get_adapter().can_view(rep, boris)


def test_its_own_page_shows_the_panel(ada: Any, ada_profile: SocialProfile, rep: User) -> None:
    client = Client()
    client.force_login(rep)
    page = client.get(reverse("person", args=[ada.pk]))
    assert page.status_code == 200
    assert b"@ada_l" in page.content and b"<h1>Ada Lovelace</h1>" in page.content


PAGES = ["outbox", "accounts", "report_influence", "report_deals", "report_posts", "report_mentions"]


@pytest.mark.parametrize("name", [f"socialcrm:{name}" for name in PAGES])
def test_the_pages_of_the_extension_stand_on_their_own_base(acme: Any, ada: Any, admin: User, name: str) -> None:
    client = Client()
    client.force_login(admin)
    assert reverse(name).startswith("/networks/")
    assert client.get(reverse(name)).status_code == 200


def test_its_people_are_found_through_the_model_setting() -> None:
    assert get_contact_model()._meta.label == "people.Person"
