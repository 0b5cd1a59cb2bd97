"""People: oneself, anyone by name or id, many at once, and the search for them."""

from __future__ import annotations

import re

from socialcrm.sandbox.state import HOME, MASTODON

from . import render, store
from .addresses import base
from .endpoint import Caller, Row, known
from .paging import number, window, yes

MOST_AT_ONCE = 40
FAR_PERSON = re.compile(r"https://([^/]+)/(?:users/|@)(\w+)/?")
FAR_STATUS = re.compile(r"https://[^/]+/users/\w+/statuses/(\d+)")


def me(caller: Caller) -> Row:
    """GET /api/v1/accounts/verify_credentials."""
    return render.credential_account(caller.sandbox, caller.own)


def lookup(caller: Caller) -> Row:
    """GET /api/v1/accounts/lookup?acct=: those whom this server knows; a name alone is one of its own people."""
    name, _, host = str(caller.form.get("acct", "")).strip().lstrip("@").partition("@")
    row = store.account(caller.sandbox, f"{name}@{host or HOME}")
    return render.account(caller.sandbox, known(row))


def _by_id(caller: Caller, account_id: str) -> Row | None:
    return store.account(caller.sandbox, int(account_id)) if account_id.isdecimal() and len(account_id) < 19 else None


def person(caller: Caller) -> Row:
    """GET /api/v1/accounts/:id."""
    return render.account(caller.sandbox, known(_by_id(caller, caller.request.match_info["id"])))


def many(caller: Caller) -> list[Row]:
    """GET /api/v1/accounts?id[]=: those that are there."""
    rows = (_by_id(caller, one) for one in caller.request.query.getall("id[]", [])[:MOST_AT_ONCE])
    return [render.account(caller.sandbox, row) for row in rows if row]


def statuses_of(caller: Caller) -> list[Row]:
    """GET /api/v1/accounts/:id/statuses."""
    who = known(_by_id(caller, caller.request.match_info["id"]))
    sql = "SELECT * FROM posts WHERE network=? AND author=? AND deleted_at IS NULL"
    # A reply to oneself is no reply here, as on Mastodon.
    sql += " AND (in_reply_to IS NULL OR in_reply_to_account=author)" if yes(caller, "exclude_replies") else ""
    sql += " AND boost_of IS NULL" if yes(caller, "exclude_reblogs") else ""
    rows = window(caller, sql, [MASTODON, who["id"]], 20, 40)
    seen = [row for row in rows if store.may_see(caller.sandbox, caller.me, row)]
    return [render.status(caller.sandbox, row, caller.me) for row in seen]


def search(caller: Caller) -> Row:
    """GET /api/v2/search: people by name, page or URI; statuses by page or URI, or by their words once signed in."""
    wanted, kind = str(caller.form.get("q", "")).strip(), str(caller.form.get("type", ""))
    limit = min(max(number(caller, "limit") or 20, 1), 40)
    people = _people(caller, wanted, limit) if kind in ("", "accounts") else []
    posts = _posts(caller, wanted, limit) if kind in ("", "statuses") else []
    shown = [render.status(caller.sandbox, row, caller.me) for row in posts]
    accounts = [render.account(caller.sandbox, row) for row in people]
    return {"accounts": accounts, "statuses": shown, "hashtags": [], "collections": []}


def _people(caller: Caller, wanted: str, limit: int) -> list[Row]:
    if "//" in wanted:
        row = _at_address(caller, wanted)
        return [row] if row else []
    row = store.account(caller.sandbox, wanted) if "@" in wanted else None
    if row or "@" in wanted.lstrip("@"):
        return [row] if row else []
    sql = (
        "SELECT * FROM accounts WHERE network=? AND suspended=0 AND (handle_lower LIKE ? OR instr(lower(name), ?)) "
        "ORDER BY followers DESC LIMIT ?"
    )
    word = wanted.lstrip("@").lower()
    return caller.sandbox.world.all(sql, MASTODON, f"{word}%", word, limit) if word else []


def _at_address(caller: Caller, wanted: str) -> Row | None:
    """Someone by page or URI; a server asks the other one where the person is new to it (`resolve`)."""
    here = wanted.removeprefix(f"{base(caller.sandbox)}/")
    if here != wanted:
        local = here.removeprefix("ap/users/")
        return store.account(caller.sandbox, here) if local == here else _by_id(caller, local)
    far = FAR_PERSON.fullmatch(wanted)
    return store.account(caller.sandbox, f"{far[2]}@{far[1]}") if far else None


def _posts(caller: Caller, wanted: str, limit: int) -> list[Row]:
    if caller.account is None:
        return []
    if "//" in wanted:
        row = store.status(caller.sandbox, _status_id(caller, wanted))
        return [row] if row and store.may_see(caller.sandbox, caller.me, row) else []
    sql = (
        "SELECT * FROM posts WHERE network=? AND deleted_at IS NULL AND visibility='public' AND boost_of IS NULL "
        "AND instr(lower(typed), ?) ORDER BY id DESC LIMIT ?"
    )
    return caller.sandbox.world.all(sql, MASTODON, wanted.lower(), limit) if wanted and "@" not in wanted else []


def _status_id(caller: Caller, wanted: str) -> str:
    far = FAR_STATUS.fullmatch(wanted)
    here = wanted.startswith(f"{base(caller.sandbox)}/")
    return far[1] if far else wanted.rpartition("/")[2] if here else ""
