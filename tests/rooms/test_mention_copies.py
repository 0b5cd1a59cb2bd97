"""A mention copies its post's author and its conversation's account; the database checks the originals alone."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from socialcrm import sync
from socialcrm.models import Conversation, Mention, Post, SocialAccount, SocialProfile

from .test_store import page, said

pytestmark = pytest.mark.django_db


@pytest.fixture
def heard(acme: SocialAccount) -> Mention:
    """What bea said to acme, as sync stores it."""
    sync.store(page(said("1")), acme)
    return Mention.objects.get()


def delete_behind_the_models(table: str, pk: int) -> None:
    """As a hand at the database would."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {table} WHERE id = %s", [pk])
        connection.check_constraints()


@pytest.mark.parametrize(("model", "copy"), [(SocialProfile, "author_id"), (SocialAccount, "account_id")])
def test_whom_a_mention_names_cannot_go_from_under_it(heard: Mention, model: Any, copy: str) -> None:
    with pytest.raises(IntegrityError):
        delete_behind_the_models(model._meta.db_table, getattr(heard, copy))


@pytest.mark.parametrize("original", [Post, Conversation])
def test_the_originals_of_the_copies_cannot_go_from_under_it(heard: Mention, original: Any) -> None:
    pk = heard.post_id if original is Post else heard.conversation_id
    with pytest.raises(IntegrityError):
        delete_behind_the_models(original._meta.db_table, pk)


def test_the_author_takes_the_mentions_along(heard: Mention) -> None:
    heard.author.delete()
    assert not Mention.objects.exists()


def test_the_account_takes_the_mentions_along_even_those_in_no_conversation(heard: Mention) -> None:
    Conversation.objects.all().delete()
    heard.refresh_from_db()
    assert heard.conversation_id is None
    heard.account.delete()
    assert not Mention.objects.exists()
