"""The cast of the API's scenes: clients with tokens, and a person from another team."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.db.models import QuerySet
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from socialcrm.api.tokens import make_token
from socialcrm.contacts import ContactAdapter
from socialcrm.models import InfluenceScore, Mention, Post, ProfileLink, Reply, SocialAccount, SocialProfile
from tests.conftest import make_contact, person


class Guarded(ContactAdapter):
    """A host that hides some contacts from everyone: `hidden` holds their keys."""

    hidden: set[Any] = set()

    def visible_to(self, user: Any) -> QuerySet[Any]:
        """All but the hidden ones, for active users."""
        return super().visible_to(user).exclude(pk__in=self.hidden)


@pytest.fixture(autouse=True)
def host(settings: Any) -> Any:
    """Contacts are visible unless a scene hides them; no counter of an earlier scene is left."""
    settings.SOCIALCRM_CONTACT_ADAPTER = "tests.api.conftest.Guarded"
    Guarded.hidden = set()
    cache.clear()
    return Guarded


class Api:
    """A program with a token."""

    def __init__(self, token: str = "") -> None:
        self.client = Client(raise_request_exception=False)
        self.headers = {"Authorization": f"Token {token}"} if token else {}

    def get(self, name: str, *args: Any, **query: Any) -> Any:
        """GET a named address."""
        return self.client.get(url(name, *args), query, headers=self.headers)

    def post(self, name: str, *args: Any, body: Any = None, **headers: str) -> Any:
        """POST JSON to a named address; `Idempotency_Key="k"` gives a header."""
        more = {key.replace("_", "-"): value for key, value in headers.items()}
        data = json.dumps({} if body is None else body)
        return self.client.post(url(name, *args), data, "application/json", headers={**self.headers, **more})

    def delete(self, name: str, *args: Any) -> Any:
        """DELETE a named address."""
        return self.client.delete(url(name, *args), headers=self.headers)


def url(name: str, *args: Any) -> str:
    """The address of a route of the API."""
    return reverse(f"socialcrm:api-{name}", args=args)


def assert_problem(response: Any, status: int, code: str = "") -> Any:
    """The answer is a problem with everything that a caller needs; returns it."""
    assert response.status_code == status, response.content
    assert response["Content-Type"] == "application/problem+json"
    problem = response.json()
    assert {"type", "title", "status", "detail", "instance", "next_step"} <= problem.keys()
    assert problem["status"] == status and problem["next_step"] and problem["detail"]
    assert not code or problem["type"] == f"urn:socialcrm:problem:{code}"
    return problem


@pytest.fixture
def api(rep: User) -> Api:
    """The rep's program."""
    return Api(make_token(rep, "tests"))


@pytest.fixture
def anyone(db: None) -> Api:
    """A program without a token."""
    return Api()


@pytest.fixture
def viewer(db: None) -> Api:
    """A program of a user with no permission at all."""
    return Api(make_token(person("viewer"), "tests"))


def profile(external_id: str, handle: str, **fields: Any) -> SocialProfile:
    """A profile on X."""
    return SocialProfile.objects.create(network="twitter", external_id=external_id, handle=handle, **fields)


@pytest.fixture
def grace(db: None, host: Any) -> Any:
    """A contact of another team, linked to a profile that wrote to us."""
    contact = make_contact(first_name="Grace", last_name="Hopper")
    ProfileLink.objects.create(
        profile=profile("300", "grace_h", name="Grace Hopper"), contact=contact, state="linked", basis="given"
    )
    host.hidden.add(contact.pk)
    return contact


@pytest.fixture
def her_mention(grace: Any, acme: SocialAccount) -> Post:
    """Grace's post that mentions acme."""
    author = SocialProfile.objects.get(external_id="300")
    now = timezone.now()
    post = Post.objects.create(
        network="twitter", external_id="6000", author=author, text="@acme secret plan", posted_at=now, thread_id="6000"
    )
    Mention.objects.create(post=post, account=acme, author=author, posted_at=now)
    return post


def make_reply(post: Post, account: SocialAccount, user: Any, state: str = "queued", **fields: Any) -> Reply:
    """A reply in a state, as the outbox would have written it."""
    key = fields.pop("client_key", f"key-{Reply.objects.count()}")
    return Reply.objects.create(
        post=post, account=account, user=user, state=state, text="On our way.", client_key=key, **fields
    )


def make_score(of: SocialProfile, value: float = 58.0, day: Any = None) -> InfluenceScore:
    """A day's score."""
    return InfluenceScore.objects.create(
        profile=of,
        day=day or timezone.localdate(),
        version=1,
        value=value,
        confidence=0.8,
        parts=[{"signal": "followers", "input": 12400, "points": 24.0, "of": 30}],
        computed_at=timezone.now(),
    )
