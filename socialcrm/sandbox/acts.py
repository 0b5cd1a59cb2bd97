"""What people of the town do on a network: say something, to the brand or to each other, and change their minds."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .mastodon import store
from .network import Network
from .networks import NETWORKS
from .state import MASTODON, TWITTER, Sandbox
from .town import voice

# Events a minute at speed 1.
RATES = {
    TWITTER: {"mention": 0.75, "chatter": 1.7, "chat": 0.35, "quote": 0.05, "delete": 0.07},
    MASTODON: {
        "mention": 0.25,
        "chatter": 0.45,
        "chat": 0.12,
        "boost": 0.1,
        "like": 0.1,
        "edit": 0.04,
        "delete": 0.02,
    },
}
EVENTS = [(network, what, rate) for network, rates in RATES.items() for what, rate in rates.items()]
PER_MINUTE = sum(rate for _network, _what, rate in EVENTS)
SOURCE = "X for iPhone"
Row = dict[str, Any]


def happen(sandbox: Sandbox, dice: random.Random) -> None:
    """One thing happens, on one of the networks."""
    network, what, _rate = dice.choices(EVENTS, [rate for _network, _what, rate in EVENTS])[0]
    Acts(sandbox, NETWORKS[network], dice).do(what)


def answer(sandbox: Sandbox, dice: random.Random, network: Network, author: Row, post: Row) -> None:
    """Someone answers what the brand answered, to whom they did so far."""
    Acts(sandbox, network, dice).reply(author, voice.followup(dice, author), post)


@dataclass
class Acts:
    """One network's people, and the dice that decide."""

    sandbox: Sandbox
    network: Network
    dice: random.Random

    def do(self, what: str) -> None:
        """Let one thing of RATES happen."""
        if what in ("delete", "edit"):
            self._change(what)
            return
        author = self._someone(chatty=self.dice.random() < (0.6 if what == "mention" else 0.25))
        acts: dict[str, Callable[[Row], None]] = {
            "mention": self._mention,
            "quote": self._quote,
            "chat": self._chat,
            "chatter": self._chatter,
            "boost": self._boost,
            "like": self._like,
        }
        if author is not None:
            acts[what](author)

    def say(self, author: Row, text: str, parent: Row | None = None, **more: Any) -> None:
        """Post it; people who say something win some followers."""
        self.network.publish(self.sandbox, author, text, parent, via="town", source=SOURCE, **more)
        grown = self.dice.choice((0, 0, 1, 1, 2, 3))
        sql = "UPDATE accounts SET followers=followers+? WHERE network=? AND id=?"
        self.sandbox.world.run(sql, grown, self.network.id, author["id"])

    def reply(self, author: Row, text: str, parent: Row) -> None:
        """Answer a post; on Mastodon its author is named and the circle stays as small as it was."""
        other = self.sandbox.account(self.network.id, parent["author"])
        extra = (other,) if other and self.network.id == MASTODON else ()
        self.say(author, text, parent, extra=extra, visibility=parent["visibility"])

    def _someone(self, chatty: bool) -> Row | None:
        key = f"life_people_{self.network.id}"
        if key not in self.sandbox.memory:
            self.sandbox.memory[key] = self._people()
        everyone, talkers = self.sandbox.memory[key]
        pool = talkers if chatty and talkers else everyone
        author = self.sandbox.account(self.network.id, self.dice.choice(pool)) if pool else None
        return None if author is None or author["suspended"] else author

    def _people(self) -> tuple[list[int], list[int]]:
        proof = "$.proof" if self.network.id == TWITTER else "$.mastodon_proof"
        sql = (
            "SELECT a.id, json_extract(p.known, ?) IS NOT NULL AS chatty FROM accounts a "
            "LEFT JOIN people p ON p.id=a.person WHERE a.network=? AND a.brand=0 ORDER BY a.id"
        )
        rows = self.sandbox.world.all(sql, proof, self.network.id)
        return [row["id"] for row in rows], [row["id"] for row in rows if row["chatty"]]

    def _brand(self) -> Row:
        handle = "lumen_desk" if self.dice.random() < 0.85 else "lumen_lighting"
        brand = self.sandbox.account(self.network.id, handle)
        sql = "SELECT * FROM accounts WHERE brand=1 AND network=? LIMIT 1"
        return brand or self.sandbox.world.all(sql, self.network.id)[0]

    def _mention(self, author: Row) -> None:
        brand, kind = self._brand(), voice.kind_of_mention(self.dice, author)
        name = self.network.name_for(author, brand)
        text = voice.mention(self.dice, author, name, kind)
        circle: Row = dict(voice.circle(self.dice, author, kind)) if self.network.id == MASTODON else {}
        self.say(author, text, None, **circle)

    def _quote(self, author: Row) -> None:
        posts = self._news()
        self.say(author, voice.chat(self.dice, author), quoted=self.dice.choice(posts)["id"] if posts else None)

    def _news(self) -> list[Row]:
        sql = (
            "SELECT * FROM posts WHERE network=? AND author=? AND in_reply_to IS NULL AND deleted_at IS NULL "
            "AND visibility='public' ORDER BY id DESC LIMIT 5"
        )
        return self.sandbox.world.all(sql, self.network.id, self._brand()["id"])

    def _boost(self, author: Row) -> None:
        posts = self._news() if self.dice.random() < 0.5 else self._lately(author)
        if posts:
            store.boost(self.sandbox, author, self.dice.choice(posts), via="town")

    def _like(self, author: Row) -> None:
        posts = self._news() if self.dice.random() < 0.5 else self._lately(author)
        if posts:
            store.favourite(self.sandbox, author, self.dice.choice(posts))

    def _lately(self, author: Row) -> list[Row]:
        sql = (
            "SELECT p.* FROM posts p JOIN accounts a ON a.network=p.network AND a.id=p.author WHERE p.network=? "
            "AND p.deleted_at IS NULL AND p.visibility='public' AND p.boost_of IS NULL AND a.brand=0 AND a.language=? "
            "AND a.id<>? ORDER BY p.id DESC LIMIT 10"
        )
        return self.sandbox.world.all(sql, self.network.id, author["language"], author["id"])

    def _chat(self, author: Row) -> None:
        posts, text = self._lately(author), voice.chat(self.dice, author)
        if posts:
            self.reply(author, text, self.dice.choice(posts))
        else:
            self.say(author, text)

    def _chatter(self, author: Row) -> None:
        companies = self.sandbox.memory.setdefault("companies", [])
        if not companies:
            companies += self.sandbox.world.all("SELECT name FROM companies")
        self.say(author, voice.chatter(self.dice, author, companies))

    def _change(self, what: str) -> None:
        sql = "SELECT id FROM log WHERE network=? AND action='post' AND via='town' ORDER BY seq DESC LIMIT 40"
        ids = [row["id"] for row in self.sandbox.world.all(sql, self.network.id)]
        post = self.network.find(self.sandbox, self.dice.choice(ids)) if ids else None
        if post is None:
            return
        if what == "delete":
            self.network.delete(self.sandbox, post, "town")
            return
        author = self.sandbox.account(self.network.id, post["author"])
        if author is not None:
            self.network.edit(self.sandbox, post, voice.second_thought(self.dice, author, post["typed"]), "town")
