"""The routes of the API. Their permissions are those of tests/api/test_access.py; here is what their ids name."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from tests.api.test_access import ROUTES as PERMISSIONS

from .cast import ANYBODY
from .table import OTHERS_REPLIES, Form, Route
from .world import World

# Route -> kind of its id, and of its second one. A route without an id needs no line here.
KINDS: dict[str, tuple[str, str]] = {
    "contact": ("contact", ""),
    "contact-timeline": ("contact", ""),
    "contact-score": ("contact", ""),
    "contact-profiles": ("contact", ""),
    "contact-profile": ("contact", "profile"),
    "contact-suggestions": ("contact", ""),
    "suggestion-accept": ("contact", "suggested"),
    "suggestion-refuse": ("contact", "suggested"),
    "profile": ("profile", ""),
    "post": ("post", ""),
    "reply": ("reply", ""),
    "reply-cancel": ("queued", ""),
    "reply-retry": ("failed", ""),
    "reply-settle": ("unknown", ""),
    "reply-take-down": ("queued", ""),
    **{
        f"conversation{act}": ("conversation", "")
        for act in (
            "",
            "-thread",
            "-take",
            "-assign",
            "-snooze",
            "-resolve",
            "-reopen",
            "-undo",
            "-notes",
        )
    },
    "canned-reply": ("canned", ""),
    "canned-reply-filled": ("canned", ""),
    "account": ("account", ""),
    "account-sync": ("account", ""),
}
WORK = "socialcrm.work_inbox"
# What tests/api/test_access.py asks of everyone's canned replies: here they are one's own.
OWN_RIGHTS: dict[str, dict[str, str | None]] = {"canned-reply": {"GET": WORK, "PUT": WORK, "DELETE": WORK}}


def _answer(world: World, role: str) -> dict[str, Any]:
    ids = {name: world.key(name, "own", role) for name in ("post", "account")}
    return {**ids, "text": "Hello, we look at it.", "another": True}


def _loose(world: World, role: str) -> dict[str, Any]:
    """A profile that is nobody's yet and is suggested for a contact that this role sees."""
    return {"profile": world.key("loose", "own", role), "basis": "given"}


FORMS: dict[str, Form] = {
    "replies": _answer,
    "contact-profiles": _loose,
    "conversations-acts": lambda world, role: {
        "act": "resolve",
        "ids": [world.key("conversation", side, role) for side in world.sides("conversation")],
    },
    "conversation-assign": lambda _world, _role: {"assignee": None},
    "conversation-snooze": lambda _world, _role: {"until": (timezone.now() + timedelta(hours=1)).isoformat()},
    "conversation-undo": lambda world, role: {"event": world.key("event", "own", role)},
    "conversation-notes": lambda _world, _role: {"text": "For us"},
    "canned-replies": lambda _world, _role: {"title": "Hi", "text": "Hello"},
    "canned-reply": lambda _world, _role: {"title": "Hi", "text": "Hello"},
    "canned-reply-filled": lambda world, role: {"conversation": world.key("conversation", "own", role)},
    "suggestion-accept": lambda _world, _role: {"basis": "public"},
    "reply-settle": lambda _world, _role: {"sent": True},
}
# What others did is not undone; who has no team finds no post to answer; what is not out cannot be taken down.
MORE = {"conversation-undo": (403, 404, 409), "replies": (404,), "reply-take-down": (409,)}


def _route(name: str) -> Route:
    kind, second = KINDS.get(name, ("", ""))
    named = {method: f"socialcrm.{right}" if right else ANYBODY for method, right in PERMISSIONS[name].items()}
    methods: dict[str, str | None] = OWN_RIGHTS.get(name) or dict(named)
    refused = OTHERS_REPLIES if name in ("reply-cancel", "reply-retry", "reply-settle", "reply-take-down") else ()
    return Route(
        f"socialcrm:api-{name}", kind, methods, FORMS.get(name), bool(kind), second, refused, more=MORE.get(name, ())
    )


def _takes_no_id(name: str) -> bool:
    try:
        return bool(reverse(f"socialcrm:api-{name}"))
    except NoReverseMatch:
        return False


API_ROUTES = [_route(name) for name in PERMISSIONS if name in KINDS or _takes_no_id(name)] + [
    Route("socialcrm:api-schema", "", {"GET": None}),
    Route("socialcrm:api-docs", "", {"GET": None}),
    Route("socialcrm:api-missing", "", {}),
]
