"""Twitter: X's verbs."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any, ClassVar

from socialcrm.networks.base import (
    Author,
    Call,
    Credentials,
    Network,
    NotFound,
    OnSpent,
    Page,
    Profiles,
    ReplyFacts,
    Sent,
    SignIn,
    TextCheck,
    Undecided,
    Verdict,
    Whom,
)
from socialcrm.networks.border import gettext_noop as _
from socialcrm.networks.looking import SKEW, Wanted, look_back
from socialcrm.networks.reading import unreadable

from . import answer, limits, parse, rules, walk
from .client import USER_FIELDS, Client
from .count import LIMIT
from .oauth import Dance
from .person import WEB
from .text import check, fingerprint, fingerprint_of, has_url


class Twitter(Network):
    """X, as one account: credentials of OAuth 2.0 (PKCE) or OAuth 1.0a."""

    id: ClassVar[str] = "twitter"
    label: ClassVar[str] = "X"
    aliases: ClassVar[tuple[str, ...]] = ("x",)
    mark: ClassVar[str] = "x"
    counter: ClassVar[str] = "twitter-text"
    post_limit: ClassVar[int] = LIMIT
    tiers: ClassVar[Mapping[str, str]] = {"self_serve": _("Self-serve"), "enterprise": _("Enterprise")}
    sign_in_kinds: ClassVar[tuple[str, ...]] = ("oauth2", "oauth1")

    def __init__(
        self, options: Mapping[str, Any], credentials: Credentials | None = None, *, on_spent: OnSpent | None = None
    ) -> None:
        super().__init__(options, credentials, on_spent=on_spent)
        self.client = Client(options, credentials, on_spent)
        self.web = str(options.get("web_url") or WEB).rstrip("/")

    # People

    def me_call(self) -> Call[Author]:
        """GET /2/users/me."""
        return self._one_person("/2/users/me", "users/me", {})

    def profile_call(self, text: str) -> Call[Author]:
        """GET /2/users/by/username/{username} or /2/users/{id}."""
        whom = self.parse_handle(text)
        path = f"/2/users/by/username/{whom.handle}" if whom.handle else f"/2/users/{whom.external_id}"
        return self._one_person(path, "users/by/username", {})

    def profiles_by_ids_call(self, ids: Sequence[str]) -> Call[Profiles]:
        """GET /2/users?ids=."""
        return self._people("/2/users", "users", {"ids": _joined(ids)})

    def profiles_by_handles_call(self, handles: Sequence[str]) -> Call[Profiles]:
        """GET /2/users/by?usernames=."""
        return self._people("/2/users/by", "users/by", {"usernames": _joined(handles)})

    def _one_person(self, path: str, endpoint: str, params: dict[str, str]) -> Call[Author]:
        def read(body: bytes) -> Author:
            found = parse.people(body, self.web)
            if found.authors:
                return found.authors[0]
            if found.missing:
                raise NotFound(code=found.missing[0].why)
            raise unreadable()

        asked = {**params, "user.fields": USER_FIELDS}
        return self.client.call("GET", path, endpoint, read, resources=lambda one: limits.users([one]), params=asked)

    def _people(self, path: str, endpoint: str, params: dict[str, str]) -> Call[Profiles]:
        return self.client.call(
            "GET",
            path,
            endpoint,
            lambda body: parse.people(body, self.web),
            resources=lambda found: limits.users(found.authors),
            params={**params, "user.fields": USER_FIELDS},
        )

    # Pages

    def mentions_call(self, cursor: str = "", token: str = "") -> Call[Page]:
        """GET /2/users/{id}/mentions: the 800 most recent."""
        return self._page(f"/2/users/{self.own_id}/mentions", "users/mentions", cursor, token, depth=800)

    def own_posts_call(self, cursor: str = "", token: str = "") -> Call[Page]:
        """GET /2/users/{id}/tweets of ourselves: the 3,200 most recent."""
        return self._page(f"/2/users/{self.own_id}/tweets", "users/own_tweets", cursor, token, depth=3200)

    def own_posts_from(self, start: datetime, token: str = "") -> Page:
        """GET /2/users/{id}/tweets of ourselves with `start_time`, which X takes in whole seconds of UTC."""
        since = {"start_time": start.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")}
        return self.run(self._page(f"/2/users/{self.own_id}/tweets", "users/own_tweets", token=token, params=since))

    def posts_of_call(self, author_id: str, cursor: str = "", token: str = "", limit: int = 100) -> Call[Page]:
        """GET /2/users/{id}/tweets."""
        endpoint = "users/own_tweets" if author_id == self.own_id else "users/tweets"
        return self._page(f"/2/users/{author_id}/tweets", endpoint, cursor, token, depth=3200, limit=limit)

    def posts_call(self, ids: Sequence[str]) -> Call[Page]:
        """GET /2/tweets?ids=."""
        return self._page("/2/tweets", "tweets", params={"ids": _joined(ids)}, limit=None)

    def thread_call(self, thread_id: str, token: str = "") -> Call[Page]:
        """GET /2/tweets/search/recent of the conversation: the last 7 days."""
        return self.search_call(f"conversation_id:{thread_id}", token)

    def search_call(self, query: str, token: str = "") -> Call[Page]:
        """GET /2/tweets/search/recent: the last 7 days."""
        return self._page("/2/tweets/search/recent", "tweets/search/recent", token=token, params={"query": query})

    def _page(
        self,
        path: str,
        endpoint: str,
        cursor: str = "",
        token: str = "",
        *,
        depth: int = 0,
        limit: int | None = 100,
        params: Mapping[str, str] | None = None,
    ) -> Call[Page]:
        step = walk.Step.of(token)
        asked = {**self.client.post_fields, **(params or {})}
        if limit is not None:
            asked["max_results"] = str(min(max(limit, 5), 100))
        if cursor:
            asked["since_id"] = cursor
        if step.token:
            asked["pagination_token"] = step.token

        def read(body: bytes) -> Page:
            return walk.page(parse.page(body, cursor, self.web), step, cursor, depth)

        return self.client.call("GET", path, endpoint, read, resources=limits.posts, params=asked)

    # Writing

    def reply_call(self, in_reply_to: str, text: str, key: str = "", audience: str = "") -> Call[Sent]:
        """POST /2/tweets with `reply`; X knows no keys, and no audience but everyone."""
        return self._write("reply", text, {"text": text, "reply": {"in_reply_to_tweet_id": in_reply_to}})

    def publish_call(self, text: str) -> Call[Sent]:
        """POST /2/tweets."""
        return self._write("publish", text, {"text": text})

    def _write(self, verb: str, written: str, content: Mapping[str, Any]) -> Call[Sent]:
        def read(body: bytes) -> Sent:
            external_id, shown = answer.written(body)
            return Sent(external_id=external_id, url=self.post_url(self.own_handle, external_id), text=shown)

        return self.client.call(
            "POST", "/2/tweets", "tweets/create", read, micros=self.price(verb, written), json=content
        )

    def delete_call(self, external_id: str) -> Call[bool]:
        """DELETE /2/tweets/{id}."""
        return self.client.call("DELETE", f"/2/tweets/{external_id}", "tweets/delete", answer.deleted)

    def find_reply(
        self, in_reply_to: str, text: str, since: datetime, known: Collection[str] = ()
    ) -> str | None | Undecided:
        """Look through our own timeline since then, so that nothing older is paid for; where it is long, search."""
        wanted = Wanted(in_reply_to, fingerprint(text), since, frozenset(known), fingerprint_of)
        pages = partial(self.own_posts_from, since - SKEW)
        return look_back(wanted, pages, partial(self._searched, wanted))

    def _searched(self, wanted: Wanted) -> str | None:
        """What the search knows of our answers in the conversation of the parent."""
        for parent in self.posts([wanted.in_reply_to]).posts:
            query = f"conversation_id:{parent.thread_id} from:{self.own_handle}"
            return wanted.hit(wanted.among(self.run(self.search_call(query))))
        return None

    # Rules

    def check_text(self, text: str, to_handles: Sequence[str] = ()) -> TextCheck:
        """X's weighted length."""
        return check(text, to_handles)

    def may_reply(self, facts: ReplyFacts) -> Verdict:
        """The summon rule."""
        return rules.may_reply(facts, self.intent_url(facts.post_id))

    def price(self, verb: str, text: str = "") -> int:
        """Per resource read, or for the text written. Raises KeyError for a verb that costs nothing known."""
        if verb in {"reply", "publish"}:
            return limits.written(verb, has_url(text))
        return self.client.price(limits.OF_VERB[verb])

    @classmethod
    def parse_handle(cls, text: str) -> Whom:
        """A handle or an address."""
        return rules.parse_handle(text)

    def profile_url(self, handle: str) -> str:
        """A person's page."""
        return f"{self.web}/{handle}"

    def post_url(self, handle: str, external_id: str) -> str:
        """A post's page; X redirects /i/status/ to the author's."""
        return f"{self.web}/{handle or 'i'}/status/{external_id}"

    def intent_url(self, in_reply_to: str, text: str = "") -> str:
        """X's own composer."""
        return rules.intent_url(self.web, in_reply_to, text)

    # Signing in

    def start_sign_in(self, kind: str, redirect_uri: str) -> SignIn:
        """OAuth 2.0 with PKCE, or OAuth 1.0a (which asks X for a request token first)."""
        return Dance(self.options).start(kind, redirect_uri)

    def finish_sign_in(self, kept: Mapping[str, str], query: Mapping[str, str]) -> Credentials:
        """Credentials with the account's id and handle in them."""
        found = Dance(self.options).finish(kept, query)
        if found.external_id:
            return found
        me = Twitter(self.options, found, on_spent=self.on_spent).me()
        return replace(found, external_id=me.external_id, handle=me.handle)

    def refresh(self) -> Credentials:
        """A new token for the refresh token, which X takes once."""
        return Dance(self.options).refresh(self._credentials())

    def revoke(self) -> None:
        """End the access on X's side."""
        Dance(self.options).revoke(self._credentials())

    def _credentials(self) -> Credentials:
        if self.credentials is None:
            raise ValueError("This network was made without credentials.")
        return self.credentials


def _joined(names: Sequence[str]) -> str:
    if not 0 < len(names) <= 100:
        raise ValueError("X takes 1 to 100 at once.")
    return ",".join(names)
