"""The composer under a post: as whom, to whom, whether it can leave from here, and the text so far."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from uuid import uuid4

from django.urls import reverse

from socialcrm import connect
from socialcrm.models import Post, Reply, SocialAccount
from socialcrm.networks.base import Network, TextCheck, Verdict
from socialcrm.timeline import Item, answer_url, eligibility

A_LINK = "https://example.com"
MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class LinkPrice:
    """US dollars for a reply without a link and with one. `due`: the text so far holds one."""

    without: float
    with_link: float
    due: bool


@dataclass
class Composer:
    """What the form under a post shows. `error` is a sentence; `answered` a colleague's reply that came first.

    `seen_in_conversation` is the newest post of theirs in the thread that was shown, `moved` those that came after it.
    `replaces` is the reply that failed and is edited here. `conversation` lets colleagues be told something by a note;
    `c` is set where the form stands in the inbox.
    """

    post: Post
    account: SocialAccount
    accounts: Sequence[SocialAccount]
    verdict: Verdict
    seen: int = 0
    text: str = ""
    error: str = ""
    answered: Reply | None = None
    client_key: str = field(default_factory=lambda: uuid4().hex)
    open: bool = False
    seen_post: int = 0
    seen_in_conversation: int = 0
    moved: Sequence[Post] = ()
    conversation: int = 0
    may_note: bool = False
    c: int = 0
    replaces: int = 0
    kind: str = "reply"
    at: str = ""

    def __post_init__(self) -> None:
        """An answer typed on the network that is shown above the text has been seen."""
        if self.answered and self.answered.sent_post_id:
            self.seen_post = max(self.seen_post, self.answered.sent_post_id)

    @cached_property
    def rules(self) -> Network:
        """The network's rules for this account."""
        return connect.rules_of(self.account)

    @property
    def audience(self) -> str:
        """Who will read the answer: public, unlisted, followers or private."""
        return self.rules.audiences(self.post.visibility)[0]

    @property
    def note_url(self) -> str:
        """Where a note goes; nothing where there is no conversation to note on, or no right to."""
        if self.conversation:
            return reverse("socialcrm:inbox_note", args=[self.conversation])
        mentions_us = getattr(self.post, "mention_reason", None)
        return reverse("socialcrm:post_note", args=[self.post.pk]) if self.may_note and mentions_us else ""

    @property
    def draft(self) -> str:
        """What the browser keeps an unsent text under: the conversation, else the post."""
        return f"c{self.conversation}" if self.conversation else f"p{self.post.pk}"

    @property
    def tabs_at(self) -> str:
        """Where the other kinds of answer are without JavaScript; a query goes on behind it."""
        return self.at or f"{reverse('socialcrm:composer', args=[self.post.pk])}?"

    @property
    def limit(self) -> int:
        """How many units the network allows."""
        return self.rules.text_limit

    @property
    def counter(self) -> str:
        """The rule by which the browser counts."""
        return self.rules.counter

    @property
    def check(self) -> TextCheck:
        """The server's count of the text."""
        if not self.rules.can("check_text"):
            return TextCheck(len(self.text), self.limit)
        return self.rules.check_text(self.text, to_handles=(self.post.author.handle,))

    @property
    def over(self) -> int:
        """By how much the text is too long; 0 when it fits."""
        return max(0, -self.check.left)

    @property
    def link_price(self) -> LinkPrice | None:
        """What a link costs; None where a reply with one costs no more."""
        if not self.rules.can("price"):
            return None
        usual, dear = self.rules.price("reply"), self.rules.price("reply", A_LINK)
        if dear <= usual:
            return None
        return LinkPrice(usual / MILLION, dear / MILLION, due=self.rules.price("reply", self.text) > usual)

    @property
    def outside_url(self) -> str:
        """Where to answer on the network itself, with the text."""
        return self.verdict.open_url or answer_url(self.rules, self.post, self.text)


@dataclass
class Row:
    """An item of the timeline with what can be done about it."""

    item: Item
    verdict: Verdict | None = None
    composer: Composer | None = None

    @property
    def answerable(self) -> Post | None:
        """The post that an answer would go to."""
        return self.item.answerable


def choices(accounts: Sequence[SocialAccount], post: Post) -> list[SocialAccount]:
    """Accounts that may be offered for an answer: those on the post's network, the mentioned one first."""
    fitting = [a for a in accounts if a.network == post.network and a.state != SocialAccount.State.DISCONNECTED]
    asked = getattr(post, "mentioned_account", None)
    named = set(map(str, post.mentioned_ids or []))
    return sorted(fitting, key=lambda a: (a.pk != asked, a.external_id not in named, not a.is_working, a.pk))


def composer_for(
    item: Item,
    accounts: Sequence[SocialAccount],
    account_pk: str | int | None = None,
    *,
    post: Post | None = None,
    **fields: Any,
) -> Composer | None:
    """The composer of an item, for its newest post or another one of it; None where no account of the user's fits."""
    post = post or item.answerable
    fitting = choices(accounts, post) if post else []
    if post is None or not fitting:
        return None
    account = next((a for a in fitting if str(a.pk) == str(account_pk)), fitting[0])
    ours = [one.pk for one in item.posts if one.account_id and one.in_reply_to == post.external_id]
    fields.setdefault("seen_post", max(ours, default=0))
    fields.setdefault("seen", item.seen)
    return Composer(post, account, fitting, eligibility(account, post), **fields)


def rows(
    items: Sequence[Item], accounts: Sequence[SocialAccount], may_reply: bool, open_first: bool, may_note: bool = False
) -> list[Row]:
    """Items with their verdicts; the newest mention that waits for us has its composer open."""
    found = []
    for item in items:
        composer = composer_for(item, accounts, may_note=may_note) if may_reply else None
        row = Row(item, composer.verdict if composer else None)
        if open_first and composer and composer.verdict.allowed and item.waits_for_us:
            row.composer, open_first = composer, False
        found.append(row)
    return found
