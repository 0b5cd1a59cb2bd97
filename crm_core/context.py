"""What every page of the shell needs: the theme, the brand, and a count that is asked for only where it is shown."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from .models import Activity

THEMES, SYSTEM = ("light", "dark"), "system"


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context of the app shell."""
    theme = request.COOKIES.get("theme", "")
    return {
        "theme": theme if theme in THEMES else "",
        "brand": settings.CRM_BRAND,
        "due_tasks": SimpleLazyObject(lambda: _due_tasks(request)),
    }


def _due_tasks(request: HttpRequest) -> int:
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return 0
    until = timezone.localtime().replace(hour=23, minute=59, second=59)
    return Activity.objects.visible_to(user).open_tasks().filter(assignee=user, due_at__lte=until).count()
