"""X's rules before anything is sent: who may be answered, and how people type handles and addresses."""

from __future__ import annotations

import re
from urllib.parse import urlencode, urlsplit

from django.utils.translation import gettext

from socialcrm.networks.border import ReplyFacts, Verdict, Whom

HOSTS = {"x.com", "twitter.com"}
_HANDLE = re.compile(r"@?([A-Za-z0-9_]{1,15})", re.ASCII)
_ID = re.compile(r"[0-9]{1,19}", re.ASCII)
# First parts of X's own paths, which look like handles and are not.
PATHS = {"about", "compose", "explore", "hashtag", "home", "i", "intent", "jobs", "login", "logout", "messages"}
PATHS |= {"notifications", "privacy", "search", "settings", "share", "signup", "tos"}


def may_reply(facts: ReplyFacts, open_url: str) -> Verdict:
    """Whether X takes a reply to this post through its API.

    Since 2026-02-23 self-serve tiers may only answer someone who summoned them: mentioned the account or quoted one
    of its posts [docs, changelog 2026-02-23]. Enterprise is exempt.
    """
    who = f"@{facts.author_handle}" if facts.author_handle else gettext("this person")
    if facts.deleted:
        return Verdict(False, "deleted", gettext("This post was deleted: it can no longer be answered."))
    if facts.author_id == facts.own_id:
        return Verdict(True, "own", gettext("This is our own post."), open_url)
    if facts.own_id in facts.mentioned_ids:
        return Verdict(
            True, "mentioned", gettext("Can be answered from here: %(who)s mentioned us.") % {"who": who}, open_url
        )
    if facts.own_id and facts.quoted_author_id == facts.own_id:
        return Verdict(
            True, "quoted", gettext("Can be answered from here: %(who)s quoted us.") % {"who": who}, open_url
        )
    if facts.tier == "enterprise":
        return Verdict(True, "enterprise", gettext("Can be answered from here."), open_url)
    if facts.author_protected:
        sentence = gettext("%(who)s protects their posts. Answer on X itself, if they let you follow them.")
        return Verdict(False, "protected", sentence % {"who": who}, open_url)
    sentence = gettext("X only takes answers from here to posts that mention or quote us. Answer %(who)s on X itself.")
    return Verdict(False, "not_summoned", sentence % {"who": who}, open_url)


def parse_handle(text: str) -> Whom:
    """Read "@ada", "ada", "https://x.com/ada/status/1?s=20", "mobile.twitter.com/ada" or "x.com/i/user/12".

    ValueError with a sentence for the person.
    """
    text = text.strip()
    if not text:
        raise ValueError(gettext("Type an @handle or paste the address of a profile on X."))
    if hit := _HANDLE.fullmatch(text):
        return Whom(handle=hit[1])
    if "/" in text or "." in text:
        return _of_address(text)
    raise ValueError(gettext("This is not a handle on X: letters, digits and _ only, 15 at most. Example: @lumen_desk"))


def _of_address(text: str) -> Whom:
    refused = ValueError(gettext("This is not the address of a profile on X. Example: https://x.com/lumen_desk"))
    try:
        parts = urlsplit(text if "://" in text else f"https://{text}")
        host = (parts.hostname or "").removeprefix("www.").removeprefix("mobile.").removeprefix("m.")
    except ValueError:
        raise refused from None
    if parts.scheme not in {"http", "https"} or host not in HOSTS or "@" in parts.netloc:
        raise refused
    first, *rest = [part for part in parts.path.split("/") if part] or [""]
    if first == "i" and len(rest) >= 2 and rest[0] == "user" and _ID.fullmatch(rest[1]):
        return Whom(external_id=rest[1])
    hit = _HANDLE.fullmatch(first)
    if not hit or first.lower() in PATHS:
        raise refused
    return Whom(handle=hit[1])


def intent_url(web: str, in_reply_to: str, text: str = "") -> str:
    """X's own composer, filled in [Web Intents]."""
    query = {"in_reply_to": in_reply_to, "text": text}
    return f"{web}/intent/post?{urlencode({name: value for name, value in query.items() if value})}"
