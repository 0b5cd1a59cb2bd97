"""Two people who merge the same two contacts or companies, each the other way round, at the same moment."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from django.contrib.auth.models import User

from crm_core.merging import MergeRefused, merge, undo
from crm_core.models import Company, CompanyMergeLog, Contact, MergeLog
from tests.rooms.test_at_once import at_once


def two_contacts() -> list[Any]:
    return [Contact.objects.create(first_name=name, last_name="Same") for name in ("A", "B")]


def two_companies() -> list[Any]:
    pair = [Company.objects.create(name=name) for name in ("A", "B")]
    Contact.objects.create(first_name="Ada", company=pair[0])
    return pair


@pytest.mark.parametrize(
    ("model", "log_model", "pair"), [(Contact, MergeLog, two_contacts), (Company, CompanyMergeLog, two_companies)]
)
@pytest.mark.django_db(transaction=True)
def test_two_opposite_merges_at_once_leave_one_row_and_one_refusal(model: Any, log_model: Any, pair: Any) -> None:
    user = User.objects.create_user("boss")
    for _round in range(8):
        one, two = pair()
        seen = (one.version, two.version)
        found = at_once(partial(merge, user, one, two, {}, seen), partial(merge, user, two, one, {}, seen))
        assert sorted(type(result).__name__ for result in found) == sorted([log_model.__name__, "MergeRefused"])
        assert model.objects.count() == 1
        log = log_model.objects.latest("pk")
        again = at_once(*[partial(undo, user, log)] * 2)
        assert sorted(type(result).__name__ for result in again) == [model.__name__, MergeRefused.__name__]
        assert model.objects.count() == 2
        model.objects.all().delete()
