"""Who may do what: every role, on every route, with ids that are ours, another team's, and nobody's.

The routes are read from the URL configuration: a new one fails here until somebody says what it allows.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db.models import Model
from django.utils import timezone

from socialcrm.api import urls
from socialcrm.api.tokens import make_token
from socialcrm.contacts import get_contact_model
from socialcrm.models import (
    CannedReply,
    Conversation,
    Mention,
    Post,
    ProfileLink,
    SocialAccount,
    SocialProfile,
)
from tests.conftest import person

from .conftest import Api, Guarded, assert_problem, make_reply, make_score, profile, url

REPLY, LINK, MANAGE = "reply_as_account", "link_socialprofile", "manage_accounts"
WORK, SHARE = "work_inbox", "share_cannedreply"
REPORTS = "view_reports"

# Route -> method -> the permission that it needs (None: whoever may see it).
ROUTES: dict[str, dict[str, str | None]] = {
    "contacts": {"GET": None},
    "contact": {"GET": None},
    "contact-timeline": {"GET": None},
    "contact-score": {"GET": None},
    "contact-profiles": {"GET": None, "POST": LINK},
    "contact-profile": {"DELETE": LINK},
    "contact-suggestions": {"GET": None},
    "suggestion-accept": {"POST": LINK},
    "suggestion-refuse": {"POST": LINK},
    "profiles": {"GET": None},
    "profile": {"GET": None},
    "posts": {"GET": None},
    "post": {"GET": None},
    "replies": {"GET": None, "POST": REPLY},
    "reply": {"GET": None},
    "reply-cancel": {"POST": REPLY},
    "reply-retry": {"POST": REPLY},
    "reply-settle": {"POST": REPLY},
    "reply-take-down": {"POST": REPLY},
    "conversations": {"GET": WORK},
    "conversations-acts": {"POST": WORK},
    "conversation": {"GET": WORK},
    "conversation-thread": {"GET": WORK},
    "conversation-take": {"POST": WORK},
    "conversation-assign": {"POST": WORK},
    "conversation-snooze": {"POST": WORK},
    "conversation-resolve": {"POST": WORK},
    "conversation-reopen": {"POST": WORK},
    "conversation-undo": {"POST": WORK},
    "conversation-notes": {"POST": WORK},
    "canned-replies": {"GET": WORK, "POST": WORK},
    "canned-reply": {"GET": WORK, "PUT": SHARE, "DELETE": SHARE},
    "canned-reply-filled": {"GET": WORK},
    "accounts": {"GET": None},
    "account": {"GET": None},
    "account-sync": {"POST": MANAGE},
    "scores": {"GET": None},
    "report-influence": {"GET": REPORTS},
    "report-mentions": {"GET": REPORTS},
}
NOBODY = "00000000-0000-0000-0000-000000000000"
OPEN_TO_ALL = {"schema", "docs", "missing"}
LISTS = (
    "contacts", "profiles", "posts", "replies", "accounts", "scores", "conversations", "canned-replies",
    "report-influence", "report-mentions",
)  # fmt: skip
ONE = [name for name in ROUTES if name not in (*LISTS, "conversations-acts")]
CALLS = [(name, method) for name, methods in ROUTES.items() for method in methods]


@dataclass
class World:
    """Ids that are ours (visible), and another team's; bodies that fit them."""

    ours: dict[str, tuple[Any, ...]] = field(default_factory=dict)
    foreign: dict[str, tuple[Any, ...]] = field(default_factory=dict)
    body: dict[str, Any] = field(default_factory=dict)


