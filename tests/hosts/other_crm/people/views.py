"""The second host's one page."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from .models import Person


@login_required
def person(request: HttpRequest, pk: Any) -> HttpResponse:
    """A person, with the social panel."""
    return render(request, "people/person.html", {"person": get_object_or_404(Person, pk=pk)})
