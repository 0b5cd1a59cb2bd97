"""Control calls about posts, the log, faults, time and limits."""

from __future__ import annotations

from aiohttp import web

from .clock import iso, parse_iso
from .control_frame import Body, Wrong, account_of, network_of
from .faults import BadRule, check_rule
from .state import Sandbox
from .x.limits import LIMITS
from .x.publish import delete as unpublish
from .x.publish import find, publish


def show(sandbox: Sandbox, row: Body) -> Body:
    """A post as the control API shows it; `text` is as typed, `full_text` as the network shows it."""
    handle = sandbox.world.value("SELECT handle FROM accounts WHERE network=? AND id=?", row["network"], row["author"])
    return {
        "network": row["network"],
        "id": str(row["id"]),
        "author": handle,
        "author_id": str(row["author"]),
        "text": row["typed"],
        "full_text": row["text"],
        "created_at": iso(row["created_at"]),
        "in_reply_to": str(row["in_reply_to"]) if row["in_reply_to"] else None,
        "conversation_id": str(row["conversation"]),
        "deleted": row["deleted_at"] is not None,
        "url": f"{sandbox.public_url}/{handle}/status/{row['id']}",
    }


def make_post(sandbox: Sandbox, request: web.Request, body: Body) -> Body:
    """POST /_control/post {network, author, text, in_reply_to?, mentions?, quotes?}."""
    network = network_of(body)
    author = account_of(sandbox, network, body.get("author"))
    typed = str(body.get("text") or "")
    if not typed.strip():
        raise Wrong("a post needs a text")
    if any(0xD800 <= ord(letter) <= 0xDFFF for letter in typed):
        raise Wrong("a text can't hold half a character (a lone surrogate)")
    parent = _post_of(sandbox, body["in_reply_to"]) if body.get("in_reply_to") else None
    quoted = _post_of(sandbox, body["quotes"])["id"] if body.get("quotes") else None
    mentions = tuple(account_of(sandbox, network, name)["handle"] for name in _list(body.get("mentions")))
    row = publish(sandbox, author, typed, parent, quoted=quoted, via="control", source="X Web App", extra=mentions)
    return show(sandbox, row)


def _list(value: object) -> list[object]:
    return list(value) if isinstance(value, list) else [value] if value else []


def _post_of(sandbox: Sandbox, post_id: object) -> Body:
    post = find(sandbox, str(post_id))
    if post is None:
        raise Wrong(f"there is no post {post_id!r}", 404)
    return post


def list_posts(sandbox: Sandbox, request: web.Request, body: Body) -> Body:
    """GET /_control/posts?network=&author=&in_reply_to=&id=&text=&limit= (newest first; deleted ones marked)."""
    query = request.query
    network = network_of(query)
    values: list[object] = [network]
    sql = "SELECT * FROM posts WHERE network=?"
    if query.get("author"):
        sql, values = f"{sql} AND author=?", [*values, account_of(sandbox, network, query["author"])["id"]]
    for name, column in (("in_reply_to", "in_reply_to"), ("id", "id"), ("conversation_id", "conversation")):
        if query.get(name):
            sql, values = f"{sql} AND {column}=?", [*values, _number(query[name], name)]
    if query.get("text"):
        sql, values = f"{sql} AND instr(typed, ?)", [*values, query["text"]]
    rows = sandbox.world.all(f"{sql} ORDER BY id DESC LIMIT ?", *values, _number(query.get("limit", "1000"), "limit"))
    return {"posts": [show(sandbox, row) for row in rows]}


def _number(text: object, name: str) -> int:
    if not str(text).isdigit() or int(str(text)) >= 1 << 63:
        raise Wrong(f"{name} is not a number: {text!r}")
    return int(str(text))


def delete_post(sandbox: Sandbox, request: web.Request, body: Body) -> Body:
    """POST /_control/delete {network, id}: its author takes it away."""
    network_of(body)
    unpublish(sandbox, _post_of(sandbox, body.get("id")), via="control")
    return {"deleted": True}


def read_log(sandbox: Sandbox, request: web.Request, body: Body) -> Body:
    """GET /_control/log?since_seq=&in_reply_to=&account=&action=&via=&network=&limit= (oldest first)."""
    query = request.query
    network = network_of(query)
    sql, values = (
        "SELECT * FROM log WHERE network=? AND seq>?",
        [network, _number(query.get("since_seq", "0"), "since_seq")],
    )
    if query.get("account"):
        sql, values = f"{sql} AND account=?", [*values, account_of(sandbox, network, query["account"])["id"]]
    for name in ("in_reply_to", "id"):
        if query.get(name):
            sql, values = f"{sql} AND {name}=?", [*values, _number(query[name], name)]
    for name in ("action", "via"):
        if query.get(name):
            sql, values = f"{sql} AND {name}=?", [*values, query[name]]
    limit = _number(query.get("limit", "100000"), "limit")
    rows = sandbox.world.all(f"{sql} ORDER BY seq LIMIT ?", *values, limit)
    return {"log": [_entry(row) for row in rows]}


def _entry(row: Body) -> Body:
    parent = str(row["in_reply_to"]) if row["in_reply_to"] else None
    return {
        **row,
        "at": iso(row["at"]),
        "account": row["handle"],
        "account_id": str(row["account"]),
        "id": str(row["id"]),
        "in_reply_to": parent,
    }


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
    return {"lifted": sandbox.faults.clear(_number(rule, "id") if rule else None)}


def set_clock(sandbox: Sandbox, request: web.Request, body: Body) -> Body:
    """POST /_control/clock {advance: seconds} or {set: time}; GET tells the time."""
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
    """POST /_control/limits {endpoint, limit, window_s?}; `*` for all; limit null puts X's own back. GET lists them."""
    own = sandbox.world.get("limits", {})
    if body:
        name = str(body.get("endpoint") or "*")
        if name != "*" and name not in LIMITS:
            raise Wrong(f"endpoint must be * or one of {', '.join(LIMITS)}")
        own.pop(name, None)
        if body.get("limit") is not None:
            own[name] = {"limit": int(body["limit"]), "window_s": int(body.get("window_s", 900))}
        sandbox.world.set("limits", own)
        sandbox.memory["limits"] = own
        sandbox.memory.pop("windows", None)
    return {"own": own, "defaults": {key: {"user": user, "app": app} for key, (user, app) in LIMITS.items()}}


def set_names(sandbox: Sandbox, request: web.Request, body: Body) -> Body:
    """POST /_control/names {names: tweet|post}: which generation of field names X's answers carry."""
    if body:
        if body.get("names") not in ("tweet", "post"):
            raise Wrong("names must be tweet or post")
        sandbox.world.set("names", body["names"])
    return {"names": sandbox.world.get("names", "tweet")}


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
