"""Taking X's answers apart: repair, envelope, what is missing and why, what was written."""

from __future__ import annotations

from typing import TypeVar

import msgspec

from socialcrm.networks.border import Missing
from socialcrm.networks.reading import BAD, repair, unreadable

from .text import unescape
from .wire import Envelope, Problem

T = TypeVar("T")
_envelope = msgspec.json.Decoder(Envelope)
_raws = msgspec.json.Decoder(list[msgspec.Raw])
_problem = msgspec.json.Decoder(Problem)


def envelope(body: bytes) -> Envelope:
    """Take an answer apart. Raises Unreachable where it is not one."""
    if b"\\u0000" in body:
        body = repair(body)
    try:
        body.decode()
        return _envelope.decode(body)
    except BAD:
        pass
    try:
        return _envelope.decode(repair(body))
    except BAD:
        raise unreadable() from None


def read(decoder: msgspec.json.Decoder[T], raw: msgspec.Raw) -> T | None:
    """One object, or None where it cannot be understood even when repaired."""
    try:
        return decoder.decode(raw)
    except BAD:
        pass
    try:
        return decoder.decode(repair(bytes(raw)))
    except BAD:
        return None


def objects(envelope: Envelope) -> list[msgspec.Raw]:
    """The objects of `data`, be it a list, one object or nothing. Raises Unreachable for anything else."""
    data = bytes(envelope.data)
    if data[:1] == b"[":
        return _raws.decode(envelope.data)
    if data[:1] == b"{":
        return [envelope.data]
    if data in {b"", b"null"}:
        return []
    raise unreadable()


def missing_of(parts: Envelope, kinds: tuple[str, ...]) -> tuple[Missing, ...]:
    """What the answer says is not shown, of these resource types, and why."""
    problems = [read(_problem, raw) for raw in parts.errors or ()]
    return tuple(
        Missing(external_id=which(one), why=why(one))
        for one in problems
        if one is not None and (one.resource_type or kinds[0]) in kinds and which(one)
    )


def which(problem: Problem) -> str:
    """The id or handle that a partial error is about."""
    value = problem.value if isinstance(problem.value, str) else ""
    return problem.resource_id or value


def why(problem: Problem) -> str:
    """deleted, suspended, protected or unknown: by type, then by title, never by the sentence.

    A suspended person comes as resource-not-found with the title "Forbidden" [observed through API clients].
    """
    kind = (problem.type or "").rpartition("/")[2]
    if kind in {"not-authorized-for-resource", "disallowed-resource"} or problem.title == "Authorization Error":
        return "protected"
    if problem.title == "Forbidden" or kind == "resource-unavailable":
        return "suspended"
    if kind == "resource-not-found" or problem.title == "Not Found Error":
        return "unknown" if problem.parameter in {"username", "usernames"} else "deleted"
    return "unknown"


class Written(msgspec.Struct):
    """What X says after a post was made or deleted."""

    id: str = ""
    text: str = ""
    deleted: bool = False


_written = msgspec.json.Decoder(Written)


def written(body: bytes) -> tuple[str, str]:
    """(id, text) of the post that was made. Raises Unreachable where the answer does not say."""
    for raw in objects(envelope(body)):
        found = read(_written, raw)
        if found is not None and found.id.isdigit():
            return found.id, unescape(found.text)
    raise unreadable()


def deleted(body: bytes) -> bool:
    """Whether X says that the post is gone."""
    found = [read(_written, raw) for raw in objects(envelope(body))]
    return any(one is not None and one.deleted for one in found)
