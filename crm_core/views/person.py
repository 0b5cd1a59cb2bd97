"""The signed-in person's own pages: who I am, the theme, the search box."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from crm_core.access import SignedInRequest
from crm_core.context import SYSTEM, THEMES
from crm_core.search import jump

YEAR = 365 * 24 * 3600


def back(request: HttpRequest, default: str = "/") -> str:
    """The page of this site that the form names in `next`, or the default."""
    wanted = request.POST.get("next", "") or request.GET.get("next", "")
    mine = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    # Only paths: `redirect` takes a bare word for the name of a view.
    return wanted if wanted.startswith("/") and mine else default


@login_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The site starts at the contacts."""
    return redirect("crm:contacts")


@login_required
@require_safe
def me(request: SignedInRequest) -> HttpResponse:
    """Name, roles, teams, language, theme, sign out; on phones also the rest of the menu."""
    context = {
        "roles": list(request.user.groups.order_by("name").values_list("name", flat=True)),
        "teams": list(request.user.crm_teams.values_list("name", flat=True)),
    }
    return render(request, "crm_core/me.html", context)


@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Remember light or dark in a cookie that the server reads, or forget it: then the system decides."""
    response = redirect(back(request))
    chosen = request.POST.get("theme", "")
    if chosen == SYSTEM:
        response.delete_cookie("theme", samesite="Lax")
    elif chosen in THEMES:
        response.set_cookie("theme", chosen, max_age=YEAR, samesite="Lax", secure=request.is_secure())
    return response


@login_required
@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """People, companies and deals for a few words; htmx gets the list alone, for the box in the sidebar."""
    text = request.GET.get("q", "")[:200].strip()
    fragment = request.headers.get("HX-Request") == "true"
    context = {"q": text, "found": jump(request.user, text, 5 if fragment else 20)}
    return render(request, "crm_core/parts/found.html" if fragment else "crm_core/search.html", context)
