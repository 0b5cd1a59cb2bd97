"""The cast of every scene: ada the contact, acme our account, rep, agent, manager."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.db import connections
from django.utils import timezone

from socialcrm.contacts import get_contact_model
from socialcrm.models import Mention, Post, ProfileLink, SocialAccount, SocialProfile

REPLY_AND_LINK = ("reply_as_account", "link_socialprofile", "work_inbox")


def person(username: str, *permissions: str) -> User:
    """A user with these permissions of socialcrm."""
    user = User.objects.create_user(username, f"{username}@acme.example", "demo", first_name=username.title())
    user.user_permissions.set(Permission.objects.filter(content_type__app_label="socialcrm", codename__in=permissions))
    return user


@pytest.fixture(scope="session")
def django_db_modify_db_settings(tmp_path_factory: pytest.TempPathFactory) -> None:
    """SQLite is tested as a file, as it is used: in memory, threads share one cache and its locks."""
    options = connections["default"].settings_dict
    if options["ENGINE"] == "django.db.backends.sqlite3":
        options["TEST"]["NAME"] = str(tmp_path_factory.mktemp("database") / "test.sqlite3")


@pytest.fixture(autouse=True)
def quick_passwords(settings: Any) -> None:
    """Nobody attacks the cast: a slow hash would cost the suite minutes."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def rep(db: None) -> User:
    """A sales rep: sees the contacts of the team, answers, links."""
    return person("rep", *REPLY_AND_LINK)


@pytest.fixture
def agent(db: None) -> User:
    """A support agent: works on mentions, answers, links."""
    return person("agent", *REPLY_AND_LINK, "assign_conversation")


@pytest.fixture
def manager(db: None) -> User:
    """A manager: sees everyone's outbox."""
    return person("manager", *REPLY_AND_LINK, "view_all_outbox", "assign_conversation", "share_cannedreply")


@pytest.fixture
def admin(db: None) -> User:
    """An administrator: connects accounts."""
    return User.objects.create_superuser("admin", "admin@acme.example", "demo")


@pytest.fixture
def acme(db: None) -> SocialAccount:
    """Our account on X, working."""
    profile = SocialProfile.objects.create(network="twitter", external_id="100", handle="acme", name="Acme")
    return SocialAccount.objects.create(
        network="twitter",
        external_id="100",
        handle="acme",
        name="Acme",
        profile=profile,
        credentials={"kind": "oauth2", "access_token": "token-of-acme", "refresh_token": "refresh-of-acme"},
    )


def make_contact(**fields: Any) -> Any:
    """A contact of whatever host the suite runs on; only names are common to all hosts."""
    model = get_contact_model()
    if not hasattr(model, "first_name"):
        names = (fields.pop("first_name", ""), fields.pop("last_name", ""))
        fields["full_name"] = " ".join(filter(None, names))
    return model._default_manager.create(**fields)


@pytest.fixture
def ada_profile(db: None) -> SocialProfile:
    """Ada on X."""
    return SocialProfile.objects.create(
        network="twitter",
        external_id="200",
        handle="ada_l",
        name="Ada Lovelace",
        bio="Engines and lamps.",
        followers=12400,
        following=300,
        listed=210,
        posts_count=900,
        url="https://x.com/ada_l",
    )


@pytest.fixture
def ada(ada_profile: SocialProfile, rep: User) -> Any:
    """Ada the contact, linked to her profile on X. Owner and team are the host's affair."""
    contact = make_contact(first_name="Ada", last_name="Lovelace")
    ProfileLink.objects.create(profile=ada_profile, contact=contact, state="linked", basis="given", decided_by=rep)
    return contact


@pytest.fixture
def mention(acme: SocialAccount, ada_profile: SocialProfile) -> Post:
    """Ada's post that mentions acme, ten minutes old."""
    posted_at = timezone.now() - timedelta(minutes=10)
    post = Post.objects.create(
        network="twitter",
        external_id="5000",
        author=ada_profile,
        text="@acme the lamp on floor 3 blinks",
        posted_at=posted_at,
        thread_id="5000",
        mentioned_ids=["100"],
        url="https://x.com/ada_l/status/5000",
    )
    Mention.objects.create(post=post, account=acme, author=ada_profile, posted_at=posted_at)
    return post


@pytest.fixture
def groups(db: None) -> dict[str, Group]:
    """The groups of the CRM by name."""
    return {group.name: group for group in Group.objects.all()}
