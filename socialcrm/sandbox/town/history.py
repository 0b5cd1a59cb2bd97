"""What the town said before the sandbox was first started."""

from __future__ import annotations

import random
from bisect import insort
from collections import Counter
from collections.abc import Callable
from typing import Any

from socialcrm.sandbox.state import TWITTER, Sandbox
from socialcrm.sandbox.x.ids import snowflake
from socialcrm.sandbox.x.render import code_of
from socialcrm.sandbox.x.text import links, mentioned

from . import voice
from .people import DAY_MS, Town

HOUR_MS = 3600_000
# How likely people post in each hour of the day (UTC).
HOURS = [1, 1, 0.5, 0.3, 0.3, 1, 4, 8, 10, 10, 9, 9, 10, 9, 9, 9, 9, 8, 7, 6, 6, 6, 4, 2]
QUOTED_ONE_IN, NEARBY = 25, 20  # one post of so many is about one of the last so many
Row = dict[str, Any]


class Writer:
    """Collects X's posts with times, then gives them ids and stores them all at once."""

    volume = 1.0  # how much people say, beside X
    strangers = 800  # threads with the brand that people begin whom no CRM finds

    def __init__(self, sandbox: Sandbox, town: Town, days: int) -> None:
        self.sandbox = sandbox
        self.town = town
        self.rng = town.rng
        self.span = max(1, days) * DAY_MS
        self.posts: list[Row] = []
        self.ids: set[int] = set()
        self.links: dict[str, str] = {}
        self.said: set[str] = set()

    def moment(self, back: float = 1.0) -> int:
        """A time within the last `back` part of the history, at an hour when people are awake."""
        day = self.rng.random() * self.span * back
        start = self.town.now - int(day)
        start -= start % DAY_MS
        hour = self.rng.choices(range(24), HOURS)[0]
        at = start + hour * HOUR_MS + self.rng.randrange(HOUR_MS)
        low = self.town.now - int(self.span * back)
        return at if low <= at < self.town.now - 1000 else self.town.now - 1000 - int(day)

    def new_words(self, think: Callable[[], str]) -> str:
        """Something that nobody in town has said yet, if it comes to mind in a few tries."""
        for _ in range(6):
            text = think()
            if text not in self.said:
                break
        self.said.add(text)
        return text

    def name_for(self, author: Row, named: Row) -> str:
        """How the author would write someone's name."""
        return f"@{named['handle']}"

    def circle(self, author: Row, kind: str) -> Row:
        """Who may read what someone says to the brand: on X everyone."""
        return {}

    def add(
        self, author: Row, typed: str, at: int, parent: Row | None = None, address: bool = False, **more: Any
    ) -> Row:
        """One post; `address` puts the parent's author in front, as the networks' apps do."""
        text = f"@{parent['handle']} {typed}" if parent and address else typed
        new = snowflake(at, self.rng.randrange(1 << 22))
        while new in self.ids:
            new += 1
        self.ids.add(new)
        row = {
            **_numbers(self.rng, author, bool(parent)),
            "network": TWITTER,
            "id": new,
            "author": author["id"],
            "text": self._shorten(text),
            "typed": typed,
            "created_at": at,
            "language": author["language"],
            "in_reply_to": parent["id"] if parent else None,
            "in_reply_to_account": parent["author"] if parent else None,
            "conversation": parent["conversation"] if parent else new,
            "quoted": None,
            "source": self.rng.choice(["X for iPhone", "X for Android", "X Web App"]),
            "handle": author["handle"],
        }
        if parent:
            parent["replies"] += 1
        self.posts.append(row)
        return row

    def _shorten(self, text: str) -> str:
        if "http" not in text:
            return text
        for start, end in reversed(links(text)):
            url = text[start:end]
            self.links[code_of(url)] = url
            text = f"{text[:start]}https://t.co/{code_of(url)}{text[end:]}"
        return text

    def store(self) -> None:
        """Write posts, mentions and links."""
        world = self.sandbox.world
        self.posts.sort(key=lambda row: int(row["id"]))
        world.insert_many("posts", [{k: v for k, v in row.items() if k != "handle"} for row in self.posts])
        handles = {row["handle_lower"]: row["id"] for row in self.town.accounts}
        found = [
            {"network": TWITTER, "account": handles[name], "post": row["id"]}
            for row in self.posts
            if "@" in row["text"]
            for name in mentioned(row["text"])
            if name in handles and handles[name] != row["author"]
        ]
        world.insert_many("mentions", found)
        sql = "UPDATE accounts SET posts=posts+? WHERE network=? AND id=?"
        counts = Counter(row["author"] for row in self.posts)
        world.db.executemany(sql, [(number, TWITTER, author) for author, number in counts.items()])
        world.insert_many("links", [{"code": code, "url": url} for code, url in self.links.items()])


def _numbers(rng: random.Random, author: Row, reply: bool) -> Row:
    reach = author["followers"] ** 0.62 * rng.lognormvariate(-1.2, 1.1) * (0.35 if reply else 1)
    likes = int(reach)
    return {
        "likes": likes,
        "reposts": int(likes * rng.uniform(0, 0.25)),
        "replies": 0,
        "quotes": int(likes * rng.uniform(0, 0.04)),
        "bookmarks": int(likes * rng.uniform(0, 0.08)),
        "impressions": int(likes * rng.uniform(18, 60)) + rng.randrange(4, 60),
        "deleted_at": None,
    }


