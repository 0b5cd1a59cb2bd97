"""networks(): id -> class, from SOCIALCRM_NETWORKS (dotted paths), imported at use."""

from __future__ import annotations

from django.utils.module_loading import import_string

from socialcrm import conf

from .base import Credentials, Network, OnSpent
from .verbs import Verbs

__all__ = [
    "canonical_id",
    "capabilities",
    "get_network",
    "matrix",
    "network_class",
    "network_of_text",
    "networks",
    "reads",
]


def networks() -> dict[str, type[Network]]:
    """Every network this site knows, by id."""
    return {name: import_string(path) for name, path in conf.get("NETWORKS").items()}


def network_class(network_id: str) -> type[Network]:
    """The class of a network. Raises KeyError for one that this site does not know."""
    return networks()[canonical_id(network_id)]


def canonical_id(name: str) -> str:
    """The id of a network given its id or one of its aliases ("x" is "twitter"); unknown names come back unchanged."""
    for network_id, cls in networks().items():
        if name == network_id or name in cls.aliases:
            return network_id
    return name


def get_network(network_id: str, credentials: Credentials | None = None, *, on_spent: OnSpent | None = None) -> Network:
    """A network ready to work, as the account whose credentials are given (or as nobody).

    `on_spent` is told after each answered call what it cost and what the network said of its limit.
    """
    cls = network_class(network_id)
    return cls(conf.get("NETWORK_OPTIONS").get(canonical_id(network_id), {}), credentials, on_spent=on_spent)


def network_of_text(text: str, wanted: str = "") -> str:
    """The id of the network on which a text as typed names a person: the wanted one, or the only one that can read it.

    Where several can or none, it is the wanted one, else the first: its parser then says what is wrong.
    """
    wanted, able = canonical_id(wanted), [name for name, cls in networks().items() if reads(cls, text)]
    return able[0] if len(able) == 1 or (able and not wanted) else wanted or next(iter(networks()), "")


def reads(cls: type[Network], text: str) -> bool:
    """Whether the network takes this text for a person's handle or address."""
    try:
        return bool(cls.parse_handle(text))
    except (ValueError, NotImplementedError):
        return False


def capabilities() -> dict[str, dict[str, bool]]:
    """Verb -> network id -> whether that network has it, for every verb there is."""
    names = [name.removesuffix("_call") for name in vars(Verbs) if callable(getattr(Verbs, name))]
    verbs = dict.fromkeys(name for name in names if not name.startswith("_") and name != "run")
    return {verb: {network_id: cls.can(verb) for network_id, cls in networks().items()} for verb in verbs}


def matrix() -> str:
    """The capabilities as a table in Markdown; docs/networks.md holds it, and a test compares."""
    labels = [cls.label for cls in networks().values()]
    lines = [f"| verb | {' | '.join(labels)} |", f"|---|{'---|' * len(labels)}"]
    for verb, has in capabilities().items():
        lines.append(f"| `{verb}` | {' | '.join('yes' if one else '-' for one in has.values())} |")
    return "\n".join(lines)
