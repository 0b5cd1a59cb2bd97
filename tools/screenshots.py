"""Take the pictures of the documentation anew, in the demo that runs or in one of its own: `make screenshots`."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Locator, Page

from .bootstrap import say
from .camera import IMAGES, PHONE, Camera, camera
from .stage import OURS, Stage, cast, doubtful, longest_talk, stage

QUESTION = "@lumen_desk the Halo panels in our lobby flicker as soon as we dim them below 20 %. Is that the driver?"
PRESSING = "@lumen_desk any news? The fitters come on Thursday, and I would like to tell them something."
MORE = "@lumen_desk forget it: the parcel came this minute. Thank you!"
ANSWER = "Sorry about that! It sounds like the driver. We are sending you a new one today, free of charge."
SAVED = "Good news, {contact.first_name|and thank you for waiting}: it has left our warehouse. {user.first_name}"
OTHERS = (
    "@lumen_desk when will order LX-20418 leave your warehouse? The fitters come on Thursday.",
    "@lumen_desk do you have the photometric data of the Corona spots as an IES file?",
    "@lumen_desk your team did a lovely job in our showroom. Thank you!",
)
REFUSED = {"title": "Forbidden", "detail": "You are not permitted to perform this action.", "type": "about:blank"}


def write(page: Page, item: Locator, text: str) -> Locator:
    """Open the composer of an item and type; returns its form."""
    form = item.locator("form[data-sc-composer]")
    if not form.count():
        item.locator("a[data-sc-get]").first.click()
    form.locator("textarea").fill(text)
    return form


def send(form: Locator) -> None:
    """Press the composer's button."""
    form.locator("[data-sc-send]").click()


def item_of(page: Page, post: Any) -> Locator:
    """The item of the contact's timeline that holds this post."""
    return page.locator(f"[data-posts~='{post.pk}']").first


def contact_pages(shots: Camera, hero: Any, asked: Any) -> None:
    """The contact's page: whole, the composer, a reply on its way, the score, a suggestion; in French, on a phone."""
    page = shots.go(shots.open("rep"), hero.get_absolute_url())
    shots.take(page, "contact")
    page.locator("#sc-influence details summary").click()
    shots.take(page, "score", page.locator("#sc-influence"))
    form = write(page, item_of(page, asked), ANSWER)
    shots.take(page, "composer", item_of(page, asked), around=0)
    send(form)
    page.locator(".sc-state").first.wait_for()
    shots.take(page, "reply-leaving", item_of(page, asked), around=0)
    page.locator(".sc-state--sent").first.wait_for(timeout=60_000)
    shots.take(page, "reply-sent", item_of(page, asked), around=0)
    shots.take(shots.go(page, doubtful().get_absolute_url()), "suggestion", page.locator("#sc-suggestions"))
    shots.take(shots.go(page, "contacts/"), "contacts")
    shots.take(shots.go(shots.open("rep", lang="fr-FR"), hero.get_absolute_url()), "contact-fr")
    shots.take(shots.go(shots.open("rep", PHONE), f"{hero.get_absolute_url()}?pane=social"), "contact-phone")


def failures(shots: Camera, scene: Stage, refused: tuple[Any, Any], lost: tuple[Any, Any]) -> None:
    """A reply that the network refuses, one whose answer is lost, and the outbox with both."""
    page = shots.open("rep")
    posting = {"network": "twitter", "method": "POST", "path": "^/2/tweets"}
    scene.control("faults", match=posting, action="status", status=403, body=REFUSED)
    shots.go(page, refused[0].get_absolute_url())
    send(write(page, item_of(page, refused[1]), "It leaves tomorrow morning and is with you on Wednesday."))
    page.locator(".sc-state--failed").first.wait_for(timeout=60_000)
    shots.take(page, "reply-failed", item_of(page, refused[1]), around=0)
    scene.lift_faults()
    scene.control("faults", match=posting, action="drop_after")
    scene.control("faults", match={"network": "twitter", "method": "GET"}, action="drop_before")
    shots.go(page, lost[0].get_absolute_url())
    send(write(page, item_of(page, lost[1]), "Yes: the IES files are on the product's page, under Downloads."))
    page.locator(".sc-state--unknown").first.wait_for(timeout=60_000)
    shots.take(page, "reply-unknown", item_of(page, lost[1]), around=0)
    shots.take(shots.go(page, "social/outbox/"), "outbox")
    scene.lift_faults()


