"""The client apps that may sign in on the sandbox's X, and the tokens they hold."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import secrets
from typing import Any
from urllib.parse import urlsplit

from socialcrm.sandbox.state import TWITTER, Sandbox
from socialcrm.sandbox.words import words

ACCESS_MS = 2 * 3600 * 1000
REFRESH_MS = 183 * 24 * 3600 * 1000
ALL_SCOPES = "tweet.read tweet.write users.read offline.access"
KNOWN_SCOPES = set(
    words(
        "tweet.read tweet.write tweet.moderate.write users.read users.email follows.read follows.write offline.access "
        "space.read mute.read mute.write like.read like.write list.read list.write block.read block.write "
        "bookmark.read bookmark.write dm.read dm.write media.write timeline.read broadcast.read broadcast.write"
    )
)
LOOPBACK = {"127.0.0.1", "localhost", "[::1]", "::1"}


def _derive(seed: int, what: str, length: int) -> str:
    digest = hmac.new(f"sandbox-{seed}".encode(), what.encode(), hashlib.sha512).hexdigest()
    return (digest * 2)[:length]


def make_apps(sandbox: Sandbox) -> None:
    """The two demo apps of a fresh world; their keys follow from the seed, so a script can know them."""
    for name, confidential in (("Lumen CRM", 1), ("Lumen CRM (public client)", 0)):
        seed = sandbox.seed
        sandbox.world.insert(
            "apps",
            {
                "network": TWITTER,
                "client_id": "sbx" + _derive(seed, f"{name} id", 31),
                "client_secret": _derive(seed, f"{name} secret", 50) if confidential else "",
                "consumer_key": _derive(seed, f"{name} consumer", 25),
                "consumer_secret": _derive(seed, f"{name} consumer secret", 50),
                "bearer": "AAAAAAAAAAAAAAAAAAAAA" + _derive(seed, f"{name} bearer", 80),
                "name": name,
                "confidential": confidential,
                "tier": "self_serve",
                "redirect_uris": ["http://127.0.0.1/*", "http://localhost/*"],
            },
        )


def main_app(sandbox: Sandbox) -> dict[str, Any]:
    """The confidential demo app."""
    app = sandbox.world.one("SELECT * FROM apps WHERE network=? AND confidential=1", TWITTER)
    assert app is not None
    return app


def redirect_allowed(app: dict[str, Any], uri: str) -> bool:
    """Exact match with a registered address; `/*` on a loopback host stands for every port and path there."""
    parts = urlsplit(uri)
    for registered in json.loads(app["redirect_uris"]):
        if uri == registered:
            return True
        base = urlsplit(registered)
        wild = base.path == "/*" and base.hostname in LOOPBACK
        if wild and parts.scheme == "http" and parts.hostname == base.hostname and not parts.fragment:
            return parts.username is None
    return False


def issue_oauth1(sandbox: Sandbox, consumer_key: str, account: int) -> tuple[str, str]:
    """The account's access token and secret for an app; X gives the same pair until it's revoked."""
    row = sandbox.world.one(
        "SELECT token, secret FROM oauth1_tokens WHERE kind='access' AND consumer_key=? AND account=? AND revoked=0",
        consumer_key,
        account,
    )
    if row is not None:
        return row["token"], row["secret"]
    token = f"{account}-{secrets.token_hex(20)}"
    return token, store_oauth1(sandbox, token, "access", consumer_key, account)


def store_oauth1(
    sandbox: Sandbox, token: str, kind: str, consumer_key: str, account: int | None, callback: str = ""
) -> str:
    """Store a request or access token; returns its new secret."""
    secret = secrets.token_hex(22)
    row = {"token": token, "secret": secret, "kind": kind, "consumer_key": consumer_key, "account": account}
    more = {"callback": callback, "verifier": "", "created_at": sandbox.clock.now(), "revoked": 0}
    sandbox.world.insert_many("oauth1_tokens", [{**row, **more}])
    return secret


def issue_oauth2(
    sandbox: Sandbox, client_id: str, account: int, scope: str, family: str | None = None
) -> dict[str, Any]:
    """A fresh pair of tokens as the token endpoint answers it; the refresh token only with offline.access."""
    family = family or secrets.token_hex(8)
    now = sandbox.clock.now()
    common = {"family": family, "client_id": client_id, "account": account, "scope": scope, "used": 0, "revoked": 0}
    access = secrets.token_urlsafe(48)
    rows = [{"token": access, "kind": "access", "expires_at": now + ACCESS_MS, **common}]
    answer = {"token_type": "bearer", "expires_in": ACCESS_MS // 1000, "access_token": access, "scope": scope}
    if "offline.access" in scope.split():
        answer["refresh_token"] = secrets.token_urlsafe(48)
        rows.append({"token": answer["refresh_token"], "kind": "refresh", "expires_at": now + REFRESH_MS, **common})
    sandbox.world.insert_many("oauth2_tokens", rows)
    return answer


def revoke_family(sandbox: Sandbox, family: str) -> None:
    """End every token that came from one sign-in."""
    sandbox.world.run("UPDATE oauth2_tokens SET revoked=1 WHERE family=?", family)


def revoke_account(sandbox: Sandbox, account: int) -> int:
    """End every token of an account, of both kinds; returns how many were ended."""
    world = sandbox.world
    with world.write():
        ended = world.run("UPDATE oauth2_tokens SET revoked=1 WHERE account=? AND revoked=0", account)
        return ended + world.run("UPDATE oauth1_tokens SET revoked=1 WHERE account=? AND revoked=0", account)


def verifier_matches(verifier: str, challenge: str, method: str) -> bool:
    """PKCE (RFC 7636): whether the verifier belongs to the challenge."""
    if not re.fullmatch(r"[A-Za-z0-9\-._~]{43,128}", verifier) and method == "S256":
        return False
    if method == "plain":
        return hmac.compare_digest(verifier, challenge)
    digest = hashlib.sha256(verifier.encode()).digest()
    return hmac.compare_digest(base64.urlsafe_b64encode(digest).rstrip(b"=").decode(), challenge)
