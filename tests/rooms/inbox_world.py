"""The stage of the inbox's scenes: people who write to us, conversations as sync stores them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from django.utils import timezone

from socialcrm.models import Conversation, SocialAccount, SocialProfile
from socialcrm.networks.base import Author, FetchedPost, Page
from socialcrm.sync import store


def moment(minutes_ago: float) -> datetime:
    """So many minutes ago."""
    return timezone.now().astimezone(UTC) - timedelta(minutes=minutes_ago)


def says(
    account: SocialAccount,
    text: str = "@acme the lamp blinks",
    *,
    number: int = 1,
    who: str = "200",
    thread: str = "",
    minutes_ago: float = 10,
    **more: Any,
) -> Conversation:
    """Someone mentions the account, and sync stores it. The conversation as it is then."""
    people = {"200": "ada_l", "300": "grace_h", "400": "alan_t"}
    author = Author(external_id=who, handle=people.get(who, f"who_{who}"), name=people.get(who, who))
    post = FetchedPost(
        external_id=str(number),
        author=author,
        text=text,
        posted_at=moment(minutes_ago),
        thread_id=thread or str(number),
        mentioned_ids=(account.external_id,),
        **more,
    )
    store(Page(posts=[post]), account)
    return Conversation.objects.get(mentions__post__external_id=str(number), account=account)


def we_say(
    account: SocialAccount, text: str, *, number: int, thread: str, minutes_ago: float = 1, to: str = ""
) -> None:
    """Someone types an answer on the network itself, and sync reads it."""
    assert account.profile is not None
    author = Author(external_id=account.external_id, handle=account.handle, name=account.name)
    post = FetchedPost(
        external_id=str(number),
        author=author,
        text=text,
        posted_at=moment(minutes_ago),
        thread_id=thread,
        in_reply_to=to or thread,
        kind="reply",
    )
    store(Page(posts=[post]), account, kind="own_posts")


def profile_of(external_id: str) -> SocialProfile:
    """The profile with this id on X."""
    return SocialProfile.objects.get(network="twitter", external_id=external_id)
