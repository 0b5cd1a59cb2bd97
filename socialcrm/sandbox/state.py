"""What every part of the running sandbox shares."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from .clock import Clock
from .faults import Faults
from .world import World

TWITTER, MASTODON = "twitter", "mastodon"
# The server of the sandbox's Mastodon; people of other servers have another host, people of X have none.
HOME = "town.example"


@dataclass
class Sandbox:
    """The running server's parts: the world, its clock, the faults, and the address it is reached at."""

    world: World
    clock: Clock
    faults: Faults
    public_url: str
    seed: int
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    memory: dict[str, Any] = field(default_factory=dict)

    def log(self, account: dict[str, Any], action: str, post: dict[str, Any], via: str) -> None:
        """Append what a network accepted: `action` post, edit, delete or boost; `via` api, web, control or town."""
        self.world.insert(
            "log",
            {
                "at": self.clock.now(),
                "network": account["network"],
                "account": account["id"],
                "handle": account["handle"],
                "action": action,
                "id": post["id"],
                "text": post["typed"],
                "in_reply_to": post["in_reply_to"],
                "via": via,
            },
        )

    def account(self, network: str, who: str | int) -> dict[str, Any] | None:
        """An account by handle (with or without @, with or without its host) or by id."""
        text = str(who).strip().lstrip("@").lower()
        name, _, host = text.partition("@")
        sql = "SELECT * FROM accounts WHERE network=? AND handle_lower=? AND (?='' OR host=?) ORDER BY host<>? LIMIT 1"
        found = self.world.one(sql, network, name, host, host, HOME)
        if found is None and text.isdecimal() and len(text) < 20 and int(text) < 1 << 63:
            found = self.world.one("SELECT * FROM accounts WHERE network=? AND id=?", network, int(text))
        return found


SANDBOX: web.AppKey[Sandbox] = web.AppKey("sandbox", Sandbox)


def of(request: web.Request) -> Sandbox:
    """The sandbox that serves this request."""
    # config_dict would copy per lookup; the app that owns the routes is the one with the key.
    return request.app[SANDBOX]