@pytest.fixture
def world(ada: Any, grace: Any, mention: Post, her_mention: Post, acme: SocialAccount) -> World:
    """One thing of each kind on both sides."""
    author = person("author", REPLY)
    theirs = SocialAccount.objects.create(network="twitter", external_id="900", handle="other_brand")
    theirs.groups.create(name="Other brand")
    suggestions = [suggest("400", "ada_two", ada), suggest("401", "grace_two", grace)]
    replies = [make_reply(post, acme, author) for post in (mention, her_mention)]
    links = [ProfileLink.objects.get(contact=contact, state="linked") for contact in (ada, grace)]
    for link in links:
        make_score(link.profile)
    talks = [converse(post, acme).pk for post in (mention, her_mention)]
    canned = [CannedReply.objects.create(title="Hi", text="Hello", user=user).pk for user in (None, author)]
    sides = [
        by_route(contact.pk, links[side].profile_id, suggestions[side].pk, post.pk, replies[side].pk, account.pk)
        | {name: (talks[side],) for name in ONE if name.startswith("conversation")}
        | {name: (canned[side],) for name in ONE if name.startswith("canned")}
        for side, (contact, post, account) in enumerate(((ada, mention, acme), (grace, her_mention, theirs)))
    ]
    loose = profile("500", "nobody_yet")
    body = {
        "contact-profiles": {"profile": loose.pk, "basis": "given"},
        "suggestion-accept": {"basis": "public"},
        "reply-settle": {"sent": True},
        "replies": {"post": her_mention.pk, "account": acme.pk, "text": "Hello"},
        "conversations-acts": {"ids": talks, "act": "resolve"},
        "conversation-assign": {"assignee": None},
        "conversation-snooze": {"until": (timezone.now() + timedelta(hours=1)).isoformat()},
        "conversation-undo": {"event": 1},
        "conversation-notes": {"text": "Hello"},
        "canned-replies": {"title": "Hi", "text": "Hello"},
        "canned-reply": {"title": "Hi", "text": "Hello"},
    }
    return World(*sides, body)


def converse(post: Post, account: SocialAccount) -> Conversation:
    """The conversation that a post opened."""
    at = post.posted_at
    talk = Conversation.objects.create(
        account=account, thread_id=post.thread_id, profile=post.author, opened_at=at, waiting_since=at, last_post_at=at
    )
    Mention.objects.filter(post=post).update(conversation=talk)
    return talk


def suggest(external_id: str, handle: str, contact: Any) -> ProfileLink:
    """A suggestion for a contact."""
    return ProfileLink.objects.create(profile=profile(external_id, handle), contact=contact, state="suggested")


def by_route(contact: Any, profile: int, suggestion: int, post: int, reply: int, account: int) -> dict[str, Any]:
    """The arguments of every route that names one thing."""
    found: dict[str, tuple[Any, ...]] = {name: (contact,) for name in ONE if name.startswith("contact")}
    found["contact-profile"] = (contact, profile)
    found["suggestion-accept"] = found["suggestion-refuse"] = (contact, suggestion)
    found["profile"], found["post"] = (profile,), (post,)
    found |= {name: (reply,) for name in ONE if name.startswith("reply")}
    return found | {name: (account,) for name in ONE if name.startswith("account")}


def absent(args: tuple[Any, ...]) -> tuple[Any, ...]:
    """Ids of the same kind that nothing has."""
    missing = uuid.uuid4() if isinstance(args[0], uuid.UUID) else 987_654_321
    return (missing,) if len(args) == 1 else (missing, 987_654_321)


def call(api: Api, name: str, method: str, args: tuple[Any, ...] = (), body: Any = None) -> Any:
    """One call."""
    data = {"data": json.dumps(body or {}), "content_type": "application/json"} if method != "GET" else {}
    return getattr(api.client, method.lower())(url(name, *args), headers=api.headers, **data)


def snapshot() -> dict[str, Any]:
    """All that the database holds of ours, but for when a token was used."""
    models: list[type[Model]] = [
        model for model in apps.get_app_config("socialcrm").get_models() if model.__name__ != "ApiToken"
    ]
    return {model.__name__: list(model._default_manager.order_by("pk").values()) for model in models}


