"""Who sees a contact, asked from the contact's end, is the rule of the lists."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission, User

from crm_core.models import Contact, Team
from crm_core.social import CrmContacts

pytestmark = pytest.mark.django_db


def test_the_rule_is_the_same_from_both_ends() -> None:
    names = ("member", "owner", "stranger", "manager", "left", "root")
    users = {name: User.objects.create_user(name) for name in names}
    team = Team.objects.create(name="Nordic")
    team.members.add(users["member"], users["left"])
    users["manager"].user_permissions.add(Permission.objects.get(codename="view_all_contacts"))
    User.objects.filter(pk=users["left"].pk).update(is_active=False)
    User.objects.filter(pk=users["root"].pk).update(is_superuser=True)
    people = list(User.objects.order_by("pk"))
    rows = [
        Contact.objects.create(last_name="Theirs", team=team, owner=users["owner"]),
        Contact.objects.create(last_name="Everyone's"),
    ]
    adapter = CrmContacts()
    for row in rows:
        able = [user for user in people if adapter.can_view(user, row)]
        assert adapter.viewers(people, row) == able
        assert super(CrmContacts, adapter).viewers(people, row) == able
    assert [user.username for user in adapter.viewers(people, rows[0])] == ["member", "owner", "manager", "root"]
