"""One chaos run: people answer, workers die, the network forgets to answer; then we compare with its log."""

from __future__ import annotations

import random
import time
from collections import Counter
from typing import Any

from . import beats
from .stage import Plan, Stage

PATIENCE = 60.0
AWAY = 5.0  # seconds that a server is away when it is restarted


def fill(stage: Stage) -> tuple[Any, Any, list[Any]]:
    """A person, our account, and one mention for each reply."""
    from django.contrib.auth.models import Permission, User

    from tests.rooms.outbox_world import World

    user = User.objects.create_user("rep")
    user.user_permissions.set(Permission.objects.filter(codename="reply_as_account"))
    stage.sandbox.control("POST", "limits", {"endpoint": "*", "limit": 1_000_000})
    people = [person for person in stage.sandbox.control("GET", "people")["people"] if person["truth"]["twitter"]]
    for person in people:
        # Some of the town are protected or suspended; nobody can answer those.
        handle = person["truth"]["twitter"]["handle"]
        stage.sandbox.control("POST", "account", {"network": "twitter", "handle": handle, "state": "active"})
    world = World(stage.sandbox, people)
    number = range(stage.plan.replies)
    return user, world.account, [world.mention(f"question {index}", index % len(people)) for index in number]


def break_network(stage: Stage) -> None:
    """So many writes go wrong: lost before or after they were taken, answered late or with rubbish."""
    from tests.rooms.outbox_world import WRITES

    share = stage.plan.faults / 4
    rules: list[dict[str, Any]] = [{"action": "delay", "ms": 300, "rate": 1.0}]
    rules += [{"action": "drop_after", "rate": share}, {"action": "drop_before", "rate": share}]
    rules += [{"action": "status_after", "status": 503, "rate": share}, {"action": "slow_drip", "ms": 5, "rate": share}]
    faults = [{**rule, "match": WRITES, "seed": stage.plan.seed + index} for index, rule in enumerate(rules)]
    stage.sandbox.control("POST", "faults", {"faults": faults})


def answer(user: Any, account: Any, post: Any, number: int) -> None:
    """One click; when the server answers with an error, the person clicks again, with the same key."""
    from django.db import Error, connection

    from socialcrm import outbox

    for _click in range(100):
        try:
            outbox.enqueue(user, account, post, f"Answer {number}: we are on it.", f"click-{number}", delay=0.5)
        except (Error, outbox.NotWritten):
            connection.close()
            time.sleep(0.2)
        else:
            return
    raise RuntimeError("the person gave up clicking")


def storm(stage: Stage, user: Any, account: Any, posts: list[Any]) -> None:
    """Answers and kills, side by side, until both are through."""
    plan, dice = stage.plan, random.Random(stage.plan.seed)
    started = clock = time.monotonic()
    kills = []
    for _kill in range(plan.kills):
        clock += dice.uniform(1, 3)
        kills.append(clock)
    span = (kills[-1] - started) * 0.9
    clicks = [started + span * index / len(posts) for index in range(len(posts))]
    shakes = [started + span * share for share in (0.3, 0.5, 0.7)] if plan.shake and not stage.servers else []
    number = plan.restarts if stage.servers else 0
    restarts = [started + span * (index + 0.5) / number for index in range(number)]
    events = [(when, "kill", 0) for when in kills] + [(when, "shake", 0) for when in shakes]
    events += [(when, "restart", 0) for when in restarts]
    events += [(when, "click", index) for index, when in enumerate(clicks)]
    for when, what, index in sorted(events):
        time.sleep(max(0.0, when - time.monotonic()))
        if what == "kill":
            stage.kill_one(dice)
        elif what == "shake":
            stage.empty_redis()
            stage.cut_database()
        elif what == "restart":
            stage.restart_servers(AWAY)
        else:
            answer(user, account, posts[index], index)


