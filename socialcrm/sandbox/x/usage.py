"""How many posts the app has read: GET /2/usage/tweets."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from aiohttp import web

from socialcrm.sandbox.state import Sandbox

from . import problems
from .auth import Caller

CAP = 3_000_000
PROJECT = 1764192610


async def tweets(request: web.Request, sandbox: Sandbox, caller: Caller) -> tuple[int, dict[str, Any]]:
    """GET /2/usage/tweets, for the app itself."""
    days = request.query.get("days", "7")
    if not re.fullmatch(r"\d{1,2}", days) or not 1 <= int(days) <= 90:
        raise problems.invalid(f"The `days` query parameter value [{days}] is not between 1 and 90", "days", days)
    today = datetime.fromtimestamp(sandbox.clock.now() / 1000, UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    usage = sandbox.memory.get("usage", {})
    daily = []
    for back in range(int(days)):
        day = today - timedelta(days=back)
        used = len(usage.get((caller.app["client_id"], day.date().isoformat()), ()))
        daily.append({"date": day.strftime("%Y-%m-%dT%H:%M:%S.000Z"), "usage": used})
    total = sum(len(used) for (client, _), used in usage.items() if client == caller.app["client_id"])
    data = {
        "cap_reset_day": 1,
        "daily_project_usage": {"project_id": PROJECT, "usage": daily},
        "daily_client_app_usage": [
            {"client_app_id": str(PROJECT + 1), "usage": daily, "usage_result_count": len(daily)}
        ],
        "project_cap": CAP,
        "project_id": str(PROJECT),
        "project_usage": total,
    }
    shown = set(
        request.query.get(
            "usage.fields", "cap_reset_day,project_cap,project_id,project_usage,daily_project_usage"
        ).split(",")
    )
    return 200, {"data": {key: value for key, value in data.items() if key in shown}}
