"""What becomes of an account: lost access, disconnected, working again."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.db import transaction

from socialcrm import audit
from socialcrm.models import Reply, SocialAccount
from socialcrm.signals import account_lost_access


def lost_access(account: SocialAccount, detail: str) -> None:
    """The account needs to be connected again; its queued replies wait. Said once, whoever finds out first.

    Says nothing where the account got new credentials since `account` was read: those may well work.
    """
    with transaction.atomic():
        row = SocialAccount.objects.select_for_update().get(pk=account.pk)
        same = row.credentials_version == account.credentials_version
        if same and row.state in (SocialAccount.State.WORKING, SocialAccount.State.PAUSED):
            row.change_state(SocialAccount.State.NEEDS_RECONNECT, detail)
            Reply.objects.filter(account=row, state=Reply.State.QUEUED).update(hold="reconnect")
            audit.record(None, "account_lost_access", row)
            transaction.on_commit(partial(account_lost_access.send, SocialAccount, account=row), robust=True)
    account.state, account.state_detail, account.state_since = row.state, row.state_detail, row.state_since


def forget_secrets(account: SocialAccount, user: Any) -> None:
    """Drop the credentials and stop all work as this account; its history stays."""
    with transaction.atomic():
        row = SocialAccount.objects.select_for_update().get(pk=account.pk)
        row.credentials, row.token_expires_at, row.refresh_id = {}, None, None
        row.credentials_version += 1
        row.save(update_fields=["credentials", "token_expires_at", "refresh_id", "credentials_version"])
        row.change_state(SocialAccount.State.DISCONNECTED)
        Reply.objects.filter(account=row, state=Reply.State.QUEUED).update(hold="reconnect")
        audit.record(user, "account_disconnect", row)
    account.refresh_from_db()
