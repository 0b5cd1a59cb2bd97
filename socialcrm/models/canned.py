"""CannedReply: a text that is used again and again, with places for names."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class CannedReply(models.Model):
    """A prepared answer; of one user, or shared by all (`user` is None). `{contact.first_name|there}` and the like
    are filled in by `inbox.fill`."""

    title = models.CharField(_("title"), max_length=100)
    text = models.TextField(_("text"), max_length=4000)
    lang = models.CharField(_("language"), max_length=10, blank=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, blank=True, related_name="canned_replies"
    )
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("canned reply")
        verbose_name_plural = _("canned replies")
        ordering = ["title", "pk"]
        permissions = [("share_cannedreply", _("Can write canned replies for everyone"))]

    def __str__(self) -> str:
        return self.title