def inbox(shots: Camera, scene: Stage, people: list[Any]) -> None:
    """The inbox: whole, its menus, a note, saved replies, the keys, and the guard when more comes in meanwhile."""
    who, last = longest_talk(people)
    asked = scene.say(who, PRESSING, answering=last.external_id)
    talk = asked.mentions.get(account__handle=OURS).conversation_id
    page = shots.go(shots.open("agent"), f"social/inbox/{talk}/?view=all")
    shots.take(page, "inbox")
    page.locator("[data-sc-kind-tab=note]").click()
    page.locator(".sc-composer--note textarea").fill("The driver of this batch often fails: offer a free exchange.")
    shots.take(page, "inbox-note", page.locator("#sc-dock"))
    page.locator("[data-sc-kind-tab=reply]").click()
    for name, menu in (("inbox-assign", "[data-sc-menu=assign]"), ("inbox-snooze", "[data-sc-menu=snooze]")):
        page.locator(f"{menu} > summary").click()
        shots.take(page, name, page.locator("#sc-head"), page.locator(f"{menu} > .sc-drop__in"))
        page.keyboard.press("Escape")
    page.locator("[data-sc-canned] > summary").click()
    page.locator("[data-sc-canned-list] button").first.wait_for()
    shots.take(page, "inbox-saved", page.locator("#sc-dock"), page.locator(".sc-canned"))
    page.keyboard.press("Escape")
    page.locator("#sc-head-name").focus()
    page.keyboard.press("?")
    shots.take(page, "inbox-keys", page.locator("#sc-keys"))
    page.keyboard.press("Escape")
    guard(shots, scene, page, who, asked)
    phone = shots.open("agent", PHONE)
    shots.take(shots.go(phone, "social/inbox/?view=unattended"), "inbox-phone")
    shots.take(shots.go(shots.open("agent", dark=True), f"social/inbox/{talk}/?view=all"), "inbox-dark")


def guard(shots: Camera, scene: Stage, page: Page, who: Any, asked: Any) -> None:
    """Somebody says more while an answer is being written: the send guard, then done with its undo."""
    form = page.locator("#sc-dock form[data-sc-composer]")
    form.locator("textarea").fill("Sorry for the wait! It leaves our warehouse today, and you will have it tomorrow.")
    scene.say(who, MORE, answering=asked.external_id)
    send(form)
    page.locator(".sc-answered").wait_for()
    shots.take(page, "inbox-guard", page.locator("#sc-dock"))
    page.locator("form[data-sc-deed=resolve] button").first.click()
    page.locator(".sc-toast:visible").wait_for()
    shots.take(page, "inbox-undo", page.locator(".sc-toast:visible"))


def reports(shots: Camera) -> None:
    """What a manager looks at."""
    page = shots.go(shots.open("manager"), "social/reports/influence/")
    shots.take(page, "report-influence")
    page.locator(".sc-why > summary").first.click()
    shots.take(page, "report-why", page.locator(".sc-why[open] > .sc-pop__in"), page.locator(".sc-why[open] > summary"))
    page.keyboard.press("Escape")
    page.locator("[hx-target='#filter-pop']").click()
    page.locator("#filter-pop form").wait_for()
    shots.take(page, "report-filter", page.locator("#filter-pop"), page.locator("[hx-target='#filter-pop']"))
    shots.take(shots.go(page, "social/reports/mentions/"), "report-mentions")


def accounts(shots: Camera, scene: Stage) -> None:
    """What an administrator looks at: connected accounts, one that lost access, saved replies, users."""
    page = shots.go(shots.open("admin"), "social/accounts/")
    shots.take(page, "accounts")
    menu = page.locator(".sc-connect")
    menu.locator("> summary").click()
    menu.locator("summary:has-text('Mastodon')").click()
    menu.locator("input[name=server]").fill("mastodon.social")
    shots.take(page, "connect", menu.locator("> summary"), menu.locator(".sc-drop__in"))
    shots.go(page, "social/canned/new/")
    page.fill("[name=title]", "On its way")
    page.fill(
        "[name=text]",
        "Good news, {contact.first_name|and thank you for waiting}: it has left our warehouse. {user.first_name}",
    )
    shots.take(page, "saved-reply", page.locator("main .sc-card"))
    shots.take(shots.go(page, "admin/auth/user/"), "users")
    lose_and_reconnect(shots, scene, page)


def lose_and_reconnect(shots: Camera, scene: Stage, page: Page) -> None:
    """The network ends a sign-in; the administrator connects the account again, and it works as before."""
    scene.control("revoke", network="twitter", handle="lumen_lighting")
    shots.go(page, "social/accounts/")
    page.locator(".sc-banner--danger").wait_for(timeout=90_000)
    shots.take(page, "lost-access", page.locator(".sc-banner--danger"), page.locator(".sc-card").nth(1))
    page.locator(".sc-banner--danger button").click()
    page.check("input[name=as][value=lumen_lighting]")
    shots.take(page, "consent", page.locator("form.box"))
    page.click("button[value=allow]")
    page.wait_for_url("**/social/accounts/")


def main() -> None:
    """Set the scenes and go round; ONLY="inbox reports" takes the pictures of these acts alone."""
    wanted = set(os.environ.get("ONLY", "").split())
    with stage() as scene, scene.stillness(), camera(scene.url) as shots:
        people = cast()
        if len(people) < 4:
            sys.exit("The demo has found too few contacts yet. Wait a minute, then run this again.")
        texts = (QUESTION, *OTHERS)
        said = scene.say_all(list(zip(people, texts, strict=False)))
        acts: dict[str, Callable[[], None]] = {
            "reports": lambda: reports(shots),
            "inbox": lambda: inbox(shots, scene, people),
            "contact": lambda: contact_pages(shots, *said[0]),
            "failures": lambda: failures(shots, scene, said[1], said[2]),
            "accounts": lambda: accounts(shots, scene),
        }
        for name, act in acts.items():
            if not wanted or name in wanted:
                act()
    size = sum(one.stat().st_size for one in shots.taken)
    say(f"{len(shots.taken)} pictures in {IMAGES}, {size / 1e6:.1f} MB.")


if __name__ == "__main__":
    main()
