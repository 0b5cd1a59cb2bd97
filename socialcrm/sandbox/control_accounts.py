"""Control calls about people, their accounts and their credentials."""

from __future__ import annotations

from aiohttp import web

from . import people
from .control_frame import Body, Wrong, account_of, network_of
from .state import TWITTER, Sandbox

TIERS = ("self_serve", "enterprise")


def credentials(sandbox: Sandbox, request: web.Request, body: Body) -> Body:
    """GET /_control/credentials?network=&handle=&scope=: all that a client library needs to sign in as that account."""
    network, handle = network_of(request.query), request.query.get("handle")
    account = account_of(sandbox, network, handle) if handle else None
    found = network.credentials(sandbox, account, request.query.get("scope", ""))
    return {"network": network.id, **found, **({"handle": network.handle(account)} if account else {})}


def set_tier(sandbox: Sandbox, request: web.Request, body: Body) -> Body:
    """POST /_control/tier {tier, handle?}: for one account, or for the apps when no handle is given."""
    tier = body.get("tier")
    if tier not in TIERS:
        raise Wrong(f"tier must be one of {', '.join(TIERS)}")
    network = network_of(body)
    if network.id != TWITTER:
        raise Wrong(f"{network.label} has no tiers")
    if body.get("handle"):
        account = account_of(sandbox, network, body["handle"])
        sandbox.world.run("UPDATE accounts SET tier=? WHERE network=? AND id=?", tier, network.id, account["id"])
    else:
        sandbox.world.run("UPDATE apps SET tier=? WHERE network=?", tier, network.id)
    return {"tier": tier}


def set_account(sandbox: Sandbox, request: web.Request, body: Body) -> Body:
    """POST /_control/account {network, handle, state?: active|suspended|protected, rename_to?, name?, bio?, ...}."""
    network = network_of(body)
    account = account_of(sandbox, network, body.get("handle"))
    try:
        people.change(sandbox, account, body)
    except ValueError as error:
        raise Wrong(str(error)) from None
    return people.show_account(sandbox, network, account_of(sandbox, network, account["id"]))


def revoke(sandbox: Sandbox, request: web.Request, body: Body) -> Body:
    """POST /_control/revoke {network, handle}: the person throws the app out; all tokens end."""
    network = network_of(body)
    return {"revoked": network.revoke(sandbox, account_of(sandbox, network, body.get("handle")))}


def list_people(sandbox: Sandbox, request: web.Request, body: Body) -> Body:
    """GET /_control/people?customers=1&network=: the directory that a demo CRM is filled from."""
    if request.query.get("network"):
        network_of(request.query)
    return {"people": people.directory(sandbox, request.query.get("customers") == "1")}
