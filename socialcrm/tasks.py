"""Table of contents: the rooms' Celery tasks, for autodiscovery. A task gets the row and calls the room."""

from __future__ import annotations

from celery import shared_task

from . import inbox, ledger, matching, outbox, scoring, sync
from .models import Reply, SocialAccount

# The outbox


@shared_task(name="socialcrm.send_reply")
def send_reply(reply_id: int) -> None:
    """Send one reply whose time has come."""
    outbox.send(reply_id)


@shared_task(name="socialcrm.reconcile_reply")
def reconcile_reply(reply_id: int) -> None:
    """Find out what became of one reply."""
    outbox.reconcile(reply_id)


@shared_task(name="socialcrm.look_again")
def look_again(reply_id: int) -> int:
    """See whether the post of a reply that the network refused is still there."""
    reply = Reply.objects.select_related("account", "post").filter(pk=reply_id, post__isnull=False).first()
    return sync.look_again(reply.account, reply.post) if reply and reply.post else 0


@shared_task(name="socialcrm.sweep_outbox")
def sweep_outbox() -> int:
    """Find replies that nobody looks at."""
    return outbox.sweep()


@shared_task(name="socialcrm.tend_inbox")
def tend_inbox() -> int:
    """End snoozes, take work from who left, give new conversations to owners."""
    return inbox.tend()


# Sync, matching, scoring: one message for hundreds of rows; a second worker finds other rows, or none.


@shared_task(name="socialcrm.pull_due")
def pull_due() -> int:
    """Read every stream whose time has come."""
    return sync.pull_due()


@shared_task(name="socialcrm.pull_account")
def pull_account(account_id: int) -> int:
    """Read one account now."""
    account = SocialAccount.objects.filter(pk=account_id).first()
    return sync.pull_account(account) if account else 0


@shared_task(name="socialcrm.match_profiles")
def match_profiles() -> int:
    """Look for the contacts behind new profiles."""
    return matching.match_new()


@shared_task(name="socialcrm.discover_contacts")
def discover_contacts(contact_ids: list[str]) -> int:
    """Look up the profiles that these contacts list as theirs."""
    return matching.discover(contact_ids)


@shared_task(name="socialcrm.score_profiles")
def score_profiles() -> int:
    """Count every score of the day."""
    return scoring.score_profiles()


@shared_task(name="socialcrm.fetch_parents")
def fetch_parents() -> int:
    """Fetch what mentions answer."""
    return sync.fetch_parents()


@shared_task(name="socialcrm.refresh_profiles")
def refresh_profiles() -> int:
    """Read old profiles again."""
    return sync.refresh_profiles()


@shared_task(name="socialcrm.refresh_servers")
def refresh_servers() -> int:
    """Ask the servers of our accounts for their limits."""
    return sync.refresh_servers()


@shared_task(name="socialcrm.check_deletions")
def check_deletions() -> int:
    """Forget what was deleted on the networks."""
    return sync.check_deletions()


@shared_task(name="socialcrm.fill_gaps")
def fill_gaps() -> int:
    """Read again what a lost page token left out."""
    return sync.fill_lost()


# Housekeeping


@shared_task(name="socialcrm.prune")
def prune() -> int:
    """Delete what is kept for some days only."""
    return ledger.prune() + sync.prune()