def as_role(name: str, *permissions: str) -> Api:
    """A program of a fresh user with these permissions."""
    return Api(make_token(person(name, *permissions)))


def names_of(patterns: Any) -> set[str]:
    """The names of all routes."""
    found = set()
    for pattern in patterns:
        found |= names_of(pattern.url_patterns) if hasattr(pattern, "url_patterns") else {pattern.name}
    return found


def test_every_route_of_the_api_is_listed_here() -> None:
    assert {name.removeprefix("api-") for name in names_of(urls.urlpatterns)} == ROUTES.keys() | OPEN_TO_ALL


def test_every_method_of_a_route_is_listed_here() -> None:
    def methods(view: Any) -> set[str]:
        return {name.upper() for name in ("get", "post", "put", "patch", "delete") if hasattr(view.cls, name)}

    def walk(patterns: Any) -> Any:
        for pattern in patterns:
            if hasattr(pattern, "url_patterns"):
                yield from walk(pattern.url_patterns)
            elif pattern.name.removeprefix("api-") in ROUTES:
                yield pattern.name.removeprefix("api-"), methods(pattern.callback)

    assert dict(walk(urls.urlpatterns)) == {name: set(allowed) for name, allowed in ROUTES.items()}


@pytest.mark.parametrize(("name", "method"), CALLS)
def test_nobody_is_answered_without_a_token(world: World, anyone: Api, name: str, method: str) -> None:
    before = snapshot()
    assert_problem(call(anyone, name, method, world.ours.get(name, ()), world.body.get(name)), 401)
    assert snapshot() == before


@pytest.mark.parametrize(("name", "method"), [row for row in CALLS if row[0] in ONE])
@pytest.mark.parametrize("permissions", [(), (REPLY, LINK), (REPLY, LINK, MANAGE)], ids=["viewer", "rep", "manager"])
def test_foreign_and_absent_look_the_same_and_nothing_changes(
    world: World, name: str, method: str, permissions: tuple[str, ...]
) -> None:
    api, before = as_role("caller", *permissions), snapshot()
    foreign = call(api, name, method, world.foreign[name], world.body.get(name))
    missing = call(api, name, method, absent(world.foreign[name]), world.body.get(name))
    hers, nobodys = assert_problem(foreign, 404), assert_problem(missing, 404)
    assert {**hers, "instance": ""} == {**nobodys, "instance": ""}
    assert {**snapshot(), "AuditEntry": []} == {**before, "AuditEntry": []}


@pytest.mark.parametrize(("name", "method"), [(n, m) for n, m in CALLS if ROUTES[n][m] and n != "replies"])
def test_who_sees_and_may_not_act_is_told_so_and_nothing_changes(world: World, name: str, method: str) -> None:
    api, before = as_role("viewer"), snapshot()
    assert_problem(call(api, name, method, world.ours.get(name, ()), world.body.get(name)), 403)
    assert {**snapshot(), "AuditEntry": []} == {**before, "AuditEntry": []}


@pytest.mark.parametrize("name", [name for name in ONE if ROUTES[name].get("GET", "") is None])
def test_who_may_see_it_gets_it(world: World, name: str) -> None:
    assert call(as_role("viewer"), name, "GET", world.ours[name]).status_code == 200


def test_a_reply_to_a_foreign_post_finds_no_post(world: World, mention: Post) -> None:
    api = as_role("caller", REPLY)
    hers = assert_problem(call(api, "replies", "POST", (), world.body["replies"]), 404)
    nobodys = assert_problem(call(api, "replies", "POST", (), {**world.body["replies"], "post": 987_654_321}), 404)
    assert hers == nobodys


def test_a_reply_as_a_foreign_account_finds_no_account(world: World, mention: Post) -> None:
    body = {"post": mention.pk, "account": world.foreign["account"][0], "text": "Hello"}
    assert_problem(call(as_role("caller", REPLY), "replies", "POST", (), body), 404)


