"""The town's own life: people post, mention the brand, answer its replies and change their minds."""

from __future__ import annotations

import asyncio
import logging
import random
from dataclasses import dataclass
from typing import Any

from . import acts
from .networks import NETWORKS
from .state import Sandbox

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
            self._count()
            acts.happen(self.sandbox, self._dice())
            self.next_event = now + self._gap(speed)
        due = self.sandbox.world.value("SELECT MIN(due) FROM plans")
        return (min(self.next_event, due or self.next_event) - self.sandbox.clock.now()) / 1000

    def _count(self) -> None:
        """Not all that happens is logged, and the same dice would let the same thing happen for ever."""
        self.sandbox.world.set("life_events", int(self.sandbox.world.get("life_events", 0)) + 1)

    def _dice(self) -> random.Random:
        seq = self.sandbox.world.value("SELECT MAX(seq) FROM log") or 0
        return random.Random(f"{self.sandbox.seed}:{seq}:{self.sandbox.world.get('life_events', 0)}")

    def _gap(self, speed: float) -> int:
        return max(200, int(self._dice().expovariate(acts.PER_MINUTE * speed) * 60_000))

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
        network = NETWORKS[entry["network"]]
        parent = network.find(self.sandbox, entry["in_reply_to"])
        author = self.sandbox.account(network.id, parent["author"]) if parent else None
        dice = random.Random(f"{self.sandbox.seed}:answer:{entry['seq']}")
        if author is None or author["brand"] or author["suspended"] or dice.random() > 0.6 + 0.35 * author["mood"]:
            return
        due = now + int(dice.uniform(*ANSWER_S) * 1000 / speed)
        row = {"due": due, "network": network.id, "what": "answer", "account": author["id"], "post": entry["id"]}
        self.sandbox.world.insert("plans", row)

    def _keep(self, plan: Row) -> None:
        network = NETWORKS[plan["network"]]
        with self.sandbox.world.write():
            self.sandbox.world.run("DELETE FROM plans WHERE id=?", plan["id"])
            author = self.sandbox.account(network.id, plan["account"])
            post = network.find(self.sandbox, plan["post"])
            if author and post and not author["suspended"]:
                dice = random.Random(f"{self.sandbox.seed}:plan:{plan['id']}")
                acts.answer(self.sandbox, dice, network, author, post)
