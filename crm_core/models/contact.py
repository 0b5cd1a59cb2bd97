"""Contact: a person whom we sell to or help, with several e-mails, phones and web sites."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .company import Company
from .naming import Named, fold
from .team import Team


class Contact(Named):
    """A person whom we sell to or help."""

    first_name = models.CharField(_("first name"), max_length=100, blank=True)
    last_name = models.CharField(_("last name"), max_length=100, blank=True)
    title = models.CharField(_("job title"), max_length=150, blank=True)
    company = models.ForeignKey(
        Company, on_delete=models.SET_NULL, null=True, blank=True, related_name="contacts", verbose_name=_("company")
    )
    city = models.CharField(_("city"), max_length=100, blank=True)
    language = models.CharField(_("language"), max_length=10, blank=True)
    consent = models.CharField(_("consent"), max_length=200, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="crm_contacts",
        verbose_name=_("owner"),
    )
    team = models.ForeignKey(
        Team, on_delete=models.SET_NULL, null=True, blank=True, related_name="contacts", verbose_name=_("team")
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        permissions = [
            ("view_all_contacts", _("Can see the contacts of every team")),
            ("merge_contact", _("Can merge contacts")),
            ("import_contact", _("Can import contacts")),
            ("export_contact", _("Can export contacts")),
        ]

    def __str__(self) -> str:
        return " ".join(part for part in (self.first_name, self.last_name) if part) or str(_("Nameless"))

    def make_sort_name(self) -> str:
        """Last name first."""
        return fold(f"{self.last_name} {self.first_name}")

    def get_absolute_url(self) -> str:
        """The contact's page."""
        return reverse("crm:contact", args=[self.pk])


class ContactEmail(models.Model):
    """An e-mail address of a contact; the first is the main one."""

    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="email_set")
    email = models.EmailField(_("e-mail"))

    class Meta:
        verbose_name = _("e-mail")
        verbose_name_plural = _("e-mails")
        ordering = ["pk"]
        indexes = [models.Index(Lower("email"), name="crm_email_lower")]

    def __str__(self) -> str:
        return self.email


class ContactPhone(models.Model):
    """A phone number of a contact."""

    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="phone_set")
    phone = models.CharField(_("phone"), max_length=40)

    class Meta:
        verbose_name = _("phone")
        verbose_name_plural = _("phones")
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.phone


class ContactWebsite(models.Model):
    """A web address of a contact: a site, a blog, a profile on a network."""

    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="website_set")
    url = models.URLField(_("website"), max_length=500)

    class Meta:
        verbose_name = _("website")
        verbose_name_plural = _("websites")
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.url
