"""judge: what speaks for and against "this profile is this contact", and what is to be done about it.

Strong proofs link by themselves. Alikeness links only together with a lead over the next candidate, a rare name and
something besides the name that agrees; otherwise it is a suggestion. A name alone never links.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from socialcrm.models import SocialProfile
from socialcrm.networks import network_class

from .facts import Index, Known, emails_in, host_of, in_place, site_of
from .names import (
    fold,
    handle_score,
    is_common,
    likeness,
    mentions,
    name_score,
    plain_name,
    shares_initials,
    shares_job,
)

SURE = 0.85  # measured thresholds, see docs/scoring.md
LEAD = 0.15
WORTH_A_LOOK = 0.62
WORTH_MUCH = 0.72  # below it a suggestion needs something besides the name
SUGGESTIONS = 3
SAME_NAME = 0.93

Fact = dict[str, Any]


def fact(code: str, against: bool = False, **facts: Any) -> Fact:
    """One piece of evidence."""
    return {"code": code, "facts": facts, "against": against}


@dataclass(slots=True)
class Candidate:
    """A profile and a contact that may be one person."""

    profile: SocialProfile
    contact: Known
    score: float
    evidence: list[Fact] = field(default_factory=list)
    basis: str = ""  # set: a strong proof, with this basis
    proof: bool = False
    lead: float = 0.0

    @property
    def corroborated(self) -> bool:
        """Whether something besides the name speaks for it."""
        return any(one["code"] in CORROBORATING for one in self.evidence)

    @property
    def could_be_named_so(self) -> bool:
        """Whether the names have the same initials, the handle is made of the contact's name, or theirs by hearsay."""
        named = any(one["code"] in {"like_handle", "given_address"} for one in self.evidence)
        return self.proof or named or shares_initials(self.contact.name, self.profile.name)

    @property
    def is_sure(self) -> bool:
        """Whether it may be linked without asking."""
        if self.proof:
            return True
        against = any(one["against"] for one in self.evidence)
        return self.score >= SURE and self.lead >= LEAD and self.corroborated and not against

    @property
    def is_worth_a_look(self) -> bool:
        """Whether a person should be asked: not about Vera Radley where Sally Radley is meant."""
        return self.could_be_named_so and self.score >= (WORTH_A_LOOK if self.corroborated else WORTH_MUCH)


CORROBORATING = frozenset({"company_in_bio", "job_in_bio", "same_city", "company_site", "email_in_bio", "same_site"})


def candidates(profile: SocialProfile, index: Index) -> list[Candidate]:
    """Candidates for a profile, the best first, with evidence and the lead of each over the next."""
    found = {id(one.contact): one for one in alike(profile, index)}
    for one in proofs(profile, index):
        earlier = found.get(id(one.contact))
        one.evidence += [row for row in (earlier.evidence if earlier else []) if row["code"] != "name_only"]
        found[id(one.contact)] = one
    ranked = sorted(found.values(), key=lambda one: (one.proof, one.score), reverse=True)
    for place, one in enumerate(ranked):
        following = ranked[place + 1].score if place + 1 < len(ranked) else 0.0
        one.lead = one.score - following
    _settle_rivals(ranked)
    _note_hearsay(profile, ranked)
    return ranked


def _note_hearsay(profile: SocialProfile, ranked: list[Candidate]) -> None:
    """What another server than the person's own says is looked at by a person, and links nobody by itself."""
    for one in ranked if profile.told_by else ():
        if not one.proof:
            one.evidence.append(fact("hearsay", against=True, server=profile.told_by))


def _settle_rivals(ranked: list[Candidate]) -> None:
    """Two contacts with a proof for one profile: neither is linked, a person decides."""
    rivals = [one for one in ranked if one.proof]
    if len(rivals) > 1:
        for one in rivals:
            one.proof = False
            one.evidence.append(fact("claimed_twice", against=True))


