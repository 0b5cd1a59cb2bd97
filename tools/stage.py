"""The demo as a stage: whom the pictures show, what these people say just before, and what goes wrong on purpose."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from . import services
from .bootstrap import ROOT, say
from .demo import PIDS, VAR

OURS = "lumen_desk"
PATIENCE = 90.0  # seconds for something that the demo does by itself


class Stage:
    """A demo that runs, and the strings behind it."""

    def __init__(self, url: str, sandbox: str) -> None:
        self.url = url
        self.sandbox = sandbox

    def control(self, path: str, **body: Any) -> Any:
        """Ask the sandbox's control API; with a body, tell it."""
        data = json.dumps(body).encode() if body else None
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(urllib.request.Request(f"{self.sandbox}/_control/{path}", data), timeout=30) as answer:
            return json.load(answer)

    @contextmanager
    def stillness(self) -> Iterator[None]:
        """Nobody in the town says anything by chance until the block ends, and nothing fails afterwards."""
        speed = self.control("life")["speed"]
        self.control("life", speed=0)
        try:
            yield
        finally:
            self.lift_faults()
            self.control("life", speed=speed)

    def lift_faults(self) -> None:
        """Everything works again."""
        urllib.request.urlopen(urllib.request.Request(f"{self.sandbox}/_control/faults", method="DELETE"), timeout=30)

    def say(self, who: Any, text: str, *, answering: str | None = None) -> Any:
        """Someone of the cast says something to us on X; returns the post once the CRM has stored it."""
        return arrived(self._post(who, text, answering))

    def say_all(self, words: list[tuple[Any, str]]) -> list[tuple[Any, Any]]:
        """Several people say something to us, one after the other; returns who said what (contact, post)."""
        said = [(who, self._post(who, text)) for who, text in words]
        return [(who, arrived(external_id)) for who, external_id in said]

    def _post(self, who: Any, text: str, answering: str | None = None) -> str:
        handle = who.on_x.handle
        said = self.control("post", network="twitter", author=handle, text=text, in_reply_to=answering)
        return str(said["id"])


def arrived(external_id: str) -> Any:
    """The post of X with this id, once it is stored and part of a conversation."""
    from socialcrm.models import Post

    found = Post.objects.filter(network="twitter", external_id=external_id, mentions__conversation__isnull=False)
    until(found.exists, f"Post {external_id} did not arrive")
    return found.get()


def until(ready: Callable[[], Any], problem: str, seconds: float = PATIENCE) -> None:
    """Wait for what the demo does by itself. Raises RuntimeError with the problem when the time is over."""
    deadline = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > deadline:
            raise RuntimeError(f"{problem} within {seconds:.0f} s.")
        time.sleep(0.5)


def cast() -> list[Any]:
    """English-speaking contacts of the sales rep whom we know on X, each with `.on_x`, the best known first.

    Those whom we know on both networks come before the others, and those with a deal before those without.
    """
    from django.db.models import Count, Max, Q

    from crm_core.models import Contact

    linked = Q(social_links__state="linked")
    mine = Contact.objects.filter(linked, team__name="Projects", language="en", owner__username="rep")
    known = mine.annotate(
        networks=Count("social_links__profile__network", filter=linked, distinct=True),
        said=Count("social_links__profile__mentions", filter=linked, distinct=True),
        dealt=Count("deals", distinct=True),
        fame=Max("social_links__profile__followers", filter=linked),
    )
    found = []
    for contact in known.filter(said__gte=4).order_by("-networks", "-dealt", "-fame", "pk"):
        link = contact.social_links.filter(state="linked", profile__network="twitter").first()
        if link and link.profile.state == "active":
            contact.on_x = link.profile
            found.append(contact)
    return found


def longest_talk(people: list[Any]) -> tuple[Any, Any]:
    """Who of the cast said most to us in one thread on X, and the newest of these posts."""
    from django.db.models import Count

    from socialcrm.models import Conversation

    by_profile = {one.on_x.pk: one for one in people}
    theirs = Conversation.objects.filter(profile__in=by_profile, account__handle=OURS, account__network="twitter")
    talk = theirs.annotate(said=Count("mentions")).order_by("-said", "-last_post_at")[0]
    return by_profile[talk.profile_id], talk.mentions.latest("posted_at").post


def doubtful() -> Any:
    """A contact with a suggested profile that more than the name speaks for."""
    from socialcrm.models import ProfileLink

    open_ones = ProfileLink.objects.filter(state="suggested", contact__team__name="Projects", contact__language="en")
    telling = [link for link in open_ones.order_by("-score", "pk") if len(link.evidence) >= 3]
    return (telling or list(open_ones))[0].contact


@contextmanager
def stage() -> Iterator[Stage]:
    """The demo that runs, else one of our own on free ports that is gone afterwards."""
    if PIDS.exists():
        say("Playing in the demo that is running.")
        yield ready(PIDS, VAR)
        return
    say("No demo is running: starting one for the pictures ...")
    with tempfile.TemporaryDirectory(prefix="socialcrm-pictures-", ignore_cleanup_errors=True) as folder:
        var = Path(folder)
        ports = {name: str(services.free_port()) for name in ("PORT", "SANDBOX_PORT")}
        for name in ("DATABASE_URL", "REDIS_URL"):
            os.environ.pop(name, None)
        own = subprocess.Popen(
            [sys.executable, "-m", "tools.demo"],
            cwd=ROOT,
            env={**os.environ, **ports, "CRM_VAR_DIR": folder},
            stdin=subprocess.DEVNULL,
        )
        try:
            until(lambda: (var / "demo.json").exists() or own.poll() is not None, "The demo did not start", 300)
            if own.poll() is not None:
                raise RuntimeError("The demo did not start; the reason stands above.")
            yield ready(var / "demo.json", var)
        finally:
            own.send_signal(signal.SIGINT)
            own.wait(60)


def ready(pids: Path, var: Path) -> Stage:
    """The stage of a running demo, with Django set up on its database."""
    known = json.loads(pids.read_text())
    os.environ |= {"DJANGO_SETTINGS_MODULE": "crm_core.settings", "CRM_VAR_DIR": str(var)}
    # The camera's browser runs an event loop in this thread.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    import django

    django.setup()
    return Stage(known["url"], known["sandbox"])
