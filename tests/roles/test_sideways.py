"""Looking sideways: words and ids of the other side in searches, filters and forms answer as if nobody had them."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.urls import reverse

from .asking import Answer, ask
from .routes import ABSENT_SIDE, key_of
from .words import CLOSED, CLOSED_HANDLE, PRIVATE_WORDS, TEAM
from .world import CLOSED_SIDE, FOREIGN, OWN, PRIVATE_SIDE, World, forbidden

pytestmark = pytest.mark.django_db
NOBODYS_WORD = "uncopyrightable"


@dataclass(frozen=True)
class Look:
    """A value of the other side in one place of a call: `kind` says of what, `side` whose; `at` is what the address
    itself names, on our side."""

    route: str
    name: str
    kind: str
    side: str = FOREIGN
    at: str = ""
    method: str = "GET"
    besides: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.method} {self.route} {self.name}={self.side} {self.kind}"


def form(route: str, name: str, kind: str, side: str = FOREIGN, /, **more: Any) -> Look:
    """A form that is sent."""
    at = more.pop("at", "")
    return Look(route, name, kind, side, at, "POST", more)


ID_LOOKS = [
    Look("crm:contacts", "company", "company"), Look("crm:contact_export", "company", "company"),
    Look("crm:contact", "list", "company", at="contact"),
    Look("crm:activity_new", "contact", "contact"), Look("crm:activity_new", "company", "company"),
    Look("crm:activity_new", "deal", "deal"), Look("crm:deal_new", "contact", "contact"),
    Look("crm:deal_new", "company", "company"),
    Look("socialcrm:live", "contact", "contact"), Look("socialcrm:feed", "contact", "contact"),
    Look("socialcrm:outbox", "account", "account", CLOSED_SIDE), Look("socialcrm:outbox", "before", "reply"),
    Look("socialcrm:outbox", "before", "reply", CLOSED_SIDE),
    Look("socialcrm:inbox", "c", "conversation"), Look("socialcrm:inbox", "c", "conversation", CLOSED_SIDE),
    Look("socialcrm:inbox", "c", "conversation", PRIVATE_SIDE),
    Look("socialcrm:inbox", "account", "account", CLOSED_SIDE),
    Look("socialcrm:inbox_live", "c", "conversation"), Look("socialcrm:inbox_live", "c", "conversation", CLOSED_SIDE),
    Look("socialcrm:inbox_live", "c", "conversation", PRIVATE_SIDE),
    Look("socialcrm:composer", "account", "account", CLOSED_SIDE, "post"),
    Look("socialcrm:composer", "canned", "canned", at="post"),
    Look("socialcrm:composer", "c", "conversation", at="post"),
    Look("socialcrm:canned_menu", "account", "account", CLOSED_SIDE, "post"),
    Look("socialcrm:report_influence", "contact", "contact"), Look("socialcrm:report_posts", "contact", "contact"),
    Look("socialcrm:report_deals", "contact", "contact"),
    Look("socialcrm:report_mentions", "account", "account", CLOSED_SIDE),
    Look("socialcrm:report_mention_posts", "account", "account", CLOSED_SIDE),
    Look("socialcrm:report_mentions_export", "account", "account", CLOSED_SIDE),
    *(Look(f"socialcrm:api-{name}", "contact", "contact") for name in ("profiles", "posts", "scores")),
    Look("socialcrm:api-posts", "account", "account", CLOSED_SIDE), Look("socialcrm:api-posts", "external_id", "post"),
    Look("socialcrm:api-posts", "external_id", "post", CLOSED_SIDE),
    Look("socialcrm:api-posts", "external_id", "post", PRIVATE_SIDE),
    Look("socialcrm:api-posts", "in_reply_to", "post"), Look("socialcrm:api-replies", "post", "post"),
    Look("socialcrm:api-replies", "account", "account", CLOSED_SIDE),
    Look("socialcrm:api-scores", "profile", "profile"), Look("socialcrm:api-profiles", "external_id", "profile"),
    Look("socialcrm:api-conversations", "account", "account", CLOSED_SIDE),
    Look("socialcrm:api-canned-reply-filled", "conversation", "conversation", at="canned"),
]  # fmt: skip
WRITTEN = {"text": "Hello", "client_key": "k" * 12, "seen": 10**9, "seen_post": 10**9}
FORM_LOOKS = [
    form("socialcrm:link", "profile", "profile", at="contact"),
    form("socialcrm:link", "profile", "profile", at="contact", basis="given"),
    form("socialcrm:link", "profile", "profile", CLOSED_SIDE, at="contact"),
    form("socialcrm:link", "profile", "profile", PRIVATE_SIDE, at="contact", basis="given"),
    form("socialcrm:reply", "account", "account", CLOSED_SIDE, at="post", **WRITTEN),
    form("socialcrm:reply", "c", "conversation", at="post", **WRITTEN),
    form("socialcrm:outside", "account", "account", CLOSED_SIDE, at="post"),
    form("socialcrm:outbox_act", "reply", "queued"), form("socialcrm:outbox_act", "reply", "reply", CLOSED_SIDE),
    form("socialcrm:inbox_bulk", "c", "conversation", do="resolve"),
    form("socialcrm:inbox_bulk", "c", "conversation", CLOSED_SIDE, do="take"),
    form("socialcrm:inbox_bulk", "c", "conversation", PRIVATE_SIDE, do="resolve"),
    form("crm:contact_export", "pk", "contact"),
    form("crm:deal_new", "contacts", "contact", name="Lamps", stage="lead", currency="EUR", version=1),
    form("crm:deal_new", "company", "company", name="Lamps", stage="lead", currency="EUR", version=1),
    form("socialcrm:api-replies", "post", "post", account=710_200, text="Hello"),
    form("socialcrm:api-replies", "account", "account", CLOSED_SIDE, post=710_400, text="Hello"),
    form("socialcrm:api-contact-profiles", "profile", "profile", at="contact", basis="given"),
    form("socialcrm:api-contact-profiles", "profile", "profile", CLOSED_SIDE, at="contact", basis="given"),
]  # fmt: skip


def look(seeker: str, one: Look, value: Any, world: World) -> Answer:
    """Make the call with this value."""
    at = [key_of(one.at, world, seeker, OWN)] if one.at else []
    path, sent = reverse(one.route, args=at), {**one.besides, one.name: value}
    fragment = one.name == "c"
    return ask(world.cast.callers[seeker], one.method, path, sent, fragment=fragment)


@pytest.mark.parametrize("one", [*ID_LOOKS, *FORM_LOOKS], ids=str)
def test_an_id_of_the_other_side_answers_as_one_that_nothing_has(one: Look, world: World) -> None:
    for seeker in ("rep", "nobody", "agent", "manager"):
        if world.sees(one.kind, one.side, seeker):
            continue
        key, none = key_of(one.kind, world, seeker, one.side), key_of(one.kind, world, seeker, ABSENT_SIDE)
        found, missed = look(seeker, one, key, world), look(seeker, one, none, world)
        assert found.without(key) == missed.without(none), (one, seeker)
        assert found.writes == missed.writes, (one, seeker)
        assert not [word for word in forbidden(seeker) if word in found.lowered], (one, seeker)


WORDS = {
    FOREIGN: [TEAM.first, TEAM.last, f"@{TEAM.handle}", TEAM.email, TEAM.phone[-5:], TEAM.city, TEAM.deal, TEAM.post],
    PRIVATE_SIDE: [PRIVATE_WORDS.post, PRIVATE_WORDS.handle, PRIVATE_WORDS.only],
    CLOSED_SIDE: [CLOSED.fan, CLOSED.post, CLOSED_HANDLE, CLOSED.note],
}
SEARCHES = [
    ("crm:search", "q", ""), ("crm:contacts", "q", ""), ("crm:contact_export", "q", ""), ("crm:companies", "q", ""),
    ("crm:contacts", "city", ""), ("crm:deals", "q", ""), ("crm:merge_pick", "q", "contact"),
    ("crm:company_merge_pick", "q", "company"),
    ("socialcrm:inbox", "q", ""), ("socialcrm:inbox_people", "who", "conversation"), ("socialcrm:canned", "q", ""),
    ("socialcrm:api-contacts", "search", ""), ("socialcrm:api-profiles", "handle", ""),
    ("socialcrm:api-canned-replies", "search", ""), ("socialcrm:api-accounts", "handle", ""),
    ("socialcrm:api-conversations", "q", ""),
]  # fmt: skip


@pytest.mark.parametrize(("route", "name", "at"), SEARCHES)
def test_a_word_of_the_other_side_is_found_as_little_as_one_that_nobody_said(
    route: str, name: str, at: str, world: World
) -> None:
    for seeker, sides in (("rep", (FOREIGN, PRIVATE_SIDE, CLOSED_SIDE)), ("manager", (CLOSED_SIDE,))):
        missed = look(seeker, Look(route, name, "", at=at), NOBODYS_WORD, world).without(NOBODYS_WORD)
        for word in (word for side in sides for word in WORDS[side]):
            found = look(seeker, Look(route, name, "", at=at), word, world)
            assert _without(found, word) == missed, (seeker, word)


def _without(found: Answer, word: str) -> str:
    text = found.without(word)
    for written in (word.replace("@", "%40"), word.replace("@", "%2540"), word.replace(" ", "+"), word.strip("@")):
        text = text.replace(written, "ID")
    return text


@pytest.mark.parametrize("deal", ["won", "any", "open"])
@pytest.mark.parametrize("route", ["crm:contacts", "crm:contact_export"])
def test_a_filter_by_deal_does_not_tell_of_deals_of_the_other_team(route: str, deal: str, world: World) -> None:
    """Byron is ours and has no deal at all but one of theirs."""
    answer = ask(world.cast.callers["rep"], "GET", reverse(route), {"deal": deal})
    assert answer.status == 200 and "Byron" not in answer.text


def test_the_filter_form_offers_teams_and_cities_of_visible_contacts_only(world: World) -> None:
    for seeker, offered in (("rep", False), ("manager", True)):
        answer = ask(world.cast.callers[seeker], "GET", reverse("crm:contact_filter"))
        assert (world.cast.france.name in answer.text, TEAM.city in answer.text) == (offered, offered)


def test_the_name_of_a_team_that_is_not_ones_own_does_not_come_with_its_number(world: World) -> None:
    answer = ask(world.cast.callers["rep"], "GET", reverse("crm:contacts"), {"team": world.cast.france.pk})
    assert answer.status == 200 and world.cast.france.name not in answer.text


@pytest.mark.parametrize("seeker", ["rep", "agent", "manager"])
def test_a_post_that_another_group_is_answering_does_not_tell_what_they_write(seeker: str, world: World) -> None:
    caller, sent = world.cast.callers[seeker], {"account": 710_200, "text": "Hello", "client_key": "k" * 12}
    page = ask(caller, "POST", reverse("socialcrm:reply", args=[730_410]), sent)
    problem = ask(caller, "POST", reverse("socialcrm:api-replies"), {**sent, "post": 730_410})
    assert (page.status, problem.status) == (409, 409)
    for answer in (page, problem):
        assert not [word for word in forbidden(seeker) if word in answer.lowered] and "stranger" not in answer.lowered


def test_the_last_touch_does_not_tell_when_something_was_said_in_private(world: World) -> None:
    where = reverse("socialcrm:api-contact", args=[710_002])
    said = {who: json.loads(ask(world.cast.callers[who], "GET", where).text)["last_touch"] for who in ("rep", "agent")}
    assert said["rep"] < said["agent"]
