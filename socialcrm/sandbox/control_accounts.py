"""Control calls about people, their accounts and their credentials."""

from __future__ import annotations

from aiohttp import web

from . import people
from .control_frame import Body, Wrong, account_of, network_of
from .state import TWITTER, Sandbox
from .x import apps

TIERS = ("self_serve", "enterprise")


def credentials(sandbox: Sandbox, request: web.Request, body: Body) -> Body:
    """GET /_control/credentials?network=&handle=&scope=: all that a client library needs to sign in as that account."""
    network = network_of(request.query)
    app = apps.main_app(sandbox)
    public = sandbox.world.value("SELECT client_id FROM apps WHERE network=? AND confidential=0", TWITTER)
    keys = ("client_id", "client_secret", "consumer_key", "consumer_secret")
    answer = {**{key: app[key] for key in keys}, "bearer_token": app["bearer"], "public_client_id": public}
    answer |= {"network": network, "base_url": sandbox.public_url, "tier": app["tier"]}
    if not request.query.get("handle"):
        return answer
    account = account_of(sandbox, network, request.query["handle"])
    with sandbox.world.write():
        token, secret = apps.issue_oauth1(sandbox, app["consumer_key"], account["id"])
        scope = request.query.get("scope", apps.ALL_SCOPES)
        oauth2 = apps.issue_oauth2(sandbox, app["client_id"], account["id"], scope)
    answer |= {"handle": account["handle"], "user_id": str(account["id"]), "tier": account["tier"] or app["tier"]}
    return {**answer, "access_token": token, "access_token_secret": secret, "oauth2": oauth2}


def set_tier(sandbox: Sandbox, request: web.Request, body: Body) -> Body:
    """POST /_control/tier {tier, handle?}: for one account, or for the apps when no handle is given."""
    tier = body.get("tier")
    if tier not in TIERS:
        raise Wrong(f"tier must be one of {', '.join(TIERS)}")
    network = network_of(body)
    if body.get("handle"):
        account = account_of(sandbox, network, body["handle"])
        sandbox.world.run("UPDATE accounts SET tier=? WHERE network=? AND id=?", tier, network, account["id"])
    else:
        sandbox.world.run("UPDATE apps SET tier=? WHERE network=?", tier, network)
    return {"tier": tier}


def set_account(sandbox: Sandbox, request: web.Request, body: Body) -> Body:
    """POST /_control/account {network, handle, state?: active|suspended|protected, rename_to?, name?, bio?, ...}."""
    network = network_of(body)
    account = account_of(sandbox, network, body.get("handle"))
    try:
        people.change(sandbox, account, body)
    except ValueError as error:
        raise Wrong(str(error)) from None
    return people.show_account(sandbox, account_of(sandbox, network, account["id"]))


def revoke(sandbox: Sandbox, request: web.Request, body: Body) -> Body:
    """POST /_control/revoke {network, handle}: the person throws the app out; all tokens end."""
    account = account_of(sandbox, network_of(body), body.get("handle"))
    return {"revoked": apps.revoke_account(sandbox, account["id"])}


def list_people(sandbox: Sandbox, request: web.Request, body: Body) -> Body:
    """GET /_control/people?customers=1&network=: the directory that a demo CRM is filled from."""
    network_of(request.query)
    return {"people": people.directory(sandbox, request.query.get("customers") == "1")}
