"""match: new profiles against all contacts, and contacts against the network. Set-based, some thousands at a time."""

from __future__ import annotations

import logging
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from django.db import transaction
from django.utils import timezone

from socialcrm import scoring, sync
from socialcrm.models import ProfileLink, SocialAccount, SocialProfile
from socialcrm.networks import networks
from socialcrm.networks.base import Page
from socialcrm.signals import profile_linked
from socialcrm.sync.upkeep import ask, batches, readers

from .facts import Index, index_of, known_contacts
from .judge import LEAD, SUGGESTIONS, Candidate, candidates, fact
from .names import plain_name

logger = logging.getLogger(__name__)
BATCH = 2000


@dataclass(slots=True)
class Found:
    """What matching decided: links and suggestions, before they are written."""

    links: list[Candidate] = field(default_factory=list)
    suggestions: list[Candidate] = field(default_factory=list)


def match_new(limit: int = BATCH) -> int:
    """Match profiles that are new or renamed since they were last looked at; returns how many were linked."""
    allowed = [name for name, cls in networks().items() if cls.may_link_contacts]
    fresh = SocialProfile.objects.filter(matched_at=None, network__in=allowed).exclude(handle="")
    ids = list(fresh.order_by("pk").values_list("pk", flat=True)[:limit])
    linked = match_profiles(ids) if ids else 0
    if ids:
        scoring.score_profiles(ids)
    return linked


def match_profiles(profile_ids: Iterable[int]) -> int:
    """Look for the contacts behind these profiles: link the proven, suggest the likely; returns how many were linked.

    Profiles that are linked already, our own, and those of networks that forbid it are left alone. A refusal, an
    unlink or a person's link is never overruled.
    """
    ids = list(profile_ids)
    index = index_of(known_contacts())
    linked = 0
    for start in range(0, len(ids), BATCH):
        profiles = open_profiles(ids[start : start + BATCH])
        linked += _write(decide(profiles, index), profiles)
        SocialProfile.objects.filter(pk__in=ids[start : start + BATCH]).update(matched_at=timezone.now())
    return linked


def open_profiles(ids: Sequence[int]) -> list[SocialProfile]:
    """Those of the profiles that matching may look at."""
    allowed = [name for name, cls in networks().items() if cls.may_link_contacts]
    taken = ProfileLink.objects.filter(profile__in=ids, state="linked", contact__isnull=False)
    ours = SocialAccount.objects.filter(profile__isnull=False).values("profile")
    rows = SocialProfile.objects.filter(pk__in=ids, network__in=allowed).exclude(state="gone")
    return list(rows.exclude(pk__in=taken.values("profile")).exclude(pk__in=ours).defer("raw").order_by("pk"))


def decide(profiles: Sequence[SocialProfile], index: Index) -> Found:
    """Candidates of all profiles, sorted into links and suggestions; pure but for the profiles' namesakes."""
    found = Found()
    rivals = _namesakes(profiles)
    by_contact: dict[int, list[Candidate]] = defaultdict(list)
    for profile in profiles:
        ranked = candidates(profile, index)
        for one in ranked[:SUGGESTIONS]:
            _note_namesakes(one, rivals)
            by_contact[id(one.contact)].append(one)
    for rows in by_contact.values():
        _sort(rows, found)
    return found


def _note_namesakes(one: Candidate, rivals: Counter[tuple[str, str]]) -> None:
    others = rivals[one.profile.network, plain_name(one.profile.name)] - 1
    if others > 0 and not one.proof:
        one.evidence.append(fact("namesake", against=True, count=others))


def _namesakes(profiles: Sequence[SocialProfile]) -> Counter[tuple[str, str]]:
    """How many profiles of a network have each of these names, by the name as it is compared."""
    names = {profile.name for profile in profiles if profile.name}
    rows = SocialProfile.objects.filter(name__in=names).values_list("pk", "network", "name")
    every = {pk: (network, name) for pk, network, name in rows}
    every |= {profile.pk: (profile.network, profile.name) for profile in profiles}
    return Counter((network, plain_name(name)) for network, name in every.values())


