"""What is hidden from a person, taken out of the world: the rows beyond the wall, and all that hangs on them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db.models import Q

from crm_core.models import Activity, Company, CompanyMergeLog, Contact, ContactImport, Deal, MergeLog
from socialcrm.models import (
    CannedReply,
    Conversation,
    ConversationEvent,
    Mention,
    Post,
    ProfileLink,
    Reply,
    SocialAccount,
    SocialProfile,
)

from .social_world import NOW, answered, reply, said
from .words import CLOSED, CLOSED_HANDLE, PRIVATE_WORDS, TEAM


def say_more() -> None:
    """What the world of the matrix lacks: Ada in private again, and answered there; the closed account answers her;
    somebody of the other team falls in with Ada's thread, and is answered; a colleague notes and acts beyond the wall.
    """
    acme, closed = SocialAccount.objects.get(pk=710_200), SocialAccount.objects.get(handle=CLOSED_HANDLE)
    ada, stranger = SocialProfile.objects.get(pk=710_300), SocialProfile.objects.get(pk=720_300)
    again = said(740_420, ada, f"and {PRIVATE_WORDS.post}", acme, minutes=1, visibility="private")
    answered(740_421, again, PRIVATE_WORDS.ours, acme, visibility="private")
    answered(730_420, Post.objects.get(pk=730_410), CLOSED.to_ada, closed)
    near = Post.objects.create(
        pk=720_430, network="twitter", external_id="720430", author=stranger, text=TEAM.post, thread_id="710400",
        posted_at=NOW - timedelta(minutes=38), mentioned_ids=[acme.external_id],
    )  # fmt: skip
    Mention.objects.create(post=near, account=acme, author=stranger, posted_at=near.posted_at, conversation_id=710_400)
    answered(720_431, near, TEAM.ours, acme)
    reply(720_432, near, TEAM.reply, acme, None, "queued")
    for talk in Conversation.objects.filter(pk__in=(720_400, 730_400, 740_400)):
        ConversationEvent.objects.create(conversation=talk, kind="taken", data={"before": {}, "after": {}})


def without_closed_account() -> None:
    """The account of another group was never connected: nothing was heard through it, nothing said as it."""
    closed = SocialAccount.objects.get(handle=CLOSED_HANDLE)
    only_to_it = Mention.objects.filter(account=closed).exclude(post__mentions__account__in=_others(closed))
    fans = set(only_to_it.filter(author__links=None).values_list("author", flat=True))
    Reply.objects.filter(account=closed).delete()
    Post.objects.filter(account=closed).delete()
    _unsay(Post.objects.filter(author__in=fans))
    Mention.objects.filter(account=closed).delete()
    Conversation.objects.filter(account=closed).delete()
    profile = closed.profile
    closed.delete()
    SocialProfile.objects.filter(pk__in=fans | {profile.pk if profile else 0}).delete()


def without_private_posts() -> None:
    """Nobody ever said anything but in public."""
    private = Post.objects.filter(visibility="private")
    authors = set(private.values_list("author", flat=True))
    Conversation.objects.filter(thread_id__startswith="private:").delete()
    Reply.objects.filter(audience="private").delete()
    _unsay(private)
    SocialProfile.objects.filter(pk__in=authors, posts=None, links=None, accounts=None).delete()


def without_the_other_team() -> None:
    """The other team has no contact, no company, no deal; nobody of theirs ever wrote to us."""
    Activity.objects.filter(Q(pk__gte=720_000), pk__lt=721_000).delete()
    MergeLog.objects.filter(pk=720_140).delete()
    CompanyMergeLog.objects.filter(pk=720_180).delete()
    theirs = Contact.objects.filter(pk__gte=720_000, pk__lt=721_000)
    people = set(ProfileLink.objects.filter(contact__in=theirs).values_list("profile", flat=True))
    Reply.objects.filter(post__author__in=people).delete()
    Post.objects.filter(to_profile__in=people).delete()
    Conversation.objects.filter(profile__in=people).delete()
    _unsay(Post.objects.filter(author__in=people))
    SocialProfile.objects.filter(pk__in=people).delete()
    Deal.objects.filter(pk__gte=720_000, pk__lt=721_000).delete()
    theirs.delete()
    # Of the employer of one of ours the name is known, as a fact of the contact.
    Company.objects.filter(pk__in=(720_001, 720_010)).delete()


def without_colleagues_own() -> None:
    """Colleagues have imported nothing and saved no reply for themselves."""
    ContactImport.objects.filter(pk__gte=720_000, pk__lt=721_000).delete()
    CannedReply.objects.filter(pk__gte=720_000, pk__lt=721_000).delete()


def _others(account: SocialAccount) -> Any:
    return SocialAccount.objects.exclude(pk=account.pk).values("pk")


def _unsay(posts: Any) -> None:
    keys = list(posts.values_list("pk", flat=True))
    Reply.objects.filter(post__in=keys).delete()
    Mention.objects.filter(post__in=keys).delete()
    Post.objects.filter(pk__in=keys).delete()


# Role -> what is beyond its wall.
BEYOND: dict[str, list[Callable[[], None]]] = {
    "rep": [without_closed_account, without_private_posts, without_the_other_team, without_colleagues_own],
    "agent": [without_closed_account, without_colleagues_own],
}
