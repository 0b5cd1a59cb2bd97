"""Recent search: seven days, the operators from: to: conversation_id: in_reply_to_tweet_id: @ # is: lang:, words, -,
OR, ()."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from aiohttp import web

from socialcrm.sandbox.state import TWITTER, Sandbox

from . import problems
from .auth import Caller
from .ids import snowflake
from .params import read
from .timeline import page

WEEK_MS = 7 * 86400 * 1000
SELF_SERVE_LENGTH, LONGEST = 512, 4096
PARAMS = (
    *("query", "max_results", "since_id", "until_id", "start_time", "end_time", "next_token", "pagination_token"),
    "sort_order",
)
ID = re.compile(r"\d{1,18}|[1-8]\d{18}", re.ASCII)
TOKEN = re.compile(r'\(|\)|-?"[^"]*"|-?[^\s()"]+')
Row = dict[str, Any]


async def recent(request: web.Request, sandbox: Sandbox, caller: Caller) -> tuple[int, Row]:
    """GET /2/tweets/search/recent."""
    query = read(request, PARAMS, "tweet", (10, 100))
    words = query.values.get("query", "")
    longest = LONGEST if caller.tier == "enterprise" else SELF_SERVE_LENGTH
    if not words.strip() or len(words) > longest:
        message = f"The `query` query parameter length [{len(words)}] is not between 1 and {longest}"
        raise problems.invalid(message, "query", words)
    if query.values.get("sort_order", "recency") not in ("recency", "relevancy"):
        raise problems.invalid("The `sort_order` query parameter is not one of [recency,relevancy]", "sort_order", "")
    week_ago = sandbox.clock.now() - WEEK_MS
    if query.values.get("start_time", week_ago) < week_ago:
        message = "Invalid 'start_time': it must be within the last 7 days"
        raise problems.invalid(message, "start_time", request.query["start_time"])
    condition, values = Parser(words).parse()
    source = (
        f"SELECT p.* FROM posts p JOIN accounts a ON a.network=p.network AND a.id=p.author WHERE p.network='{TWITTER}' "
        "AND p.deleted_at IS NULL AND a.suspended=0 AND (a.protected=0 OR a.id=:me) AND p.id>:low AND p.id<:high "
        f"AND ({condition}) ORDER BY p.id {{order}} LIMIT :size"
    )
    return 200, page(sandbox, caller, query, source, {"me": caller.me, **values}, snowflake(week_ago))


class Parser:
    """Turns a query into an SQL condition with named values; `OR` binds weaker than a space."""

    def __init__(self, words: str) -> None:
        self.words = words
        self.tokens = TOKEN.findall(words)
        self.values: dict[str, object] = {}

    def parse(self) -> tuple[str, dict[str, object]]:
        """The condition and its values; 400 when the query can't be read."""
        condition = self._any()
        if self.tokens or not condition:
            raise self._bad()
        return condition, self.values

    def _bad(self) -> problems.Problem:
        return problems.invalid(
            "There were errors processing your request: ambiguous or empty group", "query", self.words
        )

    def _any(self) -> str:
        parts = [self._all()]
        while self.tokens and self.tokens[0] == "OR":
            self.tokens.pop(0)
            parts.append(self._all())
        return " OR ".join(parts)

    def _all(self) -> str:
        parts = []
        while self.tokens and self.tokens[0] not in (")", "OR"):
            parts.append(self._one(self.tokens.pop(0)))
        if not parts:
            raise self._bad()
        return " AND ".join(f"({part})" for part in parts)

    def _one(self, token: str) -> str:
        if token in ("(", "-"):
            inner = self._any()
            if not self.tokens or self.tokens.pop(0) != ")":
                raise self._bad()
            return inner if token == "(" else f"NOT ({inner})"
        if token.startswith("-") and len(token) > 1:
            return f"NOT ({self._term(token[1:])})"
        return self._term(token)

    def _value(self, value: object) -> str:
        name = f"v{len(self.values)}"
        self.values[name] = value
        return f":{name}"

    def _term(self, token: str) -> str:
        name, colon, rest = token.partition(":")
        if colon and name.lower() in OPERATORS:
            return OPERATORS[name.lower()](self, rest.strip('"').lstrip("@"))
        if colon and re.fullmatch(r"[a-z_]+", name) and not rest.startswith("//"):
            raise problems.invalid(f"Reference to invalid operator '{name}'", "query", self.words)
        if token.startswith("@"):
            return self._mentions(token[1:])
        return self._contains(token.strip('"'))

    def _account(self, who: str) -> str:
        if len(who) > 10 and ID.fullmatch(who):
            return self._value(int(who))
        return f"(SELECT id FROM accounts WHERE network='{TWITTER}' AND handle_lower={self._value(who.lower())})"

    def _mentions(self, who: str) -> str:
        same = "m.network=p.network AND m.post=p.id"
        return f"EXISTS (SELECT 1 FROM mentions m WHERE {same} AND m.account={self._account(who)})"

    def _contains(self, word: str) -> str:
        escaped = re.sub(r"([\\%_])", r"\\\1", word)
        return f"p.text LIKE {self._value(f'%{escaped}%')} ESCAPE '\\'"

    def _post(self, column: str, operator: str, one: str) -> str:
        if not ID.fullmatch(one):
            raise problems.invalid(f"Invalid {operator} '{one}'", "query", self.words)
        return f"p.{column}={self._value(int(one))}"

    def _is(self, what: str) -> str:
        kinds = {
            "reply": "p.in_reply_to IS NOT NULL",
            "quote": "p.quoted IS NOT NULL",
            "retweet": "0",
            "verified": "a.verified=1",
        }
        if what not in kinds:
            raise problems.invalid(f"Reference to invalid field 'is:{what}'", "query", self.words)
        return kinds[what]

    def _least(self, column: str, number: str) -> str:
        if not number.isdigit():
            raise problems.invalid(f"Invalid number '{number}'", "query", self.words)
        return f"p.{column}>={self._value(int(number))}"


OPERATORS: dict[str, Callable[[Parser, str], str]] = {
    "from": lambda parser, rest: f"p.author={parser._account(rest)}",
    "to": lambda parser, rest: f"p.in_reply_to_account={parser._account(rest)}",
    "conversation_id": lambda parser, rest: parser._post("conversation", "conversation_id", rest),
    "in_reply_to_tweet_id": lambda parser, rest: parser._post("in_reply_to", "in_reply_to_tweet_id", rest),
    "is": Parser._is,
    "lang": lambda parser, rest: f"p.language={parser._value(rest)}",
    "has": lambda parser, rest: parser._contains(
        {"links": "https://t.co/", "hashtags": "#", "mentions": "@"}.get(rest, rest)
    ),
    "min_likes": lambda parser, rest: parser._least("likes", rest),
    "min_replies": lambda parser, rest: parser._least("replies", rest),
    "min_reposts": lambda parser, rest: parser._least("reposts", rest),
}
