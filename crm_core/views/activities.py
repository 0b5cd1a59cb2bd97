"""Notes, calls, meetings and tasks: write, change, tick off; the page of tasks."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.db.models import DateTimeField
from django.db.models.functions import Coalesce
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crm_core.access import (
    SignedInRequest,
    get_visible_activity,
    get_visible_company,
    get_visible_contact,
    get_visible_deal,
)
from crm_core.forms import ActivityForm
from crm_core.listing import Listing, Sort
from crm_core.models import Activity
from crm_core.social import came_from

from .person import back

FINDERS: dict[str, Any] = {"contact": get_visible_contact, "company": get_visible_company, "deal": get_visible_deal}


@login_required
@permission_required("crm_core.add_activity", raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
def activity_new(request: SignedInRequest) -> HttpResponse:
    """A new note, call, meeting or task about the contact, company or deal in the address."""
    kind = request.GET.get("kind", "")
    kind = kind if kind in Activity.Kind.values and kind != Activity.Kind.LOG else Activity.Kind.NOTE
    activity = Activity(kind=kind, user=request.user, **_subject(request), **_said(request))
    if kind == Activity.Kind.TASK:
        activity.assignee = request.user
    return _edit(request, activity)


def _subject(request: HttpRequest) -> dict[str, Any]:
    for name, find in FINDERS.items():
        if value := request.GET.get(name, ""):
            if not value.isdecimal() or len(value) > 18:
                raise Http404
            return {name: find(request.user, int(value))}
    return {}


def _said(request: HttpRequest) -> dict[str, str]:
    """Words and address of the post that the address names."""
    origin = came_from(request)
    if origin is None:
        return {}
    who = _("%(handle)s on %(network)s") % {"handle": origin.handle, "network": origin.network}
    text = f"{who}: “{Truncator(origin.text).chars(280)}”" if origin.text else who
    return {"text": text, "url": origin.url}


@login_required
@permission_required("crm_core.change_activity", raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
def activity_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change an activity; what the machine wrote stays as it is."""
    activity = get_visible_activity(request.user, pk)
    if activity.kind == Activity.Kind.LOG:
        raise Http404
    return _edit(request, activity)


def _edit(request: HttpRequest, activity: Activity) -> HttpResponse:
    form = ActivityForm(request.POST if request.method == "POST" else None, instance=activity)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Saved."))
        return redirect(back(request, _page_of(activity)))
    context = {"form": form, "activity": activity, "subject": activity.subject, "next": back(request, "")}
    return render(request, "crm_core/activity_form.html", context)


def _page_of(activity: Activity) -> str:
    subject = activity.subject
    return f"{subject.get_absolute_url()}?pane=facts" if subject else "/tasks/"


@login_required
@permission_required("crm_core.change_activity", raise_exception=True)
@require_POST
def activity_done(request: HttpRequest, pk: int) -> HttpResponse:
    """Tick a task off, or open it again."""
    task = get_visible_activity(request.user, pk)
    if task.kind != Activity.Kind.TASK:
        raise Http404
    done = request.POST.get("done") != "0"
    task.done_at = timezone.now() if done else None
    task.save(update_fields=["done_at"])
    messages.success(
        request, _("Done: %(task)s") % {"task": task} if done else _("Open again: %(task)s") % {"task": task}
    )
    return redirect(back(request, "/tasks/"))


@login_required
@permission_required("crm_core.delete_activity", raise_exception=True)
@require_POST
def activity_delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Delete a note or task."""
    activity = get_visible_activity(request.user, pk)
    if activity.kind == Activity.Kind.LOG:
        raise Http404
    page = _page_of(activity)
    activity.delete()
    messages.success(request, _("Deleted."))
    return redirect(page)


SHOWN = {"mine", "all", "done"}
# Tasks without a due time come last.
NEVER = datetime(9999, 1, 1, tzinfo=UTC)


@login_required
@require_safe
def task_list(request: SignedInRequest) -> HttpResponse:
    """My open tasks, everybody's, or the done ones."""
    shown = request.GET.get("show", "mine")
    shown = shown if shown in SHOWN else "mine"
    visible = Activity.objects.visible_to(request.user).tasks()
    sets = {
        "mine": visible.filter(done_at=None, assignee=request.user),
        "all": visible.filter(done_at=None),
        "done": visible.filter(done_at__isnull=False),
    }
    page = _tasks(sets[shown], shown).page(request.GET)
    counts = {name: rows.count() for name, rows in sets.items()}
    return render(request, "crm_core/task_list.html", {"page": page, "shown": shown, "counts": counts})


def _tasks(rows: Any, shown: str) -> Listing:
    rows = rows.select_related("contact", "company", "deal", "assignee")
    if shown == "done":
        return Listing(rows, Sort("done_at", DateTimeField(), descending=True))
    return Listing(rows, Sort(Coalesce("due_at", NEVER, output_field=DateTimeField()), DateTimeField()))
