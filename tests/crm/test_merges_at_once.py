"""Two people who merge the same two contacts, each the other way round, at the same moment."""

from __future__ import annotations

from functools import partial

import pytest
from django.contrib.auth.models import User

from crm_core.merging import MergeRefused, merge, undo
from crm_core.models import Contact, MergeLog
from tests.rooms.test_at_once import at_once


@pytest.mark.django_db(transaction=True)
def test_two_opposite_merges_at_once_leave_one_contact_and_one_refusal() -> None:
    user = User.objects.create_user("boss")
    for _round in range(8):
        one, two = (Contact.objects.create(first_name=name, last_name="Same") for name in ("A", "B"))
        seen = (one.version, two.version)
        found = at_once(partial(merge, user, one, two, {}, seen), partial(merge, user, two, one, {}, seen))
        assert sorted(type(result).__name__ for result in found) == ["MergeLog", "MergeRefused"]
        assert Contact.objects.count() == 1
        log = MergeLog.objects.latest("pk")
        again = at_once(*[partial(undo, user, log)] * 2)
        assert sorted(type(result).__name__ for result in again) == ["Contact", MergeRefused.__name__]
        assert Contact.objects.count() == 2
        Contact.objects.all().delete()
