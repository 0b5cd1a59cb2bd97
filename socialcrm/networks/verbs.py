"""Every verb that a network may have. A subclass defines those that its network has; the others stay `lacking`.

Verbs of one request come in two forms: `mentions_call(...)` builds the Call (for polling by the hundred) and
`mentions(...)` runs it. A network defines the first and inherits the second. All raise the NetworkErrors of border.py.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import TypeVar

from .border import (
    Author,
    Call,
    Page,
    Profiles,
    ReplyFacts,
    Sent,
    TextCheck,
    Undecided,
    Verdict,
    Whom,
)
from .signin import Credentials, SignIn

F = TypeVar("F", bound=Callable[..., object])
T = TypeVar("T")


def lacking(method: F) -> F:
    """Mark a verb that a network does not have until it defines it: `can()` says no."""
    method.lacking = True  # type: ignore[attr-defined]
    return method


class Verbs:
    """The verbs, each with what it takes and gives."""

    def run(self, call: Call[T]) -> T:
        """Carry a call out."""
        raise NotImplementedError

    # Who we are, who they are

    def me(self) -> Author:
        """The account whose credentials we hold."""
        return self.run(self.me_call())

    @lacking
    def me_call(self) -> Call[Author]:
        """Build the call of `me`."""
        raise NotImplementedError

    def profile(self, text: str) -> Author:
        """A person by handle, address or id as typed. ValueError with a sentence, or NotFound."""
        return self.run(self.profile_call(text))

    @lacking
    def profile_call(self, text: str) -> Call[Author]:
        """Build the call of `profile`."""
        raise NotImplementedError

    def profiles_by_ids(self, ids: Sequence[str]) -> Profiles:
        """People by id, at most 100."""
        return self.run(self.profiles_by_ids_call(ids))

    @lacking
    def profiles_by_ids_call(self, ids: Sequence[str]) -> Call[Profiles]:
        """Build the call of `profiles_by_ids`."""
        raise NotImplementedError

    def profiles_by_handles(self, handles: Sequence[str]) -> Profiles:
        """People by handle, at most 100. What is missing is named by its handle."""
        return self.run(self.profiles_by_handles_call(handles))

    @lacking
    def profiles_by_handles_call(self, handles: Sequence[str]) -> Call[Profiles]:
        """Build the call of `profiles_by_handles`."""
        raise NotImplementedError

    # Pages of posts, oldest first; `token` is the `next_token` of the page before

    def mentions(self, cursor: str = "", token: str = "") -> Page:
        """Posts that mention the account, newer than the cursor."""
        return self.run(self.mentions_call(cursor, token))

    @lacking
    def mentions_call(self, cursor: str = "", token: str = "") -> Call[Page]:
        """Build the call of `mentions`."""
        raise NotImplementedError

    def own_posts(self, cursor: str = "", token: str = "") -> Page:
        """The account's own posts and replies, wherever they were typed, newer than the cursor."""
        return self.run(self.own_posts_call(cursor, token))

    @lacking
    def own_posts_call(self, cursor: str = "", token: str = "") -> Call[Page]:
        """Build the call of `own_posts`."""
        raise NotImplementedError

    def posts_of(self, author_id: str, cursor: str = "", token: str = "", limit: int = 100) -> Page:
        """Recent posts of a person, newer than the cursor, at most `limit` (5 to 100) in this page."""
        return self.run(self.posts_of_call(author_id, cursor, token, limit))

    @lacking
    def posts_of_call(self, author_id: str, cursor: str = "", token: str = "", limit: int = 100) -> Call[Page]:
        """Build the call of `posts_of`."""
        raise NotImplementedError

    def posts(self, ids: Sequence[str]) -> Page:
        """Posts by id, at most 100; those no longer shown are in `missing`."""
        return self.run(self.posts_call(ids))

    @lacking
    def posts_call(self, ids: Sequence[str]) -> Call[Page]:
        """Build the call of `posts`."""
        raise NotImplementedError

    def thread(self, thread_id: str, token: str = "") -> Page:
        """Posts of a conversation, as far back as the network searches."""
        return self.run(self.thread_call(thread_id, token))

    @lacking
    def thread_call(self, thread_id: str, token: str = "") -> Call[Page]:
        """Build the call of `thread`."""
        raise NotImplementedError

    # Writing

    def reply(self, in_reply_to: str, text: str, key: str = "", audience: str = "") -> Sent:
        """Answer a post. Rejected, Duplicate, OutcomeUnknown (look with find_reply before anything else), ...

        `key` is the same however often this answer is sent: networks that know such keys make one post of it.
        `audience` is who may read it (see `Network.audiences`); never more people than may read the post.
        """
        return self.run(self.reply_call(in_reply_to, text, key, audience))

    @lacking
    def reply_call(self, in_reply_to: str, text: str, key: str = "", audience: str = "") -> Call[Sent]:
        """Build the call of `reply`."""
        raise NotImplementedError

    def publish(self, text: str) -> Sent:
        """Post a text of our own."""
        return self.run(self.publish_call(text))

    @lacking
    def publish_call(self, text: str) -> Call[Sent]:
        """Build the call of `publish`."""
        raise NotImplementedError

    def delete(self, external_id: str) -> bool:
        """Delete a post of ours; True once it is gone."""
        return self.run(self.delete_call(external_id))

    @lacking
    def delete_call(self, external_id: str) -> Call[bool]:
        """Build the call of `delete`."""
        raise NotImplementedError

    @lacking
    def find_reply(
        self, in_reply_to: str, text: str, since: datetime, known: Collection[str] = ()
    ) -> str | None | Undecided:
        """The id of our reply with this text to that post, made at `since` or later; None: it is not there.

        `known`: ids of answers that are accounted for; they are neither found nor a reason for doubt.
        """
        raise NotImplementedError

    # What the network's rules say before anything is sent

    @lacking
    def check_text(self, text: str, to_handles: Sequence[str] = ()) -> TextCheck:
        """Count a text as the network does; `to_handles`: whom a reply answers, mentioned for free at its start."""
        raise NotImplementedError

    @lacking
    def may_reply(self, facts: ReplyFacts) -> Verdict:
        """Whether a post may be answered through the API."""
        raise NotImplementedError

    @lacking
    def price(self, verb: str, text: str = "") -> int:
        """What a verb costs, in millionths of a US dollar: per resource read, or for this text written."""
        raise NotImplementedError

    # Names and addresses

    @classmethod
    @lacking
    def parse_handle(cls, text: str) -> Whom:
        """Read a handle or an address as people type it. ValueError with a sentence for the person."""
        raise NotImplementedError

    @lacking
    def profile_url(self, handle: str) -> str:
        """Where a person's page is."""
        raise NotImplementedError

    @lacking
    def post_url(self, handle: str, external_id: str) -> str:
        """Where a post is."""
        raise NotImplementedError

    @lacking
    def intent_url(self, in_reply_to: str, text: str = "") -> str:
        """Where a person answers on the network itself, with the text filled in."""
        raise NotImplementedError

    # Signing in

    @lacking
    def start_sign_in(self, kind: str, redirect_uri: str) -> SignIn:
        """Begin the OAuth dance. Keep `kept` in the person's session; it is secret and works once."""
        raise NotImplementedError

    @lacking
    def finish_sign_in(self, kept: Mapping[str, str], query: Mapping[str, str]) -> Credentials:
        """End the dance with the query of the redirect. Rejected with a sentence when it is not the one we began."""
        raise NotImplementedError

    @lacking
    def refresh(self) -> Credentials:
        """New credentials for the old; the old refresh token is dead after it. AuthExpired: reconnect."""
        raise NotImplementedError

    @lacking
    def revoke(self) -> None:
        """Give the credentials back; they work no longer."""
        raise NotImplementedError
