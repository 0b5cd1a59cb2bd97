"""Control calls about faults, time, the town's life, limits, and how the networks behave."""

from __future__ import annotations

import re

from aiohttp import web

from .clock import iso, parse_iso
from .control_frame import Body, Wrong, network_of, number_of
from .faults import BadRule, check_rule
from .mastodon.versions import version
from .state import MASTODON, Sandbox


def add_fault(sandbox: Sandbox, request: web.Request, body: Body) -> Body:
    """POST /_control/faults: one rule, or {"faults": [rules]}."""
    try:
        rules = [check_rule(rule) for rule in body.get("faults", [body])]
    except BadRule as bad:
        raise Wrong(str(bad)) from None
    return {"ids": [sandbox.faults.add(rule) for rule in rules]}


def list_faults(sandbox: Sandbox, request: web.Request, body: Body) -> Body:
    """GET /_control/faults: the rules with how many calls they saw and hit."""
    return {"faults": [{"id": r.id, **r.body, "seen": r.seen, "hits": r.hits} for r in sandbox.faults.rules()]}


def clear_faults(sandbox: Sandbox, request: web.Request, body: Body) -> Body:
    """DELETE /_control/faults, or /_control/faults?id=."""
    rule = request.query.get("id")
    return {"lifted": sandbox.faults.clear(number_of(rule, "id") if rule else None)}


def set_clock(sandbox: Sandbox, request: web.Request, body: Body) -> Body:
    """POST /_control/clock {advance: seconds} or {set: time}; GET tells the time.

    {strict: true}: signed calls (OAuth 1.0a) must carry this clock's time, give or take five minutes.
    """
    if "strict" in body:
        sandbox.world.set("strict_clock", bool(body["strict"]))
    try:
        if "advance" in body:
            sandbox.clock.advance(float(body["advance"]))
        elif "set" in body:
            sandbox.clock.set(parse_iso(str(body["set"])))
    except (TypeError, ValueError):
        raise Wrong("advance is seconds, set is a time such as 2026-11-23T10:00:00Z") from None
    sandbox.changed.set()
    return {"now": iso(sandbox.clock.now())}


def set_life(sandbox: Sandbox, request: web.Request, body: Body) -> Body:
    """POST /_control/life {speed}: 0 stops the town, 1 is a mention about every minute; GET tells the speed."""
    if "speed" in body:
        if not isinstance(body["speed"], (int, float)) or not 0 <= body["speed"] <= 1000:
            raise Wrong("speed is a number from 0 to 1000")
        sandbox.world.set("life", body["speed"])
        sandbox.changed.set()
    return {"speed": sandbox.world.get("life", 0)}


def set_limits(sandbox: Sandbox, request: web.Request, body: Body) -> Body:
    """POST /_control/limits {network, endpoint, limit, window_s?}; `*` for all; limit null: the network's own. GET."""
    network = network_of(body or request.query)
    key, defaults = f"limits_{network.id}", network.limits()
    own = sandbox.world.get(key, {})
    if body:
        name = str(body.get("endpoint") or "*")
        if name != "*" and name not in defaults:
            raise Wrong(f"endpoint must be * or one of {', '.join(defaults)}")
        own.pop(name, None)
        if body.get("limit") is not None:
            own[name] = {"limit": int(body["limit"]), "window_s": int(body.get("window_s", 900))}
        sandbox.world.set(key, own)
        sandbox.memory[key] = own
        sandbox.memory.pop(f"windows_{network.id}", None)
    return {"own": own, "defaults": defaults}


def set_names(sandbox: Sandbox, request: web.Request, body: Body) -> Body:
    """POST /_control/names {names: tweet|post}: which generation of field names X's answers carry."""
    if body:
        if body.get("names") not in ("tweet", "post"):
            raise Wrong("names must be tweet or post")
        sandbox.world.set("names", body["names"])
    return {"names": sandbox.world.get("names", "tweet")}


def set_version(sandbox: Sandbox, request: web.Request, body: Body) -> Body:
    """POST /_control/version {version}: which Mastodon is played; before 4.3 nothing is discovered. null: newest."""
    if body:
        wanted = body.get("version")
        if wanted is not None and not re.fullmatch(r"[3-9]\.\d{1,2}\.\d{1,2}", str(wanted)):
            raise Wrong("version is a number such as 4.2.1")
        sandbox.world.set("masto_version", wanted)
    return {"network": MASTODON, "version": version(sandbox)}


def health(sandbox: Sandbox, request: web.Request, body: Body) -> Body:
    """GET /_control/health."""
    counts = {table: sandbox.world.value(f"SELECT COUNT(*) FROM {table}") for table in ("accounts", "posts", "log")}
    return {
        "ok": True,
        "now": iso(sandbox.clock.now()),
        "life": sandbox.world.get("life", 0),
        "seed": sandbox.seed,
        **counts,
    }
