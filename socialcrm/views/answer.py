"""How the views answer: a fragment to the panel's script, a redirect with a message to a browser without it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.http import url_has_allowed_host_and_scheme

from socialcrm import conf

View = Callable[..., HttpResponseBase]


def is_fragment(request: HttpRequest) -> bool:
    """Whether the panel's own script asks."""
    return request.headers.get("X-Requested-With") == "socialcrm"


def needs(permission: str) -> Callable[[View], View]:
    """Only for signed-in people with this permission of socialcrm; 403 for the others."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.has_perm(f"socialcrm.{permission}"):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return cast(View, login_required(guarded))

    return decorate


def page(request: HttpRequest, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    """A whole page in the host's frame; its forms lead back to where the person came from."""
    frame = {"base": conf.get("BASE_TEMPLATE"), "next": next_url(request)}
    return render(request, template, {**frame, **context}, status=status)


def fragment(
    request: HttpRequest, template: str, context: dict[str, Any], *, status: int = 200, toast: str = "", undo: str = ""
) -> HttpResponse:
    """Elements that take the place of those with the same ids; `undo` is an address that a POST takes back."""
    html = render_to_string(template, {**context, "next": next_url(request)}, request)
    if toast:
        html += render_to_string("socialcrm/_toast.html", {"text": toast, "undo": undo}, request)
    return HttpResponse(html, status=status)


def back(request: HttpRequest, fallback: str, message: str = "", *, error: bool = False) -> HttpResponseRedirect:
    """Back to the page that the form was on, with a message."""
    if message:
        (messages.error if error else messages.success)(request, message)
    return redirect(next_url(request) or fallback)


def next_url(request: HttpRequest) -> str:
    """Where the form says that it came from, when that is a page of this site."""
    asked = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(asked, {request.get_host()}, require_https=request.is_secure())
    # Only paths: `redirect` takes a bare word for the name of a view.
    return asked if safe and asked.startswith("/") else ""
