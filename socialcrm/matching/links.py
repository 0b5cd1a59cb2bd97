"""Links by hand: link, unlink, refuse, accept; and moving them when the host merges two contacts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from socialcrm import audit, scoring, sync
from socialcrm.contacts import get_adapter, get_contact_model
from socialcrm.models import ProfileLink, SocialAccount, SocialProfile
from socialcrm.networks import network_class
from socialcrm.signals import profile_linked

LINKED, SUGGESTED = ProfileLink.State.LINKED, ProfileLink.State.SUGGESTED


class AlreadyLinked(Exception):
    """The profile is another contact's; `contact` says whose."""

    def __init__(self, contact: Any) -> None:
        self.contact = contact
        super().__init__(_("This profile is linked to %(name)s.") % {"name": get_adapter().name(contact)})


class LinkingForbidden(ValueError):
    """The network's terms do not allow members' profiles to be linked to contacts, or the profile is our own."""


def is_ours(profile: SocialProfile) -> bool:
    """Whether the profile is that of a connected account."""
    return SocialAccount.objects.filter(network=profile.network, external_id=profile.external_id).exists()


def link(
    profile: SocialProfile, contact: Any, user: Any, basis: str, evidence: Iterable[Mapping[str, Any]] = ()
) -> ProfileLink:
    """Say that this profile is this contact. Raises AlreadyLinked(other contact) or LinkingForbidden.

    Suggestions of the profile for others go; reading its posts begins, and its influence is counted at once.
    """
    cls = network_class(profile.network)
    if not cls.may_link_contacts:
        raise LinkingForbidden(_("%(network)s does not allow this.") % {"network": cls.label})
    if is_ours(profile):
        raise LinkingForbidden(_("@%(handle)s is an account of ours.") % {"handle": profile.handle})
    try:
        with transaction.atomic():
            made = _link(profile, contact, user, basis, list(evidence))
            audit.record(user, "profile_link", made, profile=profile.pk, basis=basis)
    except IntegrityError:
        other = linked_to(profile)
        if other is None or other.contact == contact:
            raise
        raise AlreadyLinked(other.contact) from None
    scoring.score_profiles([profile.pk])
    return made


def _link(profile: SocialProfile, contact: Any, user: Any, basis: str, evidence: list[Any]) -> ProfileLink:
    other = linked_to(profile, lock=True)
    if other is not None and other.contact_id != contact.pk:
        raise AlreadyLinked(other.contact)
    made, _created = ProfileLink.objects.update_or_create(
        profile=profile,
        contact=contact,
        defaults={
            "state": LINKED,
            "basis": basis,
            "automatic": False,
            "decided_by": user,
            "decided_at": timezone.now(),
            "evidence": evidence or [{"code": "by_hand", "facts": {}, "against": False}],
        },
    )
    ProfileLink.objects.filter(profile=profile, state=SUGGESTED).delete()
    sync.follow_profile(profile)
    transaction.on_commit(
        lambda: profile_linked.send(ProfileLink, profile=profile, contact=contact, automatic=False), robust=True
    )
    return made


def linked_to(profile: SocialProfile, lock: bool = False) -> ProfileLink | None:
    """The profile's link, if it has one."""
    rows = ProfileLink.objects.filter(profile=profile, state=LINKED, contact__isnull=False)
    if lock:
        rows = rows.select_for_update(of=("self",))
    return rows.first() if lock else rows.select_related("contact").first()


def unlink(link: ProfileLink, user: Any) -> None:
    """Take a link back; the row stays, so that matching never makes it again by itself."""
    _decide(link, ProfileLink.State.UNLINKED, user)
    sync.unfollow_profile(link.profile)
    audit.record(user, "profile_unlink", link, profile=link.profile_id)


def refuse(profile: SocialProfile, contact: Any, user: Any) -> ProfileLink:
    """ "Not this person": remembered, and never suggested again."""
    row, _created = ProfileLink.objects.get_or_create(
        profile=profile, contact=contact, defaults={"state": ProfileLink.State.REFUSED}
    )
    was_linked = row.state == LINKED
    _decide(row, ProfileLink.State.REFUSED, user)
    if was_linked:
        sync.unfollow_profile(profile)
    audit.record(user, "profile_refuse", row, profile=profile.pk)
    return row


