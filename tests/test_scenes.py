"""The whole path, in the words of the rooms, on a real sandbox: the same scenes on every host.

Run them on the CRM that comes with socialcrm, and on the second host:
`pytest tests/test_scenes.py` and `pytest --ds=tests.hosts.other_crm.settings tests/test_scenes.py`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from socialcrm import compliance, matching, outbox, scoring, sync, timeline
from socialcrm.api.tokens import make_token
from socialcrm.contacts import get_adapter, get_contact_model
from socialcrm.models import Post, ProfileLink, Reply, SocialAccount, SocialProfile
from tests.conftest import make_contact, person
from tests.rooms.outbox_world import World, network_options, time_passes
from tests.sandbox_process import Sandbox

BRAND = "lumen_desk"


@pytest.fixture(scope="module")
def town() -> Iterator[Sandbox]:
    """A small town with a past of one day, in a process of its own."""
    with Sandbox(people=120, history_days=1) as sandbox:
        yield sandbox


@dataclass
class Stage:
    """Somebody of the town who is a contact here, and our account."""

    world: World
    account: SocialAccount
    contact: Any
    person: dict[str, Any]

    @property
    def handle(self) -> str:
        """The person's @name on X."""
        return str(self.person["handle"])

    def says(self, text: str, **more: Any) -> str:
        """The person posts on X; returns the post's id there."""
        return str(self.world.sandbox.post(self.handle, text, **more)["id"])

    def asks(self, text: str = "is the lamp in stock?") -> Post:
        """The person mentions us on X, and the mention reaches us by the real sync."""
        said = self.says(f"@{BRAND} {text}")
        sync.pull_account(self.account)
        return Post.objects.get(network="twitter", external_id=said)

    def link(self, user: User) -> ProfileLink:
        """The rep links the person's profile, by handle."""
        profile = sync.resolve_profile(self.account, "x", f"@{self.handle}")
        return matching.link(profile, self.contact, user, "given")

    def texts(self, user: User, kind: str = "all") -> list[str]:
        """What the contact's timeline tells, newest first."""
        page = timeline.timeline(self.contact, user, kind)
        return [(entry.post or entry.reply).text for item in page.items for entry in reversed(item.entries)]


@pytest.fixture
def stage(town: Sandbox, db: None, settings: Any) -> Iterator[Stage]:
    """The cast on the stage; each scene has another person of the town."""
    settings.SOCIALCRM_NETWORK_OPTIONS = network_options(town)
    people = [one for one in town.control("GET", "people")["people"] if one["truth"]["twitter"]]
    who = people[len(USED) % len(people)]
    USED.append(who)
    world = World(town, people)
    contact = make_contact(first_name=who["given_name"], last_name=who["family_name"])
    yield Stage(world, world.account, contact, who["truth"]["twitter"])
    town.control("DELETE", "faults")


USED: list[Any] = []


def browser(user: User) -> Client:
    """Somebody who is signed in."""
    client = Client()
    client.force_login(user)
    return client


def test_the_contacts_page_shows_profile_timeline_and_score(stage: Stage, rep: User) -> None:
    stage.link(rep)
    question = stage.asks("which bulb fits?")
    scoring.score_profiles([question.author_id])
    page = browser(rep).get(get_adapter().url(stage.contact), follow=True)
    assert page.status_code == 200
    shown = page.content.decode()
    assert f"@{stage.handle}" in shown and "which bulb fits?" in shown
    assert str(round(scoring.for_contact(stage.contact).value)) in shown


def test_a_mention_on_the_network_reaches_the_contacts_timeline_once(stage: Stage, rep: User) -> None:
    stage.link(rep)
    question = stage.asks()
    for _ in range(3):
        sync.pull_account(stage.account)
    assert stage.texts(rep, "mentions").count(question.text) == 1


def test_a_reply_is_sent_once_even_if_three_workers_take_it(stage: Stage, rep: User) -> None:
    question = stage.asks()
    reply = outbox.enqueue(rep, stage.account, question, "Yes, in every size.", "key", delay=0)
    for _ in range(3):
        outbox.send(reply.pk)
    reply.refresh_from_db()
    (accepted,) = stage.world.posted(question)
    assert (reply.state, reply.external_id) == ("sent", accepted["id"])


def test_our_answer_stands_in_the_timeline_under_the_question_and_not_twice(stage: Stage, rep: User) -> None:
    stage.link(rep)
    question = stage.asks()
    reply = outbox.enqueue(rep, stage.account, question, "We ship tomorrow.", "key", delay=0)
    outbox.send(reply.pk)
    sync.pull_account(stage.account)
    answer, asked, *older = stage.texts(rep)
    assert (answer, asked) == (f"@{stage.handle} We ship tomorrow.", question.text)
    assert not [text for text in older if "We ship tomorrow" in text]


def test_an_answer_typed_on_the_network_itself_is_an_answer_here(stage: Stage, rep: User) -> None:
    stage.link(rep)
    question = stage.asks()
    stage.world.sandbox.post(BRAND, "Answered on my phone.", in_reply_to=question.external_id)
    sync.pull_account(stage.account)
    assert [text for text in stage.texts(rep) if text.endswith("Answered on my phone.")]
    assert Post.objects.get(text__endswith="Answered on my phone.").account == stage.account


