"""Rights that end while a page is open, a token is out, or a reply waits: from then on nothing more is told or sent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from celery import current_app
from django.contrib.auth.models import Group, User
from django.urls import reverse
from django.utils import timezone

from crm_core.models import Contact, ContactImport
from socialcrm import outbox, tasks
from socialcrm.models import Conversation, Post, Reply, SocialAccount

from .asking import Answer, ask, undone
from .cast import user_of
from .world import World

pytestmark = pytest.mark.django_db
ADA, LAMP, ACME = 710_002, "floor 3 blinks", 710_200


def leave_team(world: World) -> None:
    """The rep is moved out of the team."""
    world.cast.nordic.members.remove(user_of(world.cast.callers["rep"]))


def hand_over(world: World) -> None:
    """Ada is given to the other team."""
    Contact.objects.filter(pk=ADA).update(team=world.cast.france, owner=None)


def restrict_account(world: World) -> None:
    """Acme is another group's from now on."""
    SocialAccount.objects.get(pk=ACME).groups.add(Group.objects.get(name="Other brand"))


def lose_role(world: World) -> None:
    """The rep is in no group any more."""
    user_of(world.cast.callers["rep"]).groups.clear()


def deactivate(world: World) -> None:
    """The rep has left."""
    User.objects.filter(username="rep").update(is_active=False)


LOSSES = [leave_team, hand_over, restrict_account, lose_role, deactivate]
PLACES: dict[str, tuple[str, dict[str, Any]]] = {
    "live": (reverse("socialcrm:live"), {"contact": ADA}),
    "feed": (reverse("socialcrm:feed"), {"contact": ADA}),
    "inbox": (reverse("socialcrm:inbox"), {"c": 710_400}),
    "inbox_live": (reverse("socialcrm:inbox_live"), {"c": 710_400}),
    "item": (reverse("socialcrm:item", args=[710_400]), {}),
    "outbox": (reverse("socialcrm:outbox"), {}),
    "posts": (reverse("socialcrm:report_mention_posts"), {}),
    "api": (reverse("socialcrm:api-posts"), {}),
    "timeline": (reverse("socialcrm:api-contact-timeline", args=[ADA]), {}),
}
# A post that was said in public stays a contact's post, whoever's account it named.
PUBLIC = {"live", "feed", "item", "api", "timeline", "outbox"}


def see(world: World, place: str, etag: str = "") -> Answer:
    """The rep looks, on the page that is open."""
    where, query = PLACES[place]
    return ask(world.cast.callers["rep"], "GET", where, query, fragment=place != "outbox", etag=etag)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("lose", LOSSES, ids=lambda lose: lose.__name__)
def test_a_page_that_is_open_tells_no_more_from_the_moment_the_right_is_gone(
    lose: Callable[[World], None], place: str, world: World
) -> None:
    before = see(world, place)
    with undone():
        lose(world)
        after = see(world, place, before.etag)
    if place in PUBLIC and lose in (restrict_account, lose_role):
        return
    assert LAMP in before.text or place == "outbox"
    assert LAMP not in after.text and "ada_l" not in after.text and "Lovelace" not in after.text
    assert after.status != 304


@pytest.mark.parametrize("lose", [leave_team, hand_over])
def test_ones_own_words_stay_in_the_outbox_but_not_whom_they_were_for(
    lose: Callable[[World], None], world: World
) -> None:
    with undone():
        lose(world)
        answer = see(world, "outbox")
    assert "We look into it." in answer.text and "ada_l" not in answer.lowered


def waiting(world: World, **changes: Any) -> Reply:
    """The rep's reply to Ada, whose time has come; the account has no credentials, so nothing could leave unnoticed."""
    reply = Reply.objects.get(pk=world.key("queued", "own", "rep"))
    Reply.objects.filter(pk=reply.pk).update(not_before=timezone.now(), **changes)
    return reply


@pytest.mark.parametrize("lose", LOSSES, ids=lambda lose: lose.__name__)
def test_a_reply_whose_writer_lost_the_right_is_not_sent_and_says_so(
    lose: Callable[[World], None], world: World
) -> None:
    with undone():
        lose(world)
        reply = waiting(world)
        tasks.send_reply(reply.pk)
        reply.refresh_from_db()
        assert (reply.state, reply.error_class, reply.external_id) == ("failed", "NotAllowed", "")
        assert reply.error_detail.startswith("Rep may no longer answer this as @acme.")
        assert reply.text == "We look into it."


def test_a_reply_of_who_was_deleted_is_not_sent_and_says_so(world: World) -> None:
    with undone():
        reply = waiting(world, user=None)
        tasks.send_reply(reply.pk)
        reply.refresh_from_db()
        assert reply.state == "failed" and reply.error_detail.startswith("Its writer has left.")


def test_a_manager_sends_it_again_in_their_own_name(world: World) -> None:
    manager = user_of(world.cast.callers["manager"])
    with undone():
        deactivate(world)
        reply = waiting(world)
        tasks.send_reply(reply.pk)
        outbox.retry(outbox_row(reply), manager)
        reply.refresh_from_db()
        assert (reply.state, reply.user) == ("queued", manager)


def outbox_row(reply: Reply) -> Reply:
    """The reply as a page finds it."""
    return Reply.objects.select_related("account", "post__author", "user").get(pk=reply.pk)


def test_a_task_with_an_id_that_nothing_has_does_nothing(world: World) -> None:
    with undone():
        for task in (tasks.send_reply, tasks.reconcile_reply, tasks.pull_account):
            task(799_999)
        tasks.discover_contacts(["799999"])
        assert not Reply.objects.filter(state="sending").exists()


def test_a_worker_touches_the_reply_of_its_task_and_no_other(world: World) -> None:
    with undone():
        deactivate(world)
        reply = waiting(world)
        others = list(Reply.objects.exclude(pk=reply.pk).order_by("pk").values())
        tasks.send_reply(reply.pk)
        assert list(Reply.objects.exclude(pk=reply.pk).order_by("pk").values()) == others


def test_a_conversation_goes_back_to_all_when_its_assignee_may_no_longer_work_on_it(world: World) -> None:
    with undone():
        Conversation.objects.filter(pk=710_400).update(assignee=user_of(world.cast.callers["rep"]))
        lose_role(world)
        tasks.tend_inbox()
        assert Conversation.objects.get(pk=710_400).assignee_id is None


@pytest.mark.parametrize("lose", [lose_role, deactivate], ids=lambda lose: lose.__name__)
def test_an_import_whose_owner_lost_the_right_writes_nothing_more(lose: Callable[[World], None], world: World) -> None:
    from crm_core.tasks import run_import

    batch = world.key("import", "own", "rep")
    with undone():
        ContactImport.objects.filter(pk=batch).update(state="queued")
        lose(world)
        run_import(batch)
        assert not Contact.objects.filter(last_name="Lamplighter").exists()
        done = ContactImport.objects.get(pk=batch)
        assert (done.state, done.refused) == ("done", 1)
        assert done.refused_rows.get().reason.startswith("Rep may no longer import contacts")


def test_every_task_that_is_about_one_row_takes_its_id_and_nothing_else() -> None:
    ours = [task for name, task in current_app.tasks.items() if name.startswith(("socialcrm.", "crm_core."))]
    taken = {name for task in ours for name in task.run.__annotations__ if name != "return"}
    assert taken <= {"reply_id", "account_id", "contact_ids", "pk", "profile_id", "import_id"}


def test_the_world_is_as_it_was(world: World) -> None:
    assert Post.objects.filter(text__contains=LAMP).exists() and user_of(world.cast.callers["rep"]).is_active
