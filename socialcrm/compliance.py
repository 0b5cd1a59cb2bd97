"""Erasure and export of a person."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from django.db import models, transaction
from django.db.models import Q
from django.db.models.functions import Cast, Now
from django.utils.translation import gettext as _

from . import audit, bulk
from .contacts import get_adapter
from .models import (
    Conversation,
    ConversationNote,
    InfluenceScore,
    Mention,
    Post,
    ProfileLink,
    Quarantined,
    Reply,
    SocialProfile,
    Stream,
    Suppressed,
)
from .networks import network_class

if TYPE_CHECKING:
    from .sync.rows import Rows

# Erasure


def erase_contact(contact: Any, user: Any) -> dict[str, int]:
    """Erase what we hold about this person on networks, and remember (by digest) not to fetch it again.

    Gone: profiles, posts, mentions, conversations, scores, links, evidence, the texts of our answers to them, and their
    name in other people's posts. The host's contact itself is the host's to delete. Returns how much went.
    """
    with transaction.atomic():
        profiles = list(SocialProfile.objects.of_contact(contact).filter(accounts__isnull=True))
        suppress(profiles)
        gone = {"profiles": len(profiles), "posts": Post.objects.filter(author__in=profiles).count()}
        gone["replies"] = _erase_answers(profiles)
        gone["scrubbed"] = sum(_scrub_others(profile) for profile in profiles)
        ProfileLink.objects.filter(contact=contact).delete()
        # Nobody can say who is in what cannot be read.
        Quarantined.objects.filter(account__network__in={profile.network for profile in profiles}).delete()
        SocialProfile.objects.filter(pk__in=[profile.pk for profile in profiles]).delete()
        audit.record(user, "contact_erase", contact, **gone)
    return gone


def suppress(profiles: Iterable[SocialProfile]) -> None:
    """Remember these people by digest: sync leaves them out from now on."""
    rows = [
        Suppressed(network=one.network, digest=Suppressed.digest_of(one.network, one.external_id)) for one in profiles
    ]
    Suppressed.objects.bulk_create(rows, ignore_conflicts=True)


def suppressed(people: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
    """Which of these (network, external_id) were erased; one query."""
    digests = {Suppressed.digest_of(*key): key for key in people}
    work = bulk.Bulk()
    networks = {network for network, _id in digests.values()}
    known = f"{work.any_of('network', 'text')} AND {work.any_of('digest', 'text')}"
    params = [work.values(networks), work.values(digests)]
    found = work.ask(f"SELECT digest FROM socialcrm_suppressed WHERE {known}", params)
    return {digests[digest] for (digest,) in found()}


def leave_out_erased(rows: Rows) -> None:
    """Take erased people, and what they posted, out of what sync is about to store; one query."""
    gone = suppressed(rows.profiles)
    if not gone:
        return
    for key in gone:
        del rows.profiles[key]
    theirs = [key for key, said in rows.posts.items() if (key[0], said.post.author.external_id) in gone]
    for key in theirs:
        del rows.posts[key]
    for mention in [key for key in rows.mentions if key[:2] in set(theirs)]:
        del rows.mentions[mention]


def _erase_answers(profiles: Sequence[SocialProfile]) -> int:
    """Our answers to these people: what is queued never leaves, and no text stays."""
    from . import sync

    answers = Reply.objects.filter(Q(post__author__in=profiles) | Q(sent_post__to_profile__in=profiles))
    ids = list(answers.values_list("pk", flat=True))
    Reply.objects.filter(pk__in=ids, state=Reply.State.QUEUED).update(state=Reply.State.CANCELLED, hold="")
    erased = Reply.objects.filter(pk__in=ids).update(text="", request_hash="", error_detail="", changed_at=Now())
    ours = Post.objects.filter(account__isnull=False, to_profile__in=profiles).values_list("network", "external_id")
    by_network: dict[str, list[str]] = {}
    for network, external_id in ours:
        by_network.setdefault(network, []).append(external_id)
    for network, external_ids in by_network.items():
        sync.forget(network, external_ids, Post.State.WITHHELD)
    return erased


def _scrub_others(profile: SocialProfile) -> int:
    """Other people's posts that name this person keep their words, without the name and the network's raw JSON."""
    text = models.TextField()
    others = Post.objects.filter(network=profile.network).exclude(author=profile)
    others = others.annotate(raw_text=Cast("raw", text), named_text=Cast("mentioned_ids", text))
    handle = f"@{profile.handle}"
    naming = Q(raw_text__contains=profile.external_id) | Q(named_text__contains=f'"{profile.external_id}"')
    rows = list(others.filter(naming | Q(text__icontains=handle)))
    name = re.compile(re.escape(handle) + r"(?!\w)", re.IGNORECASE)
    for post in rows:
        post.text = _without(post.text, name)
        post.mentioned_ids = [one for one in post.mentioned_ids if str(one) != profile.external_id]
        post.entities = [one for one in post.entities if not name.search(f"@{str(one.get('text', '')).lstrip('@')}")]
        post.raw = {}
    Post.objects.bulk_update(rows, ["text", "mentioned_ids", "entities", "raw"], batch_size=200)
    return len(rows)


def _without(text: str, name: re.Pattern[str]) -> str:
    """The text with the handle replaced by marks of the same length, so that positions in it stay true."""
    return name.sub(lambda found: "@" + "…" * (len(found[0]) - 1), text)


# Export


def export_contact(contact: Any) -> dict[str, Any]:
    """Everything that we hold about this person on networks, as plain values for JSON, table by table.

    A network whose rules forbid export is named with that sentence instead.
    """
    profiles = list(SocialProfile.objects.filter(links__contact=contact).distinct())
    allowed = [profile for profile in profiles if network_class(profile.network).may_export]
    kept_back = sorted({profile.network for profile in profiles} - {profile.network for profile in allowed})
    mine = set(ProfileLink.objects.filter(contact=contact, state="linked").values_list("profile", flat=True))
    linked = [profile for profile in allowed if profile.pk in mine]
    answers = Reply.objects.filter(Q(post__author__in=linked) | Q(sent_post__to_profile__in=linked)).distinct()
    tables: dict[str, models.QuerySet[Any]] = {
        "links": ProfileLink.objects.filter(contact=contact, profile__in=allowed),
        "posts": Post.objects.filter(author__in=linked),
        "our_answers": Post.objects.filter(account__isnull=False, to_profile__in=linked),
        "mentions": Mention.objects.filter(author__in=linked),
        "conversations": Conversation.objects.filter(profile__in=linked),
        "notes": ConversationNote.objects.filter(conversation__profile__in=linked),
        "replies": answers,
        "scores": InfluenceScore.objects.filter(profile__in=linked),
        "streams": Stream.objects.filter(profile__in=linked),
    }
    found: dict[str, Any] = {name: [_plain(row) for row in rows.order_by("pk")] for name, rows in tables.items()}
    found["profiles"] = [_plain(profile) for profile in allowed]
    found["contact"] = {"id": str(contact.pk), "name": get_adapter().name(contact)}
    found["left_out"] = {
        network: _("This network does not allow people's data to be exported.") for network in kept_back
    }
    return found


def _plain(row: models.Model) -> dict[str, Any]:
    return {field.attname: field.value_from_object(row) for field in row._meta.concrete_fields}
