"""Mail to those who manage the connected accounts, when one of them stops working."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.mail import send_mail
from django.dispatch import receiver
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from .social import LostAccess, account_lost_access, lost_access

MANAGE = "socialcrm.manage_accounts"


@receiver(account_lost_access, dispatch_uid="crm_core.lost_access")
def call_for_help(sender: Any, account: Any, **_more: Any) -> None:
    """Leave it to a worker to write the mail: whoever found out has other things to do."""
    from .tasks import mail_lost_access as task

    task.delay(account.pk)


def mail_lost_access(pk: int) -> int:
    """Write to everyone who may connect accounts and has an address; nothing where the account works again.

    Returns how many were written to.
    """
    lost = lost_access(pk)
    people = User.objects.with_perm(MANAGE, backend="django.contrib.auth.backends.ModelBackend")
    addresses = sorted(set(people.filter(is_active=True).exclude(email="").values_list("email", flat=True)))
    if lost is None or not addresses:
        return 0
    with translation.override(settings.LANGUAGE_CODE):
        subject = _("%(account)s lost access") % {"account": lost.name}
        body = _body(lost)
    # One letter each: nobody reads the others' addresses.
    return sum(send_mail(subject, body, None, [address]) for address in addresses)


def _body(lost: LostAccess) -> str:
    waiting = ngettext(
        "%(n)d reply waits, and is sent after that.", "%(n)d replies wait, and are sent after that.", lost.waiting
    ) % {"n": lost.waiting}
    lines = [
        _("The network no longer accepts our access as %(account)s: new mentions are not arriving.")
        % {"account": lost.name},
        _("Connect the account again, and what was missed is read then: %(url)s") % {"url": lost.url},
        waiting if lost.waiting else "",
    ]
    return "\n\n".join(line for line in lines if line)
