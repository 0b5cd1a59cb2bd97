"""Internal notes: they are written in the inbox or below a post, and name colleagues, who find them."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from socialcrm import inbox
from socialcrm.access import get_visible_conversation, get_visible_post, visible_conversations
from socialcrm.models import Conversation

from .answer import back, fragment, is_fragment, needs, page
from .inbox_screen import screen_of


@needs("work_inbox")
@require_POST
def note(request: HttpRequest, pk: int) -> HttpResponse:
    """Write an internal note; a text that is refused stays."""
    found = get_visible_conversation(request.user, pk)
    return _note(request, found, f"c{found.pk}")


@needs("work_inbox")
@require_POST
def post_note(request: HttpRequest, pk: int) -> HttpResponse:
    """The same from below a post on a contact's page: the note belongs to the post's conversation."""
    return _note(request, _talk_of(request, pk), f"p{pk}")


@needs("work_inbox")
@require_GET
def colleagues(request: HttpRequest, pk: int) -> HttpResponse:
    """The colleagues who can be named in a note on a conversation."""
    return _colleagues(request, get_visible_conversation(request.user, pk))


@needs("work_inbox")
@require_GET
def post_colleagues(request: HttpRequest, pk: int) -> HttpResponse:
    """The same for a note below a post."""
    return _colleagues(request, _talk_of(request, pk))


def _note(request: HttpRequest, talk: Conversation, about: str) -> HttpResponse:
    text = request.POST.get("text", "").replace("\r\n", "\n")
    form = {"note_url": request.path, "about": about}
    try:
        inbox.note(request.user, talk, text)
    except inbox.InboxError as error:
        return _refused(request, talk, {**form, "note_text": text, "note_error": error.sentence})
    if not is_fragment(request):
        return back(request, reverse("socialcrm:inbox_conversation", args=[talk.pk]), _("Noted."))
    return fragment(request, "socialcrm/inbox/_note.html", form, toast=_("Noted."))


def _refused(request: HttpRequest, talk: Conversation, form: dict[str, str]) -> HttpResponse:
    if is_fragment(request):
        return fragment(request, "socialcrm/inbox/_note.html", form, status=422)
    screen = screen_of(request, talk.pk, composing={"kind": "note"})
    kept = {"note_text": form["note_text"], "note_error": form["note_error"]}
    return page(request, "socialcrm/inbox/inbox.html", {"screen": screen, "here_is": "inbox", **kept}, status=422)


def _colleagues(request: HttpRequest, talk: Conversation) -> HttpResponse:
    others = [user for user in inbox.colleagues_who_see(talk) if user.pk != request.user.pk]
    return fragment(request, "socialcrm/inbox/_colleagues.html", {"colleagues": others})


def _talk_of(request: HttpRequest, pk: int) -> Conversation:
    post = get_visible_post(request.user, pk)
    talks = visible_conversations(request.user).filter(mentions__post=post).select_related("account")
    found = talks.defer("account__credentials").order_by("pk").first()
    if found is None:
        raise Http404
    return found
