"""Finders with the permission in their name: what this user may see and use. Absent and foreign look the same."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404

from .contacts import get_adapter
from .models import Conversation, Mention, Post, ProfileLink, Reply, SocialAccount, SocialProfile
from .models.conversation import PRIVATE_THREAD


def key(text: Any) -> int:
    """A primary key as an address or a form holds it; 0, which no row has, for anything else."""
    text = str(text or "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


def visible_contacts(user: Any) -> QuerySet[Any]:
    """Contacts that the host lets this user see."""
    return get_adapter().visible_to(user)


def get_visible_contact(user: Any, pk: Any) -> Any:
    """The contact. Raises Http404 where it is absent, foreign, or the key is not one."""
    return _get_or_404(visible_contacts(user), pk)


def usable_accounts(user: Any) -> QuerySet[SocialAccount]:
    """Accounts whose mentions this user works on."""
    return SocialAccount.objects.usable_by(user)


def get_usable_account(user: Any, pk: Any) -> SocialAccount:
    """The account. Raises Http404 where it is absent or not the user's."""
    account: SocialAccount = _get_or_404(usable_accounts(user), pk)
    return account


def visible_profiles(user: Any) -> QuerySet[SocialProfile]:
    """Profiles of visible contacts, and profiles of nobody's contact that wrote what the user may read.

    A profile linked to a contact that the user may not see stays hidden, whoever it wrote to.
    """
    linked = ProfileLink.objects.filter(profile=OuterRef("pk"), state="linked", contact__isnull=False)
    linked_visibly = linked.filter(contact__in=visible_contacts(user).values("pk"))
    to_us = Mention.objects.filter(author=OuterRef("pk"), account__in=usable_accounts(user).values("pk"))
    wrote_to_us = to_us.filter(readable_mentions(user))
    suggested = ProfileLink.objects.filter(
        profile=OuterRef("pk"), state="suggested", contact__in=visible_contacts(user).values("pk")
    )
    of_nobody = ~Exists(linked) & (Exists(wrote_to_us) | Exists(suggested))
    return SocialProfile.objects.filter(Exists(linked_visibly) | of_nobody)


@dataclass(frozen=True, slots=True)
class Sight:
    """What of what was said a user may see, as facts: which accounts are theirs to use, and whether private posts."""

    accounts: tuple[int, ...]
    private: bool

    def readable(self, way: str = "") -> Q:
        """As `readable`; `way` leads from the rows that are asked to their post: "post__"."""
        return _readable(self.accounts, self.private, way)

    def replies(self) -> Q:
        """Of the replies as these accounts, those whose words the user may read."""
        of_theirs = Q(account__in=self.accounts)
        return of_theirs if self.private else of_theirs & ~Q(audience="private")


def sight_of(user: Any, accounts: Iterable[SocialAccount] | None = None) -> Sight:
    """The user's sight; `accounts` are those that they may use, where the caller has loaded them."""
    found = usable_accounts(user).values_list("pk", flat=True) if accounts is None else (one.pk for one in accounts)
    # No account has the key 0: a list that is never empty keeps the queries' form.
    return Sight(tuple(sorted(found)) or (0,), user.has_perm("socialcrm.read_private_posts"))


def readable(user: Any) -> Q:
    """Posts that were not said in private, and private ones to or by the user's accounts, for who may read such."""
    return _readable(usable_accounts(user).values("pk"), user.has_perm("socialcrm.read_private_posts"))


def _readable(accounts: Any, private: bool, way: str = "") -> Q:
    open_to_all = ~Q(**{f"{way}visibility": "private"})
    if not private:
        return open_to_all
    to_us = Mention.objects.filter(post=OuterRef(f"{way}pk"), account__in=accounts)
    return open_to_all | Q(**{f"{way}account__in": accounts}) | Q(Exists(to_us))


