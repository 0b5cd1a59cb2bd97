"""The ledger's door for calls made as an account."""

from __future__ import annotations

import importlib
from typing import Any

from socialcrm.models import SocialAccount
from socialcrm.networks.base import Limit, Spent


def note(account: SocialAccount, purpose: str, spent: Spent, limit: Limit | None) -> None:
    """Write down what a call cost."""
    ledger = _ledger()
    if ledger:
        ledger.note(account, purpose, spent, limit)


def may_spend(account: SocialAccount, purpose: str) -> bool:
    """Whether the month's budget allows a call for this purpose."""
    ledger = _ledger()
    return bool(ledger.may_spend(account, purpose)) if ledger else True


def _ledger() -> Any:
    try:
        return importlib.import_module("socialcrm.ledger")
    except ModuleNotFoundError:
        return None