def _sort(rows: list[Candidate], found: Found) -> None:
    """One contact's candidates: a sure one must lead among the contact's profiles of that network too."""
    rows.sort(key=lambda one: (one.proof, one.score), reverse=True)
    best: dict[str, list[float]] = defaultdict(list)
    for one in rows:
        best[one.profile.network].append(one.score)
    suggested = 0
    for one in rows:
        scores = [score for score in best[one.profile.network] if score != one.score]
        leads = one.score - max(scores, default=0.0) >= LEAD and best[one.profile.network].count(one.score) == 1
        if one.proof or (one.is_sure and leads):
            found.links.append(one)
        elif one.is_worth_a_look and suggested < SUGGESTIONS:
            found.suggestions.append(one)
            suggested += 1


def _write(found: Found, profiles: Sequence[SocialProfile]) -> int:
    """Write what was decided, but never over a row that is there: it is a decision, or says the same."""
    with transaction.atomic():
        rows = ProfileLink.objects.filter(profile__in=profiles)
        rows.filter(state="suggested").delete()  # evidence of yesterday: what still holds is written anew
        decided = set(rows.values_list("profile_id", "contact_id"))
        links = [one for one in found.links if (one.profile.pk, one.contact.pk) not in decided]
        proven = {one.profile.pk for one in links}
        others = [one for one in found.suggestions if one.profile.pk not in proven]
        open_ones = [one for one in others if (one.profile.pk, one.contact.pk) not in decided]
        suggested = _not_found_yet(open_ones, links)
        made = [row_of(one, "linked") for one in links] + [row_of(one, "suggested") for one in suggested]
        ProfileLink.objects.bulk_create(made, ignore_conflicts=True, batch_size=1000)
        sync.follow_profiles([one.profile for one in links])
        transaction.on_commit(partial(_announce, links), robust=True)
    return len(links)


def _not_found_yet(suggested: list[Candidate], links: list[Candidate]) -> list[Candidate]:
    """Without those who are found on the network already, save where more than the name speaks for a second profile."""
    linked = ProfileLink.objects.filter(contact__in={one.contact.pk for one in suggested}, state="linked")
    found = set(linked.values_list("contact_id", "profile__network"))
    found |= {(one.contact.pk, one.profile.network) for one in links}
    return [one for one in suggested if one.corroborated or (one.contact.pk, one.profile.network) not in found]


def row_of(one: Candidate, state: str) -> ProfileLink:
    """The row of a candidate, unsaved."""
    linked = state == "linked"
    return ProfileLink(
        profile=one.profile,
        contact_id=one.contact.pk,
        state=state,
        basis=(one.basis or ProfileLink.Basis.PUBLIC) if linked else "",
        automatic=linked,
        score=one.score,
        evidence=one.evidence,
    )


def _announce(links: Sequence[Candidate]) -> None:
    if not profile_linked.has_listeners(ProfileLink):
        return
    rows = ProfileLink.objects.filter(profile__in=[one.profile for one in links], state="linked")
    for row in rows.select_related("profile", "contact"):
        profile_linked.send_robust(ProfileLink, profile=row.profile, contact=row.contact, automatic=True)


def discover(contact_ids: Iterable[Any]) -> int:
    """Look up the profiles whose addresses are among these contacts' web sites; returns how many were linked.

    The network is asked for 100 handles at a time, for those only that we do not know yet.
    """
    known = known_contacts(contact_ids)
    linked = 0
    profiles: list[int] = []
    for network in {name for contact in known for name, found in contact.addresses.items() if found}:
        handles = {key for contact in known for key in contact.addresses[network] if not key.startswith("id:")}
        profiles += _resolve(network, sorted(handles))
    if profiles:
        linked = match_profiles(profiles)
        scoring.score_profiles(profiles)
    return linked


def _resolve(network_id: str, handles: Sequence[str]) -> list[int]:
    """The profiles of these handles, asked for where we have none."""
    have = _profiles_by_handle(network_id, handles)
    missing = [handle for handle in handles if handle not in have]
    if missing:
        for account, network in readers("profiles_by_handles", "profiles"):
            if account.network != network_id:
                continue
            for batch in batches(missing):
                found = ask(account, partial(network.profiles_by_handles, batch))
                if found is not None:
                    sync.store(Page(authors=found.authors), account, kind="profiles")
        have = _profiles_by_handle(network_id, handles)
    return list(have.values())


def _profiles_by_handle(network_id: str, handles: Sequence[str]) -> dict[str, int]:
    from django.db.models.functions import Lower

    rows = SocialProfile.objects.filter(network=network_id).annotate(lowered=Lower("handle"))
    return dict(rows.filter(lowered__in=handles).values_list("lowered", "pk"))
