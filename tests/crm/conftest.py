"""The cast of the CRM's scenes: two teams, the four roles as real groups, and contacts on both sides of the wall."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import Group, User
from django.test import Client

if "crm_core" in settings.INSTALLED_APPS:
    from crm_core.models import Company, Contact, ContactEmail, Deal, Team
else:
    collect_ignore_glob = ["*"]


def role(username: str, group: str) -> User:
    """A user in the group of a role."""
    user = User.objects.create_user(username, f"{username}@acme.example", "demo", first_name=username.title())
    user.groups.add(Group.objects.get(name=group))
    return user


@pytest.fixture
def nordic(db: None) -> Team:
    """The rep's team."""
    return Team.objects.create(name="Nordic")


@pytest.fixture
def france(db: None) -> Team:
    """The team of others."""
    return Team.objects.create(name="France")


@pytest.fixture
def rep(nordic: Team) -> User:
    """A sales rep in the Nordic team."""
    user = role("rep", "Sales rep")
    nordic.members.add(user)
    return user


@pytest.fixture
def agent(db: None) -> User:
    """A support agent: sees everyone's contacts."""
    return role("agent", "Support agent")


@pytest.fixture
def manager(db: None) -> User:
    """A manager."""
    return role("manager", "Manager")


@pytest.fixture
def admin(db: None) -> User:
    """An administrator by group, not a superuser."""
    return role("admin", "Administrator")


@pytest.fixture
def ada(nordic: Team) -> Contact:
    """A contact of the rep's team, with an e-mail."""
    contact = Contact.objects.create(first_name="Ada", last_name="Lovelace", city="London", team=nordic)
    ContactEmail.objects.create(contact=contact, email="ada@engines.example")
    return contact


@pytest.fixture
def jean(france: Team) -> Contact:
    """A contact of the other team."""
    contact = Contact.objects.create(first_name="Jean", last_name="Valjean", team=france)
    ContactEmail.objects.create(contact=contact, email="jean@secret.example")
    return contact


@pytest.fixture
def engines(nordic: Team) -> Company:
    """A company of the rep's team."""
    return Company.objects.create(name="Engines Ltd", team=nordic)


@pytest.fixture
def montreuil(france: Team) -> Company:
    """A company of the other team."""
    return Company.objects.create(name="Montreuil SA", team=france)


@pytest.fixture
def retrofit(nordic: Team, ada: Contact) -> Deal:
    """A deal of the rep's team."""
    deal = Deal.objects.create(name="Retrofit", amount=1000, team=nordic)
    deal.contacts.add(ada)
    return deal


@pytest.fixture
def candles(france: Team, jean: Contact) -> Deal:
    """A deal of the other team."""
    deal = Deal.objects.create(name="Candles", amount=24601, team=france)
    deal.contacts.add(jean)
    return deal


@pytest.fixture
def sign_in(client: Client) -> Callable[[User], Client]:
    """The test client, signed in as somebody."""

    def as_user(user: User) -> Client:
        client.force_login(user)
        return client

    return as_user


@pytest.fixture
def people(nordic: Team) -> Callable[..., list[Any]]:
    """Makes contacts by the dozen."""

    def make(count: int, **fields: Any) -> list[Contact]:
        rows = [Contact(**{"first_name": f"P{n}", "last_name": "Same", "team": nordic, **fields}) for n in range(count)]
        return Contact.objects.bulk_create(rows)

    return make
