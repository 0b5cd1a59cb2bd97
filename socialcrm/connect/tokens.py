"""Keep an account's token fresh: one process refreshes, the others wait for its result.

A refresh token works once, so two refreshes at once kill the account. The turn is taken by one UPDATE of the account's
row (the row lock), committed before the network is called, with a lease for the case that its holder dies.
"""

from __future__ import annotations

import time
import uuid
from datetime import timedelta
from typing import Any

from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext as _

from socialcrm.models import SocialAccount
from socialcrm.networks.base import AuthExpired, Credentials, NetworkError, OutcomeUnknown, Rejected, Unreachable

from .guard import outside_transaction
from .state import lost_access

EARLY = timedelta(minutes=5)
LEASE = timedelta(seconds=30)
PATIENCE = 40.0
FIELDS = ("state", "state_detail", "credentials", "credentials_version", "token_expires_at", "refreshing_until")


def is_due(account: SocialAccount) -> bool:
    """Whether the token ends within five minutes."""
    return account.token_expires_at is not None and account.token_expires_at - EARLY <= timezone.now()


def refresh(account: SocialAccount) -> None:
    """Bring the account's token up to date, once for all processes; the account is re-read in place.

    The token that `account` holds is taken as spent: where another process has a newer one already, that one is used.
    Raises AuthExpired once the access is gone, Unreachable where the network could not be asked now.
    """
    outside_transaction()
    spent_version, give_up = account.credentials_version, time.monotonic() + PATIENCE
    while time.monotonic() < give_up:
        account.refresh_from_db(fields=FIELDS)
        if account.state in (SocialAccount.State.NEEDS_RECONNECT, SocialAccount.State.DISCONNECTED):
            raise AuthExpired(account.state_detail, code="reconnect")
        if account.credentials_version != spent_version:
            return
        turn = _take_turn(account)
        if turn:
            return _refresh_now(account, turn)
        time.sleep(0.05)
    raise Unreachable(_("Another process is still renewing the access."))


def _take_turn(account: SocialAccount) -> uuid.UUID | None:
    turn = uuid.uuid4()
    free = Q(refreshing_until__isnull=True) | Q(refreshing_until__lt=Now())
    mine = SocialAccount.objects.filter(free, pk=account.pk, credentials_version=account.credentials_version)
    return turn if mine.update(refresh_id=turn, refreshing_until=Now() + LEASE) else None


def _refresh_now(account: SocialAccount, turn: uuid.UUID) -> None:
    try:
        fresh = _ask(account)
    except (AuthExpired, Rejected) as error:
        _give_turn_back(account, turn)
        lost_access(account, error.detail or _("The network no longer accepts this access."))
        raise AuthExpired(error.detail, status=error.status, code=error.code) from error
    except OutcomeUnknown as error:
        # The turn is kept until its lease ends, so that a silent network is asked twice a minute and no more.
        raise Unreachable(error.detail) from error
    except NetworkError:
        _give_turn_back(account, turn)
        raise
    _keep(account, turn, fresh)


def _ask(account: SocialAccount) -> Credentials:
    """Ask for new credentials. A lost answer is asked for once more: had the first one counted, the old token is dead
    and the account with it, asked or not; had it not, this saves it."""
    from .access import network_of

    network = network_of(account, "refresh")
    if not network.credentials or not network.credentials.refresh_token:
        raise AuthExpired(_("This access cannot be renewed."), code="no_refresh_token")
    try:
        return network.refresh()
    except OutcomeUnknown:
        return network.refresh()


def _keep(account: SocialAccount, turn: uuid.UUID, fresh: Credentials) -> None:
    kept = SocialAccount.objects.filter(pk=account.pk, refresh_id=turn).update(
        **stored(fresh),
        credentials_version=F("credentials_version") + 1,
        refresh_id=None,
        refreshing_until=None,
    )
    account.refresh_from_db(fields=FIELDS)
    if not kept and account.state == SocialAccount.State.DISCONNECTED:
        raise AuthExpired(_("The account was disconnected."), code="reconnect")


def _give_turn_back(account: SocialAccount, turn: uuid.UUID) -> None:
    SocialAccount.objects.filter(pk=account.pk, refresh_id=turn).update(refresh_id=None, refreshing_until=None)


def stored(credentials: Credentials) -> dict[str, Any]:
    """Credentials as the account's columns: secrets only in the encrypted one."""
    return {
        "credentials": {
            "kind": credentials.kind,
            "access_token": credentials.access_token,
            "refresh_token": credentials.refresh_token,
            "token_secret": credentials.token_secret,
        },
        "token_expires_at": credentials.expires_at,
        "scopes": " ".join(credentials.scopes)[:500],
    }
