"""Which colleagues may work on a conversation."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.db.models import Q, QuerySet

from socialcrm.access import hidden
from socialcrm.models import Conversation, SocialAccount
from socialcrm.models.conversation import PRIVATE_THREAD

WORK = "socialcrm.work_inbox"


def workers() -> QuerySet[Any]:
    """Active users who may work on conversations."""
    found: QuerySet[Any] = ModelBackend().with_perm(WORK, is_active=True)
    return found


def colleagues(account: SocialAccount) -> list[Any]:
    """Who a conversation of this account can be given to, by name: one or two queries."""
    rows = workers()
    groups = account.groups.values("pk")
    allowed = rows.filter(Q(is_superuser=True) | Q(groups__in=groups)).distinct() if groups.exists() else rows
    return sorted(allowed, key=lambda user: (user.get_full_name() or user.get_username()).casefold())


def may_work_on(user: Any, conversation: Conversation) -> bool:
    """Whether this user may work on this conversation: active, permitted, the account's and the person's to see."""
    if not (user.is_active and user.has_perm(WORK)):
        return False
    if conversation.thread_id.startswith(PRIVATE_THREAD) and not user.has_perm("socialcrm.read_private_posts"):
        return False
    accounts = SocialAccount.objects.usable_by(user).values("pk")
    mine = Conversation.objects.filter(~hidden(user, "profile_id"), pk=conversation.pk, account__in=accounts)
    return mine.exists()
