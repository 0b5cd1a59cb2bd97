"""Apps that are registered on this server, and the tokens they hold."""

from __future__ import annotations

import secrets
from urllib.parse import urlsplit

from socialcrm.sandbox.state import Sandbox

from .endpoint import Caller, Refused, Row
from .instance import SCOPES, scopes

# The ways of a client without a web address of its own.
BY_HAND = "urn:ietf:wg:oauth:2.0:oob"
DEMO_APP = "Lumen CRM"


def register(caller: Caller) -> Row:
    """POST /api/v1/apps: name, addresses to come back to, and scopes that the server knows."""
    form = caller.form
    uris = form.get("redirect_uris") or ""
    uris = uris.split() if isinstance(uris, str) else [str(one) for one in uris]
    wanted = str(form.get("scopes") or "read").split()
    _check(str(form.get("client_name") or ""), uris, wanted, scopes(caller.sandbox))
    row: Row = {"client_id": secrets.token_urlsafe(32), "client_secret": secrets.token_urlsafe(32)}
    row |= {"name": form["client_name"], "website": form.get("website"), "scopes": " ".join(wanted)}
    number = caller.sandbox.world.insert("masto_apps", {**row, "redirect_uris": "\n".join(uris)})
    shown = {"redirect_uris": uris, "redirect_uri": "\n".join(uris), "scopes": wanted}
    return {"id": str(number), **row, **shown, "client_secret_expires_at": 0, "vapid_key": ""}


def _check(name: str, uris: list[str], wanted: list[str], offered: list[str]) -> None:
    """Raises the 422 that Mastodon gives; an app has no account, so its words are English."""
    if not name.strip():
        raise Refused(422, "Validation failed: Application name can't be blank")
    if not uris:
        raise Refused(422, "Validation failed: Redirect URI can't be blank")
    if any(uri != BY_HAND and not urlsplit(uri).scheme for uri in uris):
        raise Refused(422, "Validation failed: Redirect URI must be an absolute URI.")
    if not set(wanted) <= set(offered):
        raise Refused(422, "Validation failed: Scopes doesn't match configured on the server.")


def find(sandbox: Sandbox, client_id: str) -> Row | None:
    """An app by its id."""
    return sandbox.world.one("SELECT * FROM masto_apps WHERE client_id=?", client_id)


def demo_app(sandbox: Sandbox) -> Row:
    """The app whose keys the control API gives; its id and secret follow from the seed."""
    keys = {"client_id": f"sbx{sandbox.seed}", "client_secret": f"sbx-secret-{sandbox.seed}"}
    app = find(sandbox, keys["client_id"])
    if app is None:
        more = {"website": None, "redirect_uris": BY_HAND, "scopes": " ".join(SCOPES)}
        sandbox.world.insert("masto_apps", {**keys, "name": DEMO_APP, **more})
    return app or keys


def issue(sandbox: Sandbox, client_id: str, account: int | None, scope: str) -> Row:
    """A fresh access token, as the token endpoint answers it."""
    token, now = secrets.token_urlsafe(32), sandbox.clock.now()
    row = {"token": token, "kind": "access", "client_id": client_id, "account": account, "scope": scope}
    sandbox.world.insert_many("masto_tokens", [{**row, "redirect_uri": "", "challenge": "", "at": now, "revoked": 0}])
    return {"access_token": token, "token_type": "Bearer", "scope": scope, "created_at": now // 1000}


def revoke_account(sandbox: Sandbox, account: int) -> int:
    """End every token of an account; returns how many were ended."""
    return sandbox.world.run("UPDATE masto_tokens SET revoked=1 WHERE account=? AND revoked=0", account)
