"""The town's own life: people post, mention the brand, answer its replies and change their minds."""

from __future__ import annotations

import asyncio
import logging
import random
from dataclasses import dataclass
from typing import Any

from .state import TWITTER, Sandbox
from .town import voice
from .x.publish import delete, find, publish

# Events a minute at speed 1.
RATES = {"mention": 1.0, "chatter": 2.0, "chat": 0.4, "quote": 0.05, "delete": 0.08}
logger = logging.getLogger(__name__)

ANSWER_S = (10.0, 40.0)
LONGEST_SLEEP_S = 3600.0
Row = dict[str, Any]


def start(sandbox: Sandbox) -> asyncio.Task[None]:
    """Start the town's life in the background; it sleeps whenever nothing is due."""
    task = asyncio.create_task(Life(sandbox).run())
    task.add_done_callback(_tell)
    return task


def _tell(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()):
        logger.error("The town stopped living", exc_info=error)


@dataclass
class Life:
    """One town's life; what is due next is kept in the world, so a restart forgets nothing."""

    sandbox: Sandbox
    next_event: int = 0

    async def run(self) -> None:
        """Sleep until something is due or someone changed something, then let it happen."""
        while True:
            self.sandbox.changed.clear()
            speed = float(self.sandbox.world.get("life", 0))
            seconds = LONGEST_SLEEP_S if speed <= 0 else self._live(speed)
            try:
                async with asyncio.timeout(max(0.05, seconds)):
                    await self.sandbox.changed.wait()
            except TimeoutError:
                continue

    def _live(self, speed: float) -> float:
        """Do what is due; returns the seconds until the next thing."""
        now = self.sandbox.clock.now()
        self._plan_answers(speed, now)
        for plan in self.sandbox.world.all("SELECT * FROM plans WHERE due<=? ORDER BY due LIMIT 50", now):
            self._keep(plan)
        if not now - 120_000 < self.next_event < now + 600_000:
            self.next_event = now + self._gap(speed)
        elif self.next_event <= now:
            self._happen()
            self.next_event = now + self._gap(speed)
        due = self.sandbox.world.value("SELECT MIN(due) FROM plans")
        return (min(self.next_event, due or self.next_event) - self.sandbox.clock.now()) / 1000

    def _dice(self) -> random.Random:
        seq = self.sandbox.world.value("SELECT MAX(seq) FROM log") or 0
        return random.Random(f"{self.sandbox.seed}:{seq}")

    def _gap(self, speed: float) -> int:
        return max(200, int(self._dice().expovariate(sum(RATES.values()) * speed) * 60_000))

    def _plan_answers(self, speed: float, now: int) -> None:
        """Most people answer what an app posted in reply to them, after 10 to 40 seconds."""
        world = self.sandbox.world
        seen = int(world.get("life_seq", 0))
        sql = (
            "SELECT * FROM log WHERE seq>? AND action='post' AND via IN ('api', 'web') "
            "AND in_reply_to IS NOT NULL ORDER BY seq"
        )
        with world.write():
            for entry in world.all(sql, seen):
                self._plan_answer(entry, speed, now)
            world.set("life_seq", world.value("SELECT MAX(seq) FROM log") or 0)

    def _plan_answer(self, entry: Row, speed: float, now: int) -> None:
        parent = find(self.sandbox, entry["in_reply_to"])
        author = self.sandbox.account(TWITTER, parent["author"]) if parent else None
        dice = random.Random(f"{self.sandbox.seed}:answer:{entry['seq']}")
        if author is None or author["brand"] or author["suspended"] or dice.random() > 0.6 + 0.35 * author["mood"]:
            return
        due = now + int(dice.uniform(*ANSWER_S) * 1000 / speed)
        row = {"due": due, "network": TWITTER, "what": "answer", "account": author["id"], "post": entry["id"]}
        self.sandbox.world.insert("plans", row)

    def _keep(self, plan: Row) -> None:
        with self.sandbox.world.write():
            self.sandbox.world.run("DELETE FROM plans WHERE id=?", plan["id"])
            author, post = self.sandbox.account(TWITTER, plan["account"]), find(self.sandbox, plan["post"])
            if author and post and not author["suspended"]:
                dice = random.Random(f"{self.sandbox.seed}:plan:{plan['id']}")
                self._say(author, voice.followup(dice, author), post)

    def _say(self, author: Row, text: str, parent: Row | None = None, quoted: int | None = None) -> None:
        publish(self.sandbox, author, text, parent, quoted=quoted, via="town", source="X for iPhone")
        grown = self._dice().choice((0, 0, 1, 1, 2, 3))
        sql = "UPDATE accounts SET followers=followers+? WHERE network=? AND id=?"
        self.sandbox.world.run(sql, grown, TWITTER, author["id"])

    def _happen(self) -> None:
        dice = self._dice()
        what = dice.choices(list(RATES), list(RATES.values()))[0]
        if what == "delete":
            self._delete(dice)
            return
        author = self._someone(dice, chatty=dice.random() < (0.6 if what == "mention" else 0.25))
        acts = {"mention": self._mention, "quote": self._quote, "chat": self._chat, "chatter": self._chatter}
        if author is not None:
            acts[what](dice, author)

    def _someone(self, dice: random.Random, chatty: bool) -> Row | None:
        world = self.sandbox.world
        if "life_people" not in self.sandbox.memory:
            sql = (
                "SELECT a.id, json_extract(p.known, '$.proof') IS NOT NULL AS chatty FROM accounts a "
                "LEFT JOIN people p ON p.id=a.person WHERE a.network=? AND a.brand=0 ORDER BY a.id"
            )
            rows = world.all(sql, TWITTER)
            self.sandbox.memory["life_people"] = [r["id"] for r in rows], [r["id"] for r in rows if r["chatty"]]
        everyone, talkers = self.sandbox.memory["life_people"]
        pool = talkers if chatty and talkers else everyone
        author = self.sandbox.account(TWITTER, dice.choice(pool)) if pool else None
        return None if author is None or author["suspended"] else author

    def _brand(self, dice: random.Random) -> Row:
        handle = "lumen_desk" if dice.random() < 0.85 else "lumen_lighting"
        brand = self.sandbox.account(TWITTER, handle)
        return brand or self.sandbox.world.all("SELECT * FROM accounts WHERE brand=1 LIMIT 1")[0]

    def _mention(self, dice: random.Random, author: Row) -> None:
        kind = voice.kind_of_mention(dice, author)
        self._say(author, voice.mention(dice, author, self._brand(dice), kind))

    def _quote(self, dice: random.Random, author: Row) -> None:
        sql = (
            "SELECT id FROM posts WHERE network=? AND author=? AND in_reply_to IS NULL AND deleted_at IS NULL "
            "ORDER BY id DESC LIMIT 5"
        )
        posts = self.sandbox.world.all(sql, TWITTER, self._brand(dice)["id"])
        self._say(author, voice.chat(dice, author), quoted=dice.choice(posts)["id"] if posts else None)

    def _chat(self, dice: random.Random, author: Row) -> None:
        sql = (
            "SELECT p.* FROM posts p JOIN accounts a ON a.network=p.network AND a.id=p.author WHERE p.network=? "
            "AND p.deleted_at IS NULL AND a.brand=0 AND a.language=? AND a.id<>? ORDER BY p.id DESC LIMIT 10"
        )
        posts = self.sandbox.world.all(sql, TWITTER, author["language"], author["id"])
        self._say(author, voice.chat(dice, author), dice.choice(posts) if posts else None)

    def _chatter(self, dice: random.Random, author: Row) -> None:
        companies = self.sandbox.memory.setdefault("companies", [])
        if not companies:
            companies += self.sandbox.world.all("SELECT name FROM companies")
        self._say(author, voice.chatter(dice, author, companies))

    def _delete(self, dice: random.Random) -> None:
        sql = "SELECT id FROM log WHERE action='post' AND via='town' ORDER BY seq DESC LIMIT 40"
        ids = [row["id"] for row in self.sandbox.world.all(sql)]
        post = find(self.sandbox, dice.choice(ids)) if ids else None
        if post is not None:
            delete(self.sandbox, post, via="town")
