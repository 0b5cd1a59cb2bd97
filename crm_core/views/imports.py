"""Import of contacts: choose a file, say what its columns are, see what would happen, do it, read the report."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crm_core.access import SignedInRequest, get_own_import
from crm_core.forms.base import teams_of
from crm_core.importing.fields import CHOICES, checked, guess
from crm_core.importing.reading import FileRefused, Table, read
from crm_core.importing.running import counts, people_for, plan, run, step
from crm_core.models import ContactImport
from crm_core.tasks import run_import
from socialcrm.exports import csv_lines

from .contact_edit import default_team

State = ContactImport.State
PREVIEW = 20
# Whole files up to this many rows are planned for the preview; of larger ones, the first rows.
COUNTED = 2000
# A queued import that no worker has touched for so long is moved on by the page that waits for it.
PATIENCE = timedelta(seconds=10)

may_import = permission_required("crm_core.import_contact", raise_exception=True)


@login_required
@may_import
@require_http_methods(["GET", "HEAD", "POST"])
def import_list(request: SignedInRequest) -> HttpResponse:
    """Choose a file; below, the files of before."""
    sentence = ""
    if request.method == "POST":
        try:
            return redirect(_upload(request))
        except FileRefused as refusal:
            sentence = str(refusal)
    imports = ContactImport.objects.filter(user=request.user).defer("rows")[:20]
    context = {
        "imports": imports,
        "refusal": sentence,
        "megabytes": settings.CRM_IMPORT_MAX_BYTES // 1_000_000,
        "max_rows": settings.CRM_IMPORT_MAX_ROWS,
    }
    return render(request, "crm_core/import_list.html", context, status=400 if sentence else 200)


def _upload(request: HttpRequest) -> ContactImport:
    file = request.FILES.get("file")
    if file is None:
        raise FileRefused(_("Choose a file first."))
    # One byte more than allowed is enough to be refused: the rest of a huge file is never read.
    table = read(file.read(settings.CRM_IMPORT_MAX_BYTES + 1))
    return _keep(request.user, str(file.name), table)


def _keep(user: Any, name: str, table: Table) -> ContactImport:
    return ContactImport.objects.create(
        user=user,
        filename=name[:255],
        format=table.format,
        encoding=table.encoding,
        header=table.header,
        rows=table.rows,
        mapping=guess(table.header),
        total=len(table.rows),
        team=default_team(user),
    )


@login_required
@may_import
@require_safe
def import_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Mapping and preview, progress, or the report: whatever the import is at."""
    batch = get_own_import(request.user, pk)
    if batch.state == State.DRAFT:
        return render(request, "crm_core/import_preview.html", _preview(request, batch))
    if batch.state != State.DONE:
        _help_along(batch)
    fragment = request.headers.get("HX-Request") == "true"
    context = {"batch": batch, "refused": batch.refused_rows.all()[:50]}
    return render(request, "crm_core/parts/import_state.html" if fragment else "crm_core/import_report.html", context)


def _help_along(batch: ContactImport) -> None:
    if timezone.now() - batch.beat_at > PATIENCE:
        step(batch)
        batch.refresh_from_db(fields=["state", "done", "created", "updated", "skipped", "refused"])


def _preview(request: HttpRequest, batch: ContactImport) -> dict[str, Any]:
    plans = plan(batch, batch.rows[:COUNTED], 0, people_for(request.user))
    found = counts(plans)
    partly = batch.total > COUNTED
    return {
        "batch": batch,
        "columns": list(zip(batch.header, batch.mapping, strict=True)),
        "fields": CHOICES,
        "plans": [made for made in plans if made.action != "blank"][:PREVIEW],
        "counts": found,
        "importable": batch.total if partly else found["create"] + found["update"],
        "counted": min(batch.total, COUNTED),
        "partly": partly,
        "teams": teams_of(request.user),
        "known": ContactImport.Known.choices,
    }


@login_required
@may_import
@require_POST
def import_run(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep what the form says about the columns; start, throw away, or show the preview again."""
    batch = get_own_import(request.user, pk)
    if batch.state != State.DRAFT:
        return redirect(batch)
    action = request.POST.get("action", "")
    if action == "drop":
        batch.delete()
        return redirect("crm:imports")
    _keep_choices(request, batch)
    if action == "run":
        if not any(batch.mapping):
            messages.error(request, _("Say for at least one column what it is."))
        else:
            _start(batch)
    return redirect(batch)


def _keep_choices(request: HttpRequest, batch: ContactImport) -> None:
    wanted = [request.POST.get(f"column-{place}", "") for place in range(len(batch.header))]
    batch.mapping = checked(wanted, len(batch.header))
    known, team = request.POST.get("known", ""), request.POST.get("team", "")
    batch.known = known if known in ContactImport.Known.values else batch.known
    batch.team = teams_of(request.user).filter(pk=int(team)).first() if team.isdecimal() and len(team) < 19 else None
    batch.save(update_fields=["mapping", "known", "team"])


def _start(batch: ContactImport) -> None:
    """Small files at once, large ones by a worker. One UPDATE decides, so that a double click starts once."""
    waiting = ContactImport.objects.filter(pk=batch.pk, state=State.DRAFT)
    if not waiting.update(state=State.QUEUED, beat_at=timezone.now()):
        return
    if batch.total <= settings.CRM_IMPORT_INLINE_ROWS:
        run(batch.pk)
    else:
        run_import.delay_on_commit(batch.pk)  # type: ignore[attr-defined]


@login_required
@may_import
@require_safe
def import_refused(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The refused rows as a CSV file: the reason first, then the row as it was; mend it and import it again."""
    batch = get_own_import(request.user, pk)
    if batch.state != State.DONE:
        raise Http404
    rows = batch.refused_rows.values_list("line", "reason", "cells").iterator(chunk_size=500)
    lines = csv_lines(
        [_("Row"), _("Reason"), *batch.header], ([line, why, *_cells(cells)] for line, why, cells in rows)
    )
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="refused-{batch.pk}.csv"'
    return response


def _cells(cells: Any) -> list[str]:
    return [str(cells.get("raw", ""))] if isinstance(cells, dict) else cells
