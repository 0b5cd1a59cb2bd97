"""The OpenAPI document is valid, names every route, and every answer keeps to it: schemathesis asks at random."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import hypothesis
import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.test import Client
from hypothesis import HealthCheck, Phase
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from socialcrm import sync
from socialcrm.models import CannedReply, Post, ProfileLink, SocialAccount, SocialProfile
from socialcrm.networks.base import NotFound

from .conftest import Api, make_reply, make_score, profile, url
from .test_access import CALLS, converse

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
EXAMPLES = 8


def document() -> dict[str, Any]:
    """The document, as a client fetches it."""
    answer = Client().get(url("schema"), headers={"Accept": "application/vnd.oai.openapi+json"})
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


def test_the_document_is_valid_and_names_every_route(db: None) -> None:
    paths = document()["paths"]
    named = {(method.upper(), path) for path, methods in paths.items() for method in methods}
    assert len(named) == len(CALLS)
    schemathesis.openapi.from_dict(document()).validate()


def test_the_document_is_yaml_for_who_asks_plainly(db: None) -> None:
    assert Client().get(url("schema")).content.startswith(b"openapi: 3.")


def test_every_operation_has_a_name_of_its_own_and_says_its_problems(db: None) -> None:
    operations = [row for methods in document()["paths"].values() for row in methods.values()]
    names = [row["operationId"] for row in operations]
    assert len(set(names)) == len(names)
    assert all({"401", "429"} <= row["responses"].keys() and row["description"] for row in operations)


def test_names_in_the_document_are_words(db: None) -> None:
    """A name like KindBdaEnum is a collision that nobody resolved."""
    assert not [name for name in document()["components"]["schemas"] if re.search(r"Enum$|\d", name)]


@pytest.fixture
def one_connection() -> Iterator[None]:
    """The requests stay in the scene's transaction, as they do with Django's own test client."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def nobody(*_args: Any) -> SocialProfile:
    """A network on which the person does not exist."""
    raise NotFound("Nobody has this name.", code="unknown")


@pytest.fixture
def seeded(
    ada: Any,
    mention: Post,
    acme: SocialAccount,
    ada_profile: SocialProfile,
    admin: Any,
    settings: Any,
    monkeypatch: Any,
) -> dict[str, dict[str, Any]]:
    """One thing of each kind; its ids by the first word after /v1/. The network knows nobody."""
    monkeypatch.setattr(sync, "resolve_profile", nobody)
    settings.SOCIALCRM_API_RATES = {"calls": "100000/min", "writes": "100000/min"}
    make_score(ada_profile)
    reply = make_reply(mention, acme, admin)
    suggestion = ProfileLink.objects.create(profile=profile("400", "ada_two"), contact=ada, state="suggested")
    return {
        "contacts": {"key": str(ada.pk), "profile_id": ada_profile.pk, "id": suggestion.pk},
        "profiles": {"id": ada_profile.pk},
        "posts": {"id": mention.pk},
        "replies": {"id": reply.pk, "post": mention.pk, "account": acme.pk},
        "conversations": {"id": converse(mention, acme).pk},
        "canned-replies": {"id": CannedReply.objects.create(title="Hi", text="Hello").pk},
        "accounts": {"id": acme.pk},
        "scores": {},
        "reports": {},
    }


def operations() -> list[Any]:
    """All operations of the document, ready to be called through WSGI."""
    schema = schemathesis.openapi.from_wsgi(url("schema") + "?format=json", get_wsgi_application())
    return [found.ok() for found in schema.get_all_operations()]


def ask(operation: Any, headers: dict[str, str], mode: Any, ids: dict[str, Any], real: bool) -> None:
    """Call an operation at random, with ids that exist or with any; every answer must keep to the document."""
    known = {name: ids[name] for name in re.findall(r"{(\w+)}", operation.path)} if real else None

    @hypothesis.settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @hypothesis.given(case=operation.as_strategy(generation_mode=mode, path_parameters=known or None))
    def run(case: Any) -> None:
        if real and isinstance(case.body, dict):
            case.body |= {name: ids[name] for name in ("post", "account") if name in ids and name in case.body}
        case.call_and_validate(headers=headers, checks=CHECKS)

    run()


@pytest.mark.parametrize("mode", [schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE])
@pytest.mark.parametrize("real", [True, False], ids=["ids that exist", "any ids"])
def test_every_answer_keeps_to_the_document(
    one_connection: None, seeded: dict[str, dict[str, Any]], admin: Any, mode: Any, real: bool
) -> None:
    from socialcrm.api.tokens import make_token

    headers = {"Authorization": f"Bearer {make_token(admin)}"}
    asked = operations()
    assert len(asked) == len(CALLS)
    for operation in asked:
        ids = seeded[operation.path.split("/v1/")[1].split("/")[0]]
        if not real or set(re.findall(r"{(\w+)}", operation.path)) <= ids.keys():
            ask(operation, headers, mode, ids, real)


def test_the_docs_page_has_no_script_of_its_own(db: None) -> None:
    page = Client().get(url("docs"))
    assert page.status_code == 200
    scripts = re.findall(rb"<script(.*?)>(.*?)</script>", page.content, re.DOTALL)
    assert all(b"src=" in attributes and not body.strip() for attributes, body in scripts)
    assert url("schema").encode() in page.content


def test_a_program_is_told_where_it_may_write(api: Api) -> None:
    assert "POST" in api.get("replies")["Allow"]
