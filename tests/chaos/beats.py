"""Two beats on purpose: each stream is still looked at once per window, by the network's own count."""

from __future__ import annotations

import time
from collections import defaultdict
from typing import Any

from .stage import Stage

HANDLES = ("lumen_desk", "lumen_lighting")
KINDS = {"mentions": "mentions", "own_posts": "tweets"}
WINDOW = 5  # seconds; the beat's own is as long
TICK = 0.2


def prepare(stage: Stage) -> dict[int, str]:
    """Two accounts whose streams are due every five seconds, and a counter for each on the network; names by rule."""
    from socialcrm import sync
    from socialcrm.models import Stream
    from tests.rooms.outbox_world import World

    stage.sandbox.control("POST", "limits", {"endpoint": "*", "limit": 1_000_000})
    world = World(stage.sandbox, [])
    counters = {}
    for account in (world.account, world.connect(HANDLES[1])):
        sync.ensure_streams(account)
        for kind, path in KINDS.items():
            match = {"method": "GET", "path": f"^/2/users/[0-9]+/{path}", "account": account.handle}
            rule = {"action": "delay", "ms": 0, "match": match}
            counters[stage.sandbox.control("POST", "faults", rule)["ids"][0]] = f"{account.handle} {kind}"
    Stream.objects.update(interval=WINDOW)
    return counters


def watch(stage: Stage, seconds: float = 30) -> dict[str, list[float]]:
    """When each stream was looked at, for so long from the first look on."""
    counters, looks = prepare(stage), defaultdict[str, list[float]](list)
    stage.start()
    started, patience = 0.0, time.monotonic() + 60
    while not started or time.monotonic() - started < seconds:
        time.sleep(TICK)
        now = time.monotonic()
        if not started and now > patience:
            break
        for rule in stage.sandbox.control("GET", "faults")["faults"]:
            name = counters[rule["id"]]
            looks[name] += [now] * (rule["seen"] - len(looks[name]))
        started = started or (now if any(looks.values()) else 0.0)
    return looks


def judge(stage: Stage, looks: dict[str, list[float]], seconds: float = 30) -> tuple[dict[str, Any], list[str]]:
    """The table, and what is wrong: a window with two looks, a stream that nobody looked at."""
    gaps = [after - before for moments in looks.values() for before, after in zip(moments, moments[1:], strict=False)]
    found: dict[str, Any] = {"beats": stage.plan.beats, "workers": stage.plan.workers, "seconds": seconds}
    found |= {f"looks at {name}": len(moments) for name, moments in sorted(looks.items())}
    found |= {"doubles": sum(gap < WINDOW - 2 * TICK - 0.5 for gap in gaps)}
    found |= {"shortest pause (s)": round(min(gaps, default=0), 1), "longest pause (s)": round(max(gaps, default=0), 1)}
    idle = [name for name, moments in looks.items() if len(moments) < seconds / (3 * WINDOW)]
    wrong = ["doubles"] * bool(found["doubles"]) + [f"looks at {name}" for name in idle]
    return found, wrong or ["beats"] * (len(looks) < len(HANDLES) * len(KINDS))
