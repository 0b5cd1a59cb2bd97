"""Statuses: read with their thread, made, changed, taken away, liked and boosted; notifications."""

from __future__ import annotations

from socialcrm.sandbox.state import MASTODON

from . import render, store
from .endpoint import MISSING, Caller, Refused, Row, invalid
from .length import count
from .paging import window
from .versions import is_new

VISIBILITIES = {"public", "unlisted", "private", "direct"}
MAX_CHARACTERS, PER_URL = 500, 23
MOST_AT_ONCE = 20


def notifications(caller: Caller) -> list[Row]:
    """GET /api/v1/notifications?types[]=&exclude_types[]=."""
    query = caller.request.query
    sql, values = "SELECT * FROM masto_notifications WHERE account=?", [caller.own["id"]]
    for name, sign in (("types[]", "IN"), ("exclude_types[]", "NOT IN")):
        if kinds := query.getall(name, []):
            sql, values = f"{sql} AND type {sign} ({','.join('?' * len(kinds))})", [*values, *kinds]
    rows = window(caller, sql, values, 40, 80)
    return [render.notification(caller.sandbox, row, caller.own["id"]) for row in rows]


def _visible(caller: Caller, row: Row) -> bool:
    return store.may_see(caller.sandbox, caller.me, row)


def _status(caller: Caller, status_id: str) -> Row:
    row = store.status(caller.sandbox, status_id)
    if row is None or not _visible(caller, row):
        raise Refused(404, MISSING)
    return row


def _asked(caller: Caller) -> Row:
    return _status(caller, caller.request.match_info["id"])


def _shown(caller: Caller, row: Row) -> Row:
    return render.status(caller.sandbox, row, caller.me)


def status(caller: Caller) -> Row:
    """GET /api/v1/statuses/:id."""
    return _shown(caller, _asked(caller))


def many(caller: Caller) -> list[Row]:
    """GET /api/v1/statuses?id[]=: those that can be seen; servers before 4.3 have no such page."""
    if not is_new(caller.sandbox):
        raise Refused(404, MISSING)
    asked = caller.request.query.getall("id[]", [])[:MOST_AT_ONCE]
    rows = (store.status(caller.sandbox, one) for one in asked)
    return [_shown(caller, row) for row in rows if row and _visible(caller, row)]


def context(caller: Caller) -> Row:
    """GET /api/v1/statuses/:id/context."""
    row = _asked(caller)
    sql = "SELECT * FROM posts WHERE network=? AND conversation=? AND deleted_at IS NULL ORDER BY id"
    whole = {one["id"]: one for one in caller.sandbox.world.all(sql, MASTODON, row["conversation"])}
    above: list[Row] = []
    parent = whole.get(row["in_reply_to"])
    while parent:
        above.insert(0, parent)
        parent = whole.get(parent["in_reply_to"])
    parts = {"ancestors": above, "descendants": _below(row, list(whole.values()))}
    return {name: [_shown(caller, one) for one in rows if _visible(caller, one)] for name, rows in parts.items()}


def _below(row: Row, whole: list[Row]) -> list[Row]:
    under, found = {row["id"]}, []
    for one in whole:
        if one["in_reply_to"] in under:
            under.add(one["id"])
            found.append(one)
    return found


def create(caller: Caller) -> Row:
    """POST /api/v1/statuses; the same Idempotency-Key within an hour gives the same status."""
    author, key = caller.own, caller.request.headers.get("idempotency-key", "")
    if key and (earlier := store.repeated(caller.sandbox, author, key)) is not None:
        return _shown(caller, _status(caller, str(earlier)))
    typed, parent = _typed(caller), _parent(caller)
    visibility = str(caller.form.get("visibility") or "public")
    if visibility not in VISIBILITIES:
        raise invalid("visibility", author["language"])
    more: Row = {"visibility": visibility, "spoiler": str(caller.form.get("spoiler_text") or "")}
    more["language"] = caller.form.get("language")
    return _shown(caller, store.publish(caller.sandbox, author, typed, parent, key=key, **more))


def _parent(caller: Caller) -> Row | None:
    wanted = str(caller.form.get("in_reply_to_id") or "")
    try:
        return _status(caller, wanted) if wanted else None
    except Refused:
        raise invalid("no_parent", caller.own["language"], 404) from None


def _typed(caller: Caller) -> str:
    typed = str(caller.form.get("status") or "")
    if "\x00" in typed or any(0xD800 <= ord(letter) <= 0xDFFF for letter in typed):
        raise invalid("broken", caller.own["language"])
    if not typed.strip():
        raise invalid("blank", caller.own["language"])
    if count(typed, PER_URL) + len(str(caller.form.get("spoiler_text") or "")) > MAX_CHARACTERS:
        raise invalid("long", caller.own["language"])
    return typed


def change(caller: Caller) -> Row:
    """PUT /api/v1/statuses/:id: one's own."""
    row = _mine(caller)
    store.edit(caller.sandbox, row, _typed(caller))
    return _shown(caller, _status(caller, str(row["id"])))


def delete(caller: Caller) -> Row:
    """DELETE /api/v1/statuses/:id: one's own; answers it with its `text`, for writing it anew."""
    row = _mine(caller)
    shown = _shown(caller, row)
    store.delete(caller.sandbox, row)
    return {**shown, "text": row["typed"]}


def _mine(caller: Caller) -> Row:
    row = _asked(caller)
    if row["author"] != caller.me:
        raise Refused(404, MISSING)
    return row


def favourite(caller: Caller) -> Row:
    """POST /api/v1/statuses/:id/favourite."""
    row = _asked(caller)
    store.favourite(caller.sandbox, caller.own, row)
    return {**_shown(caller, _status(caller, str(row["id"]))), "favourited": True}


def reblog(caller: Caller) -> Row:
    """POST /api/v1/statuses/:id/reblog: public ones only."""
    row = _asked(caller)
    if row["visibility"] not in store.OPEN:
        raise Refused(403, "This action is not allowed")
    return _shown(caller, store.boost(caller.sandbox, caller.own, row))
