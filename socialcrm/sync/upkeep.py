"""Upkeep between pulls: missing parents, stale profiles, posts that were deleted. All in batches of 100."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import timedelta
from typing import TypeVar

from django.db.models import Exists, Max, OuterRef, Q, QuerySet
from django.utils import timezone

from socialcrm import connect, ledger
from socialcrm.models import Mention, Post, ProfileLink, SocialAccount, SocialProfile
from socialcrm.networks.base import AuthExpired, Missing, Network, NetworkError, Page

from . import quarantine
from .forget import STATE_OF, forget, hide_profiles, recompute_around
from .store import SILENT, store
from .streams import interval_of

T = TypeVar("T")
BATCH = 100
RECENT = timedelta(days=7)
WRITERS = timedelta(days=30)
WITHHELD_FOR = timedelta(days=30)
OPEN_TO_ALL = ("public", "unlisted")
OPEN = Q(visibility__in=OPEN_TO_ALL)
POST_STATE_OF = {"deleted": "deleted", "unknown": "deleted"}  # anything else hides it for now: withheld


def batches(rows: Sequence[T], size: int = BATCH) -> Iterator[Sequence[T]]:
    """The rows in groups of `size`."""
    for start in range(0, len(rows), size):
        yield rows[start : start + size]


def readers(verb: str, purpose: str, of: Iterable[int] | None = None) -> Iterator[tuple[SocialAccount, Network]]:
    """Working accounts of networks that have the verb, with money left for the purpose: one for each server of each
    network, or every one of those whose keys are given."""
    rows = SocialAccount.objects.connected().order_by("network", "pk")
    accounts = list(rows if of is None else rows.filter(pk__in=of))
    allowed = ledger.may_spend_many(accounts)
    done: set[tuple[str, str]] = set()
    for account in accounts:
        place = (account.network, account.server)
        if (of is None and place in done) or not allowed[account.pk](purpose):
            continue
        try:
            network = connect.open_network(account, purpose)
        except NetworkError:
            continue
        if network.can(verb):
            done.add(place)
            yield account, network


def ask(account: SocialAccount, work: Callable[[], T]) -> T | None:
    """The answer, or None where the network would not: upkeep comes round again. Lost access is noted."""
    try:
        return work()
    except AuthExpired as error:
        connect.lost_access(account, error.detail)
    except NetworkError as error:
        quarantine.keep(quarantine.answer_of(account, "upkeep", error))
    return None


def fetch_parents(limit: int = 500) -> int:
    """Fetch parents that mentions and posts of ours answer and that we do not have; returns how many came.

    A fetched parent asks for its own parent until the depth is used up; one that the network does not show is not
    asked for again.
    """
    came = 0
    with ledger.batch():
        for account, network in readers("posts", "parents"):
            for wanted, ids in _wanted_parents(network, limit):
                came += _fetch_parents(account, network, ids, wanted)
    return came


def _wanted_parents(network: Network, limit: int) -> Iterator[tuple[int, Sequence[str]]]:
    orphans = Post.objects.filter(network=network.id, parents_wanted__gt=0, in_reply_to__endswith=network.id_suffix)
    rows = orphans.values("in_reply_to").annotate(wanted=Max("parents_wanted"))
    found = rows.order_by("-wanted", "in_reply_to")[: min(limit, network.asked_at_once)]
    groups: dict[int, list[str]] = {}
    for row in found:
        groups.setdefault(row["wanted"], []).append(row["in_reply_to"])
    for wanted, ids in groups.items():
        for batch in batches(ids):
            yield wanted, batch


def _fetch_parents(account: SocialAccount, network: Network, ids: Sequence[str], wanted: int) -> int:
    page = ask(account, lambda: network.posts(ids))
    if page is None:
        return 0
    stored = store(page, account, kind="parents", wanted=wanted - 1)
    Post.objects.filter(network=account.network, parents_wanted__gt=0, in_reply_to__in=ids).update(parents_wanted=0)
    return stored.new_posts


def refresh_profiles(limit: int = 1000) -> int:
    """Read again profiles of contacts and of recent writers that are older than SOCIALCRM_INTERVALS["profiles"].

    Returns how many the network showed. Those it does not show any longer are marked suspended, protected or gone.
    """
    seen = 0
    with ledger.batch():
        for account, network in readers("profiles_by_ids", "profiles"):
            rows = stale_profiles(account.network).filter(_asked_of(network))
            ids = list(rows.values_list("external_id", flat=True)[:limit])
            for batch in batches(ids):
                seen += _refresh(account, network, batch)
    return seen


def _asked_of(network: Network) -> Q:
    """Those of whom this server may tell, and those of whom no other has told for long."""
    known = SocialProfile.objects.known_to(network).values("pk")
    return Q(pk__in=known) | (Q(fetched_at__lt=timezone.now() - SILENT) & ~Q(told_by=""))


def stale_profiles(network: str) -> QuerySet[SocialProfile]:
    """Profiles to read again, the oldest first: linked, recent writers, and those known by id alone."""
    now = timezone.now()
    old = Q(fetched_at__lt=now - timedelta(seconds=interval_of("profiles")))
    linked = ProfileLink.objects.filter(profile=OuterRef("pk"), state="linked", contact__isnull=False)
    writes = Mention.objects.filter(author=OuterRef("pk"), posted_at__gte=now - WRITERS)
    nameless = Q(handle="", fetched_at__lt=now - timedelta(minutes=1))
    rows = SocialProfile.objects.filter(nameless | (old & (Exists(linked) | Exists(writes))), network=network)
    return rows.exclude(state="gone", fetched_at__gte=now - timedelta(days=7)).order_by("fetched_at", "pk")


def _refresh(account: SocialAccount, network: Network, ids: Sequence[str]) -> int:
    found = ask(account, lambda: network.profiles_by_ids(ids))
    if found is None:
        return 0
    rows = SocialProfile.objects.filter(network=account.network)
    closed = [author.external_id for author in found.authors if author.protected]
    store(Page(authors=found.authors), account, kind="profiles")
    hide_profiles(rows.known_to(network).filter(external_id__in=closed).values_list("pk", flat=True), "protected")
    rows.filter(external_id__in=ids).update(fetched_at=timezone.now())
    for state, missing in by_state(found.missing, STATE_OF, "gone"):
        known = rows.known_to(network)
        hide_profiles(known.filter(external_id__in=missing).values_list("pk", flat=True), state)
    return len(found.authors)


def by_state(missing: Iterable[Missing], states: dict[str, str], other: str) -> Iterable[tuple[str, list[str]]]:
    """Ids by the state that their absence means."""
    groups: dict[str, list[str]] = {}
    for one in missing:
        groups.setdefault(states.get(one.why, other), []).append(one.external_id)
    return groups.items()


def check_deletions(limit: int = 500) -> int:
    """Ask whether posts of the last week that we show are still there, each once a day; forget those that are not.

    Returns how many were forgotten. A post that came by again in the meantime is not asked for.
    """
    gone = 0
    with ledger.batch():
        for account, network in readers("posts", "deletions"):
            gone += _check_some(account, network, OPEN, limit)
        for account, network in readers("posts", "deletions", of=_accounts_with_closed_posts()):
            to_us = Mention.objects.filter(post=OuterRef("pk"), account=account)
            gone += _check_some(account, network, ~OPEN & (Q(account=account) | Q(Exists(to_us))), limit)
    return gone


def look_again(account: SocialAccount, post: Post) -> int:
    """Ask now whether a post that this account was not let answer is still there; returns how many were forgotten."""
    with ledger.batch():
        asked = readers("posts", "deletions", of=[account.pk])
        return sum(_check(reader, network, [post.external_id]) for reader, network in asked)


def _accounts_with_closed_posts() -> set[int]:
    """Accounts to which something was said that not everyone may read: no other one can ask whether it is there."""
    closed = Mention.objects.filter(posted_at__gte=timezone.now() - RECENT).exclude(post__visibility__in=OPEN_TO_ALL)
    return set(closed.values_list("account", flat=True))


def _check_some(account: SocialAccount, network: Network, which: Q, limit: int) -> int:
    rows = unchecked_posts(network.id).filter(which, external_id__endswith=network.id_suffix)
    ids = list(rows.values_list("external_id", flat=True)[: min(limit, network.asked_at_once)])
    return sum(_check(account, network, batch) for batch in batches(ids))


def unchecked_posts(network: str) -> QuerySet[Post]:
    """Live posts of the last week that concern us and that were not asked for since a day, the oldest first.

    For a month also those that were withheld, where their author is back: they may be shown again.
    """
    now = timezone.now()
    mentions = Mention.objects.filter(posted_at__gte=now - RECENT, post__network=network)
    linked = ProfileLink.objects.filter(profile=OuterRef("author"), state="linked", contact__isnull=False)
    ours = Q(account__isnull=False) | Q(pk__in=mentions.values("post")) | Exists(linked)
    live = Q(state=Post.State.LIVE, posted_at__gte=now - RECENT) & ours
    hidden = Q(state=Post.State.WITHHELD, gone_at__gte=now - WITHHELD_FOR, author__state="active")
    rows = Post.objects.filter(live | hidden, network=network)
    return rows.filter(seen_at__lt=now - timedelta(seconds=interval_of("deletions"))).order_by("seen_at", "pk")


def _check(account: SocialAccount, network: Network, ids: Sequence[str]) -> int:
    page = ask(account, lambda: network.posts(ids))
    if page is None:
        return 0
    asked = Post.objects.filter(network=account.network, external_id__in=ids)
    hidden = list(asked.filter(state=Post.State.WITHHELD).values_list("pk", flat=True))
    store(page, account, kind="parents", wanted=0)
    recompute_around(Post.objects.filter(pk__in=hidden, state=Post.State.LIVE), lost=False)
    asked.update(seen_at=timezone.now())
    groups = by_state((one for one in page.missing if one.external_id in set(ids)), POST_STATE_OF, "withheld")
    return sum(forget(account.network, gone, state, for_good=state == "deleted") for state, gone in groups)
