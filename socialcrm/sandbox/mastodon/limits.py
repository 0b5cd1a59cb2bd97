"""Rate limits: 300 calls in 5 minutes, 300 new statuses in 3 hours, for each account; for each address as nobody."""

from __future__ import annotations

from datetime import UTC, datetime

from socialcrm.sandbox.state import MASTODON, Sandbox

CALLS, STATUSES = "calls", "statuses"
LIMITS = {CALLS: (300, 300), STATUSES: (300, 10800)}  # bucket: how many, in how many seconds


def allowed(sandbox: Sandbox, bucket: str) -> tuple[int, int]:
    """How many calls in how many seconds; the control API's own limits win, `*` stands for both buckets."""
    key = f"limits_{MASTODON}"
    own = sandbox.memory.get(key)
    if own is None:
        own = sandbox.memory[key] = sandbox.world.get(key, {})
    rule = own.get(bucket) or own.get("*")
    return (int(rule["limit"]), int(rule["window_s"])) if rule else LIMITS[bucket]


def spend(sandbox: Sandbox, bucket: str, who: int | str) -> tuple[bool, dict[str, str]]:
    """Count one call. Returns whether it may go on, and the headers to send either way; the reset is an ISO time."""
    limit, seconds = allowed(sandbox, bucket)
    end = (sandbox.clock.now() // 1000 // seconds + 1) * seconds
    windows = sandbox.memory.setdefault(f"windows_{MASTODON}", {})
    last, used = windows.get((bucket, who), (end, 0))
    used = used + 1 if last == end else 1
    windows[bucket, who] = end, used
    reset = datetime.fromtimestamp(end, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    left = str(max(0, limit - used))
    headers = {"X-RateLimit-Limit": str(limit), "X-RateLimit-Remaining": left, "X-RateLimit-Reset": reset}
    return used <= limit, headers
