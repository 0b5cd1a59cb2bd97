"""A wrong installation is told so at start, with the line to write."""

from __future__ import annotations

from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured
from django.core.management import ManagementUtility
from django.db import connection

from crm_core.checks import check_production, refuse_unsafe_start
from socialcrm.checks import check_installation


def ids(messages: Any) -> list[str]:
    """The codes of the findings."""
    return [message.id for message in messages]


def test_a_right_installation_has_no_findings(db: None) -> None:
    assert not [message for message in run_checks() if (message.id or "").startswith(("socialcrm", "crm_core"))]


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("SOCIALCRM_CONTACT_MODEL", None, "socialcrm.E001"),
        ("SOCIALCRM_CONTACT_MODEL", "nowhere.Contact", "socialcrm.E001"),
        ("SOCIALCRM_CONTACT_MODEL", "not a model", "socialcrm.E001"),
        ("SOCIALCRM_CONTACT_ADAPTER", "nowhere.Adapter", "socialcrm.E002"),
        ("SOCIALCRM_CONTACT_ADAPTER", "socialcrm.contacts.Deal", "socialcrm.E002"),
        ("SOCIALCRM_NETWORKS", {"twitter": "nowhere.Twitter"}, "socialcrm.E003"),
        ("SOCIALCRM_NETWORKS", {"myspace": "socialcrm.networks.twitter.Twitter"}, "socialcrm.E004"),
        ("SOCIALCRM_NETWORKS", {"twitter": "socialcrm.contacts.Deal"}, "socialcrm.E004"),
        ("SOCIALCRM_KEYS", [], "socialcrm.E005"),
        ("SOCIALCRM_KEYS", ["short"], "socialcrm.E006"),
        ("SOCIALCRM_KEYS", [Fernet.generate_key().decode(), None], "socialcrm.E006"),
        ("SOCIALCRM_WAITING_SOON_HOURS", 0, "socialcrm.E007"),
        ("SOCIALCRM_WAITING_SOON_HOURS", "4", "socialcrm.E007"),
        ("SOCIALCRM_WAITING_SOON_HOURS", 25, "socialcrm.E007"),
        ("SOCIALCRM_WAITING_LATE_HOURS", float("nan"), "socialcrm.E007"),
        ("SOCIALCRM_WAITING_LATE_HOURS", True, "socialcrm.E007"),
        ("ROOT_URLCONF", "tests.no_urls", "socialcrm.W001"),
    ],
)
def test_each_mistake_has_its_code_and_its_remedy(settings: Any, name: str, value: Any, code: str) -> None:
    setattr(settings, name, value)
    (finding,) = check_installation()
    assert finding.id == code
    assert finding.hint


def test_sqlite_without_immediate_transactions_is_warned_of(monkeypatch: Any) -> None:
    monkeypatch.setattr(connection, "vendor", "sqlite")
    monkeypatch.setitem(connection.settings_dict, "OPTIONS", {})
    assert ids(check_installation()) == ["socialcrm.W002"]


def test_a_key_in_a_finding_is_never_shown(settings: Any) -> None:
    settings.SOCIALCRM_KEYS = ["canary-of-a-broken-key"]
    assert "canary" not in str(check_installation())


def test_who_has_no_key_yet_can_make_the_first_one(settings: Any, capsys: Any) -> None:
    settings.SOCIALCRM_KEYS = []
    # As at the terminal: `call_command` would skip the checks.
    ManagementUtility(["manage.py", "socialcrm_key"]).execute()
    assert Fernet(capsys.readouterr().out.strip())


@pytest.fixture
def production(settings: Any) -> Any:
    """A safe production site, to be made unsafe."""
    settings.PRODUCTION, settings.DEBUG = True, False
    settings.SECRET_KEY = "x" * 50
    settings.SOCIALCRM_KEYS = [Fernet.generate_key().decode()]
    settings.ALLOWED_HOSTS = ["crm.example.com"]
    settings.SOCIALCRM_PUBLIC_URL = "https://crm.example.com"
    return settings


def test_a_safe_production_site_starts(production: Any) -> None:
    assert not check_production()
    refuse_unsafe_start()


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("SECRET_KEY", "demo-only-not-a-secret", "crm_core.E001"),
        ("SECRET_KEY", "short", "crm_core.E001"),
        ("SOCIALCRM_KEYS", ["c29jaWFsY3JtLWRlbW8ta2V5LW5vdC1hLXNlY3JldCE="], "crm_core.E002"),
        ("DEBUG", True, "crm_core.E003"),
        ("ALLOWED_HOSTS", ["*"], "crm_core.E004"),
        ("ALLOWED_HOSTS", ["127.0.0.1"], "crm_core.E004"),
    ],
)
def test_an_unsafe_production_start_is_refused(production: Any, name: str, value: Any, code: str) -> None:
    setattr(production, name, value)
    assert ids(check_production()) == [code]
    with pytest.raises(ImproperlyConfigured, match="Set CRM_|Set SOCIALCRM_|Remove"):
        refuse_unsafe_start()


def test_a_plain_http_address_is_warned_of_and_does_not_stop_the_start(production: Any) -> None:
    production.SOCIALCRM_PUBLIC_URL = "http://crm.example.com"
    assert ids(check_production()) == ["crm_core.W001"]
    refuse_unsafe_start()


def test_a_sandbox_in_production_is_warned_of(production: Any) -> None:
    production.SOCIALCRM_NETWORK_OPTIONS = {"twitter": {"private_hosts": ["127.0.0.1"]}}
    assert ids(check_production()) == ["crm_core.W002"]


def test_the_demo_may_use_its_public_secrets(settings: Any) -> None:
    settings.PRODUCTION = False
    assert not check_production()
