"""Mastodon's verbs, as one account on the one server that it lives on."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any, ClassVar
from urllib.parse import urlsplit

import msgspec
from django.utils.translation import gettext

from socialcrm.networks.base import (
    Call,
    Credentials,
    Missing,
    NotFound,
    Page,
    Question,
    Rejected,
    ReplyFacts,
    Response,
    Sent,
    SignIn,
    TextCheck,
    Undecided,
    Verdict,
)
from socialcrm.networks.gather import one_by_one
from socialcrm.networks.html import plain, web_address
from socialcrm.networks.looking import Wanted, look_back
from socialcrm.networks.reading import read, readable
from socialcrm.networks.servers import domain_of, host_of, server_address

from . import rules, walk
from .parse import VISIBILITY, local, missing
from .people import People
from .wire import MAccount, MContext, MNotification, MStatus

STATUSES, NOTIFICATIONS, BY_ID = 40, 80, 20  # most in a page [docs; BY_ID mem]
ONE_BY_ONE = 15  # posts in one round of upkeep
THEIRS = {ours: theirs for theirs, ours in VISIBILITY.items()}
WIDEST_FIRST = list(THEIRS)
Raws = list[msgspec.Raw]


class Mastodon(People):
    """Mastodon: posts are keyed `<id>@<host of the server that told us>`, people by their URI."""

    id: ClassVar[str] = "mastodon"
    label: ClassVar[str] = "Mastodon"
    mark: ClassVar[str] = "mastodon"
    post_limit: ClassVar[int] = 500
    counter: ClassVar[str] = "mastodon"
    signals: ClassVar[tuple[str, ...]] = ("followers", "mentions", "reposts")

    # Pages

    def mentions_call(self, cursor: str = "", token: str = "") -> Call[Page]:
        """GET /api/v1/notifications?types[]=mention; the cursor is the newest notification's id."""
        params = [("types[]", "mention"), *walk.window(cursor, token, NOTIFICATIONS)]

        def parse(answer: Response) -> Page:
            raws = read(answer.body, Raws)
            found, odd = readable(raws, MNotification)
            page = self._page([one.status for one in found if bytes(one.status) != b"null"])
            page = msgspec.structs.replace(page, unreadable=(*odd, *page.unreadable))
            return walk.stepped(page, cursor, token, NOTIFICATIONS, raws)

        return self.server.call("GET", "/api/v1/notifications", "notifications", parse, params)

    def own_posts_call(self, cursor: str = "", token: str = "") -> Call[Page]:
        """GET /api/v1/accounts/:id/statuses of ourselves."""
        return self.posts_of_call(self.own_id, cursor, token, STATUSES)

    def posts_of_call(self, author_id: str, cursor: str = "", token: str = "", limit: int = 100) -> Call[Page]:
        """GET /api/v1/accounts/:id/statuses, of others only what this server got to see. May ask for the id first."""
        size = min(max(limit, 5), STATUSES)
        params = [("exclude_reblogs", "true"), *walk.window(cursor, token, size)]

        def parse(answer: Response) -> Page:
            raws = read(answer.body, Raws)
            return walk.stepped(self._page(raws), cursor, token, size, raws)

        path = f"/api/v1/accounts/{self.local_id(author_id)}/statuses"
        return self.server.call("GET", path, "accounts/statuses", parse, params)

    def posts_call(self, ids: Sequence[str]) -> Call[Page]:
        """GET /api/v1/statuses?id[]= [since 4.3], at most 20 in one call; `posts` takes more."""
        if not 0 < len(ids) <= BY_ID:
            raise ValueError("Mastodon takes 1 to 20 at once.")

        def parse(answer: Response) -> Page:
            page = self._page(read(answer.body, Raws))
            return msgspec.structs.replace(page, missing=missing(ids, page))

        return self.server.call("GET", "/api/v1/statuses", "statuses", parse, [("id[]", local(one)) for one in ids])

    def posts(self, ids: Sequence[str]) -> Page:
        """Posts by id, in as many calls as it takes; only those that this server told us of.

        A server before 4.3 gives one in a call: GET /api/v1/statuses/:id.
        """
        mine = [one for one in ids if one.endswith(self.id_suffix)]
        if self.gives_many:
            pages = tuple(self.run(self.posts_call(mine[at : at + BY_ID])) for at in range(0, len(mine), BY_ID))
            gone: tuple[Missing, ...] = ()
        else:
            pages, gone = one_by_one(self.transport, {one: self._post_call(one) for one in mine})
        return Page(
            posts=tuple(post for page in pages for post in page.posts),
            missing=(*gone, *(one for page in pages for one in page.missing)),
            unreadable=tuple(one for page in pages for one in page.unreadable),
        )

    def _post_call(self, external_id: str) -> Call[Page]:
        path = f"/api/v1/statuses/{local(external_id)}"
        return self.server.call("GET", path, "statuses", lambda answer: self._page([answer.body]), missing="deleted")

    @property
    def gives_many(self) -> bool:
        """Whether our server gives many posts in a call; until it was asked, it is taken for a new one."""
        return bool(self.facts.get("many", True))

    @property
    def asked_at_once(self) -> int:
        """Of an old server one call a post: so few that mentions and answers keep most of its 300 in five minutes."""
        return super().asked_at_once if self.gives_many else ONE_BY_ONE

    def thread_call(self, thread_id: str, token: str = "") -> Call[Page]:
        """GET /api/v1/statuses/:id/context: all before and after a post, without itself."""

        def parse(answer: Response) -> Page:
            found = read(answer.body, MContext)
            return self._page([*found.ancestors, *found.descendants])

        path = f"/api/v1/statuses/{self._local(thread_id)}/context"
        return self.server.call("GET", path, "statuses/context", parse, missing="deleted")

    def _page(self, raws: Sequence[msgspec.Raw | bytes]) -> Page:
        reader = self.reader()
        page = reader.page(raws)
        self.learn(reader.uris)
        return page

    # Writing

    def reply_call(self, in_reply_to: str, text: str, key: str = "", audience: str = "") -> Call[Sent]:
        """POST /api/v1/statuses. Asks for the post first: its author is to be named, its visibility to be kept."""
        path = f"/api/v1/statuses/{self._local(in_reply_to)}"
        parent = self.run(self.server.call("GET", path, "statuses", _status, missing="deleted"))
        author = read(parent.account, MAccount)
        others = [author.acct] if author.uri != self.own_id else []
        content = {"in_reply_to_id": parent.id, "visibility": _narrower(parent.visibility, audience)}
        return self._write(rules.addressed(text, others), content, key)

    def publish_call(self, text: str) -> Call[Sent]:
        """POST /api/v1/statuses."""
        return self._write(text, {}, "")

    def _write(self, text: str, content: Mapping[str, str], key: str) -> Call[Sent]:
        # The same key within an hour is the same post [docs]; without one, the same text to the same post is.
        parts = (self.server.base, self.own_id, content.get("in_reply_to_id", ""), key or text)
        headers = {"Idempotency-Key": hashlib.sha256("\n".join(parts).encode("utf-8", "replace")).hexdigest()}

        def parse(answer: Response) -> Sent:
            made = _status(answer)
            return Sent(external_id=f"{made.id}{self.id_suffix}", url=_url(made), text=plain(made.content)[0])

        body = {"status": text, **content}
        return self.server.call("POST", "/api/v1/statuses", "statuses/create", parse, json=body, headers=headers)

    def delete_call(self, external_id: str) -> Call[bool]:
        """DELETE /api/v1/statuses/:id."""
        path = f"/api/v1/statuses/{self._local(external_id)}"
        return self.server.call("DELETE", path, "statuses/delete", lambda _answer: True, missing="deleted")

    def find_reply(
        self, in_reply_to: str, text: str, since: datetime, known: Collection[str] = ()
    ) -> str | None | Undecided:
        """Look through our own timeline. Where it errs within the hour, a repeat is still one post: see `_write`."""
        print_of = lambda post: rules.fingerprint(post.text)  # noqa: E731
        wanted = Wanted(in_reply_to, rules.fingerprint(text), since, frozenset(known), print_of)
        return look_back(wanted, partial(self.own_posts, ""))

    def _local(self, external_id: str) -> str:
        if not external_id.endswith(self.id_suffix) and "@" in external_id:
            raise NotFound(gettext("This post came through another server than ours."), code="other_server")
        return local(external_id)

    # Keys

    @property
    def id_suffix(self) -> str:
        """Our server can be asked for the posts that it told us of."""
        return f"@{self.server.host}"

    @classmethod
    def bare_id(cls, external_id: str) -> str:
        """The id on the server that told us of the post."""
        return local(external_id)

    @classmethod
    def spellings(cls, text: str, servers: Collection[str]) -> tuple[str, ...]:
        """A bare id may be a post of any server that we have an account on."""
        return (text, *(f"{text}@{host_of(one)}" for one in servers if "@" not in text))

    # Rules

    @classmethod
    def audiences(cls, visibility: str) -> tuple[str, ...]:
        """An answer is for those who may read what it answers."""
        return (visibility,) if visibility in THEIRS else ("private",)

    def server_facts(self) -> Mapping[str, Any]:
        """The server's domain, and its limits on a text."""
        found, name = self.server.instance(), self.own_handle.partition("@")[0]
        told = found.configuration.get("statuses")
        limits = told if isinstance(told, dict) else {}
        limit = rules.between(limits.get("max_characters"), 1, rules.LONGEST, self.post_limit)
        link = rules.between(limits.get("characters_reserved_per_url"), 1, limit, rules.PER_LINK)
        return {
            "domain": domain_of(found.domain, self.server.base, name, self.options, self.transport),
            "limit": limit,
            "link": link,
            "many": found.api_versions is not None,
        }

    def check_text(self, text: str, to_handles: Sequence[str] = ()) -> TextCheck:
        """By the limits of the account's server, where they are known, else by Mastodon's own."""
        return rules.check(text, to_handles, self.text_limit, int(self.facts.get("link", rules.PER_LINK)))

    @property
    def text_limit(self) -> int:
        """Characters in a post on the account's server."""
        return int(self.facts.get("limit", self.post_limit))

    def may_reply(self, facts: ReplyFacts) -> Verdict:
        """Whoever sees a post may answer it, through the server that showed it."""
        return rules.may_reply(facts, self.post_url(facts.author_handle, facts.post_id))

    def price(self, verb: str, text: str = "") -> int:
        """Nothing."""
        return 0

    # Signing in

    def questions(self) -> tuple[Question, ...]:
        """Which server the account lives on."""
        offered = urlsplit(self.server.base).netloc if self.server.base.startswith("https:") else self.server.base
        helps = gettext("The part after the second @ in the account's name: mastodon.social in @acme@mastodon.social.")
        return (Question("server", gettext("Server"), helps, "mastodon.social", offered),)

    def server_named(self, answers: Mapping[str, str]) -> str:
        """The server that was typed, else the one that the options name."""
        if found := server_address(answers.get("server") or self.server.base, self.options):
            return found
        sentence = gettext("Type the address of your Mastodon server, for example mastodon.social.")
        raise Rejected(sentence, code="server")

    def start_sign_in(self, kind: str, redirect_uri: str) -> SignIn:
        """OAuth 2.0 at the server of our credentials, PKCE where it is offered; our app is registered where needed."""
        if kind != "oauth2":
            raise ValueError(kind)
        return self.server.start(redirect_uri)

    def finish_sign_in(self, kept: Mapping[str, str], query: Mapping[str, str]) -> Credentials:
        """Credentials with the account's URI and @name@server in them."""
        found = self.server.finish(kept, query)
        me = Mastodon(self.options, found, on_spent=self.on_spent).me()
        if me.told_by:
            raise Rejected(gettext("This server speaks for another one: connect the account at its own address."))
        found = replace(found, external_id=me.external_id, handle=me.handle)
        facts = Mastodon(self.options, found).server_facts()
        return replace(found, handle=f"{me.handle.partition('@')[0]}@{facts['domain']}", facts=facts)

    def revoke(self) -> None:
        """End the access on the server's side."""
        self.server.revoke()


def _status(answer: Response) -> MStatus:
    return read(answer.body, MStatus)


def _url(made: MStatus) -> str:
    return web_address(made.url) or web_address(made.uri)


def _narrower(theirs: str, audience: str) -> str:
    """The visibility of an answer: as asked, but never wider than that of the post answered."""
    ours = VISIBILITY.get(theirs, "private")
    asked = audience if audience in THEIRS else ours
    return THEIRS[max(ours, asked, key=WIDEST_FIRST.index)]
