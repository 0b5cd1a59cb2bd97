"""Control calls about posts and the log, on any network."""

from __future__ import annotations

from aiohttp import web

from .clock import iso
from .control_frame import Body, Wrong, account_of, network_of, number_of, post_of
from .network import Network
from .state import Sandbox

VISIBILITIES = ("", "public", "unlisted", "private", "direct")
ALL = "all"


def show(sandbox: Sandbox, network: Network, row: Body) -> Body:
    """A post as the control API shows it; `text` is as typed, `full_text` as the network shows it."""
    sql = "SELECT * FROM accounts WHERE network=? AND id=?"
    author = sandbox.world.one(sql, network.id, row["author"]) or {}
    return {
        "network": network.id,
        "id": str(row["id"]),
        "author": network.handle(author),
        "author_id": str(row["author"]),
        "text": row["typed"],
        "full_text": row["text"],
        "created_at": iso(row["created_at"]),
        "edited_at": iso(row["edited_at"]) if row.get("edited_at") else None,
        "visibility": row.get("visibility", "public"),
        "spoiler": row.get("spoiler", ""),
        "in_reply_to": str(row["in_reply_to"]) if row["in_reply_to"] else None,
        "conversation_id": str(row["conversation"]),
        "deleted": row["deleted_at"] is not None,
        "url": network.post_page(sandbox, author, row["id"]),
    }


def make_post(sandbox: Sandbox, request: web.Request, body: Body) -> Body:
    """POST /_control/post {network, author, text, in_reply_to?, mentions?, quotes?, visibility?, spoiler?, ...}"""
    network = network_of(body)
    author = account_of(sandbox, network, body.get("author"))
    typed = _text(body)
    more = {key: str(body.get(key) or "") for key in ("visibility", "spoiler", "language")}
    if more["visibility"] not in VISIBILITIES:
        raise Wrong(f"visibility must be one of {', '.join(VISIBILITIES[1:])}")
    parent = post_of(sandbox, network, body["in_reply_to"]) if body.get("in_reply_to") else None
    quoted = post_of(sandbox, network, body["quotes"])["id"] if body.get("quotes") else None
    extra = tuple(account_of(sandbox, network, name) for name in _list(body.get("mentions")))
    row = network.publish(
        sandbox, author, typed, parent, via="control", source="X Web App", quoted=quoted, extra=extra, **more
    )
    return show(sandbox, network, row)


def _text(body: Body) -> str:
    typed = str(body.get("text") or "")
    if not typed.strip():
        raise Wrong("a post needs a text")
    if any(0xD800 <= ord(letter) <= 0xDFFF for letter in typed):
        raise Wrong("a text can't hold half a character (a lone surrogate)")
    return typed


def _list(value: object) -> list[object]:
    return list(value) if isinstance(value, list) else [value] if value else []


def list_posts(sandbox: Sandbox, request: web.Request, body: Body) -> Body:
    """GET /_control/posts?network=&author=&in_reply_to=&id=&text=&limit= (newest first; deleted ones marked)."""
    query = request.query
    network = network_of(query)
    values: list[object] = [network.id]
    sql = "SELECT * FROM posts WHERE network=?"
    if query.get("author"):
        sql, values = f"{sql} AND author=?", [*values, account_of(sandbox, network, query["author"])["id"]]
    for name, column in (("in_reply_to", "in_reply_to"), ("id", "id"), ("conversation_id", "conversation")):
        if query.get(name):
            sql, values = f"{sql} AND {column}=?", [*values, number_of(query[name], name)]
    if query.get("text"):
        sql, values = f"{sql} AND instr(typed, ?)", [*values, query["text"]]
    rows = sandbox.world.all(f"{sql} ORDER BY id DESC LIMIT ?", *values, number_of(query.get("limit", "1000"), "limit"))
    return {"posts": [show(sandbox, network, row) for row in rows]}


def edit_post(sandbox: Sandbox, request: web.Request, body: Body) -> Body:
    """POST /_control/edit {network, id, text}: its author changes it."""
    network = network_of(body)
    post = post_of(sandbox, network, body.get("id"))
    network.edit(sandbox, post, _text(body), "control")
    return show(sandbox, network, post_of(sandbox, network, post["id"]))


def delete_post(sandbox: Sandbox, request: web.Request, body: Body) -> Body:
    """POST /_control/delete {network, id}: its author takes it away."""
    network = network_of(body)
    network.delete(sandbox, post_of(sandbox, network, body.get("id")), "control")
    return {"deleted": True}


def read_log(sandbox: Sandbox, request: web.Request, body: Body) -> Body:
    """GET /_control/log?network=&since_seq=&in_reply_to=&id=&account=&action=&via=&limit=: oldest first.

    Every network's, unless one is named; an account without a network is one of X.
    """
    query = request.query
    values: list[object] = [number_of(query.get("since_seq", "0"), "since_seq")]
    sql = "SELECT * FROM log WHERE seq>?"
    if query.get("account") or query.get("network", ALL) != ALL:
        network = network_of(query)
        sql, values = f"{sql} AND network=?", [*values, network.id]
        if query.get("account"):
            sql, values = f"{sql} AND account=?", [*values, account_of(sandbox, network, query["account"])["id"]]
    for name in ("in_reply_to", "id"):
        if query.get(name):
            sql, values = f"{sql} AND {name}=?", [*values, number_of(query[name], name)]
    for name in ("action", "via"):
        if query.get(name):
            sql, values = f"{sql} AND {name}=?", [*values, query[name]]
    limit = number_of(query.get("limit", "100000"), "limit")
    return {"log": [_entry(row) for row in sandbox.world.all(f"{sql} ORDER BY seq LIMIT ?", *values, limit)]}


def _entry(row: Body) -> Body:
    return {
        **row,
        "at": iso(row["at"]),
        "account": row["handle"],
        "account_id": str(row["account"]),
        "id": str(row["id"]),
        "in_reply_to": str(row["in_reply_to"]) if row["in_reply_to"] else None,
    }