def test_a_reply_whose_answer_was_lost_is_found_and_not_repeated(stage: Stage, rep: User) -> None:
    question = stage.asks()
    reply = outbox.enqueue(rep, stage.account, question, "Did that arrive?", "key", delay=0)
    stage.world.fault("drop_after", times=1)
    outbox.send(reply.pk)
    for _ in range(4):
        time_passes(reply)
        outbox.reconcile(reply.pk)
        outbox.send(reply.pk)
    reply.refresh_from_db()
    assert (reply.state, len(stage.world.posted(question))) == ("sent", 1)


def test_two_people_cannot_answer_at_the_same_time(stage: Stage, rep: User, agent: User) -> None:
    question = stage.asks()
    outbox.enqueue(rep, stage.account, question, "Mine.", "key", seen=outbox.Seen(0), delay=0)
    with pytest.raises(outbox.AlreadyAnswered):
        outbox.enqueue(agent, stage.account, question, "No, mine.", "key", seen=outbox.Seen(0), delay=0)
    assert Reply.objects.count() == 1


def test_a_profile_is_linked_with_its_ground_and_unlinked_with_its_history(stage: Stage, rep: User) -> None:
    link = stage.link(rep)
    question = stage.asks()
    assert stage.texts(rep)[0] == question.text
    matching.unlink(link, rep)
    assert stage.texts(rep) == []
    link.refresh_from_db()
    assert (link.state, link.basis) == ("unlinked", "given")


def test_a_profile_belongs_to_one_contact_and_names_it(stage: Stage, rep: User) -> None:
    link = stage.link(rep)
    other = make_contact(first_name="Somebody", last_name="Else")
    with pytest.raises(matching.AlreadyLinked) as refusal:
        matching.link(link.profile, other, rep, "given")
    assert refusal.value.contact.pk == stage.contact.pk


def test_a_namesake_is_never_linked(stage: Stage, rep: User) -> None:
    name = get_adapter().name(stage.contact)
    namesake = SocialProfile.objects.create(network="twitter", external_id="77", handle="somebody_77", name=name)
    matching.match_profiles([namesake.pk])
    assert not ProfileLink.objects.filter(profile=namesake, state="linked").exists()


def test_a_refused_profile_is_not_suggested_again(stage: Stage, rep: User) -> None:
    name = get_adapter().name(stage.contact)
    namesake = SocialProfile.objects.create(network="twitter", external_id="78", handle="somebody_78", name=name)
    matching.refuse(namesake, stage.contact, rep)
    matching.match_profiles([namesake.pk])
    assert [link.profile_id for link in matching.suggestions(stage.contact)] == []


def test_a_lost_access_holds_the_reply_and_loses_nothing(stage: Stage, rep: User) -> None:
    question = stage.asks()
    reply = outbox.enqueue(rep, stage.account, question, "One moment.", "key", delay=0)
    stage.account.change_state("needs_reconnect", "revoked on the network")
    outbox.send(reply.pk)
    reply.refresh_from_db()
    assert reply.state == "queued" and not stage.world.posted(question)
    stage.account.change_state("working")
    outbox.release(stage.account)
    outbox.send(reply.pk)
    reply.refresh_from_db()
    assert reply.state == "sent" and len(stage.world.posted(question)) == 1


def test_an_erased_contact_leaves_no_word_and_does_not_come_back(stage: Stage, rep: User, admin: User) -> None:
    stage.link(rep)
    question = stage.asks("my canary 4711 lamp")
    compliance.erase_contact(stage.contact, admin)
    stage.says(f"@{BRAND} canary 4712")
    sync.pull_account(stage.account)
    assert not Post.objects.filter(text__contains="canary").exists()
    assert not SocialProfile.objects.filter(handle=stage.handle).exists()
    assert question.external_id


def test_a_host_that_deletes_a_contact_keeps_running(stage: Stage, rep: User) -> None:
    stage.link(rep)
    stage.asks()
    get_contact_model()._default_manager.filter(pk=stage.contact.pk).delete()
    sync.pull_account(stage.account)
    assert not ProfileLink.objects.filter(contact__isnull=False).exists()


def test_a_program_answers_through_the_api_and_follows_it_to_the_network(stage: Stage, rep: User) -> None:
    stage.link(rep)
    question = stage.asks()
    headers = {"Authorization": f"Token {make_token(rep)}", "Idempotency-Key": "1"}
    body = json.dumps({"post": question.pk, "account": stage.account.pk, "text": "From a script."})
    address = reverse("socialcrm:api-replies")
    made = [Client().post(address, body, "application/json", headers=headers) for _ in range(2)]
    assert [answer.status_code for answer in made] == [201, 200]
    Reply.objects.update(not_before=question.posted_at)
    outbox.send(made[0].json()["id"])
    followed = Client().get(made[0]["Location"], headers=headers).json()
    (accepted,) = stage.world.posted(question)
    assert (followed["state"], followed["external_id"]) == ("sent", accepted["id"])
    told = Client().get(reverse("socialcrm:api-contact-timeline", args=[stage.contact.pk]), headers=headers).json()
    assert [row["kind"] for row in told["results"]][:2] == ["reply", "mention"]


def test_somebody_without_a_permission_sees_and_cannot_answer(stage: Stage, rep: User) -> None:
    question = stage.asks()
    with pytest.raises(outbox.NotAllowed):
        outbox.enqueue(person("viewer"), stage.account, question, "Hello", "key")
    assert not Reply.objects.exists()
