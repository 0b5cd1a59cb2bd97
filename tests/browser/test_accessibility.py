"""Every page in both themes, on a desk and on a phone: axe-core finds nothing, and nothing runs out of the window."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from django.conf import settings
from django.contrib.auth.models import Group, User
from django.utils import timezone
from playwright.sync_api import Page, Response

from socialcrm.models import (
    CannedReply,
    Conversation,
    ConversationEvent,
    ConversationNote,
    Mention,
    Post,
    ProfileLink,
    Reply,
    SocialAccount,
    SocialProfile,
    Stream,
)

from .pages import ERRORS, NOT_PAGES, PAGES, routes

pytestmark = [
    pytest.mark.skipif("crm_core" not in settings.INSTALLED_APPS, reason="these are pages of the CRM that we ship"),
    pytest.mark.timeout(1200),  # one test looks at all pages of a role
]
DESK, RAIL, PHONE = ({"width": wide, "height": 900} for wide in (1440, 1100, 390))
# A phone, a small tablet, and both sides of the widths at which the frame changes.
WIDTHS = (390, 768, 1024, 1279)
# The names of a rule's violations with what they were found on; a theme changes colours and nothing else.
RUN = """([within, rules]) => axe.run(within ? {include: within} : document, {
    resultTypes: ["violations"], ...(rules ? {runOnly: rules} : {}),
}).then(found => found.violations.map(
    v => v.id + ": " + v.nodes.slice(0, 3).map(n => n.target.join(" ") + " " + n.html.slice(0, 160)).join(" | ")))"""
COLOURS = ["color-contrast", "link-in-text-block"]
# What the page's own scripts ask for news is answered with none.
STILL = """const ask = window.fetch, none = () => Promise.resolve(new Response(null, {status: 304}));
    window.fetch = (url, sent) => sent?.headers?.["X-Requested-With"] === "socialcrm" ? none() : ask(url, sent)"""
# The API's page is drawn by Swagger, once it has read the document.
DRAWN = "() => !document.getElementById('api-docs') || document.querySelector('#api-docs .opblock-tag')"
SHAPE = """() => ({
    h1: [...document.querySelectorAll("h1")].filter(node => node.checkVisibility()).length,
    main: document.querySelectorAll("main").length,
    lang: document.documentElement.lang, title: document.title,
})"""


@dataclass
class Look:
    """A pair of eyes that walks from page to page and keeps what it finds."""

    page: Page
    base: str
    found: list[str] = field(default_factory=list)

    def at(self, path: str, status: int = 200, menus: bool = False) -> None:
        """The page light and dark, on a desk and on a phone, in French last: its words are the longest."""
        self.page.set_viewport_size(DESK)  # type: ignore[arg-type]
        response = self.page.goto(self.base + path)
        assert isinstance(response, Response) and response.status == status, f"{path}: {response and response.status}"
        self.page.wait_for_function(DRAWN)
        self.page.evaluate(AXE_SCRIPT)
        self._axe(path, "desk")
        self._dress("dark")
        self._axe(path, "desk, dark", COLOURS)
        self.page.set_viewport_size(PHONE)  # type: ignore[arg-type]
        self._axe(path, "phone, dark", COLOURS)
        self._dress("light")
        self._axe(path, "phone")
        self._shape(path)
        if menus:
            self._menus(path)
            self.page.set_viewport_size(RAIL)  # type: ignore[arg-type]
            self._axe(path, "rail of icons", ["link-name", "button-name"])
        self._widths(path, "English")
        self._speak("fr")
        self.page.reload()
        self._widths(path, "French")
        self._speak("en")

    def _menus(self, path: str) -> None:
        """Each menu and folded part is opened, one after the other, in both themes."""
        self.page.set_viewport_size(DESK)  # type: ignore[arg-type]
        for place in range(self.page.locator("details:visible").count()):
            one = self.page.locator("details:visible").nth(place)
            one.evaluate("node => { node.open = true; node.id = node.id || 'looked-at' }")
            within = f"#{one.get_attribute('id')}"
            for theme in ("light", "dark"):
                self._dress(theme)
                self._axe(path, f"details {place}, {theme}", within=within)
            one.evaluate("node => { node.open = false; if (node.id === 'looked-at') node.removeAttribute('id') }")

    def _speak(self, language: str) -> None:
        self.page.context.add_cookies([{"name": "django_language", "value": language, "url": self.base}])

    def _widths(self, path: str, language: str) -> None:
        for width in WIDTHS:
            self.page.set_viewport_size({"width": width, "height": 844})
            wide = self.page.evaluate("document.documentElement.scrollWidth")
            if wide > width:
                self.found.append(f"{path} ({language}) is {wide} pixels wide in a window of {width}")

    def judge(self) -> None:
        """Fail with all that was found."""
        if self.found:
            pytest.fail("\n".join(self.found), pytrace=False)

    def _dress(self, theme: str) -> None:
        self.page.evaluate("theme => document.documentElement.setAttribute('data-bs-theme', theme)", theme)

    def _axe(self, path: str, how: str, rules: list[str] | None = None, within: str = "") -> None:
        self.found += [f"{path} ({how}) {said}" for said in self.page.evaluate(RUN, [within, rules])]

    def _shape(self, path: str) -> None:
        shape = self.page.evaluate(SHAPE)
        wrong = {
            "not one heading of the first level": shape["h1"] != 1,
            "not one main part": shape["main"] != 1,
            "no language": not shape["lang"],
            "no title": not shape["title"],
        }
        self.found += [f"{path}: {what}" for what, is_so in wrong.items() if is_so]


@pytest.fixture
def world(
    live_server: Any,
    ada: Any,
    mention: Post,
    acme: SocialAccount,
    ada_profile: SocialProfile,
    rep: User,
    manager: User,
    admin: User,
) -> dict[str, int]:
    """One of each thing that pages show, in the states that look different."""
    from crm_core.models import Activity, Company, Contact, ContactEmail, ContactImport, Deal
    from crm_core.roles import setup_roles

    setup_roles()
    rep.groups.add(Group.objects.get(name="Sales rep"))
    manager.groups.add(Group.objects.get(name="Manager"))
    engines = Company.objects.create(name="Engines Ltd", city="London", website="https://engines.example")
    engines_twin = Company.objects.create(name="Engines", city="Paris")
    Contact.objects.filter(pk=ada.pk).update(company=engines, city="London", owner=rep, title="Countess")
    ContactEmail.objects.create(contact=ada, email="ada@engines.example")
    twin = Contact.objects.create(first_name="Ada", last_name="Lovelace", city="Paris")
    deal = Deal.objects.create(name="Retrofit", amount=184000, company=engines, owner=rep)
    deal.contacts.add(ada)
    late = timezone.now() - timezone.timedelta(days=2)
    task = Activity.objects.create(kind="task", text="Call Ada", contact=ada, assignee=rep, due_at=late)
    Activity.objects.create(kind="note", text="She likes lamps", contact=ada, user=rep)
    guess = SocialProfile.objects.create(network="twitter", external_id="201", handle="ada_two", name="A. Lovelace")
    ProfileLink.objects.create(profile=guess, contact=ada, state="suggested", basis="public")
    SocialAccount.objects.create(network="twitter", external_id="101", handle="acme_two", state="needs_reconnect")
    Stream.objects.create(account=acme, kind="mentions")
    for place, state in enumerate(Reply.State.values):
        about = {"network": "twitter", "author": ada_profile, "text": "Lamps", "mentioned_ids": ["100"]}
        number = {"external_id": f"60{place}", "thread_id": f"60{place}", "posted_at": mention.posted_at}
        post = Post.objects.create(**about, **number)
        Mention.objects.create(post=post, account=acme, author=ada_profile, posted_at=mention.posted_at)
        proof = {"external_id": "77", "sent_at": timezone.now()} if state == "sent" else {}
        Reply.objects.create(account=acme, post=post, user=rep, text="Yes", client_key=state, state=state, **proof)
    talk = Conversation.objects.create(
        account=acme, thread_id="5000", profile=ada_profile, opened_at=mention.posted_at,
        waiting_since=mention.posted_at, last_post_at=mention.posted_at, assignee=rep,
    )  # fmt: skip
    Mention.objects.update(conversation=talk)
    ConversationNote.objects.create(conversation=talk, user=rep, text="Four in stock")
    ConversationEvent.objects.create(conversation=talk, user=rep, kind="taken")
    canned = CannedReply.objects.create(title="Greeting", text="Hi {contact.first_name|there}, all well?", user=rep)
    rows = [["Grace Hopper", "grace@navy.example"], ["Nobody", "nonsense"]]
    imports = {
        name: ContactImport.objects.create(
            user=rep, filename="people.csv", format="csv", encoding="utf-8", header=["Name", "E-mail"], rows=rows,
            mapping=["name", "email"], total=2, state=state, refused=1,
        ).pk
        for name, state in (("draft", "draft"), ("running", "queued"), ("done", "done"))
    }  # fmt: skip
    keys = {
        "ada": ada.pk,
        "twin": twin.pk,
        "engines": engines.pk,
        "engines_twin": engines_twin.pk,
        "deal": deal.pk,
        "task": task.pk,
        "acme": acme.pk,
    }
    return {**keys, **imports, "talk": talk.pk, "canned": canned.pk, "mention": mention.pk}


@pytest.fixture
def look(page: Page, live_server: Any) -> Look:
    """The eyes. Motion stops, or a colour would be judged half-way to the next; and no part is drawn anew meanwhile."""
    page.emulate_media(reduced_motion="reduce")
    page.add_init_script(STILL)
    return Look(page, live_server.url)


def test_every_address_is_looked_at_or_says_why_not() -> None:
    listed = {name for pages in PAGES.values() for name in pages}
    assert routes() == listed | set(NOT_PAGES), "add it to tests/browser/pages.py"
    assert not listed & set(NOT_PAGES)


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("who", list(PAGES))
def test_no_page_hinders_anyone(look: Look, sign_in: Any, world: dict[str, int], who: str) -> None:
    if who != "nobody":
        sign_in(User.objects.get(username=who))
    for paths in PAGES[who].values():
        for path in paths:
            look.at(path.format(**world), menus=path == paths[0])
    look.judge()


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_no_page_of_an_error_hinders_anyone(look: Look, sign_in: Any, world: dict[str, int], agent: User) -> None:
    agent.groups.add(Group.objects.get(name="Support agent"))
    sign_in(agent)
    for path, status in ERRORS.items():
        look.at(path.format(**world), status)
    look.judge()
