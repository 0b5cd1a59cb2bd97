"""The CRM that socialcrm ships with; it stands for any Django CRM."""

from __future__ import annotations

from .celery import app as celery_app

__all__ = ["celery_app"]