def lose_rings(stage: Stage, user: Any, account: Any, posts: list[Any]) -> None:
    """People answer while no worker runs; the broker forgets all of it; only then the workers start."""
    for number, post in enumerate(posts):
        answer(user, account, post, number)
    stage.empty_redis()
    stage.start()


def settle(patience: float) -> float:
    """Wait until no reply is on its way; how many seconds that took."""
    from django.db import Error, connection

    from socialcrm.models import Reply

    started = time.monotonic()
    while time.monotonic() - started < patience:
        try:
            if not Reply.objects.filter(state__in=Reply.IN_FLIGHT).exists():
                break
        except Error:
            connection.close()
        time.sleep(0.2)
    return time.monotonic() - started


def slowest(replies: list[Any]) -> float:
    """Seconds that the reply that waited longest took."""
    waits = [(reply.sent_at - reply.created_at).total_seconds() for reply in replies if reply.sent_at]
    return round(max(waits, default=0.0), 1)


def judge(stage: Stage, took: float) -> tuple[dict[str, Any], list[str]]:
    """Compare what we say with what the network accepted: the table, and what is wrong."""
    from socialcrm.models import AuditEntry, Reply

    log = stage.sandbox.log(action="post", account="lumen_desk")
    accepted = Counter(entry["in_reply_to"] for entry in log)
    ids = {entry["id"] for entry in log}
    replies = list(Reply.objects.select_related("post"))
    found: dict[str, Any] = {
        "replies": len(replies),
        "kill -9": stage.killed,
        "attempts": sum(reply.attempts for reply in replies),
        "killed in the middle": AuditEntry.objects.filter(detail__why="worker_lost").count(),
        "answers lost": AuditEntry.objects.filter(detail__why="no_answer").count(),
        "lost": sum(not accepted[reply.post.external_id] for reply in replies),
        "twice": sum(count > 1 for count in accepted.values()),
        "wrongly sent": sum(reply.state == "sent" and reply.external_id not in ids for reply in replies),
        "unsettled": sum(reply.state in Reply.IN_FLIGHT for reply in replies),
        "settled after the last kill (s)": round(took, 1),
        "slowest from click to network (s)": slowest(replies),
    }
    found |= {f"restarts of {type(server).__name__}": server.restarts for server in stage.servers}
    found |= {f"state {state}": count for state, count in Counter(reply.state for reply in replies).items()}
    found |= {
        f"reply {reply.pk}": f"{reply.state}, {reply.attempts} attempts, {reply.error_class}: {reply.error_detail}"
        for reply in replies
        if reply.state != "sent"
    }
    wrong = [name for name in ("lost", "twice", "wrongly sent", "unsettled") if found[name]]
    wrong += ["replies"] * (len(replies) != stage.plan.replies) + ["kill -9"] * (stage.killed < stage.plan.kills)
    wrong += [
        f"restarts of {type(server).__name__}" for server in stage.servers if server.restarts < stage.plan.restarts
    ]
    # An emptied broker is made good within half a minute; workers need some seconds to start.
    wrong += ["settled after the last kill (s)"] * (stage.plan.emptied and took > 40)
    return found, wrong


def run(plan: Plan) -> tuple[dict[str, Any], list[str], str]:
    """The table, what is wrong (nothing, please), and where it ran. Sets Django up in this process."""
    with Stage(plan) as stage:
        import django

        django.setup()
        if plan.beats > 1:
            return *beats.judge(stage, beats.watch(stage)), stage.words
        user, account, posts = fill(stage)
        break_network(stage)
        if plan.emptied:
            lose_rings(stage, user, account, posts)
        else:
            stage.start()
            time.sleep(4)
            storm(stage, user, account, posts)
        took = settle(PATIENCE)
        from django.db import connections

        found, wrong = judge(stage, took)
        connections.close_all()
        words = stage.words
        if wrong:
            words += "\n" + "\n".join((stage.folder / "workers.log").read_text(errors="replace").splitlines()[-40:])
    return found, wrong, words
