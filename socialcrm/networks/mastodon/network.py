"""Mastodon's verbs, on the one server that the account lives on."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import ClassVar

import msgspec

from socialcrm.networks.base import (
    Call,
    Credentials,
    Page,
    ReplyFacts,
    Response,
    Sent,
    SignIn,
    TextCheck,
    Undecided,
    Unreachable,
    Verdict,
)

from . import rules, walk
from .content import plain, web_address
from .oauth import Dance
from .parse import missing, root_of
from .people import Server
from .wire import MAccount, MContext, MNotification, MStatus, read

STATUSES, NOTIFICATIONS, BY_ID = 40, 80, 20  # most in a page [docs; BY_ID mem]
Raws = list[msgspec.Raw]


class Mastodon(Server):
    """A Mastodon server, as one account. Posts carry that server's ids, people their URI."""

    post_limit: ClassVar[int] = 500
    signals: ClassVar[tuple[str, ...]] = ("followers", "mentions", "reposts")

    # Pages

    def mentions_call(self, cursor: str = "", token: str = "") -> Call[Page]:
        """GET /api/v1/notifications?types[]=mention; the cursor is the newest notification's id."""
        params = [("types[]", "mention"), *walk.window(cursor, token, NOTIFICATIONS)]

        def parse(answer: Response) -> Page:
            found = [read(raw, MNotification) for raw in read(answer.body, Raws)]
            page = self._page([one.status for one in found if bytes(one.status) != b"null"])
            return walk.stepped(page, cursor, token, NOTIFICATIONS, [one.id for one in found])

        return self._pages("/api/v1/notifications", "notifications", parse, params)

    def own_posts_call(self, cursor: str = "", token: str = "") -> Call[Page]:
        """GET /api/v1/accounts/:id/statuses of ourselves."""
        return self.posts_of_call(self.own_uri, cursor, token, STATUSES)

    def posts_of_call(self, author_id: str, cursor: str = "", token: str = "", limit: int = 100) -> Call[Page]:
        """GET /api/v1/accounts/:id/statuses, of others only what this server got to see. May ask for the id first."""
        size = min(max(limit, 5), STATUSES)
        params = [("exclude_reblogs", "true"), *walk.window(cursor, token, size)]

        def parse(answer: Response) -> Page:
            raws = read(answer.body, Raws)
            ids = [read(raw, _Id).id for raw in raws]
            return walk.stepped(self._page(raws), cursor, token, size, ids)

        path = f"/api/v1/accounts/{self.local_id(author_id)}/statuses"
        return self._pages(path, "accounts/statuses", parse, params)

    def posts_call(self, ids: Sequence[str]) -> Call[Page]:
        """GET /api/v1/statuses?id[]=, at most 20 in one call; `posts` takes more."""
        if not 0 < len(ids) <= BY_ID:
            raise ValueError("Mastodon takes 1 to 20 at once.")

        def parse(answer: Response) -> Page:
            page = self._page(read(answer.body, Raws))
            return msgspec.structs.replace(page, missing=missing(ids, page))

        return self._pages("/api/v1/statuses", "statuses", parse, [("id[]", one) for one in ids])

    def posts(self, ids: Sequence[str]) -> Page:
        """Posts by id, in as many calls as it takes."""
        pages = [self.run(self.posts_call(ids[start : start + BY_ID])) for start in range(0, len(ids), BY_ID)]
        return Page(
            posts=tuple(post for page in pages for post in page.posts),
            missing=tuple(one for page in pages for one in page.missing),
            unreadable=tuple(one for page in pages for one in page.unreadable),
        )

    def thread_call(self, thread_id: str, token: str = "") -> Call[Page]:
        """GET /api/v1/statuses/:id/context: all before and after a post, without itself."""

        def parse(answer: Response) -> Page:
            found = read(answer.body, MContext)
            page = self._page([*found.ancestors, *found.descendants])
            parents = {post.external_id: post.in_reply_to for post in page.posts}
            root = root_of(thread_id, parents) if not found.ancestors else read(found.ancestors[0], _Id).id
            posts = (msgspec.structs.replace(post, thread_id=root) for post in page.posts)
            return msgspec.structs.replace(page, posts=tuple(posts))

        return self._pages(f"/api/v1/statuses/{thread_id}/context", "statuses/context", parse, missing="deleted")

    def _pages(
        self,
        path: str,
        endpoint: str,
        parse: Callable[[Response], Page],
        params: Sequence[tuple[str, str]] = (),
        missing: str = "",
    ) -> Call[Page]:
        return self.client.call(
            "GET", path, endpoint, parse, params=params, missing=missing, units=lambda page: len(page.posts)
        )

    def _page(self, raws: Sequence[msgspec.Raw]) -> Page:
        reader = self.reader()
        page = reader.page(raws)
        self.learn(reader.uris)
        return page

    # Writing

    def reply_call(self, in_reply_to: str, text: str) -> Call[Sent]:
        """POST /api/v1/statuses. Asks for the post first: its author is to be named, its visibility to be kept."""
        path = f"/api/v1/statuses/{in_reply_to}"
        parent = self.run(self.client.call("GET", path, "statuses", lambda a: read(a.body, MStatus), missing="deleted"))
        author = read(parent.account, MAccount)
        others = [author.acct] if author.uri != self.own_uri else []
        content = {"in_reply_to_id": in_reply_to, "visibility": parent.visibility}
        return self._write(rules.addressed(text, others), content)

    def publish_call(self, text: str) -> Call[Sent]:
        """POST /api/v1/statuses."""
        return self._write(text, {})

    def _write(self, text: str, content: Mapping[str, str]) -> Call[Sent]:
        # The same text to the same post within an hour is the same post [docs], however often it is sent.
        parts = (self.client.base, self.own_uri, content.get("in_reply_to_id", ""), text)
        key = hashlib.sha256("\n".join(parts).encode("utf-8", "replace")).hexdigest()

        def parse(answer: Response) -> Sent:
            made = read(answer.body, MStatus)
            url = web_address(made.url) or self.post_url(self.own_handle, made.id)
            return Sent(external_id=made.id, url=url, text=plain(made.content)[0])

        body, headers = {"status": text, **content}, {"Idempotency-Key": key}
        return self.client.call("POST", "/api/v1/statuses", "statuses/create", parse, json=body, headers=headers)

    def delete_call(self, external_id: str) -> Call[bool]:
        """DELETE /api/v1/statuses/:id."""
        path = f"/api/v1/statuses/{external_id}"
        return self.client.call("DELETE", path, "statuses/delete", lambda _answer: True, missing="deleted")

    def find_reply(
        self, in_reply_to: str, text: str, since: datetime, known: Collection[str] = ()
    ) -> str | None | Undecided:
        """Look through our own timeline. Where it errs, a repeat within the hour is still one post: see `_write`."""
        return walk.find_reply(lambda token: self.own_posts("", token), in_reply_to, text, since, known)

    # Rules

    def check_text(self, text: str, to_handles: Sequence[str] = ()) -> TextCheck:
        """By the server's limits where `instance` was asked, else by Mastodon's own; never asks itself."""
        limits = self.known_instance().configuration.statuses
        return rules.check(text, to_handles, limits.max_characters, limits.characters_reserved_per_url)

    def may_reply(self, facts: ReplyFacts) -> Verdict:
        """Whoever sees a post may answer it."""
        return rules.may_reply(facts, self.post_url(facts.author_handle, facts.post_id))

    def price(self, verb: str, text: str = "") -> int:
        """Nothing."""
        return 0

    # Signing in

    def start_sign_in(self, kind: str, redirect_uri: str) -> SignIn:
        """OAuth 2.0 at the server of the options, PKCE where it is offered; registers our app there where needed."""
        return Dance(self.options, self.client.base).start(kind, redirect_uri)

    def finish_sign_in(self, kept: Mapping[str, str], query: Mapping[str, str]) -> Credentials:
        """Credentials with the account's URI and @name@server in them."""
        found = Dance(self.options, kept.get("base", "")).finish(kept, query)
        there = Mastodon({**self.options, "api_url": kept["base"]}, found, on_spent=self.on_spent)
        there.instance()
        me = there.me()
        return replace(found, external_id=me.external_id, handle=me.handle)

    def revoke(self) -> None:
        """End the access on the server's side."""
        if self.credentials is None:
            raise Unreachable(code="no_credentials")
        Dance(self.options, self.client.base).revoke(self.credentials)


class _Id(msgspec.Struct, gc=False):
    id: str
