"""Two people at the same moment, on real threads: one outcome, and the other is told."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from threading import Barrier, Thread
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection

from socialcrm import matching, outbox
from socialcrm.models import Post, ProfileLink, Reply, SocialAccount, SocialProfile
from tests.conftest import make_contact

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """What each act gave or raised, all begun at the same moment."""
    start, found = Barrier(len(acts)), [None] * len(acts)

    def run(place: int, act: Callable[[], Any]) -> None:
        start.wait()
        try:
            found[place] = act()
        except Exception as error:  # noqa: BLE001 - the scene looks at whatever came
            found[place] = error
        finally:
            connection.close()

    threads = [Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return found


def test_one_profile_linked_to_two_contacts_at_once_is_linked_to_one(rep: User, acme: SocialAccount) -> None:
    for number in range(5):
        profile = SocialProfile.objects.create(network="twitter", external_id=f"9{number}", handle=f"who{number}")
        people = [make_contact(first_name=name, last_name=str(number)) for name in ("Ann", "Bea", "Cay")]
        found = at_once(*(partial(matching.link, profile, who, rep, "given") for who in people))
        assert sorted(type(one).__name__ for one in found) == ["AlreadyLinked", "AlreadyLinked", "ProfileLink"]
        assert ProfileLink.objects.filter(profile=profile, state="linked").count() == 1


def test_one_form_sent_eight_times_at_once_is_one_reply(rep: User, acme: SocialAccount, mention: Post) -> None:
    once = partial(outbox.enqueue, rep, acme, mention, "On our way.", "the-same-key", seen=outbox.Seen(0))
    found = at_once(*[once] * 8)
    assert {getattr(one, "pk", one) for one in found} == {Reply.objects.get().pk}
    assert [one.is_new for one in found].count(True) == 1, "of all calls one is told that it wrote the reply"


def test_of_eight_people_who_answer_at_once_one_does(
    rep: User, agent: User, manager: User, acme: SocialAccount, mention: Post
) -> None:
    people = [rep, agent, manager] * 3
    answer = partial(outbox.enqueue, seen=outbox.Seen(0))
    found = at_once(
        *(partial(answer, who, acme, mention, "Hello.", f"key-{place:08}") for place, who in enumerate(people))
    )
    assert sum(isinstance(one, Reply) for one in found) == 1 == Reply.objects.count()
    assert sum(isinstance(one, outbox.AlreadyAnswered) for one in found) == len(people) - 1
