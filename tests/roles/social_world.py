"""What was said on the networks: in public, in private, to an account of another group, by contacts of both teams."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import Group
from django.utils import timezone

from crm_core.models import Contact
from socialcrm.models import (
    Conversation,
    ConversationEvent,
    ConversationNote,
    Gap,
    InfluenceScore,
    Mention,
    Post,
    ProfileLink,
    Reply,
    SocialAccount,
    SocialProfile,
    Stream,
)

from .words import CLOSED, CLOSED_HANDLE, PRIVATE_WORDS, TEAM

if TYPE_CHECKING:
    from .world import World

NOW = timezone.now()


def fill_networks(world: World) -> None:
    """Accounts, people, posts, conversations, replies, on every side."""
    acme, closed = _account(710_200, "acme"), _account(730_200, CLOSED_HANDLE)
    closed.groups.add(Group.objects.create(name="Other brand"))
    world.ids |= {("account", "own"): acme.pk, ("account", "closed"): closed.pk}
    world.ids |= {("managed", "own"): acme.pk, ("managed", "closed"): closed.pk}
    gap = Gap.objects.create(pk=710_210, stream=_stream(acme), why="lost", starts_at=NOW, ends_at=NOW)
    world.ids["gap", "own"] = gap.pk
    _people(world)
    _own_talk(world, acme)
    _foreign_talk(world, acme)
    _private_talk(world, acme)
    _closed_talk(world, closed)


def _account(pk: int, handle: str) -> SocialAccount:
    profile = SocialProfile.objects.create(pk=pk, network="twitter", external_id=str(pk), handle=handle, name=handle)
    return SocialAccount.objects.create(
        pk=pk, network="twitter", external_id=str(pk), handle=handle, name=handle, profile=profile, credentials={}
    )


def _stream(account: SocialAccount) -> Stream:
    return Stream.objects.create(account=account, kind="mentions")


def _profile(pk: int, handle: str, **fields: Any) -> SocialProfile:
    fields = {"name": handle.title(), "followers": 4321, **fields}
    return SocialProfile.objects.create(pk=pk, network="twitter", external_id=str(pk), handle=handle, **fields)


def _people(world: World) -> None:
    ada, jean = Contact.objects.get(pk=710_002), Contact.objects.get(pk=720_002)
    hers, his = _profile(710_300, "ada_l"), _profile(720_300, TEAM.handle, bio=TEAM.bio, name=TEAM.first)
    _profile(730_300, CLOSED.fan)
    _profile(740_300, PRIVATE_WORDS.handle)
    ProfileLink.objects.create(profile=_profile(710_390, "loose_end"), contact=ada, state="suggested")
    for side, base, contact, profile in (("own", 710_310, ada, hers), ("foreign", 720_310, jean, his)):
        world.ids["profile", side], world.ids["linked", side] = profile.pk, base
        ProfileLink.objects.create(pk=base, profile=profile, contact=contact, state="linked", basis="given")
        for place, state in enumerate(("unlinked", "suggested", "refused"), start=1):
            handle = f"{profile.handle}{place}"
            maybe = _profile(base + 10 + place, handle)
            ProfileLink.objects.create(pk=base + place, profile=maybe, contact=contact, state=state, basis="public")
            world.ids[state, side] = base + place
        _score(profile)
    world.ids |= {("profile", "closed"): 730_300, ("profile", "private"): 740_300, ("loose", "own"): 710_390}


def _score(profile: SocialProfile) -> None:
    for days, value in ((0, 58.0), (40, 20.0)):
        InfluenceScore.objects.create(
            profile=profile, day=timezone.localdate() - timedelta(days=days), version=1, value=value, confidence=0.8,
            parts=[{"signal": "followers", "input": 4321, "points": 24.0, "of": 30}], computed_at=NOW,
        )  # fmt: skip


def said(pk: int, author: SocialProfile | int, text: str, account: SocialAccount, **fields: Any) -> Post:
    """Somebody says something to an account, in a conversation; `talk` is the conversation's key, else the post's."""
    author = author if isinstance(author, SocialProfile) else SocialProfile.objects.get(pk=author)
    minutes = fields.pop("minutes", 30)
    talk_pk, private = fields.pop("talk", pk), fields.get("visibility") == "private"
    thread = f"private:{author.external_id}" if private else str(pk)
    at = NOW - timedelta(minutes=minutes)
    talk, _new = Conversation.objects.get_or_create(
        account=account, thread_id=thread,
        defaults={"pk": talk_pk, "profile": author, "opened_at": at, "waiting_since": at, "last_post_at": at},
    )  # fmt: skip
    post = Post.objects.create(
        pk=pk, network="twitter", external_id=str(pk), author=author, text=text, posted_at=at, thread_id=thread,
        mentioned_ids=[account.external_id], **fields,
    )  # fmt: skip
    Mention.objects.create(post=post, account=account, author=author, posted_at=at, conversation=talk)
    return post


def answered(pk: int, to: Post, text: str, account: SocialAccount, **fields: Any) -> Post:
    """Our post that answers one of theirs."""
    return Post.objects.create(
        pk=pk, network="twitter", external_id=str(pk), author=account.profile, account=account, to_profile=to.author,
        text=text, posted_at=to.posted_at + timedelta(minutes=5), thread_id=to.thread_id, in_reply_to=to.external_id,
        kind="reply", **fields,
    )  # fmt: skip


def reply(pk: int, to: Post, text: str, account: SocialAccount, user: Any, state: str, **fields: Any) -> Reply:
    """A reply in the outbox that waits long enough."""
    talk = Mention.objects.get(post=to, account=account).conversation if not fields.pop("loose", False) else None
    return Reply.objects.create(
        pk=pk, account=account, post=to, conversation=talk, user=user, text=text, state=state, client_key=f"key-{pk}",
        not_before=NOW + timedelta(days=1), created_at=to.posted_at + timedelta(minutes=1), **fields,
    )  # fmt: skip


def _own_talk(world: World, acme: SocialAccount) -> None:
    ada = SocialProfile.objects.get(pk=710_300)
    post = said(710_400, ada, "@acme the lamp on floor 3 blinks", acme, minutes=40)
    answered(710_401, post, "@ada_l on our way", acme)
    world.ids |= {("post", "own"): post.pk, ("conversation", "own"): post.pk}
    ConversationNote.objects.create(conversation_id=post.pk, user=world.cast.colleague, text="Nordic note")
    world.ids["event", "own"] = _event(710_450, post.pk, world.cast.callers["rep"].user)
    callers = [(role, one.user) for role, one in world.cast.callers.items() if one.user]
    for place, state in enumerate(("queued", "failed", "unknown")):
        found = world.ids.setdefault((state, "own"), {})
        for n, (role, user) in enumerate(callers):
            pk = 710_500 + 20 * place + n
            asked = said(pk, ada, f"@acme question {pk}", acme, minutes=60 + pk % 100)
            found[role] = reply(pk, asked, "We look into it.", acme, user, state).pk
    world.ids["reply", "own"] = world.ids["queued", "own"]


def _event(pk: int, talk: int, user: Any) -> int:
    before, after = {"assignee": None}, {"assignee": user.pk}
    row = ConversationEvent.objects.create(
        pk=pk, conversation_id=talk, user=user, kind="taken", data={"before": before, "after": after}
    )
    return int(row.pk)


def _foreign_talk(world: World, acme: SocialAccount) -> None:
    post = said(720_400, 720_300, f"@acme {TEAM.post}", acme, minutes=20)
    answered(720_401, post, f"@x {TEAM.ours}", acme)
    world.ids |= {("post", "foreign"): post.pk, ("conversation", "foreign"): post.pk}
    ConversationNote.objects.create(conversation_id=post.pk, user=world.cast.stranger, text=TEAM.talk_note)
    world.ids["event", "foreign"] = _event(720_450, post.pk, world.cast.stranger)
    for place, state in enumerate(("queued", "failed", "unknown")):
        asked = said(720_500 + place, 720_300, f"@acme {TEAM.post} {place}", acme, minutes=50 + place)
        made = reply(720_500 + place, asked, TEAM.reply, acme, world.cast.stranger, state)
        world.ids[state, "foreign"] = made.pk
    world.ids["reply", "foreign"] = world.ids["queued", "foreign"]


def _private_talk(world: World, acme: SocialAccount) -> None:
    ada, secret = SocialProfile.objects.get(pk=710_300), {"visibility": "private"}
    post = said(740_400, ada, f"just between us: {PRIVATE_WORDS.post}", acme, minutes=15, **secret)
    answered(740_401, post, PRIVATE_WORDS.ours, acme, **secret)
    only = said(740_410, 740_300, PRIVATE_WORDS.only, acme, minutes=16, **secret)
    reply(740_500, post, PRIVATE_WORDS.reply, acme, world.cast.colleague, "queued", audience="private")
    world.ids |= {("post", "private"): only.pk, ("conversation", "private"): 740_400}


def _closed_talk(world: World, closed: SocialAccount) -> None:
    post = said(730_400, 730_300, f"@x {CLOSED.post}", closed, minutes=12)
    answered(730_401, post, CLOSED.ours, closed)
    ConversationNote.objects.create(conversation_id=post.pk, user=world.cast.stranger, text=CLOSED.note)
    made = reply(730_500, post, CLOSED.reply, closed, world.cast.stranger, "failed")
    # Ada wrote to them as well; what she said was public, what they are about to answer is not yet.
    hers = said(730_410, 710_300, "@x and you?", closed, minutes=11)
    # She named us in the same breath.
    Mention.objects.create(post=hers, account_id=710_200, author=hers.author, posted_at=hers.posted_at)
    reply(730_501, hers, CLOSED.to_ada, closed, world.cast.stranger, "queued")
    world.ids |= {("post", "closed"): post.pk, ("conversation", "closed"): post.pk, ("reply", "closed"): made.pk}
