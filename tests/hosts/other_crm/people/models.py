"""A person, as another company keeps one: a UUID key, one name, one e-mail or none, no owner, no company."""

from __future__ import annotations

import uuid

from django.db import models
from django.urls import reverse


class Person(models.Model):
    """Somebody whom this company knows."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    full_name = models.CharField(max_length=200)
    email = models.EmailField(null=True, blank=True)  # noqa: DJ001

    def __str__(self) -> str:
        return self.full_name

    def get_absolute_url(self) -> str:
        """The person's page."""
        return reverse("person", args=[self.pk])
