"""The networks of this sandbox, by id."""

from __future__ import annotations

from .mastodon.network import Mastodon
from .network import Network
from .state import MASTODON, TWITTER
from .x.network import X

NETWORKS: dict[str, Network] = {TWITTER: X(), MASTODON: Mastodon()}
ALIASES = {"x": TWITTER, "": TWITTER}


def named(name: str) -> Network | None:
    """A network by id or alias; nothing means X."""
    return NETWORKS.get(ALIASES.get(name.lower(), name.lower()))


def at_path(path: str) -> Network | None:
    """The network whose API an address belongs to."""
    return next((one for one in NETWORKS.values() if path.startswith(one.paths)), None)
