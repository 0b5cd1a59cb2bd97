"""Asking a route as somebody, and reading all of what comes back: status, headers, text, files, rows that changed."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.core.cache import cache
from django.db import connection, transaction
from django.test import RequestFactory
from django.test.client import ClientHandler

from .cast import Caller

# What is written down of every visit, allowed or not, and says nothing.
BOOKKEEPING = ("django_session", "socialcrm_apitoken", "socialcrm_conversationseen", "socialcrm_presence", "axes_")
# Made anew for each page.
RANDOM = [
    re.compile(r'name="csrfmiddlewaretoken" value="\w+"'),
    re.compile(r"(?<=csrf-token\" content=\")\w+"),
    re.compile(r'"X-CSRFToken": ?"\w+"', re.I),
    re.compile(r"\b[0-9a-f]{32}\b"),
    # A signed cursor holds the second in which it was signed.
    re.compile(r"(?<=:|A)1[\w]{5}(:|%3A)[\w-]{43}"),
]


CALLS = {"made": 0}


class Browser(RequestFactory):
    """Django's test client without what makes it slow here: one loaded site for all, and no copies of contexts."""

    site = ClientHandler(enforce_csrf_checks=False)

    def request(self, **request: Any) -> Any:
        """The site's answer."""
        return self.site(self._base_environ(**request))


@dataclass
class Answer:
    """What came back. `writes` are the statements that changed a row of the database."""

    status: int
    text: str
    location: str = ""
    etag: str = ""
    writes: list[str] = field(default_factory=list)

    @property
    def lowered(self) -> str:
        """Everything that could hold a word."""
        return f"{self.location}\n{self.etag}\n{self.text}".casefold()

    def without(self, *ids: Any) -> str:
        """The text with ids that were asked for, and what is random, left out."""
        text = f"{self.status} {self.location}\n{self.text}"
        for pattern in RANDOM:
            text = pattern.sub("-", text)
        for one in ids:
            text = text.replace(str(one), "ID")
        return text


def ask(
    who: Caller, method: str, address: str, data: Any = None, *, fragment: bool = False, etag: str = "", **headers: str
) -> Answer:
    """One call, undone afterwards: the world is the same for the next one."""
    # The counters of calls a minute are not what is looked at here.
    cache.clear()
    CALLS["made"] += 1
    with transaction.atomic():
        recorded: list[str] = []
        with connection.execute_wrapper(_Writes(recorded)):
            response = _send(who, method, address, data, _headers(address, fragment, etag) | headers)
            body = _read(response)
        transaction.set_rollback(True)
    return Answer(
        response.status_code, body, response.headers.get("Location", ""), response.headers.get("ETag", ""), recorded
    )


def _send(who: Caller, method: str, address: str, data: Any, headers: dict[str, str]) -> Any:
    browser = Browser()
    is_api = address.startswith("/api/")
    if is_api and who.token:
        headers["Authorization"] = f"Token {who.token}"
    elif who.session:
        browser.cookies["sessionid"] = who.session
    if is_api and method != "GET":
        body = json.dumps(data or {})
        return browser.generic(method, address, body, "application/json", headers=headers)
    return getattr(browser, method.lower())(address, data or {}, headers=headers)


def _headers(address: str, fragment: bool, etag: str) -> dict[str, str]:
    asked = {"X-Requested-With": "socialcrm", "HX-Request": "true"} if fragment else {}
    return asked | ({"If-None-Match": etag} if etag else {})


def _read(response: Any) -> str:
    content: bytes = response.getvalue()
    if not content.startswith(b"PK\x03\x04"):
        return content.decode()
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        return "\n".join(book.read(name).decode() for name in book.namelist())


class _Writes:
    """Keeps the statements that changed a row."""

    def __init__(self, found: list[str]) -> None:
        self.found = found

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        """Run the statement, and look at what it did."""
        result = execute(sql, params, many, context)
        verb, *_rest = sql.lstrip().split(None, 1)
        wrote = verb.upper() in ("INSERT", "UPDATE", "DELETE") and context["cursor"].rowcount != 0
        if wrote and not any(table in sql for table in BOOKKEEPING):
            self.found.append(sql[:120])
        return result


@contextmanager
def undone() -> Iterator[None]:
    """Whatever happens inside did not happen afterwards."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
