"""Saved replies: the pages where they are written, and the composer's menu with each filled in for its person."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from socialcrm import inbox, placeholders
from socialcrm.access import get_usable_account, get_visible_post, key
from socialcrm.forms import CannedForm
from socialcrm.models import CannedReply, Conversation, Post

from .answer import back, fragment, is_fragment, needs, page

MOST = 200


@needs("work_inbox")
@require_GET
def canned_page(request: HttpRequest) -> HttpResponse:
    """One's own saved replies and everyone's."""
    q = request.GET.get("q", "").strip()[:100]
    found = [one for one in inbox.canned_replies(request.user)[:MOST] if q.casefold() in _words(one)]
    rows = [{"canned": one, "may_change": inbox.may_change(request.user, one)} for one in found]
    return page(request, "socialcrm/inbox/canned_list.html", {"rows": rows, "q": q, "here_is": "inbox"})


@needs("work_inbox")
def edit(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """Write a saved reply, or rewrite one."""
    canned = inbox.get_canned_reply(request.user, pk) if pk else None
    if canned and not inbox.may_change(request.user, canned):
        return back(request, reverse("socialcrm:canned"), _("Only its writer may change it."), error=True)
    if request.method != "POST":
        return _form(request, canned, CannedForm(request.user, initial=_initial(canned)))
    form = CannedForm(request.user, request.POST)
    if form.is_valid():
        try:
            inbox.write_canned(request.user, **form.cleaned_data, canned=canned)
        except inbox.InboxError as error:
            form.add_error(None, error.sentence)
        else:
            return back(request, reverse("socialcrm:canned"), _("Saved."))
    return _form(request, canned, form, 422)


@needs("work_inbox")
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Delete a saved reply, after asking."""
    canned = inbox.get_canned_reply(request.user, pk)
    if request.method != "POST":
        return page(request, "socialcrm/inbox/canned_delete.html", {"canned": canned, "here_is": "inbox"})
    try:
        inbox.delete_canned(request.user, canned)
    except inbox.InboxError as error:
        return back(request, reverse("socialcrm:canned"), error.sentence, error=True)
    return redirect("socialcrm:canned")


@needs("reply_as_account")
@require_GET
def menu(request: HttpRequest, pk: int) -> HttpResponse:
    """The saved replies, each filled in for the writer of this post; a page of its own without JavaScript."""
    post = get_visible_post(request.user, pk)
    account = get_usable_account(request.user, request.GET.get("account"))
    talk = Conversation(profile=post.author, account=account)
    canned = sorted(inbox.canned_replies(request.user)[:MOST], key=lambda one: one.lang not in ("", post.lang[:2]))
    filled = inbox.fill_all(canned, talk, request.user)
    context = {"post": post, "filled": list(zip(canned, filled, strict=True))}
    if is_fragment(request):
        return fragment(request, "socialcrm/inbox/_canned_menu.html", context)
    return page(request, "socialcrm/inbox/canned_pick.html", context)


def text_for(request: HttpRequest, post: Post, account: Any) -> str:
    """The text of the saved reply that the address names, filled in; nothing where it names none."""
    wanted = key(request.GET.get("canned"))
    if not wanted:
        return ""
    canned = inbox.get_canned_reply(request.user, wanted)
    return inbox.fill(canned, Conversation(profile=post.author, account=account), request.user).text


def _words(canned: CannedReply) -> str:
    return f"{canned.title} {canned.text}".casefold()


def _initial(canned: CannedReply | None) -> dict[str, Any]:
    if canned is None:
        return {}
    return {"title": canned.title, "text": canned.text, "lang": canned.lang, "shared": canned.user_id is None}


def _form(request: HttpRequest, canned: CannedReply | None, form: CannedForm, status: int = 200) -> HttpResponse:
    text, samples = str(form["text"].value() or ""), _samples()
    context = {
        "canned": canned,
        "form": form,
        "here_is": "inbox",
        "variables": placeholders.BLANKS,
        "samples": json.dumps(samples),
        "preview": placeholders.fill(text, samples)[0],
    }
    return page(request, "socialcrm/inbox/canned_form.html", context, status)


def _samples() -> dict[str, str]:
    """A made-up person, for the preview."""
    said = {"name": _("Ada Lovelace"), "first_name": _("Ada"), "company": _("Analytical Engines")}
    contact = {f"contact.{name}": value for name, value in said.items()}
    return {**contact, "profile.handle": "ada", "user.first_name": _("Grace"), "account.handle": "acme"}
