"""OAuth 1.0a (RFC 5849) with HMAC-SHA1: signatures are really checked, each nonce once."""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from aiohttp import web

from socialcrm.sandbox.state import Sandbox, of

from .problems import Problem, unauthorized

SKEW_S = 300
PUBLIC_BASES = ("https://api.twitter.com", "https://api.x.com")


@dataclass(frozen=True)
class Signed:
    """A request whose signature was right: by which app, with which token row."""

    app: dict[str, Any]
    token: dict[str, Any] | None
    params: dict[str, str]


def escape(text: str) -> str:
    """Percent-encode as RFC 5849 3.6 wants it."""
    return quote(text, safe="-._~")


def header_params(request: web.Request) -> dict[str, str]:
    """The parameters of an `Authorization: OAuth ...` header; empty when there is none."""
    header = request.headers.get("authorization", "")
    if not header.lower().startswith("oauth "):
        return {}
    pairs = (part.strip().partition("=") for part in header[6:].split(","))
    return {unquote(name): unquote(value.strip().strip('"')) for name, _, value in pairs}


async def verify(request: web.Request) -> Signed:
    """Check app, token, time, nonce and signature of a request; 401 when any is wrong."""
    sandbox, params = of(request), header_params(request)
    app = sandbox.world.one("SELECT * FROM apps WHERE consumer_key=?", params.get("oauth_consumer_key", ""))
    if app is None or params.get("oauth_signature_method") != "HMAC-SHA1":
        raise unauthorized()
    token = _token(sandbox, params, app)
    secret = token["secret"] if token else ""
    key = f"{escape(app['consumer_secret'])}&{escape(secret)}".encode()
    if not await _signature_ok(request, params, key):
        raise unauthorized()
    _spend_nonce(sandbox, params)
    return Signed(app, token, params)


def _token(sandbox: Sandbox, params: dict[str, str], app: dict[str, Any]) -> dict[str, Any] | None:
    if not params.get("oauth_token"):
        return None
    sql = "SELECT * FROM oauth1_tokens WHERE token=? AND consumer_key=? AND revoked=0"
    token = sandbox.world.one(sql, params["oauth_token"], app["consumer_key"])
    if token is None:
        raise unauthorized()
    return token


async def _signature_ok(request: web.Request, params: dict[str, str], key: bytes) -> bool:
    given = params.get("oauth_signature", "")
    normal = await _normal_params(request, params)
    path = request.rel_url.raw_path
    for base in (*PUBLIC_BASES, *local_bases(request)):
        text = "&".join((request.method, escape(base + path), escape(normal))).encode()
        right = base64.b64encode(hmac.new(key, text, hashlib.sha1).digest()).decode()
        if hmac.compare_digest(right, given):
            return True
    return False


def local_bases(request: web.Request) -> set[str]:
    """The addresses that this very server may have been called by."""
    return {of(request).public_url.rstrip("/"), f"http://{request.headers.get('host', '').lower()}"}


async def _normal_params(request: web.Request, params: dict[str, str]) -> str:
    pairs = [(k, v) for k, v in params.items() if k not in ("oauth_signature", "realm")]
    pairs += parse_qsl(urlsplit(str(request.raw_path)).query, keep_blank_values=True)
    if request.content_type == "application/x-www-form-urlencoded":
        pairs += parse_qsl(await request.text(), keep_blank_values=True)
    return "&".join(f"{k}={v}" for k, v in sorted((escape(k), escape(v)) for k, v in pairs))


def _spend_nonce(sandbox: Sandbox, params: dict[str, str]) -> None:
    nonces: dict[tuple[str, str, str], int] = sandbox.memory.setdefault("nonces", {})
    now = sandbox.clock.now() // 1000
    stamp, nonce = params.get("oauth_timestamp", ""), params.get("oauth_nonce", "")
    if not stamp.isdigit() or not nonce or not _near(sandbox, int(stamp)):
        raise unauthorized()
    key = (params.get("oauth_consumer_key", ""), params.get("oauth_token", ""), nonce + stamp)
    if key in nonces:
        raise unauthorized()
    nonces[key] = now
    if len(nonces) > 20000:
        fresh = {k: seen for k, seen in nonces.items() if now - seen <= 2 * SKEW_S}
        sandbox.memory["nonces"] = fresh


def _near(sandbox: Sandbox, stamp: int) -> bool:
    # A client's clock is the machine's: where a test moves the sandbox's, it says whether clients have to follow.
    clocks = [sandbox.clock.now() // 1000] + ([] if sandbox.world.get("strict_clock") else [int(time.time())])
    return min(abs(stamp - now) for now in clocks) <= SKEW_S


def refuse(code: int, message: str, status: int = 401) -> Problem:
    """The old error shape that the three OAuth 1.0a addresses use."""
    return Problem(status, {"errors": [{"code": code, "message": message}]})
