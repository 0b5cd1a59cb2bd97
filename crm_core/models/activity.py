"""Activity: a note, a call, a meeting, a task, or a line written by the machine."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .company import Company
from .contact import Contact
from .deal import Deal


class ActivityQuerySet(models.QuerySet["Activity"]):
    """Questions about many activities."""

    def visible_to(self, user: Any) -> ActivityQuerySet:
        """Those about visible people, companies and deals, my own, and those given to me."""
        if not user.is_active:
            return self.none()
        if user.has_perm("crm_core.view_all_contacts"):
            return self.all()
        mine = Q(user=user) | Q(assignee=user)
        contacts = Contact.objects.visible_to(user).filter(pk=OuterRef("contact_id"))
        companies = Company.objects.visible_to(user).filter(pk=OuterRef("company_id"))
        deals = Deal.objects.visible_to(user).filter(pk=OuterRef("deal_id"))
        # A row about a hidden contact stays hidden, even where its deal is visible.
        about = Q(Exists(contacts)) | Q(contact__isnull=True) & (Exists(deals) | Exists(companies))
        nobody_hidden = Q(contact__isnull=True) | Exists(contacts)
        return self.filter(nobody_hidden & (about | mine))

    def tasks(self) -> ActivityQuerySet:
        """Things to do, done or not."""
        return self.filter(kind=Activity.Kind.TASK)

    def open_tasks(self) -> ActivityQuerySet:
        """Things still to do, the earliest first."""
        return self.tasks().filter(done_at__isnull=True).order_by("due_at", "pk")


class Activity(models.Model):
    """A note, a call, a meeting, a task with a due time, or a line that another part of the CRM wrote (LOG)."""

    class Kind(models.TextChoices):
        NOTE = "note", _("Note")
        CALL = "call", _("Call")
        MEETING = "meeting", _("Meeting")
        TASK = "task", _("Task")
        LOG = "log", _("Event")

    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.NOTE)
    text = models.TextField(_("text"))
    contact = models.ForeignKey(
        Contact, on_delete=models.CASCADE, null=True, blank=True, related_name="activities", verbose_name=_("contact")
    )
    company = models.ForeignKey(
        Company, on_delete=models.CASCADE, null=True, blank=True, related_name="activities", verbose_name=_("company")
    )
    deal = models.ForeignKey(
        Deal, on_delete=models.CASCADE, null=True, blank=True, related_name="activities", verbose_name=_("deal")
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="crm_tasks",
        verbose_name=_("assigned to"),
    )
    url = models.CharField(max_length=2000, blank=True)
    due_at = models.DateTimeField(_("due"), null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    objects = ActivityQuerySet.as_manager()

    class Meta:
        verbose_name = _("activity")
        verbose_name_plural = _("activities")
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(fields=["contact", "-created_at"], name="crm_activity_contact"),
            models.Index(
                fields=["assignee", "due_at"],
                condition=Q(kind="task", done_at__isnull=True),
                name="crm_activity_todo",
            ),
        ]

    def __str__(self) -> str:
        return self.text[:80]

    @property
    def subject(self) -> Any:
        """The contact, deal or company it is about, or None."""
        return self.contact or self.deal or self.company

    @property
    def urgency(self) -> str:
        """`over` when late, `soon` when due within a day, else an empty string."""
        if not self.due_at or self.done_at:
            return ""
        return _urgency(self.due_at)


def _urgency(due_at: datetime) -> str:
    left = (due_at - timezone.now()).total_seconds()
    if left < 0:
        return "over"
    return "soon" if left < 86400 else ""
