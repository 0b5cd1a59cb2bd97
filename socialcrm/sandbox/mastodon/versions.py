"""Which Mastodon the server plays: 4.6.4, or an older one that can less."""

from __future__ import annotations

from socialcrm.sandbox.state import Sandbox

VERSION = "4.6.4"
# Servers from here on describe their OAuth, know the scope `profile`, take PKCE, and give many statuses by id.
NEW = (4, 3)


def version(sandbox: Sandbox) -> str:
    """The version that the server plays; the control API chooses it."""
    return str(sandbox.world.get("masto_version") or VERSION)


def is_new(sandbox: Sandbox) -> bool:
    """Whether it plays one of today's."""
    return tuple(int(part) for part in version(sandbox).split(".")[:2]) >= NEW
