"""Heartbeat: the last time that beat, broker and a worker went round."""

from __future__ import annotations

from django.db import models


class Heartbeat(models.Model):
    """One row a name; /readyz asks whether it is recent."""

    name = models.CharField(primary_key=True, max_length=50)
    at = models.DateTimeField()

    class Meta:
        verbose_name = "heartbeat"
        verbose_name_plural = "heartbeats"

    def __str__(self) -> str:
        return f"{self.name} {self.at:%Y-%m-%d %H:%M:%S}"
