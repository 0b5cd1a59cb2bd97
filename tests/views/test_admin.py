"""The admin: no secret, no change that a page does better, and a panel for the host's contact admin."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib import admin as site
from django.contrib.auth.models import User
from django.test import Client, RequestFactory
from django.urls import reverse

from socialcrm.admin import SocialPanelMixin
from socialcrm.contacts import get_contact_model
from socialcrm.models import SocialAccount

pytestmark = pytest.mark.django_db


def test_an_account_is_shown_without_its_secrets(client: Client, admin: User, acme: SocialAccount) -> None:
    client.force_login(admin)
    page = client.get(reverse("admin:socialcrm_socialaccount_change", args=[acme.pk])).content.decode()
    assert "acme" in page
    assert "token-of-acme" not in page
    assert "gAAAA" not in page


@pytest.mark.parametrize("model", ["socialprofile", "profilelink", "reply", "auditentry", "socialaccount"])
def test_every_list_opens(model: str, client: Client, admin: User, ada: Any, mention: Any) -> None:
    client.force_login(admin)
    assert client.get(reverse(f"admin:socialcrm_{model}_changelist")).status_code == 200


def test_a_hosts_contact_admin_shows_the_summary(admin: User, ada: Any, mention: Any) -> None:
    class ContactAdmin(SocialPanelMixin, site.ModelAdmin):
        fields = ()

    request = RequestFactory().get("/")
    request.user = admin
    page = ContactAdmin(get_contact_model(), site.site).change_view(request, str(ada.pk)).render().content.decode()
    assert "@ada_l" in page
    assert reverse("socialcrm:contact", args=[ada.pk]) in page
