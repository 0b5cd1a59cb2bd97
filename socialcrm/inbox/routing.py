"""New conversations with contacts go to the contact's owner, where the owner may work on them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from socialcrm import conf
from socialcrm.contacts import get_adapter
from socialcrm.models import Conversation, ConversationEvent, ProfileLink, SocialAccount

from .history import write
from .people import workers

Kind = ConversationEvent.Kind
AT_ONCE = 500
# Somebody has decided who looks after it: routing does not know better.
DECIDED = (Kind.TAKEN, Kind.ASSIGNED, Kind.UNASSIGNED, Kind.ROUTED)


def route_to_owners() -> int:
    """Assign new conversations that nobody has to their contact's owner; how many.

    All are looked at, AT_ONCE together: those that no owner can take hide none behind them. A fixed number of queries
    for each lot.
    """
    if not conf.get("OWNER_ROUTING"):
        return 0
    routed, lot = 0, list(_unrouted()[:AT_ONCE])
    while lot:
        routed += _route(lot)
        lot = list(_unrouted().filter(pk__lt=lot[-1].pk)[:AT_ONCE]) if len(lot) == AT_ONCE else []
    return routed


def _route(lot: list[Conversation]) -> int:
    owners = _owners(talk.profile_id for talk in lot)
    may = _Rights(set(owners.values()), {talk.account_id for talk in lot})
    able = {talk.pk for talk in lot if talk.profile_id in owners and may.work_on(owners[talk.profile_id], talk)}
    if not able:
        return 0
    with transaction.atomic():
        # Asked again: somebody may have taken one since.
        locked = _unrouted().filter(pk__in=able).select_for_update(of=("self",), skip_locked=True)
        still = [talk for talk in locked if talk.profile_id in owners]
        write(None, [(talk, str(Kind.ROUTED), {"assignee": owners[talk.profile_id]}) for talk in still])
    return len(still)


def _unrouted() -> QuerySet[Conversation]:
    linked = ProfileLink.objects.filter(profile=OuterRef("profile"), state="linked", contact__isnull=False)
    decided = ConversationEvent.objects.filter(conversation=OuterRef("pk"), kind__in=DECIDED)
    rows = Conversation.objects.filter(Exists(linked), ~Exists(decided), status__in=Conversation.ACTIVE, assignee=None)
    return rows.order_by("-pk")


def _owners(profiles: Iterable[int]) -> dict[int, Any]:
    """The key of the user who looks after the contact behind each profile."""
    found = ProfileLink.objects.filter(profile__in=set(profiles), state="linked", contact__isnull=False)
    links = list(found.select_related("contact"))
    adapter = get_adapter()
    contacts = {contact.pk: contact for contact in adapter.prefetch([link.contact for link in links])}
    owners = {link.profile_id: adapter.owner(contacts[link.contact_id]) for link in links}
    return {profile: owner.pk for profile, owner in owners.items() if owner is not None}


class _Rights:
    """Which of some users may work on conversations of some accounts; who owns a contact may see it."""

    def __init__(self, users: set[Any], accounts: set[int]) -> None:
        able = workers().filter(pk__in=users)
        self.able = set(able.values_list("pk", flat=True)) if users else set()
        self.everywhere = set(able.filter(is_superuser=True).values_list("pk", flat=True)) if self.able else set()
        mine = SocialAccount.objects.filter(pk__in=accounts)
        self.open = set(mine.filter(groups__isnull=True).values_list("pk", flat=True))
        self.members = set(mine.filter(groups__user__in=self.able).values_list("pk", "groups__user"))
        readers = ModelBackend().with_perm("socialcrm.read_private_posts").filter(pk__in=self.able)
        self.readers = set(readers.values_list("pk", flat=True)) if self.able else set()

    def work_on(self, user: Any, talk: Conversation) -> bool:
        """Whether this user may work on this conversation."""
        theirs = talk.account_id in self.open or user in self.everywhere or (talk.account_id, user) in self.members
        return user in self.able and theirs and (not talk.is_private or user in self.readers)
