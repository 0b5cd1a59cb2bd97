"""SocialProfile: a person's public face on a network; ProfileLink: who we think that is."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .evidence import EvidenceField


class SocialProfileQuerySet(models.QuerySet["SocialProfile"]):
    """Questions about many profiles."""

    def known_to(self, network: Any) -> SocialProfileQuerySet:
        """Profiles of whose end the network's server may tell: those of its own people, and those it told us of."""
        return self.filter(Q(told_by=network.told_by) | Q(told_by="", external_id__startswith=network.home))

    def of_contact(self, contact: Any) -> SocialProfileQuerySet:
        """Profiles linked to this contact."""
        return self.filter(links__contact=contact, links__state=ProfileLink.State.LINKED)


class SocialProfile(models.Model):
    """A person's public face on a network, keyed by the network's immutable id: a renamed handle follows it."""

    class State(models.TextChoices):
        ACTIVE = "active", _("Active")
        PROTECTED = "protected", _("Protected")
        SUSPENDED = "suspended", _("Suspended")
        GONE = "gone", _("Gone")

    network = models.CharField(max_length=40)
    external_id = models.CharField(max_length=500)
    handle = models.CharField(max_length=255)
    name = models.CharField(max_length=255, blank=True)
    bio = models.TextField(blank=True)
    location = models.CharField(max_length=255, blank=True)
    website = models.CharField(max_length=2000, blank=True)
    url = models.CharField(max_length=2000, blank=True)
    avatar_url = models.CharField(max_length=2000, blank=True)
    followers = models.PositiveIntegerField(null=True, blank=True)
    following = models.PositiveIntegerField(null=True, blank=True)
    listed = models.PositiveIntegerField(null=True, blank=True)
    posts_count = models.PositiveIntegerField(null=True, blank=True)
    verified = models.BooleanField(default=False)
    state = models.CharField(max_length=20, choices=State.choices, default=State.ACTIVE)
    joined_at = models.DateTimeField(null=True, blank=True)
    fetched_at = models.DateTimeField(default=timezone.now)
    matched_at = models.DateTimeField(null=True, blank=True)
    # On networks of many servers: the server whose word all this is, "" where it is the person's own.
    told_by = models.CharField(max_length=255, blank=True, default="", db_default="")
    raw = models.JSONField(default=dict, blank=True)

    objects = SocialProfileQuerySet.as_manager()

    class Meta:
        verbose_name = _("profile")
        verbose_name_plural = _("profiles")
        constraints = [models.UniqueConstraint(fields=["network", "external_id"], name="socialcrm_profile_once")]
        indexes = [
            models.Index(fields=["network", "handle"], name="socialcrm_profile_handle"),
            models.Index(fields=["id"], condition=Q(matched_at__isnull=True), name="socialcrm_profile_unmatched"),
        ]
        permissions = [("link_socialprofile", _("Can link profiles to contacts"))]

    def __str__(self) -> str:
        return f"@{self.handle}"


class ProfileLink(models.Model):
    """What we hold about "this profile is this contact": suggested, linked, refused or unlinked, with the evidence.

    The only model with a foreign key to the host's contact. A refusal is remembered; an unlink is history.
    """

    class State(models.TextChoices):
        SUGGESTED = "suggested", _("Suggested")
        LINKED = "linked", _("Linked")
        REFUSED = "refused", _("Not this person")
        UNLINKED = "unlinked", _("Unlinked")

    class Basis(models.TextChoices):
        OPT_IN = "opt_in", _("The person agreed")
        GIVEN = "given", _("Given by the person")
        PUBLIC = "public", _("Public data")

    profile = models.ForeignKey(SocialProfile, on_delete=models.CASCADE, related_name="links")
    contact = models.ForeignKey(
        settings.SOCIALCRM_CONTACT_MODEL, on_delete=models.SET_NULL, null=True, related_name="social_links"
    )
    state = models.CharField(max_length=20, choices=State.choices)
    basis = models.CharField(max_length=20, choices=Basis.choices, blank=True)
    automatic = models.BooleanField(default=False)
    score = models.FloatField(default=0, help_text=_("How alike, 0 to 1."))
    evidence = EvidenceField(default=list, blank=True)  # [{"code", "facts", "against"}], read with "text"
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("profile link")
        verbose_name_plural = _("profile links")
        constraints = [
            models.UniqueConstraint(fields=["profile", "contact"], name="socialcrm_link_once"),
            models.UniqueConstraint(
                fields=["profile"],
                condition=Q(state="linked", contact__isnull=False),
                name="socialcrm_profile_one_contact",
            ),
        ]
        indexes = [
            models.Index(fields=["contact", "state"], name="socialcrm_link_contact"),
        ]

    def __str__(self) -> str:
        return f"{self.profile_id} {self.state}"
