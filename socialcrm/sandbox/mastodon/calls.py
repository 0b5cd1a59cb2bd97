"""What the API does: people, statuses, notifications, search, the server itself."""

from __future__ import annotations

from typing import Any

from . import render, store
from .endpoint import MISSING, Caller, Refused, invalid
from .length import count

Row = dict[str, Any]
VISIBILITIES = {"public", "unlisted", "private", "direct"}
MAX_CHARACTERS, PER_URL = 500, 23


def me(caller: Caller) -> Row:
    """GET /api/v1/accounts/verify_credentials."""
    return render.credential_account(caller.sandbox, caller.own)


def lookup(caller: Caller) -> Row:
    """GET /api/v1/accounts/lookup?acct=."""
    return render.account(caller.sandbox, _known(store.account(caller.sandbox, caller.form.get("acct", ""))))


def person(caller: Caller) -> Row:
    """GET /api/v1/accounts/:id."""
    return render.account(caller.sandbox, _known(store.account(caller.sandbox, caller.request.match_info["id"])))


def search(caller: Caller) -> Row:
    """GET /api/v2/search: people by name@host, page or URI."""
    wanted = caller.form.get("q", "").strip()
    rows = [store.account(caller.sandbox, wanted)] if "//" not in wanted else _by_address(caller, wanted)
    people = [render.account(caller.sandbox, row) for row in rows if row]
    return {"accounts": people, "statuses": [], "hashtags": [], "collections": []}


def _by_address(caller: Caller, wanted: str) -> list[Row | None]:
    rows = caller.sandbox.world.all("SELECT * FROM masto_accounts")
    same = (render.uri, render.page_url)
    return [row for row in rows if any(address(caller.sandbox, row) == wanted for address in same)]


def _known(row: Row | None) -> Row:
    if row is None:
        raise Refused(404, MISSING)
    return row


def statuses_of(caller: Caller) -> list[Row]:
    """GET /api/v1/accounts/:id/statuses."""
    who = _known(store.account(caller.sandbox, caller.request.match_info["id"]))
    more = "AND in_reply_to IS NULL" if _yes(caller, "exclude_replies") else ""
    sql = f"SELECT *, id AS cursor FROM masto_statuses WHERE author=? AND deleted_at IS NULL {more}"
    rows = _window(caller, sql, [who["id"]], 20, 40)
    caller.link(
        f"/api/v1/accounts/{who['id']}/statuses", [row["id"] for row in rows], list(caller.request.query.items())
    )
    return [render.status(caller.sandbox, row, caller.me) for row in rows if _visible(caller, row)]


def notifications(caller: Caller) -> list[Row]:
    """GET /api/v1/notifications: mentions are all there is here."""
    wanted = caller.request.query.getall("types[]", [])
    if wanted and "mention" not in wanted:
        return []
    sql = (
        "SELECT n.id AS cursor, n.at, s.* FROM masto_notifications n JOIN masto_statuses s ON s.id=n.status "
        "WHERE n.account=?"
    )
    rows = _window(caller, sql, [caller.own["id"]], 40, 80, "n.id")
    caller.link("/api/v1/notifications", [row["cursor"] for row in rows], list(caller.request.query.items()))
    return [_notification(caller, row) for row in rows]


def _notification(caller: Caller, row: Row) -> Row:
    shown = render.status(caller.sandbox, row, caller.me)
    one = {"id": str(row["cursor"]), "type": "mention", "created_at": render.time(row["at"])}
    return {**one, "group_key": f"ungrouped-{row['cursor']}", "account": shown["account"], "status": shown}


def _yes(caller: Caller, name: str) -> bool:
    return caller.form.get(name, "").lower() in {"true", "1"}


def _number(caller: Caller, name: str) -> int:
    text = caller.form.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 19 else 0


def _window(caller: Caller, sql: str, values: list[Any], usual: int, most: int, column: str = "id") -> list[Row]:
    """A page by max_id, since_id (its newest) or min_id (its oldest), newest first either way."""
    order = "DESC"
    for name, sign in (("max_id", "<"), ("since_id", ">"), ("min_id", ">")):
        if name in caller.form:
            sql, values = f"{sql} AND {column}{sign}?", [*values, _number(caller, name)]
            order = "ASC" if name == "min_id" else order
    limit = min(max(_number(caller, "limit") or usual, 1), most)
    rows = caller.sandbox.world.all(f"{sql} ORDER BY {column} {order} LIMIT ?", *values, limit)
    return rows if order == "DESC" else rows[::-1]


