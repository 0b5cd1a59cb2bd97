"""Canned replies: written once, filled for each person, never sent with a hole."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils import timezone
from django.utils.translation import get_supported_language_variant
from django.utils.translation import gettext as _

from socialcrm import placeholders
from socialcrm.contacts import get_adapter
from socialcrm.models import CannedReply, Conversation, ProfileLink

from .errors import InboxError, NotAllowed

SHARE = "socialcrm.share_cannedreply"
LONGEST_TITLE, LONGEST_TEXT = 100, 4_000


@dataclass(frozen=True, slots=True)
class Filled:
    """A canned reply for one person. `missing` names what nobody knows: those places stay in the text as they are,
    and the outbox takes no text that holds one."""

    text: str
    missing: tuple[str, ...] = ()


def canned_replies(user: Any) -> QuerySet[CannedReply]:
    """The user's own canned replies and those of everyone."""
    return CannedReply.objects.filter(Q(user=user) | Q(user=None)).order_by("title", "pk")


def get_canned_reply(user: Any, pk: int) -> CannedReply:
    """One that the user may use. Raises Http404 where it is absent or another person's."""
    row = canned_replies(user).filter(pk=pk).first()
    if row is None:
        raise Http404
    return row


def may_change(user: Any, canned: CannedReply) -> bool:
    """Whether the user may rewrite or delete it."""
    return canned.user_id == user.pk if canned.user_id else bool(user.has_perm(SHARE))


def write_canned(
    user: Any, title: str, text: str, *, lang: str = "", shared: bool = False, canned: CannedReply | None = None
) -> CannedReply:
    """Write a canned reply, or rewrite this one. Raises InboxError with a sentence that says what to correct."""
    if canned is not None and not may_change(user, canned):
        raise NotAllowed(_("Only its writer may change this canned reply."))
    if shared and not user.has_perm(SHARE):
        raise NotAllowed(_("You may write canned replies for yourself, but not for everyone."))
    row = canned or CannedReply()
    row.title, row.text, row.lang = _title(title), _text(text), _lang(lang)
    row.user, row.changed_at = (None if shared else user), timezone.now()
    row.save()
    return row


def delete_canned(user: Any, canned: CannedReply) -> None:
    """Delete it. Raises NotAllowed for another person's, and for everyone's without the permission."""
    if not may_change(user, canned):
        raise NotAllowed(_("Only its writer may change this canned reply."))
    canned.delete()


def fill(canned: CannedReply, conversation: Conversation, user: Any) -> Filled:
    """The canned reply for the person of a conversation that the user may see."""
    return fill_all([canned], conversation, user)[0]


def fill_all(canned: Iterable[CannedReply], conversation: Conversation, user: Any) -> list[Filled]:
    """Several canned replies for one person, in their order; the queries are those of one."""
    values = _values(conversation, user)
    filled = (placeholders.fill(one.text, values) for one in canned)
    return [Filled(text, tuple(missing)) for text, missing in filled]


def _values(conversation: Conversation, user: Any) -> dict[str, str]:
    values = {
        "profile.handle": conversation.profile.handle,
        "user.first_name": getattr(user, "first_name", ""),
        "account.handle": conversation.account.handle,
    }
    links = ProfileLink.objects.filter(profile=conversation.profile_id, state="linked", contact__isnull=False)
    link = links.select_related("contact").first()
    if link is None:
        return values
    adapter, contact = get_adapter(), link.contact
    return values | {
        "contact.first_name": adapter.first_name(contact),
        "contact.name": adapter.name(contact),
        "contact.company": adapter.company(contact),
    }


def _title(title: str) -> str:
    title = " ".join(title.replace("\x00", "").split())
    if not title:
        raise InboxError(_("Give it a title, so that it can be found."))
    if len(title) > LONGEST_TITLE:
        raise InboxError(_("A title has at most %(most)d characters.") % {"most": LONGEST_TITLE})
    return title


def _text(text: str) -> str:
    text = text.replace("\x00", "").replace("\r\n", "\n").strip()
    if not text:
        raise InboxError(_("Write the text first."))
    if len(text) > LONGEST_TEXT:
        raise InboxError(_("A text has at most %(most)d characters.") % {"most": LONGEST_TEXT})
    unknown = placeholders.unknown(text)
    if unknown:
        words = {"name": f"{{{unknown[0]}}}", "known": ", ".join(f"{{{name}}}" for name in placeholders.NAMES)}
        raise InboxError(_("Nobody can fill in %(name)s. Known are: %(known)s.") % words)
    bare = placeholders.bare(text)
    if bare:
        words = {"place": bare[0], "better": f"{bare[0].rstrip('|} ')}|…}}"}
        raise InboxError(
            _("Write after a bar what stands there where we know no contact: %(better)s instead of %(place)s.") % words
        )
    return text


def _lang(lang: str) -> str:
    try:
        return get_supported_language_variant(lang) if lang else ""
    except LookupError as error:
        raise InboxError(_("This site does not speak that language.")) from error
