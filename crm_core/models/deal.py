"""Deal: what we may sell, to whom, for how much, and how far we are."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .company import Company
from .contact import Contact
from .naming import Named
from .team import Team


class Deal(Named):
    """What we may sell: five steps up to won, or lost."""

    class Stage(models.TextChoices):
        LEAD = "lead", _("Lead")
        QUALIFIED = "qualified", _("Qualified")
        PROPOSAL = "proposal", _("Proposal")
        NEGOTIATION = "negotiation", _("Negotiation")
        WON = "won", _("Won")
        LOST = "lost", _("Lost")

    PIPELINE = (Stage.LEAD, Stage.QUALIFIED, Stage.PROPOSAL, Stage.NEGOTIATION, Stage.WON)
    OPEN = PIPELINE[:4]
    CURRENCIES = ("EUR", "USD", "GBP", "CHF", "SEK", "NOK", "DKK", "CAD", "PLN", "JPY")

    name = models.CharField(_("name"), max_length=200)
    company = models.ForeignKey(
        Company, on_delete=models.SET_NULL, null=True, blank=True, related_name="deals", verbose_name=_("company")
    )
    contacts = models.ManyToManyField(Contact, blank=True, related_name="deals", verbose_name=_("contacts"))
    amount = models.DecimalField(_("amount"), max_digits=14, decimal_places=2, null=True, blank=True)
    currency = models.CharField(
        _("currency"), max_length=3, default="EUR", choices=[(code, code) for code in CURRENCIES]
    )
    stage = models.CharField(_("stage"), max_length=20, choices=Stage.choices, default=Stage.LEAD)
    closes_on = models.DateField(_("close date"), null=True, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="crm_deals",
        verbose_name=_("owner"),
    )
    team = models.ForeignKey(
        Team, on_delete=models.SET_NULL, null=True, blank=True, related_name="deals", verbose_name=_("team")
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("deal")
        verbose_name_plural = _("deals")
        indexes = [models.Index(fields=["stage"], name="crm_deal_stage")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """The deal's page."""
        return reverse("crm:deal", args=[self.pk])

    @property
    def is_open(self) -> bool:
        """Neither won nor lost yet."""
        return self.stage in self.OPEN

    @property
    def is_won(self) -> bool:
        """Whether we sold it."""
        return self.stage == self.Stage.WON

    @property
    def is_lost(self) -> bool:
        """Whether we lost it."""
        return self.stage == self.Stage.LOST

    @property
    def step(self) -> int:
        """How many of the five steps are done; 0 for a lost deal."""
        return 0 if self.is_lost else self.PIPELINE.index(self.Stage(self.stage)) + 1