def _visible(caller: Caller, row: Row) -> bool:
    return store.may_see(caller.sandbox, caller.me, row)


def _status(caller: Caller, status_id: str) -> Row:
    row = store.status(caller.sandbox, status_id)
    if row is None or not _visible(caller, row):
        raise Refused(404, MISSING)
    return row


def status(caller: Caller) -> Row:
    """GET /api/v1/statuses/:id."""
    return render.status(caller.sandbox, _status(caller, caller.request.match_info["id"]), caller.me)


def statuses(caller: Caller) -> list[Row]:
    """GET /api/v1/statuses?id[]=: those that can be seen."""
    rows = (store.status(caller.sandbox, one) for one in caller.request.query.getall("id[]", [])[:20])
    return [render.status(caller.sandbox, row, caller.me) for row in rows if row and _visible(caller, row)]


def context(caller: Caller) -> Row:
    """GET /api/v1/statuses/:id/context."""
    row = _status(caller, caller.request.match_info["id"])
    sql = "SELECT * FROM masto_statuses WHERE conversation=? AND deleted_at IS NULL ORDER BY id"
    whole = {one["id"]: one for one in caller.sandbox.world.all(sql, row["conversation"])}
    above, below = [], {row["id"]}
    parent = whole.get(row["in_reply_to"])
    while parent:
        above.append(parent)
        parent = whole.get(parent["in_reply_to"])
    after = [one for one in whole.values() if one["in_reply_to"] in below and not below.add(one["id"])]  # type: ignore[func-returns-value]
    parts = {"ancestors": above[::-1], "descendants": after}
    return {
        name: [render.status(caller.sandbox, one, caller.me) for one in rows if _visible(caller, one)]
        for name, rows in parts.items()
    }


def create(caller: Caller) -> Row:
    """POST /api/v1/statuses; the same Idempotency-Key within an hour gives the same status."""
    author, key = caller.own, caller.request.headers.get("idempotency-key", "")
    if key and (known := store.repeated(caller.sandbox, author, key)) is not None:
        return render.status(caller.sandbox, _status(caller, str(known)), caller.me)
    typed, spoiler = _typed(caller), str(caller.form.get("spoiler_text") or "")
    parent = None
    if caller.form.get("in_reply_to_id"):
        parent = _parent(caller, str(caller.form["in_reply_to_id"]))
    visibility = str(caller.form.get("visibility") or "public")
    if visibility not in VISIBILITIES:
        raise Refused(422, "Validation failed: Visibility is not included in the list")
    more: Row = {"visibility": visibility, "spoiler": spoiler, "language": caller.form.get("language")}
    row = store.publish(caller.sandbox, author, typed, parent, key=key, **more)
    return render.status(caller.sandbox, row, caller.me)


def _parent(caller: Caller, status_id: str) -> Row:
    try:
        return _status(caller, status_id)
    except Refused:
        raise Refused(404, "The post you are trying to reply to does not appear to exist.") from None


def _typed(caller: Caller) -> str:
    typed = str(caller.form.get("status") or "")
    if "\x00" in typed or any(0xD800 <= ord(letter) <= 0xDFFF for letter in typed):
        raise Refused(422, "Validation failed: Text is invalid")
    if not typed.strip():
        raise invalid("blank", caller.own["language"])
    if count(typed, PER_URL) > MAX_CHARACTERS:
        raise invalid("long", caller.own["language"])
    return typed


def change(caller: Caller) -> Row:
    """PUT /api/v1/statuses/:id: one's own."""
    row = _mine(caller)
    store.edit(caller.sandbox, row, _typed(caller))
    return render.status(caller.sandbox, _status(caller, str(row["id"])), caller.me)


def delete(caller: Caller) -> Row:
    """DELETE /api/v1/statuses/:id: one's own; answers it with its `text`, for writing it anew."""
    row = _mine(caller)
    shown = render.status(caller.sandbox, row, caller.me)
    store.delete(caller.sandbox, row)
    return {**shown, "text": row["typed"]}


def _mine(caller: Caller) -> Row:
    row = _status(caller, caller.request.match_info["id"])
    if row["author"] != caller.me:
        raise Refused(404, MISSING)
    return row
