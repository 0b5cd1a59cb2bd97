"""Which colleagues may work on a conversation."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.backends import ModelBackend
from django.db.models import Exists, OuterRef, Q, QuerySet

from socialcrm.access import hidden, visible_conversations
from socialcrm.contacts import get_adapter, person_name
from socialcrm.models import Conversation, ProfileLink, SocialAccount
from socialcrm.models.conversation import PRIVATE_THREAD

WORK = "socialcrm.work_inbox"
READ_PRIVATE = "socialcrm.read_private_posts"


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


def colleagues_who_see(conversation: Conversation) -> list[Any]:
    """Who may see and work on this conversation, by name; a fixed number of queries, as far as the host's rule has."""
    found = colleagues(conversation.account)
    if conversation.is_private:
        readers = ModelBackend().with_perm(READ_PRIVATE, is_active=True)
        able = set(readers.values_list("pk", flat=True))
        found = [user for user in found if user.pk in able]
    links = ProfileLink.objects.filter(profile=conversation.profile_id, state="linked", contact__isnull=False)
    link = links.select_related("contact").first()
    return get_adapter().viewers(found, link.contact) if link else found


def holders(user: Any) -> list[Any]:
    """Colleagues who look after a conversation that the user may see and that is not done, by name: one query."""
    held = visible_conversations(user).filter(assignee=OuterRef("pk")).exclude(status=Conversation.Status.RESOLVED)
    found = get_user_model()._default_manager.filter(Exists(held)).exclude(pk=user.pk)
    return sorted(found, key=lambda one: person_name(one).casefold())


def may_work_on(user: Any, conversation: Conversation) -> bool:
    """Whether this user may work on this conversation: active, permitted, the account's and the person's to see."""
    if not (user.is_active and user.has_perm(WORK)):
        return False
    if conversation.thread_id.startswith(PRIVATE_THREAD) and not user.has_perm(READ_PRIVATE):
        return False
    accounts = SocialAccount.objects.usable_by(user).values("pk")
    mine = Conversation.objects.filter(~hidden(user, "profile_id"), pk=conversation.pk, account__in=accounts)
    return mine.exists()
