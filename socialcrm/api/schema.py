"""The OpenAPI document: only our addresses, the errors of each, whatever the host's own settings are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import extend_schema

from socialcrm import __version__

from .problems import MEDIA_TYPE

F = TypeVar("F", bound=Callable[..., Any])

PROBLEM: dict[str, Any] = {
    "type": "object",
    "description": "Problem details (RFC 9457).",
    "required": ["type", "title", "status", "detail", "instance", "next_step"],
    "properties": {
        "type": {"type": "string", "description": "What went wrong, for programs: urn:socialcrm:problem:<code>."},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "What went wrong, for people."},
        "instance": {"type": "string", "description": "The address that was called."},
        "next_step": {"type": "string", "description": "What to do about it."},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "message", "code"],
                "properties": {name: {"type": "string"} for name in ("field", "message", "code")},
            },
        },
    },
}
LIST_ERRORS = {400: "A parameter can't be accepted.", 401: "Who are you?", 429: "Too many calls."}
ONE_ERRORS = {**LIST_ERRORS, 404: "Absent, or not for you to see."}
WRITE_ERRORS = {
    **ONE_ERRORS,
    400: "The body is not JSON.",
    403: "You may see it, and you may not do this.",
    409: "Something else happened meanwhile.",
    413: "The body is too large.",
    415: "The body is not application/json.",
    422: "A value can't be accepted.",
}
NETWORK_ERRORS = {502: "The network did not answer.", 503: "The network asks us to wait."}


class OurSchema(AutoSchema):
    """The schema of one of our views: tags and names taken from its address."""

    def get_tags(self) -> list[str]:
        """contacts, profiles, posts, replies, accounts or scores."""
        return [self._words()[0]]

    def get_operation_id(self) -> str:
        """A name for generated clients, such as contacts_timeline_list."""
        one = self.path.rstrip("/").endswith("}")
        verb = {"GET": "read" if one else "list", "POST": "post", "PUT": "write", "DELETE": "remove"}[self.method]
        return "_".join([*self._words(), verb])

    def _is_list_view(self, serializer: Any = None) -> bool:
        return self.method == "GET" and bool(getattr(self.view, "is_list", False))

    def _words(self) -> list[str]:
        after = self.path.split("/v1/", 1)[-1]
        return [word for word in after.split("/") if word and not word.startswith("{")]


def described(**words: Any) -> Callable[[F], F]:
    """`extend_schema` on our schema class, whatever DEFAULT_SCHEMA_CLASS the host has."""

    def wrap(method: F) -> F:
        method.kwargs = {"schema": OurSchema}  # type: ignore[attr-defined]
        return extend_schema(**words)(method)

    return wrap


def only_ours(endpoints: Any) -> Any:
    """Keep the views of this API: the host may have one of its own."""
    from .base import ApiView

    return [row for row in endpoints if issubclass(row[3].cls, ApiView)]


def add_problems(result: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
    """Say of every operation which problems it may answer with."""
    result["components"]["schemas"]["Problem"] = PROBLEM
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for path, operations in result["paths"].items():
        for method, operation in operations.items():
            for status, text in _errors(path, method).items():
                operation["responses"].setdefault(str(status), {"description": text, "content": content})
    return result


def _errors(path: str, method: str) -> dict[int, str]:
    if method == "post" and path.endswith("/profiles/"):
        return {**WRITE_ERRORS, **NETWORK_ERRORS}
    if method != "get":
        return WRITE_ERRORS
    return ONE_ERRORS if "{" in path else LIST_ERRORS


SETTINGS: dict[str, Any] = {
    "TITLE": "socialcrm",
    "DESCRIPTION": "Social networks inside your CRM: profiles, posts, replies, accounts and scores of your contacts.",
    "VERSION": __version__,
    "PREPROCESSING_HOOKS": ["socialcrm.api.schema.only_ours"],
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "socialcrm.api.schema.add_problems",
    ],
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    "ENUM_NAME_OVERRIDES": {
        "LinkBasis": "socialcrm.models.ProfileLink.Basis",
        "MentionReason": "socialcrm.models.Mention.Reason",
        "PostKind": "socialcrm.models.Post.Kind",
        "StreamKind": "socialcrm.models.Stream.Kind",
        "SaidKind": ["post", "mention", "reply"],
        "ReplyState": "socialcrm.models.Reply.State",
        "PostState": "socialcrm.models.Post.State",
        "ProfileState": "socialcrm.models.SocialProfile.State",
        "AccountState": "socialcrm.models.SocialAccount.State",
        "ConversationStatus": "socialcrm.models.Conversation.Status",
        "ConversationAct": ["take", "assign", "snooze", "resolve", "reopen"],
        "EventKind": "socialcrm.models.ConversationEvent.Kind",
        "LinkState": "socialcrm.models.ProfileLink.State",
    },
}