def readable_mentions(user: Any) -> Q:
    """Of the mentions of accounts that the user may use: all, or those that were not said in private."""
    may = user.has_perm("socialcrm.read_private_posts")
    return Q() if may else ~Q(post__visibility="private")


def visible_posts(user: Any) -> QuerySet[Post]:
    """Readable posts by visible profiles, and our own readable ones that answer a visible profile or nobody."""
    profiles = visible_profiles(user).values("pk")
    ours = Q(account__in=usable_accounts(user).values("pk"))
    to_visible = Q(to_profile__in=profiles) | Q(to_profile__isnull=True)
    return Post.objects.filter(readable(user), Q(author__in=profiles) | (ours & to_visible))


def get_visible_post(user: Any, pk: Any) -> Post:
    """The post. Raises Http404 where it is absent or foreign."""
    post: Post = _get_or_404(visible_posts(user).select_related("author", "account"), pk)
    return post


def visible_replies(user: Any) -> QuerySet[Reply]:
    """The user's own replies, and of the user's accounts those to visible people; all of them for who may see
    everyone's outbox."""
    ours = Q(account__in=usable_accounts(user).values("pk"))
    if not user.has_perm("socialcrm.read_private_posts"):
        ours &= ~Q(audience="private")
    if not user.has_perm("socialcrm.view_all_outbox"):
        # Asked reply by reply: few need a person, and the profiles that one may see are many.
        ours &= Q(Exists(visible_profiles(user).filter(pk=OuterRef("post__author_id"))))
    return Reply.objects.filter(Q(user=user) | ours)


def get_visible_reply(user: Any, pk: Any) -> Reply:
    """The reply, with `to_hidden`. Raises Http404 where it is absent or foreign."""
    rows = with_hidden(visible_replies(user).select_related("account", "post", "user"), user)
    reply: Reply = _get_or_404(rows, pk)
    return reply


def may_see(user: Any, reply: Reply) -> bool:
    """Whether the user may see this reply; one without a key was typed on the network, where everyone can."""
    return not reply.pk or visible_replies(user).filter(pk=reply.pk).exists()


def with_hidden(replies: QuerySet[Reply], user: Any) -> QuerySet[Reply]:
    """The replies with `to_hidden`: one's own words stay one's own, but whom they were for may be hidden by now."""
    return replies.annotate(to_hidden=hidden(user, "post__author_id"))


def hidden(user: Any, profile: str) -> Exists:
    """Whether the profile in this column is linked to a contact that the user may not see.

    Asked row by row, so that a list stops at its limit instead of comparing all contacts first.
    """
    links = ProfileLink.objects.filter(profile=OuterRef(profile), state="linked", contact__isnull=False)
    return Exists(links.filter(~Exists(visible_contacts(user).filter(pk=OuterRef("contact_id")))))


def visible_conversations(user: Any) -> QuerySet[Conversation]:
    """Conversations of the user's accounts, but for those with people who are contacts hidden from the user.

    Private ones need `read_private_posts`. The accounts are read at once: a list of keys keeps the index's order.
    """
    accounts = list(usable_accounts(user).values_list("pk", flat=True))
    rows = Conversation.objects.filter(~hidden(user, "profile_id"), account__in=accounts)
    if user.has_perm("socialcrm.read_private_posts"):
        return rows
    return rows.exclude(thread_id__startswith=PRIVATE_THREAD)


def get_visible_conversation(user: Any, pk: Any) -> Conversation:
    """The conversation with account, profile and assignee. Raises Http404 where it is absent or foreign."""
    rows = visible_conversations(user).select_related("account", "profile", "assignee")
    row: Conversation = _get_or_404(rows.defer("account__credentials", "profile__raw"), pk)
    return row


def _get_or_404(rows: QuerySet[Any], pk: Any) -> Any:
    try:
        row = rows.filter(pk=pk).first()
    except (ValueError, TypeError, OverflowError, ValidationError) as error:
        raise Http404 from error
    if row is None:
        raise Http404
    return row