def test_a_reply_without_the_permission_is_refused(world: World, mention: Post, acme: SocialAccount) -> None:
    body, before = {"post": mention.pk, "account": acme.pk, "text": "Hello"}, snapshot()
    assert_problem(call(as_role("viewer"), "replies", "POST", (), body), 403)
    assert snapshot()["Reply"] == before["Reply"]


def test_a_foreign_profile_cannot_be_linked_by_its_id(world: World, ada: Any) -> None:
    hers = SocialProfile.objects.get(external_id="300")
    body = {"profile": hers.pk, "basis": "given"}
    assert_problem(call(as_role("caller", LINK), "contact-profiles", "POST", (ada.pk,), body), 404)


@pytest.mark.parametrize("name", LISTS)
def test_no_list_shows_what_is_another_teams(world: World, name: str) -> None:
    answer = as_role("viewer", WORK, REPORTS).get(name, limit=100)
    assert answer.status_code == 200
    for secret in (b"grace", b"Grace", b"secret plan", b"other_brand"):
        assert secret not in answer.content


@pytest.mark.parametrize(
    ("name", "query"),
    [
        ("contacts", lambda w: {"search": "grace"}),
        ("contacts", lambda w: {"search": "@grace_h"}),
        ("profiles", lambda w: {"contact": w.foreign["contact"][0]}),
        ("profiles", lambda w: {"handle": "grace_h"}),
        ("posts", lambda w: {"contact": w.foreign["contact"][0]}),
        ("posts", lambda w: {"external_id": "6000"}),
        ("posts", lambda w: {"account": w.foreign["account"][0]}),
        ("replies", lambda w: {"post": w.foreign["post"][0]}),
        ("conversations", lambda w: {"q": "secret", "status": "any"}),
        ("conversations", lambda w: {"q": "@grace_h"}),
        ("accounts", lambda w: {"handle": "other_brand"}),
        ("scores", lambda w: {"contact": w.foreign["contact"][0]}),
        ("scores", lambda w: {"profile": w.foreign["profile"][0]}),
    ],
)
def test_no_filter_finds_what_is_another_teams(
    world: World, name: str, query: Callable[[World], dict[str, Any]]
) -> None:
    answer = as_role("viewer", WORK).get(name, **query(world))
    assert (answer.status_code, answer.json()["results"]) == (200, [])


@pytest.mark.parametrize("key", ["0", "-1", "nonsense", "9" * 60, "é", "a" * 300, "%252e", NOBODY, "%00"])
@pytest.mark.parametrize("name", ["", "timeline/", "score/", "profiles/", "suggestions/"])
def test_a_key_that_is_none_finds_nothing(db: None, viewer: Api, key: str, name: str) -> None:
    assert_problem(viewer.client.get(url("contacts") + f"{key}/{name}", headers=viewer.headers), 404)


def test_the_hidden_contact_is_there_at_all(world: World, host: type[Guarded]) -> None:
    """Without this, the scenes above would pass on an empty database."""
    host.hidden = set()
    api = as_role("viewer")
    assert api.get("contact", world.foreign["contact"][0]).status_code == 200
    assert len(api.get("contacts").json()["results"]) == get_contact_model()._default_manager.count() == 2


def test_no_answer_holds_a_secret(world: World, acme: SocialAccount) -> None:
    api = as_role("caller", REPLY, LINK, MANAGE, WORK, REPORTS, "view_all_outbox")
    answers = [call(api, name, "GET", world.ours.get(name, ())) for name in ROUTES if "GET" in ROUTES[name]]
    answers += [api.client.get(url("schema")), api.client.get(url("docs"))]
    whole = b"".join(answer.content for answer in answers)
    token = api.headers["Authorization"].split()[1]
    for secret in ("token-of-acme", "refresh-of-acme", "credentials", "digest", token):
        assert secret.encode() not in whole
