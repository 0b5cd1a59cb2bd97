"""Nothing that a stranger writes into an address or a form makes the site fail, on either database."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from socialcrm.models import Post, ProfileLink, SocialAccount
from tests.conftest import make_contact

GARBAGE = [
    "a\x00b",
    "²",
    "-1",
    "9" * 30,
    "9" * 5000,
    "[" * 5000,
    "0001-01-01T00:00:00+14:00~1",
    "9999-12-31T23:59:59-14:00~1",
    "a:b %\u202e\ufffe\U0010ffff",
    "/\\evil.example",
]
# What a page's place can be forged into: the key of the last row, and its number.
FORGED = [
    [None, 1],
    ["\x00", 1],
    ["\ud800", 1],
    [float("nan"), 1],
    [10**400, 1],
    ["a", 10**30],
    ["0001-01-01T00:00:00+14:00", 1],
    ["9999-12-31T23:59:59-14:00", 1],
    {"a": 1, "b": 2},
    [[], {}],
]
PARAMETERS = {
    "/": ["q"],
    "/search/": ["q"],
    "/contacts/": [
        "q", "mine", "owner", "team", "company", "language", "city", "deal", "profile", "sort", "after", "before",
    ],
    "/contacts/filter/": ["q", "owner", "team", "company", "city"],
    "/contacts/export/": ["q", "owner", "team", "company", "sort"],
    "/contacts/{ada}/": ["list", "pane", "activity", "network", "before"],
    "/contacts/{ada}/merge/": ["q"],
    "/companies/": ["q", "mine", "show", "sort", "after", "before"],
    "/companies/{company}/merge/": ["q"],
    "/companies/{company}/": ["pane", "activity", "network", "before"],
    "/deals/": ["q", "mine", "show", "sort", "after", "before"],
    "/deals/new/": ["contact", "company"],
    "/tasks/": ["show", "after", "before"],
    "/activities/new/": ["kind", "contact", "company", "deal", "next"],
    "/social/live/": ["contact", "activity", "network", "base", "v"],
    "/social/feed/": ["contact", "activity", "network", "base", "before"],
    "/social/contacts/{ada}/": ["activity", "network", "before"],
    "/social/contacts/{ada}/aside/": ["next"],
    "/social/posts/{post}/composer/": ["account", "next"],
    "/social/posts/{post}/": ["next"],
    "/social/outbox/": ["state", "account", "mine", "before"],
    "/social/accounts/": ["q"],
    "/social/connect/{word}/callback/": ["state", "code", "oauth_token", "oauth_verifier", "error"],
    "/api/v1/contacts/": ["search", "linked", "cursor", "limit"],
    "/api/v1/contacts/{ada}/timeline/": ["kind", "network", "cursor", "limit"],
    "/api/v1/profiles/": ["network", "handle", "external_id", "contact", "cursor", "limit"],
    "/api/v1/posts/": [
        "network", "external_id", "author", "contact", "account", "in_reply_to", "since", "until", "cursor", "limit",
    ],
    "/api/v1/replies/": ["network", "state", "account", "post", "mine", "since", "cursor", "limit"],
    "/api/v1/accounts/": ["network", "state", "cursor", "limit"],
    "/api/v1/scores/": ["profile", "contact", "since", "until", "cursor", "limit"],
    "/admin/socialcrm/socialprofile/": ["q", "network", "state", "p", "o"],
    "/admin/crm_core/contact/": ["q", "team__id__exact", "p"],
}  # fmt: skip
FORMS: dict[str, list[str]] = {
    "/social/contacts/{ada}/link/": ["text", "network", "profile", "basis"],
    "/social/posts/{post}/reply/": ["text", "account", "client_key", "seen", "anyway", "next"],
    "/social/posts/{post}/outside/": ["text", "account", "next"],
    "/social/outbox/act/": ["reply", "do", "next"],
    "/social/connect/": ["network", "kind", "account"],
    "/social/accounts/{account}/cap/": ["monthly_cap"],
    "/contacts/export/": ["pk"],
    "/contacts/new/": ["first_name", "last_name", "company_name", "owner", "team", "version", "language"],
    "/companies/new/": ["name", "website", "owner", "team", "version"],
    "/deals/new/": ["name", "amount", "closes_on", "contacts", "company", "owner"],
    "/activities/new/?kind=task": ["kind", "text", "due_at", "assignee", "next"],
    "/accounts/login/": ["username", "password", "next"],
    "/theme/": ["theme", "next"],
}
SOUND = {
    "kind": "task",
    "text": "Hello there.",
    "client_key": "k" * 20,
    "name": "Firm",
    "last_name": "Name",
    "basis": "given",
    "do": "retry",
    "currency": "EUR",
    "stage": "lead",
}


@pytest.fixture
def boss(admin: Any, client: Client) -> Client:
    """Somebody who may do everything, so that no permission hides a fault."""
    admin.is_superuser = admin.is_staff = True
    admin.save()
    client.force_login(admin)
    return client


@pytest.fixture
def places(mention: Post, acme: SocialAccount, engines: Any) -> dict[str, Any]:
    """The keys that the addresses need."""
    contact = make_contact(first_name="Ada", last_name="Byron")
    ProfileLink.objects.create(profile=mention.author, contact=contact, state="linked", basis="given")
    return {"ada": contact.pk, "post": mention.pk, "company": engines.pk, "account": acme.pk, "word": "twitter"}


def tokens() -> Iterator[str]:
    """Forged places in a list."""
    for forged in [*FORGED, None]:
        body = json.dumps(forged) if forged is not None else "[" * 50_000
        yield base64.urlsafe_b64encode(body.encode()).decode().rstrip("=")


@pytest.mark.parametrize("path", PARAMETERS)
def test_no_parameter_of_an_address_makes_a_page_fail(path: str, boss: Client, places: dict[str, Any]) -> None:
    boss.raise_request_exception = False
    failed = []
    for name in PARAMETERS[path]:
        extra = list(tokens()) if name in ("after", "before", "cursor") else []
        for value in [*GARBAGE, *extra]:
            for sort in ("", "changed") if path == "/contacts/" and name in ("after", "before") else ("",):
                answer = boss.get(path.format(**places), {name: value, **({"sort": sort} if sort else {})})
                if answer.status_code >= 500:
                    failed.append((name, value[:40], repr(getattr(answer, "exc_info", [0, 0])[1])[:100]))
    assert not failed


@pytest.mark.parametrize("path", FORMS)
def test_no_field_of_a_form_makes_a_page_fail(path: str, boss: Client, places: dict[str, Any]) -> None:
    boss.raise_request_exception = False
    failed = []
    for name in FORMS[path]:
        rest = {**SOUND, "account": places["account"]}
        for value in [*GARBAGE, "0001-01-01T00:00", "9999-12-31T23:59"]:
            sent = {key: rest[key] for key in FORMS[path] if key in rest} | {name: value}
            answer = boss.post(path.format(**places), sent)
            if answer.status_code >= 500:
                failed.append((name, value[:40], repr(getattr(answer, "exc_info", [0, 0])[1])[:100]))
    assert not failed
