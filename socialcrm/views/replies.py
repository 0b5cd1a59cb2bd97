"""Answering a post: the composer, sending, and what can be done with a reply that is not out yet."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from socialcrm import outbox, takedown
from socialcrm.access import (
    get_usable_account,
    get_visible_post,
    get_visible_reply,
    key,
    may_see,
    usable_accounts,
    visible_replies,
)
from socialcrm.contacts import get_adapter
from socialcrm.forms import ReplyForm
from socialcrm.models import Post, Reply
from socialcrm.timeline import item_of, surround

from .answer import back, fragment, is_fragment, needs, page
from .composer import Composer, Row, composer_for
from .inbox_canned import text_for
from .inbox_screen import answered, in_inbox, screen_of

# What a composer has shown stays what it has shown, and what it replaces, when it comes back.
SHOWN = ("seen", "seen_post", "seen_in_conversation", "replaces")


@needs("reply_as_account")
@require_GET
def composer(request: HttpRequest, pk: int) -> HttpResponse:
    """The form under a post; a page of its own without JavaScript."""
    post = get_visible_post(request.user, pk)
    asked = {"account": request.GET.get("account"), "kind": request.GET.get("kind", "reply")}
    failed = _edited(request, post)
    form = _composer(request, post, open=True, **asked, replaces=failed.pk if failed else 0)
    if form:
        form.text = failed.text if failed else text_for(request, post, form.account)
    if form and form.c and failed and is_fragment(request):
        return _docked(request, form)
    if is_fragment(request):
        return fragment(request, "socialcrm/_composer.html", {"composer": form, "docked": form and form.c})
    return _alone(request, post, form)


@needs("reply_as_account")
@require_POST
def reply(request: HttpRequest, pk: int) -> HttpResponse:
    """Put an answer into the outbox. The text is kept whatever goes wrong."""
    post = get_visible_post(request.user, pk)
    form = ReplyForm(request.POST)
    account = get_usable_account(request.user, request.POST.get("account"))
    if not form.is_valid():
        return _again(request, post, _("Reload the page and send again: the form was not complete."), 422)
    data = form.cleaned_data
    known: dict[str, Any] = {
        "audience": "private" if post.is_private else "public",
        "seen": _seen(request, data),
        "replaces": visible_replies(request.user).filter(pk=data["replaces"] or 0).first(),
    }
    try:
        written = outbox.enqueue(request.user, account, post, _text(request), data["client_key"], **known)
    except outbox.AlreadyAnswered as error:
        shown = error.reply if may_see(request.user, error.reply) else None
        sentence = error.sentence if shown else _("Colleagues of another group are answering this already.")
        return _again(request, post, sentence, 409, answered=shown, seen=error.reply.pk)
    except outbox.ThreadMovedOn as error:
        news = {"moved": [error.post], "seen_in_conversation": error.post.pk}
        return _again(request, post, error.sentence, 409, **news)
    except outbox.NotAllowed as error:
        return _again(request, post, error.sentence, 403)
    except outbox.NotWritten as error:
        return _again(request, post, error.sentence, 503)
    except outbox.OutboxError as error:
        return _again(request, post, error.sentence, 422)
    held = _("Your reply is queued: the network lets it leave later.")
    return _done(request, post, held if written.hold else _("Your reply leaves in a few seconds."))


@needs("reply_as_account")
@require_POST
def outside(request: HttpRequest, pk: int) -> HttpResponse:
    """Note that a person answered on the network itself."""
    post = get_visible_post(request.user, pk)
    account = get_usable_account(request.user, request.POST.get("account"))
    try:
        outbox.mark_outside(post, account, request.user, _text(request))
    except outbox.OutboxError as error:
        return _again(request, post, error.sentence, 422)
    return _done(request, post, _("Marked as answered outside."))


@needs("reply_as_account")
@require_POST
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a reply back before it leaves; its text returns to the composer."""
    return _act(request, pk, outbox.cancel, _("Cancelled. Nothing was sent."), reopen=True)


@needs("reply_as_account")
@require_POST
def retry(request: HttpRequest, pk: int) -> HttpResponse:
    """Send a failed reply once more."""
    return _act(request, pk, outbox.retry, _("It is tried again."))


@needs("reply_as_account")
@require_POST
def settle(request: HttpRequest, pk: int) -> HttpResponse:
    """Say whether a reply of which the network did not answer is there."""
    sent = request.POST.get("sent") == "yes"
    message = _("Noted as sent.") if sent else _("It is sent again.")
    return _act(request, pk, lambda found, user: outbox.settle(found, user, sent), message)


@needs("reply_as_account")
@require_POST
def take_down(request: HttpRequest, pk: int) -> HttpResponse:
    """Delete a reply of ours on its network."""
    return _act(request, pk, takedown.take_down, _("Deleted on the network. Whom you answered waits again."))


