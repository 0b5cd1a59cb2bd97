"""The only door to an account's credentials: open a network as that account."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, TypeVar

from django.utils import timezone
from django.utils.translation import gettext as _

from socialcrm import ledger
from socialcrm.models import SocialAccount
from socialcrm.models.fields import KeyMissing
from socialcrm.networks import get_network
from socialcrm.networks.base import AuthExpired, Credentials, Limit, Network, Spent

from . import tokens
from .guard import outside_transaction
from .state import lost_access

T = TypeVar("T")


def open_network(account: SocialAccount, purpose: str) -> Network:
    """The network, acting as the account, with a token that is fresh for minutes; `purpose` names the ledger's line.

    Raises AuthExpired where the account has lost its access, Unreachable where a due refresh could not be made now,
    CalledInTransaction inside a transaction. `account` is brought up to date in place.
    """
    outside_transaction()
    if account.state in (SocialAccount.State.NEEDS_RECONNECT, SocialAccount.State.DISCONNECTED):
        raise AuthExpired(_("%(account)s has to be connected again.") % {"account": account}, code="reconnect")
    if tokens.is_due(account):
        tokens.refresh(account)
    return network_of(account, purpose)


def use(account: SocialAccount, purpose: str, work: Callable[[Network], T]) -> T:
    """Do something on the network as the account. Refused access is renewed once and the work done again; where that
    does not help, the account asks to be connected again and AuthExpired is raised. Other NetworkErrors pass through.
    """
    try:
        return work(open_network(account, purpose))
    except AuthExpired:
        tokens.refresh(account)
    try:
        return work(open_network(account, purpose))
    except AuthExpired as error:
        lost_access(account, error.detail or _("The network no longer accepts this access."))
        raise


def network_of(account: SocialAccount, purpose: str) -> Network:
    """The network as the account, whatever the state and age of its token. Raises AuthExpired without a key."""
    return get_network(account.network, credentials_of(account), on_spent=_Ledger(account, purpose))


def rules_of(account: SocialAccount) -> Network:
    """The network as the account, without its secrets: its addresses, counts and rules. Calls nobody."""
    return get_network(account.network, _credentials(account, {"kind": ""}))


def credentials_of(account: SocialAccount) -> Credentials:
    """The account's decrypted credentials. Where no key opens them, the row is kept and the account asks for help."""
    try:
        return _credentials(account, account.credentials)
    except KeyMissing as error:
        lost_access(account, str(error))
        raise AuthExpired(str(error), code="key") from error


def _credentials(account: SocialAccount, secrets: Mapping[str, Any]) -> Credentials:
    return Credentials(
        kind=secrets.get("kind", "oauth2"),
        external_id=account.external_id,
        handle=account.handle,
        access_token=secrets.get("access_token", ""),
        refresh_token=secrets.get("refresh_token", ""),
        token_secret=secrets.get("token_secret", ""),
        expires_at=account.token_expires_at,
        scopes=tuple(account.scopes.split()),
        tier=account.tier,
        server=account.server,
        facts=account.server_facts,
    )


class _Ledger:
    """Told of every answered call: writes its cost down, and makes writers wait once the window is spent."""

    def __init__(self, account: SocialAccount, purpose: str) -> None:
        self.account, self.purpose = account, purpose

    def __call__(self, spent: Spent, limit: Limit | None) -> None:
        outside_transaction()
        if self.purpose == "reply" and limit is not None and limit.remaining == 0 and limit.resets_at is not None:
            # The window is used up: the next reply would be refused, so it waits here.
            until = min(limit.resets_at, timezone.now() + timedelta(days=1))
            SocialAccount.objects.filter(pk=self.account.pk).update(replies_wait_until=until)
        ledger.note(self.account, self.purpose, spent, limit)
