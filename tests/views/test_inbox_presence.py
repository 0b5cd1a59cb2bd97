"""Who else is at a conversation: seen by who may see it, gone by itself, and cheap to ask."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.db import DatabaseError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from socialcrm import inbox
from socialcrm.models import Conversation, Presence, ProfileLink, SocialAccount
from tests.api.conftest import Guarded
from tests.conftest import make_contact, person
from tests.rooms.inbox_world import profile_of, says

pytestmark = pytest.mark.django_db
LIVE = "/social/inbox/live/"
# What the question costs every few seconds where nothing is new: nine for session, permissions, conversation, thread
# and list, and two for the colleagues.
QUESTION = 11


@pytest.fixture
def talk(acme: SocialAccount) -> Conversation:
    """Ada waits for an answer."""
    return says(acme)


def browser_of(user: User) -> Client:
    """A browser in which this user is signed in."""
    client = Client()
    client.force_login(user)
    return client


def asks(desk: Client, talk: Conversation | None = None, doing: str = "", etag: str = "") -> Any:
    """What the page asks every few seconds."""
    query = {"c": talk.pk if talk else "", "doing": doing}
    return desk.get(LIVE, query, headers={"If-None-Match": etag} if etag else {})


def seconds_ago(seconds: float) -> Any:
    """A moment before now."""
    return timezone.now() - timedelta(seconds=seconds)


def test_a_colleague_who_looks_or_writes_is_named_on_the_row_and_in_the_thread(
    talk: Conversation, agent: User, rep: User
) -> None:
    asks(browser_of(rep), talk, "looking")
    desk = browser_of(agent)
    page = desk.get(reverse("socialcrm:inbox_conversation", args=[talk.pk])).content.decode()
    assert page.count("Rep is looking at this") == 3  # the row's title and its words, and the thread
    asks(browser_of(rep), talk, "writing")
    assert "Rep is writing an answer" in desk.get("/social/inbox/").content.decode()


def test_nobody_is_told_about_oneself(talk: Conversation, agent: User) -> None:
    desk = browser_of(agent)
    asks(desk, talk, "writing")
    page = desk.get(reverse("socialcrm:inbox_conversation", args=[talk.pk])).content.decode()
    assert Presence.objects.get().user == agent
    assert "is writing" not in page and "is looking" not in page


def test_who_says_nothing_for_half_a_minute_is_gone(talk: Conversation, agent: User, rep: User) -> None:
    asks(browser_of(rep), talk, "writing")
    Presence.objects.update(at=seconds_ago(31))
    assert inbox.around(agent).others == {}


def test_without_javascript_opening_a_conversation_is_looking_at_it(talk: Conversation, agent: User, rep: User) -> None:
    browser_of(rep).get(reverse("socialcrm:inbox_conversation", args=[talk.pk]))
    assert [one.user for one in inbox.around(agent).at(talk.pk)] == [rep]


def test_a_list_beside_which_nothing_is_open_tells_nothing(talk: Conversation, rep: User) -> None:
    asks(browser_of(rep))
    asks(browser_of(rep), talk)
    assert not Presence.objects.exists()


def test_someone_who_stays_is_one_small_write_in_ten_seconds(
    talk: Conversation, agent: User, django_assert_num_queries: Any
) -> None:
    assert inbox.show_up(agent, talk, None)
    for _question in range(3):
        known = inbox.around(agent).me
        with django_assert_num_queries(0):
            assert not inbox.show_up(agent, talk, known)
    Presence.objects.update(at=seconds_ago(11))
    known = inbox.around(agent).me
    with django_assert_num_queries(1):
        assert inbox.show_up(agent, talk, known)


def test_beginning_to_write_is_told_at_once_and_ending_within_ten_seconds(talk: Conversation, agent: User) -> None:
    inbox.show_up(agent, talk, None)
    assert inbox.show_up(agent, talk, inbox.around(agent).me, writing=True)
    assert not inbox.show_up(agent, talk, inbox.around(agent).me, writing=True)
    assert not inbox.show_up(agent, talk, inbox.around(agent).me)
    Presence.objects.update(at=seconds_ago(11))
    assert inbox.show_up(agent, talk, inbox.around(agent).me)
    assert not Presence.objects.get().writing


def test_a_person_is_at_one_conversation_and_two_windows_do_not_quarrel(
    talk: Conversation, acme: SocialAccount, agent: User
) -> None:
    other = says(acme, number=2, who="300")
    inbox.show_up(agent, talk, None)
    assert not inbox.show_up(agent, other, inbox.around(agent).me)
    assert inbox.show_up(agent, other, inbox.around(agent).me, opened=True)
    assert Presence.objects.get().conversation == other


def test_who_may_not_see_a_conversation_learns_nothing_of_who_is_there(
    talk: Conversation, acme: SocialAccount, agent: User, admin: User
) -> None:
    team = Group.objects.create(name="Acme team")
    desk = browser_of(agent)
    nothing = asks(desk)["ETag"]
    acme.groups.add(team)
    admin.groups.add(team)
    before = asks(desk)["ETag"]
    asks(browser_of(admin), talk, "writing")
    assert Presence.objects.exists()
    assert asks(desk, etag=before).status_code == 304
    assert "Admin" not in desk.get("/social/inbox/").content.decode()
    assert nothing != before  # the list itself did change


def test_a_contact_hidden_from_me_hides_who_is_there(
    acme: SocialAccount, agent: User, rep: User, settings: Any
) -> None:
    talk = says(acme, who="300")
    inbox.show_up(rep, talk, None)
    assert inbox.around(agent).at(talk.pk)
    settings.SOCIALCRM_CONTACT_ADAPTER = "tests.api.conftest.Guarded"
    grace = make_contact(first_name="Grace", last_name="Hopper")
    ProfileLink.objects.create(profile=profile_of("300"), contact=grace, state="linked", basis="given")
    Guarded.hidden = {grace.pk}
    assert inbox.around(agent).others == {}


def test_telling_about_a_foreign_conversation_is_not_believed(
    talk: Conversation, acme: SocialAccount, rep: User
) -> None:
    acme.groups.add(Group.objects.create(name="Others"))
    assert asks(browser_of(rep), talk, "writing").status_code == 200
    assert not Presence.objects.exists()


def test_a_colleague_who_left_is_not_there(talk: Conversation, agent: User, rep: User) -> None:
    inbox.show_up(rep, talk, None)
    User.objects.filter(pk=rep.pk).update(is_active=False)
    assert inbox.around(agent).others == {}


def test_when_only_colleagues_came_the_list_is_not_drawn_again(talk: Conversation, agent: User, rep: User) -> None:
    desk = browser_of(agent)
    first = asks(desk, talk, "looking")
    assert 'id="sc-convos"' in first.content.decode()
    assert asks(desk, talk, "looking", first["ETag"]).status_code == 304
    asks(browser_of(rep), talk, "looking")
    second = asks(desk, talk, "looking", first["ETag"])
    assert "Rep is looking at this" in second.content.decode()
    assert 'id="sc-convos"' not in second.content.decode()
    assert asks(desk, talk, "looking", second["ETag"]).status_code == 304


def test_the_cost_of_asking_is_the_same_however_many_are_there(
    talk: Conversation, acme: SocialAccount, agent: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("LASTS", "SAID_AGAIN"):  # however slow the machine
        monkeypatch.setattr(f"socialcrm.inbox.presence.{name}", timedelta(hours=1))
    desk = browser_of(agent)
    etag = asks(desk, talk, "looking")["ETag"]

    def cost(etag: str) -> tuple[int, str]:
        with CaptureQueriesContext(connection) as asked:
            answer = asks(desk, talk, "looking", etag)
        return len(asked), answer["ETag"]

    alone, etag = cost(etag)
    for number in range(12):
        inbox.show_up(person(f"colleague{number}", "work_inbox"), talk, None)
    changed, etag = cost(etag)
    still, _etag = cost(etag)
    assert alone == changed == still == QUESTION


def test_a_database_that_cannot_take_it_hinders_nobody(
    talk: Conversation, agent: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*args: Any, **kwargs: Any) -> None:
        raise DatabaseError("database is locked")

    monkeypatch.setattr(Presence.objects, "bulk_create", fails)
    assert asks(browser_of(agent), talk, "writing").status_code == 200


def test_many_colleagues_are_counted(talk: Conversation, agent: User) -> None:
    for number in range(6):
        inbox.show_up(person(f"colleague{number}", "work_inbox"), talk, None, writing=number == 5)
    page = browser_of(agent).get(reverse("socialcrm:inbox_conversation", args=[talk.pk])).content.decode()
    thread = page[page.index('id="sc-present"') :]
    assert "Colleague5 is writing an answer" in thread and "Colleague0 is looking at this" in thread
    assert "and 2 more" in thread
