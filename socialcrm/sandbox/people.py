"""People and their accounts as the control API shows and changes them."""

from __future__ import annotations

import json
import re
from typing import Any

from .clock import iso
from .network import Network
from .networks import NETWORKS
from .state import MASTODON, TWITTER, Sandbox

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
    sql = "SELECT id FROM accounts WHERE network=? AND handle_lower=? AND host=? AND id<>?"
    taken = sandbox.world.value(sql, account["network"], handle.lower(), account["host"], account["id"])
    if taken is not None:
        raise ValueError(f"@{handle} is taken")
    return {"handle": handle, "handle_lower": handle.lower()}


def show_account(sandbox: Sandbox, network: Network, row: Row) -> Row:
    """An account as the control API shows it."""
    state = "suspended" if row["suspended"] else "protected" if row["protected"] else "active"
    shown = {key: row[key] for key in ("network", "name", "bio", "location", "website", "followers", "language")}
    more = {"id": str(row["id"]), "state": state, "created_at": iso(row["created_at"])}
    return {**shown, "handle": network.handle(row), **more}


def directory(sandbox: Sandbox, customers: bool) -> list[Row]:
    """The people of the town: what a CRM would hold of them, and the truth about their accounts."""
    companies = {row["id"]: row for row in sandbox.world.all("SELECT * FROM companies")}
    accounts = sandbox.world.all("SELECT * FROM accounts WHERE person IS NOT NULL")
    theirs = {(row["person"], row["network"]): row for row in accounts}
    where = "WHERE customer=1" if customers else ""
    rows = sandbox.world.all(f"SELECT * FROM people {where} ORDER BY id")
    return [_person(sandbox, row, companies.get(row["company"]), theirs) for row in rows]


def _person(sandbox: Sandbox, row: Row, company: Row | None, accounts: dict[tuple[int, str], Row]) -> Row:
    plain = {
        key: row[key] for key in ("id", "given_name", "family_name", "language", "city", "country", "title", "website")
    }
    lists = {key: json.loads(row[key]) for key in ("emails", "phones", "known")}
    proof, other = (lists["known"].pop(key, None) for key in ("proof", "mastodon_proof"))
    truth = {name: _account(sandbox, network, accounts.get((row["id"], name))) for name, network in NETWORKS.items()}
    return {
        **plain,
        **lists,
        "company": {key: value for key, value in company.items() if key != "id"} if company else None,
        "customer": bool(row["customer"]),
        "truth": {**truth, "proof": proof, "proofs": {TWITTER: proof, MASTODON: other}},
    }


def _account(sandbox: Sandbox, network: Network, row: Row | None) -> Row | None:
    if row is None:
        return None
    return {"handle": network.handle(row), "id": str(row["id"]), "key": network.key(sandbox, row)}