def proofs(profile: SocialProfile, index: Index) -> Iterable[Candidate]:
    """Contacts for whom there is a strong proof; where the profile is hearsay, only its id proves anything."""
    seen: dict[int, Candidate] = {}
    first_hand = not profile.told_by
    for key, proves in _keys(profile).items():
        for place in index.by_address.get((profile.network, key), ()):
            contact = index.contacts[place]
            url = contact.addresses[profile.network][key]
            given = fact("given_address", url=url)
            seen.setdefault(place, Candidate(profile, contact, 1.0, [given], "given" if proves else "", proves))
    for email in emails_in(f"{profile.bio} {profile.website}"):
        for place in index.by_email.get(email, ()):
            one = fact("email_in_bio", email=email)
            seen.setdefault(place, Candidate(profile, index.contacts[place], 0.99, [one], "public", first_hand))
    for place in index.by_site.get(site_of(profile.website), ()) if profile.website else ():
        contact = index.contacts[place]
        if name_score(contact.name, profile.name) >= SAME_NAME:
            one = fact("same_site", site=site_of(profile.website))
            seen.setdefault(place, Candidate(profile, contact, 0.97, [one], "public", first_hand))
    return seen.values()


def _keys(profile: SocialProfile) -> dict[str, bool]:
    """How a contact's addresses may name the profile, and whether that is proven: an id is, a handle not by hearsay."""
    keys = {f"id:{profile.external_id}": True}
    if profile.told_by and (spelled := network_class(profile.network).handle_of_id(profile.external_id)):
        keys[spelled] = True
    keys.setdefault(profile.handle.lower(), not profile.told_by)
    return keys


def alike(profile: SocialProfile, index: Index) -> list[Candidate]:
    """Contacts whose name is like the profile's name and handle."""
    places: set[int] = set()
    for word in {word for word in plain_name(profile.name).split() if len(word) > 1}:
        places.update(index.by_word.get(word, ()))
    bare = fold(profile.handle).replace(" ", "")
    for pattern in {bare, bare.rstrip("0123456789")}:
        places.update(index.by_pattern.get(pattern, ()))
    found = []
    for place in places:
        contact = index.contacts[place]
        score = likeness(contact.name, profile.name, profile.handle)
        if score >= WORTH_A_LOOK:
            found.append(Candidate(profile, contact, round(score, 4), facts_of(profile, contact, index)))
    return found


def facts_of(profile: SocialProfile, contact: Known, index: Index) -> list[Fact]:
    """Evidence for and against, beyond strong proofs."""
    supports = [*_besides_the_name(profile, contact)]
    percent = round(100 * name_score(contact.name, profile.name))
    same = percent >= 100 * SAME_NAME
    named = fact("same_name", name=profile.name) if same else fact("like_name", name=profile.name, percent=percent)
    rows = [named]
    if handle_score(contact.name, profile.handle) >= 0.9:
        rows.append(fact("like_handle", handle=profile.handle))
    rows += supports
    others = index.names[plain_name(contact.name)] - 1
    if others:
        rows.append(fact("namesake", against=True, count=others))
    if is_common(contact.name):
        rows.append(fact("common_name", against=True))
    if contact.city and profile.location and not in_place(profile.location, contact.city):
        # A location is free text; a different one lowers trust and proves nothing.
        rows.append(fact("other_city", against=True, city=profile.location))
    if not supports:
        rows.append(fact("name_only", against=True))
    return rows


def _besides_the_name(profile: SocialProfile, contact: Known) -> Iterable[Fact]:
    if contact.company and mentions(f"{profile.bio} {profile.location}", contact.company):
        yield fact("company_in_bio", company=contact.company)
    if contact.job and shares_job(profile.bio, contact.job):
        yield fact("job_in_bio", job=contact.job)
    if contact.city and in_place(f"{profile.location} {profile.bio}", contact.city):
        yield fact("same_city", city=contact.city)
    site = host_of(site_of(profile.website)) if profile.website else ""
    if site and site in {host_of(own) for own in contact.sites}:
        yield fact("company_site", site=site)
