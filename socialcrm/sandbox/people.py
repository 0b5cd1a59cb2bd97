"""People and their accounts as the control API shows and changes them."""

from __future__ import annotations

import json
import re
from typing import Any

from .clock import iso
from .state import TWITTER, Sandbox

STATES = {"active": (0, 0), "suspended": (1, 0), "protected": (0, 1)}
PLAIN = ("name", "bio", "location", "website")
Row = dict[str, Any]


def change(sandbox: Sandbox, account: Row, wanted: Row) -> None:
    """Change state, handle or profile of an account; ValueError says what can't be."""
    changes: Row = {key: str(wanted[key]) for key in PLAIN if key in wanted}
    if "followers" in wanted:
        changes["followers"] = int(wanted["followers"])
    if "state" in wanted:
        if wanted["state"] not in STATES:
            raise ValueError(f"state must be one of {', '.join(STATES)}")
        changes["suspended"], changes["protected"] = STATES[wanted["state"]]
    if wanted.get("rename_to"):
        changes |= _renamed(sandbox, account, str(wanted["rename_to"]).lstrip("@"))
    sandbox.memory.pop("entities", None)
    for column, value in changes.items():
        sql = f"UPDATE accounts SET {column}=? WHERE network=? AND id=?"
        sandbox.world.run(sql, value, account["network"], account["id"])


def _renamed(sandbox: Sandbox, account: Row, handle: str) -> Row:
    if not re.fullmatch(r"[A-Za-z0-9_]{1,15}", handle):
        raise ValueError(f"{handle!r} can't be a handle")
    sql = "SELECT id FROM accounts WHERE network=? AND handle_lower=? AND id<>?"
    if sandbox.world.value(sql, account["network"], handle.lower(), account["id"]) is not None:
        raise ValueError(f"@{handle} is taken")
    return {"handle": handle, "handle_lower": handle.lower()}


def show_account(sandbox: Sandbox, row: Row) -> Row:
    """An account as the control API shows it."""
    state = "suspended" if row["suspended"] else "protected" if row["protected"] else "active"
    shown = {
        key: row[key] for key in ("network", "handle", "name", "bio", "location", "website", "followers", "language")
    }
    return {**shown, "id": str(row["id"]), "state": state, "created_at": iso(row["created_at"])}


def directory(sandbox: Sandbox, customers: bool) -> list[Row]:
    """The people of the town: what a CRM would hold of them, and the truth about their accounts."""
    companies = {row["id"]: row for row in sandbox.world.all("SELECT * FROM companies")}
    accounts = {row["person"]: row for row in sandbox.world.all("SELECT * FROM accounts WHERE person IS NOT NULL")}
    where = "WHERE customer=1" if customers else ""
    rows = sandbox.world.all(f"SELECT * FROM people {where} ORDER BY id")
    return [_person(row, companies.get(row["company"]), accounts.get(row["id"])) for row in rows]


def _person(row: Row, company: Row | None, account: Row | None) -> Row:
    plain = {
        key: row[key] for key in ("id", "given_name", "family_name", "language", "city", "country", "title", "website")
    }
    lists = {key: json.loads(row[key]) for key in ("emails", "phones", "known")}
    found = {"handle": account["handle"], "id": str(account["id"])} if account else None
    proof = lists["known"].pop("proof", None)
    shown = {key: value for key, value in company.items() if key != "id"} if company else None
    return {
        **plain,
        **lists,
        "company": shown,
        "customer": bool(row["customer"]),
        "truth": {TWITTER: found, "proof": proof},
    }
