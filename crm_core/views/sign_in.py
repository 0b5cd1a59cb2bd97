"""What a person meets who typed too many wrong passwords, and which address counts as theirs."""

from __future__ import annotations

from typing import Any

from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.auth.forms import AuthenticationForm
from django.db.models import Max
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import ngettext


def address(request: HttpRequest) -> str:
    """The client's address; behind a proxy the last one that it names, since clients may write the others."""
    forwarded = request.headers.get("X-Forwarded-For", "") if settings.CRM_BEHIND_PROXY else ""
    return forwarded.rpartition(",")[2].strip() or request.META.get("REMOTE_ADDR", "")


def too_many(request: HttpRequest, refused: HttpResponse | None, credentials: dict[str, Any] | None) -> HttpResponse:
    """The sign-in page with the time to wait; the name that was typed stays."""
    name = (credentials or {}).get("username", "")
    wait = _seconds_left(name, address(request))
    form = AuthenticationForm(request, initial={"username": name})
    context = {"form": form, "trouble": _sentence(wait), "next": request.POST.get("next", "")}
    answer = render(request, "registration/login.html", context, status=429)
    answer["Retry-After"] = str(wait)
    return answer


def _seconds_left(name: str, client: str) -> int:
    last = AccessAttempt.objects.filter(username=name, ip_address=client).aggregate(last=Max("attempt_time"))["last"]
    until = (last or timezone.now()) + settings.AXES_COOLOFF_TIME
    return max(1, round((until - timezone.now()).total_seconds()))


def _sentence(wait: int) -> str:
    minutes = -(-wait // 60)
    return ngettext(
        "Too many wrong passwords. Try again in %(n)d minute, or ask an administrator for a new one.",
        "Too many wrong passwords. Try again in %(n)d minutes, or ask an administrator for a new one.",
        minutes,
    ) % {"n": minutes}