@login_required
@require_GET
def item(request: HttpRequest, pk: int) -> HttpResponse:
    """The item of the timeline around a post."""
    return fragment(request, "socialcrm/_item.html", _item(request, get_visible_post(request.user, pk)))


def _act(request: HttpRequest, pk: int, act: Any, message: str, *, reopen: bool = False) -> HttpResponse:
    found = get_visible_reply(request.user, pk)
    error = ""
    try:
        act(found, request.user)
    except outbox.OutboxError as problem:
        error = problem.sentence
    found.refresh_from_db()
    if not is_fragment(request):
        return back(request, reverse("socialcrm:outbox"), error or message, error=bool(error))
    if request.POST.get("row") or found.post_id is None or found.to_hidden:  # type: ignore[attr-defined]
        return fragment(request, "socialcrm/_outbox_row.html", {"reply": found, "may_reply": True}, toast=error)
    post = get_visible_post(request.user, found.post_id)
    if in_inbox(request):
        again = {"text": found.text, "open": True} if reopen and found.state == Reply.State.CANCELLED else {}
        return answered(request, toast=error, **again)
    text = found.text if reopen and found.state == Reply.State.CANCELLED else None
    return fragment(request, "socialcrm/_item.html", _item(request, post, text), toast=error)


def _edited(request: HttpRequest, post: Post) -> Reply | None:
    """The reply that failed and is to be edited, where the address names one."""
    wanted = key(request.GET.get("reply"))
    found = get_visible_reply(request.user, wanted) if wanted else None
    return found if found and found.post_id == post.pk and found.state == Reply.State.FAILED else None


def _docked(request: HttpRequest, form: Composer) -> HttpResponse:
    """The place below the open conversation with this composer in it, whichever post it answers."""
    screen = screen_of(request, form.c)
    screen.composer = form
    return fragment(request, "socialcrm/inbox/_dock.html", {"screen": screen})


def _again(request: HttpRequest, post: Post, error: str, status: int, **fields: Any) -> HttpResponse:
    # What the composer had shown before stays what was seen, unless the answer shows more.
    shown = {name: key(request.POST.get(name)) for name in SHOWN} | fields
    written = {"text": _text(request), "error": error, "open": True}
    form = _composer(request, post, account=request.POST.get("account"), **written, **shown)
    if is_fragment(request):
        again = {"composer": form, "docked": in_inbox(request)}
        return fragment(request, "socialcrm/_composer.html", again, status=status)
    return _alone(request, post, form, status)


def _alone(request: HttpRequest, post: Post, form: Composer | None, status: int = 200) -> HttpResponse:
    """The page of its own for who has no JavaScript: the post as the contact's page shows it, and the form."""
    surround([post], request.user)
    return page(request, "socialcrm/reply.html", {"composer": form, "post": post}, status=status)


def _done(request: HttpRequest, post: Post, message: str) -> HttpResponse:
    if is_fragment(request):
        if in_inbox(request):
            return answered(request)
        return fragment(request, "socialcrm/_item.html", _item(request, post))
    return back(request, _contact_url(post) or reverse("socialcrm:outbox"), message)


def _item(request: HttpRequest, post: Post, text: str | None = None) -> dict[str, Any]:
    found = item_of(post, request.user)
    form = composer_for(found, list(usable_accounts(request.user).defer("credentials")))
    row = Row(found, form.verdict if form else None)
    if text is not None and form is not None:
        form.text, form.open, row.composer = text, True, form
    return {"row": row, "may_reply": request.user.has_perm("socialcrm.reply_as_account")}


def _composer(request: HttpRequest, post: Post, *, account: str | None, **fields: Any) -> Composer | None:
    if c := in_inbox(request):
        form = screen_of(request, c).composer_for(post, account, **fields)
    else:
        accounts = list(usable_accounts(request.user).defer("credentials"))
        fields["may_note"] = request.user.has_perm("socialcrm.work_inbox")
        form = composer_for(item_of(post, request.user), accounts, account, **fields)
    if form is not None and form.post.pk == post.pk:
        form.verdict = outbox.verdict(form.account, post, but=form.replaces)
    return form


def _seen(request: HttpRequest, data: dict[str, Any]) -> outbox.Seen:
    theirs = (data["seen_in_conversation"] or 0) if in_inbox(request) else None
    return outbox.Seen(data["anyway"] or data["seen"] or 0, data["seen_post"] or 0, theirs)


def _text(request: HttpRequest) -> str:
    # Browsers send line ends as CRLF; the network counts one character.
    return request.POST.get("text", "").replace("\r\n", "\n")


def _contact_url(post: Post) -> str:
    profile = post.author if post.account_id is None else post.to_profile
    link = profile.links.filter(state="linked", contact__isnull=False).first() if profile else None
    return get_adapter().url(link.contact) if link else ""
