"""The OAuth dance of an account: start, finish, refresh, revoke; and the only way to its credentials."""

from __future__ import annotations

from .access import network_of, open_network, rules_of, use
from .dance import ConnectError, finish, start
from .guard import CalledInTransaction, outside_transaction
from .leave import disconnect, revoke
from .state import lost_access
from .tokens import refresh

__all__ = [
    "CalledInTransaction",
    "ConnectError",
    "disconnect",
    "finish",
    "lost_access",
    "network_of",
    "open_network",
    "outside_transaction",
    "refresh",
    "revoke",
    "rules_of",
    "start",
    "use",
]
