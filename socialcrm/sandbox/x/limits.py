"""Rate-limit windows of 15 minutes, per caller and address, with X's headers."""

from __future__ import annotations

from dataclasses import dataclass

from socialcrm.sandbox.state import TWITTER, Sandbox

from .auth import APP, Caller

WINDOW_S = 900
DAY_S = 86400
# "METHOD template": calls in 15 minutes for a user and for an app (0: not offered that way).
LIMITS = {
    "GET /2/users/me": (75, 0),
    "GET /2/users/:id": (900, 300),
    "GET /2/users/by/username/:username": (900, 300),
    "GET /2/users": (900, 300),
    "GET /2/users/by": (900, 300),
    "GET /2/users/:id/mentions": (300, 450),
    "GET /2/users/:id/tweets": (900, 1500),
    "GET /2/users/:id/followers": (300, 300),
    "GET /2/tweets": (900, 450),
    "GET /2/tweets/:id": (900, 450),
    "GET /2/tweets/search/recent": (300, 450),
    "POST /2/tweets": (100, 0),
    "DELETE /2/tweets/:id": (50, 0),
    "GET /2/usage/tweets": (0, 50),
}
DAILY_POSTS = 10000


@dataclass
class Window:
    """One caller's calls of one kind: how many are left, and until when (Unix seconds)."""

    limit: int
    remaining: int
    reset: int


def allowed(sandbox: Sandbox, endpoint: str, caller: Caller) -> tuple[int, int]:
    """Calls and seconds of a window; the control API's own limits win, `*` stands for every endpoint."""
    key = f"limits_{TWITTER}"
    own = sandbox.memory.get(key)
    if own is None:
        own = sandbox.memory[key] = sandbox.world.get(key, {})
    rule = own.get(endpoint) or own.get("*")
    if rule:
        return int(rule["limit"]), int(rule["window_s"])
    return LIMITS[endpoint][1 if caller.kind == APP else 0], WINDOW_S


def spend(sandbox: Sandbox, endpoint: str, caller: Caller) -> tuple[bool, dict[str, str]]:
    """Count one call. Returns whether it may go on, and the headers to send either way."""
    limit, seconds = allowed(sandbox, endpoint, caller)
    ok, window = _count(sandbox, f"{endpoint} {caller.app['client_id']} {caller.me}", limit, seconds)
    headers = _headers("x-rate-limit", window)
    if endpoint == "POST /2/tweets":
        day_ok, day = _count(sandbox, f"day {caller.app['client_id']}", DAILY_POSTS, DAY_S)
        ok = ok and day_ok
        headers |= _headers("x-app-limit-24hour", day)
    return ok, headers


def _headers(prefix: str, window: Window) -> dict[str, str]:
    return {
        f"{prefix}-limit": str(window.limit),
        f"{prefix}-remaining": str(window.remaining),
        f"{prefix}-reset": str(window.reset),
    }


def _count(sandbox: Sandbox, key: str, limit: int, seconds: int) -> tuple[bool, Window]:
    windows: dict[str, Window] = sandbox.memory.setdefault(f"windows_{TWITTER}", {})
    now = sandbox.clock.now() // 1000
    window = windows.get(key)
    if window is None or window.reset <= now or window.limit != limit or window.reset > now + seconds:
        window = windows[key] = Window(limit, limit, now + seconds)
    if window.remaining <= 0:
        return False, window
    window.remaining -= 1
    return True, window