def reconsider(refused: ProfileLink, user: Any) -> None:
    """Take a refusal back: the suggestion is open again, with the evidence it had."""
    _decide(refused, SUGGESTED, None)
    audit.record(user, "profile_reconsider", refused, profile=refused.profile_id)


def _decide(row: ProfileLink, state: str, user: Any) -> None:
    row.state, row.decided_by, row.decided_at = state, user, timezone.now()
    row.save(update_fields=["state", "decided_by", "decided_at"])


def accept(suggestion: ProfileLink, user: Any, basis: str = ProfileLink.Basis.PUBLIC) -> ProfileLink:
    """ "Same person": a suggestion becomes a link. Raises AlreadyLinked."""
    return link(suggestion.profile, suggestion.contact, user, basis, evidence=suggestion.evidence)


def suggestions(contact: Any) -> list[ProfileLink]:
    """The contact's open suggestions, the best first, at most three."""
    rows = ProfileLink.objects.filter(contact=contact, state=SUGGESTED).select_related("profile")
    return list(rows.order_by("-score", "pk")[:3])


def move_links(source: Any, target: Any) -> dict[str, Any]:
    """Give the source contact's links and refusals to the target; what comes back is JSON and undoes it.

    Where both have a row for one profile, a link wins over a suggestion and a decision over none.
    """
    with transaction.atomic():
        theirs = {row.profile_id: row for row in ProfileLink.objects.filter(contact=target)}
        rows = list(ProfileLink.objects.select_for_update().filter(contact=source).order_by("pk"))
        moved = [row.pk for row in rows if row.profile_id not in theirs]
        doubles = [(row, theirs[row.profile_id]) for row in rows if row.profile_id in theirs]
        ProfileLink.objects.filter(pk__in=moved).update(contact=target)
        token = {"moved": moved, "changed": [_state_of(own) for row, own in doubles if _weight(row) > _weight(own)]}
        dropped = [_state_of(row) for row, _own in doubles]
        ProfileLink.objects.filter(pk__in=[row.pk for row, _own in doubles]).delete()
        _strengthen([(row, own) for row, own in doubles if _weight(row) > _weight(own)])
    return {**token, "dropped": dropped, "target": str(target.pk)}


def return_links(source: Any, token: Mapping[str, Any]) -> None:
    """Undo `move_links` for the contact that is back; links that changed hands since then stay where they are."""
    target = get_contact_model()._meta.pk.to_python(token["target"])
    with transaction.atomic():
        ProfileLink.objects.filter(pk__in=token["moved"], contact=target).update(contact=source)
        before = {state["pk"]: state for state in token["changed"]}
        back = [_put_back(row, before[row.pk]) for row in ProfileLink.objects.filter(pk__in=before, contact=target)]
        ProfileLink.objects.bulk_update(back, list(KEPT))
        taken = ProfileLink.objects.filter(
            profile__in=[state["profile_id"] for state in token["dropped"]], state=LINKED, contact__isnull=False
        ).values_list("profile_id", flat=True)
        free = [
            state for state in token["dropped"] if state["state"] != LINKED or state["profile_id"] not in set(taken)
        ]
        again = [_put_back(ProfileLink(contact=source, profile_id=state["profile_id"]), state) for state in free]
        ProfileLink.objects.bulk_create(again, ignore_conflicts=True)


KEPT = ("state", "basis", "automatic", "score", "evidence", "decided_by_id", "decided_at")
_WEIGHTS = {"linked": 3, "refused": 2, "unlinked": 2, "suggested": 1}


def _weight(row: ProfileLink) -> int:
    return _WEIGHTS[row.state]


def _state_of(row: ProfileLink) -> dict[str, Any]:
    values = {name: getattr(row, name) for name in KEPT}
    evidence = [{k: v for k, v in one.items() if k != "text"} for one in row.evidence]
    at = row.decided_at.isoformat()
    return {**values, "evidence": evidence, "decided_at": at, "pk": row.pk, "profile_id": row.profile_id}


def _put_back(row: ProfileLink, state: Mapping[str, Any]) -> ProfileLink:
    for name in KEPT:
        setattr(row, name, state[name])
    row.decided_at = datetime.fromisoformat(state["decided_at"])
    return row


def _strengthen(doubles: list[tuple[ProfileLink, ProfileLink]]) -> None:
    for row, own in doubles:
        for name in KEPT:
            setattr(own, name, getattr(row, name))
    ProfileLink.objects.bulk_update([own for _row, own in doubles], list(KEPT))
