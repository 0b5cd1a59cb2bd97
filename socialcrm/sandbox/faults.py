"""Faults on demand: rules that make chosen calls fail, each from its own seed so that a run can be repeated."""

from __future__ import annotations

import asyncio
import json
import random
import re
from dataclasses import dataclass
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Handler

from .world import World

BEFORE = {"status", "drop_before"}
AFTER = {"drop_after", "truncate", "bad_json", "huge", "slow_drip", "status_after"}
ACTIONS = BEFORE | AFTER | {"delay"}


class BadRule(ValueError):
    """A fault rule that makes no sense; the text says why."""


@dataclass
class Rule:
    """One rule: which calls, how often, and what happens to them."""

    id: int
    body: dict[str, Any]
    seen: int
    hits: int

    @property
    def action(self) -> str:
        """What happens to a matching call."""
        return str(self.body["action"])

    def matches(self, network: str, method: str, path: str, accounts: set[str]) -> bool:
        """Whether a call is meant, before the dice are thrown."""
        match = self.body.get("match") or {}
        if match.get("network") and {"x": "twitter"}.get(match["network"], match["network"]) != network:
            return False
        if match.get("method") and match["method"].upper() != method:
            return False
        if match.get("account") and str(match["account"]).lower().lstrip("@") not in accounts:
            return False
        return re.search(match.get("path") or "", path) is not None

    def throw(self) -> bool:
        """Throw this rule's dice for the call that it just saw."""
        times = self.body.get("times")
        if times is not None and self.hits >= int(times):
            return False
        dice = random.Random(f"{self.body.get('seed', 0)}:{self.seen}")
        return dice.random() < float(self.body.get("rate", 1.0))


def check_rule(body: object) -> dict[str, Any]:
    """Return a rule that is well formed; BadRule says what is wrong with it."""
    if not isinstance(body, dict):
        raise BadRule("a rule is a JSON object")
    if body.get("action") not in ACTIONS:
        raise BadRule(f"action must be one of {', '.join(sorted(ACTIONS))}")
    try:
        re.compile((body.get("match") or {}).get("path") or "")
        float(body.get("rate", 1.0))
        int(body.get("times") or 0)
    except (re.error, TypeError, ValueError, AttributeError) as error:
        raise BadRule(str(error)) from error
    return body


class Faults:
    """The rules in force, kept in the world."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._rules: list[Rule] | None = None

    def rules(self) -> list[Rule]:
        """All rules, oldest first."""
        if self._rules is None:
            rows = self._world.all("SELECT * FROM faults ORDER BY id")
            self._rules = [Rule(r["id"], json.loads(r["rule"]), r["seen"], r["hits"]) for r in rows]
        return self._rules

    def add(self, body: dict[str, Any]) -> int:
        """Put a checked rule in force; returns its id."""
        self._rules = None
        return self._world.insert("faults", {"rule": body, "seen": 0, "hits": 0})

    def clear(self, rule_id: int | None = None) -> int:
        """Lift one rule, or all; returns how many were lifted."""
        self._rules = None
        if rule_id is None:
            return self._world.run("DELETE FROM faults")
        return self._world.run("DELETE FROM faults WHERE id=?", rule_id)

    def pick(self, network: str, method: str, path: str, accounts: set[str]) -> list[Rule]:
        """The rules that hit this call; counts what they saw and hit."""
        hit = []
        for rule in self.rules():
            if not rule.matches(network, method, path, accounts):
                continue
            if rule.throw():
                rule.hits += 1
                hit.append(rule)
            rule.seen += 1
            self._world.run("UPDATE faults SET seen=?, hits=? WHERE id=?", rule.seen, rule.hits, rule.id)
        return hit


async def play(rules: list[Rule], request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer a call with the faults that hit it: delays add up, then the first other fault rules."""
    for rule in rules:
        if rule.action == "delay":
            await asyncio.sleep(float(rule.body.get("ms", 1000)) / 1000)
    rest = [rule for rule in rules if rule.action != "delay"]
    if not rest:
        return await handler(request)
    rule = rest[0]
    if rule.action == "status":
        return _status(rule)
    if rule.action == "drop_before":
        return _drop(request)
    answer = await handler(request)
    return await _spoil(rule, request, answer)


async def _spoil(rule: Rule, request: web.Request, answer: web.StreamResponse) -> web.StreamResponse:
    body = bytes(answer.body) if isinstance(answer, web.Response) and isinstance(answer.body, bytes) else b"{}"
    if rule.action == "drop_after":
        return _drop(request)
    if rule.action == "status_after":
        return _status(rule)
    if rule.action == "bad_json":
        return web.Response(status=answer.status, body=b'{"data": [{"id": 12,,', content_type="application/json")
    if rule.action == "truncate":
        return await _truncate(request, answer.status, body)
    if rule.action == "huge":
        return await _huge(rule, request)
    return await _drip(rule, request, answer.status, body)


def _status(rule: Rule) -> web.Response:
    status = int(rule.body.get("status", 503))
    body = rule.body.get("body", {"title": "Service Unavailable", "type": "about:blank", "status": status})
    text = body if isinstance(body, str) else json.dumps(body)
    kind = "text/html" if isinstance(body, str) else "application/json"
    headers = {str(k): str(v) for k, v in (rule.body.get("headers") or {}).items()}
    return web.Response(status=status, text=text, headers=headers, content_type=kind)


def _drop(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=500)


async def _start(request: web.Request, status: int, length: int) -> web.StreamResponse:
    answer = web.StreamResponse(status=status, headers={"content-type": "application/json; charset=utf-8"})
    answer.content_length = length
    await answer.prepare(request)
    return answer


async def _truncate(request: web.Request, status: int, body: bytes) -> web.StreamResponse:
    answer = await _start(request, status, len(body))
    await answer.write(body[: max(1, len(body) // 2)])
    if request.transport is not None:
        request.transport.close()
    return answer


async def _huge(rule: Rule, request: web.Request) -> web.StreamResponse:
    size = int(rule.body.get("bytes", 64 * 1024 * 1024))
    answer = await _start(request, 200, size)
    head, tail = b'{"data":[{"id":"1","text":"', b'"}]}'
    await answer.write(head)
    left = size - len(head) - len(tail)
    while left > 0:
        await answer.write(b"x" * min(left, 65536))
        left -= 65536
    await answer.write(tail)
    return answer


async def _drip(rule: Rule, request: web.Request, status: int, body: bytes) -> web.StreamResponse:
    answer = await _start(request, status, len(body))
    step = int(rule.body.get("bytes", 1))
    for start in range(0, len(body), step):
        await answer.write(body[start : start + step])
        await asyncio.sleep(float(rule.body.get("ms", 200)) / 1000)
    return answer
