"""Who asks: the four roles as the groups that the CRM makes, and those who have no business here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import Group, User
from django.test import Client

from crm_core.models import Team
from crm_core.roles import ADMINISTRATOR, AGENT, MANAGER, PERMISSIONS, REP, setup_roles
from socialcrm.api.tokens import make_token

GROUPS = {"rep": REP, "agent": AGENT, "manager": MANAGER, "administrator": ADMINISTRATOR}
FOUR = frozenset(GROUPS)
# Signed in, with no group, and nobody who could sign in.
SIGNED_IN = FOUR | {"nobody"}
OUTSIDE = frozenset({"anonymous", "inactive"})
EVERYONE = SIGNED_IN | OUTSIDE
# Those who see the contacts of every team, and those who may read what was said in private.
ALL_TEAMS = PRIVATE = frozenset({"agent", "manager", "administrator"})
NO_ONE: frozenset[str] = frozenset()
# Whose right is whose: "" is any signed-in person's.
ANYBODY = ""


def holders(permission: str | None) -> frozenset[str]:
    """The roles that hold a permission; None: everybody, even who is not signed in."""
    if permission is None:
        return EVERYONE
    if permission == ANYBODY:
        return SIGNED_IN
    named = {role for role, group in GROUPS.items() if permission in PERMISSIONS.get(group, {permission})}
    return frozenset(named)


@dataclass(frozen=True)
class Caller:
    """Somebody with a browser session and an API token; both empty for who is not signed in."""

    role: str
    user: User | None = None
    session: str = ""
    token: str = ""


@dataclass
class Cast:
    """The callers by role, the colleague whose things are the colleague's own, and the two teams."""

    callers: dict[str, Caller]
    colleague: User
    stranger: User
    nordic: Team
    france: Team


def gather() -> Cast:
    """Make everybody. The rep and the colleague are of one team; the roles that see all teams are of none."""
    setup_roles()
    nordic, france = Team.objects.create(name="Nordic"), Team.objects.create(name="Xanthippe-team")
    callers = {role: caller(role, person(role, group)) for role, group in GROUPS.items()}
    callers["nobody"] = caller("nobody", person("nobody"))
    callers["anonymous"] = Caller("anonymous")
    left = person("inactive", MANAGER)
    callers["inactive"] = caller("inactive", left)
    User.objects.filter(pk=left.pk).update(is_active=False)
    colleague, stranger = person("colleague", REP), person("stranger", REP)
    nordic.members.add(user_of(callers["rep"]), colleague, left)
    france.members.add(stranger)
    return Cast(callers, colleague, stranger, nordic, france)


def person(name: str, group: str = "") -> User:
    """A user of a group. Nobody types a password here."""
    user = User.objects.create_user(name, f"{name}@acme.example", first_name=name.title())
    if group:
        user.groups.add(Group.objects.get(name=group))
    return user


def caller(role: str, user: User) -> Caller:
    """The user with a session and a token of before."""
    client = Client()
    client.force_login(user)
    return Caller(role, user, client.cookies["sessionid"].value, make_token(user))


def user_of(found: Caller) -> Any:
    """The user of somebody who is one."""
    assert found.user is not None
    return found.user
