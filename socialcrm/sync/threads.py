"""threads: where a network has no name for a conversation, a post belongs to the conversation of its parent."""

from __future__ import annotations

from collections.abc import Mapping

from django.db.models import Case, UniqueConstraint, Value, When

from socialcrm import bulk
from socialcrm.models import Conversation, Post
from socialcrm.models.conversation import PRIVATE_THREAD

from .rows import Rows

Key = tuple[str, str]  # network, external_id
URGENCY = ("open", "pending", "snoozed", "resolved")


def settle(rows: Rows) -> set[int]:
    """Give nameless posts the thread of their parent: one that came with them, that is stored, or that is to come.

    A parent that comes later may turn out to belong further up: then what was filed under it moves with it, so that
    a conversation of which only a part could be read is not two conversations. Two queries, and some for each that
    moves; none where every post names its thread. Returns the conversations that others were joined to.
    """
    if not rows.nameless:
        return set()
    for network in sorted({key[0] for key in rows.nameless}):
        # Two workers that each move what the other files under the old thread would tear it apart.
        bulk.take_turns(f"socialcrm.threads.{network}")
    wanted = {(key[0], parent) for key, parent in rows.nameless.items()}
    known = _stored_threads(wanted - rows.posts.keys())
    found = {key: _thread_of(rows, key, known) for key in rows.nameless if key in rows.posts}  # not the erased
    found = {key: thread for key, thread in found.items() if _fits(rows, key, thread)}
    found = {key: _root(found, key[0], thread) for key, thread in found.items()}
    rows.file_under(found)
    joined: set[int] = set()
    for network in {key[0] for key in found}:
        joined |= _move(network, {key[1]: thread for key, thread in found.items() if key[0] == network})
    return joined


def _stored_threads(parents: set[Key]) -> dict[Key, str]:
    rows = Post.objects.filter(network__in={key[0] for key in parents}, external_id__in={key[1] for key in parents})
    return {(network, xid): thread for network, xid, thread in rows.values_list("network", "external_id", "thread_id")}


def _thread_of(rows: Rows, key: Key, known: Mapping[Key, str]) -> str:
    seen = {key}
    while key in rows.nameless:
        parent = (key[0], rows.nameless[key])
        if parent not in rows.posts or parent in seen:
            return known.get(parent) or parent[1]
        seen.add(parent)
        key = parent
    return rows.posts[key].thread


def _root(found: Mapping[Key, str], network: str, thread: str) -> str:
    """Where a thread now belongs: the post that it is named after may have turned out to belong further up."""
    seen = set()
    while (network, thread) in found and thread not in seen:
        seen.add(thread)
        thread = found[network, thread]
    return thread


def _fits(rows: Rows, key: Key, thread: str) -> bool:
    """What was said in private stays out of public threads, and the other way round."""
    return rows.posts[key].thread.startswith(PRIVATE_THREAD) == thread.startswith(PRIVATE_THREAD)


def _move(network: str, threads: Mapping[str, str]) -> set[int]:
    """What was filed under these posts goes where they belong; returns the conversations that others were joined to."""
    filed = Post.objects.filter(network=network, thread_id__in=threads)
    olds = {old: threads[old] for old in set(filed.values_list("thread_id", flat=True)) if threads[old] != old}
    if not olds:
        return set()
    moved = Case(*(When(thread_id=old, then=Value(new)) for old, new in olds.items()))
    talks = Conversation.objects.filter(account__network=network)
    there = {(talk.account_id, talk.thread_id): talk for talk in talks.filter(thread_id__in=olds.values())}
    joined = set()
    for talk in talks.filter(thread_id__in=olds).order_by("opened_at", "pk"):
        # Of several branches of one root the first keeps its conversation, and the others join it.
        target = there.setdefault((talk.account_id, olds[talk.thread_id]), talk)
        if target != talk:
            _join(talk, target)
            joined.add(target.pk)
    talks.filter(thread_id__in=olds).update(thread_id=moved)
    filed.filter(thread_id__in=olds).update(thread_id=moved)
    return joined


def _join(talk: Conversation, target: Conversation) -> None:
    """Two conversations are one: all that hangs on the first hangs on the second, but for what each can have once.

    It is as much to do as the one of them with more to do, and belongs to whoever had either.
    """
    for relation in Conversation._meta.related_objects:
        name, model = relation.field.name, relation.related_model
        unique = [one for one in model._meta.constraints if isinstance(one, UniqueConstraint)]
        if not any(name in one.fields for one in unique):
            model._default_manager.filter(**{name: talk}).update(**{name: target})
    busier = min(target, talk, key=lambda one: URGENCY.index(one.status))
    target.status, target.snoozed_until = busier.status, busier.snoozed_until
    target.assignee_id = target.assignee_id or talk.assignee_id
    target.save(update_fields=["status", "snoozed_until", "assignee"])
    talk.delete()