def make_history(sandbox: Sandbox, town: Town, days: int) -> None:
    """What was said on X."""
    writer = Writer(sandbox, town, days)
    tell(writer, days, len(town.accounts) < 1000)
    _quotes(writer)
    writer.store()


def tell(writer: Writer, days: int, small: bool) -> None:
    """Chatter, mentions of the brands with their answers, and the brands' own news; nothing is stored yet."""
    scale = min(1.0, days / 60)
    _chatter(writer, scale if small else 1.0)
    _mentions(writer, small)
    _news(writer, scale)


def _chatter(writer: Writer, scale: float) -> None:
    rng, town = writer.rng, writer.town
    chatty = {id(row) for row in town.chatty}
    recent: list[tuple[int, int, Row]] = []
    for author in town.accounts:
        if author["brand"]:
            continue
        number = rng.randrange(75, 111) if id(author) in chatty else min(40, int(rng.lognormvariate(1.2, 0.9)))
        for _ in range(max(1, int(number * scale * writer.volume)) if number else 0):
            parent = _partner(writer, recent, author)
            at = parent["created_at"] + rng.randrange(60_000, 8 * HOUR_MS) if parent else writer.moment()
            if at >= town.now:
                parent, at = None, writer.moment()
            text = _words(writer, author, parent)
            row = writer.add(author, text, at, parent, address=True)
            if rng.random() < 0.25:
                insort(recent, (at, row["id"], row))


def _quotes(writer: Writer) -> None:
    """Some of what people say is about what somebody else said. Dice of its own: the rest of the town stays."""
    dice = random.Random(len(writer.posts))
    said = [row for row in writer.posts if not row["in_reply_to"] and "@" not in row["text"]]
    said.sort(key=lambda row: int(row["created_at"]))
    if len(said) > NEARBY:
        for place in dice.sample(range(NEARBY, len(said)), len(said) // QUOTED_ONE_IN):
            _quote(dice, writer.town, said[place], said[place - NEARBY : place])


def _quote(dice: random.Random, town: Town, row: Row, before: list[Row]) -> None:
    """Make a post one about another, where its author has read one that everybody may."""
    people = town.by_id
    author, read = people[row["author"]], [one for one in before if one["language"] == row["language"]]
    read = [one for one in read if one["author"] != row["author"] and not _is_closed(people[one["author"]])]
    if read and not author["brand"]:
        quoted = dice.choice(read)
        quoted["quotes"] += 1
        row["quoted"], row["text"] = quoted["id"], voice.chat(dice, author)
        row["typed"] = row["text"]


def _is_closed(account: Row) -> bool:
    return bool(account["protected"] or account["suspended"])


def _words(writer: Writer, author: Row, parent: Row | None) -> str:
    rng = writer.rng
    if parent:
        return voice.chat(rng, author)
    return writer.new_words(lambda: voice.chatter(rng, author, writer.town.companies))


def _partner(writer: Writer, recent: list[tuple[int, int, Row]], author: Row) -> Row | None:
    if not recent or writer.rng.random() > 0.16:
        return None
    parent = writer.rng.choice(recent)[2]
    return parent if parent["author"] != author["id"] and parent["language"] == author["language"] else None


def _mentions(writer: Writer, small: bool) -> None:
    rng, town = writer.rng, writer.town
    desk, brand = town.brands
    public = [row for row in town.accounts if not (_is_closed(row) or row["brand"])]
    for author in town.chatty:
        for _ in range(rng.randrange(2, 4) if small else rng.randrange(2, 6)):
            _thread(writer, author, desk if rng.random() < 0.85 else brand, writer.moment(0.45))
    for _ in range(len(public) // 6 if small else writer.strangers):
        _thread(writer, rng.choice(public), desk if rng.random() < 0.8 else brand, writer.moment())


def _thread(writer: Writer, author: Row, brand: Row, at: int) -> None:
    rng = writer.rng
    kind = voice.kind_of_mention(rng, author)
    name = writer.name_for(author, brand)
    words = writer.new_words(lambda: voice.mention(rng, author, name, kind))
    post = writer.add(author, words, at, **writer.circle(author, kind))
    answered = rng.random() < (0.35 if brand["handle"] == "lumen_lighting" else 0.55)
    at += int(rng.lognormvariate(3.4, 0.9) * 60_000)
    if not answered or at > writer.town.now - HOUR_MS:
        return
    reply = writer.add(brand, voice.answer(rng, author, kind), at, post, address=True)
    at += int(rng.lognormvariate(3.2, 1.0) * 60_000)
    if rng.random() < 0.5 and at < writer.town.now - 60_000:
        writer.add(author, voice.followup(rng, author, kind), at, reply, address=True)


def _news(writer: Writer, scale: float) -> None:
    for brand, number in zip(writer.town.brands, (26, 44), strict=True):
        said: set[str] = set()
        for _ in range(max(3, int(number * scale))):
            language = "fr" if writer.rng.random() < 0.2 else "en"
            text = voice.news(writer.rng, language)
            if text not in said:
                said.add(text)
                row = writer.add(brand, text, writer.moment())
                row["language"] = language
