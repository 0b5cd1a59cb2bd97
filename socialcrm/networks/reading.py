"""Reading answers: bytes repaired so that they can be kept, and one order for all: limit, refusal, content, cost."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import TypeVar

import msgspec

from .border import Limit, NetworkError, Request, Response, Spent, Unreachable
from .border import gettext_noop as _
from .headers import limit_of
from .transport import lost

T = TypeVar("T")
BAD = (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ValueError, OverflowError)
# An escape of NUL or of half a surrogate pair: neither can be kept as text. Pairs of backslashes before it are text.
_UNKEEPABLE = re.compile(
    rb"(?<!\\)((?:\\\\)*)(?:\\u0000|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[dD][89a-fA-F][0-9a-fA-F]{2})"
)


def repair(body: bytes) -> bytes:
    """The body with NUL, lone surrogates and broken UTF-8 replaced by U+FFFD."""
    text = body.decode("utf-8", "replace").encode()
    return _UNKEEPABLE.sub(lambda hit: hit[0] if len(hit[0]) - len(hit[1]) == 12 else hit[1] + b"\\ufffd", text)


def unreadable() -> Unreachable:
    """The error of an answer that says nothing that we understand."""
    return Unreachable(_("The network's answer could not be read."), code="unreadable")


def read(body: bytes | msgspec.Raw, kind: type[T]) -> T:
    """An answer, or a part of one, as this kind. Raises Unreachable where it is not one, even when repaired."""
    raw = bytes(body)
    for text in (raw, None) if b"\\u0000" not in raw else (None,):
        try:
            return msgspec.json.decode(repair(raw) if text is None else text, type=kind)
        except BAD:
            continue
    raise unreadable()


def readable(raws: Iterable[msgspec.Raw], kind: type[T]) -> tuple[list[T], list[bytes]]:
    """Those of a list that are of this kind, and the others as they came: one odd thing hides nothing beside it."""
    found, odd = [], []
    for raw in raws:
        try:
            found.append(read(raw, kind))
        except Unreachable:
            odd.append(bytes(raw))
    return found, odd


def utc(moment: datetime | None) -> datetime | None:
    """A time without a zone is UTC."""
    if moment is not None and moment.tzinfo is None:
        return moment.replace(tzinfo=UTC)
    return moment


def as_lost(request: Request, error: NetworkError) -> NetworkError:
    """An unreadable answer to a write: it was probably done."""
    if not isinstance(error, Unreachable) or not request.writes:
        return error
    unknown = lost(request, error.detail)
    unknown.status, unknown.limit, unknown.code = error.status, error.limit, error.code
    return unknown


def accounted(
    request: Request,
    read: Callable[[Response], T],
    refusal: Callable[[Request, Response], NetworkError],
    on_spent: Callable[[Spent, Limit | None], None] | None,
    cost: Callable[[T], tuple[int, int, tuple[str, ...]]] = lambda _result: (1, 0, ()),
) -> Callable[[Response], T]:
    """The reader of a Call: an answer is judged, read, and told to whoever keeps the ledger.

    `cost` gives units, millionths of a US dollar, and the names of what is charged once a day; a refusal and an answer
    that cannot be read cost nothing.
    """
    tell = on_spent or (lambda _spent, _limit: None)

    def parse(response: Response) -> T:
        limit = limit_of(response.headers, datetime.now(UTC))
        try:
            if not 200 <= response.status < 300:
                raise refusal(request, response)
            result = read(response)
        except NetworkError as error:
            tell(Spent(request.endpoint, 0, 0), limit)
            error.status, error.limit = response.status, error.limit or limit
            error.body = response.body if error.code == "unreadable" else b""
            raise as_lost(request, error) from None
        tell(Spent(request.endpoint, *cost(result)), limit)
        return result

    return parse
