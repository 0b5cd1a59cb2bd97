"""What stands around a post: the one that it quotes or reposts, and the one that it answers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Q

from socialcrm.access import Sight, hidden, sight_of
from socialcrm.models import Post
from socialcrm.models.post import Surroundings

Name = tuple[str, str]  # a network, and what a post is called there


def surround(posts: Sequence[Post], user: Any, sight: Sight | None = None) -> None:
    """Give each post its `surroundings`, as far as the user may read them.

    No query where all of it is among `posts`, else one; one more where the user's `sight` is not handed in.
    """
    here = {(post.network, post.external_id): post for post in posts}
    named = {name for post in posts for name in (_quoted(post), _parent(post)) if name[1]}
    elsewhere = named - here.keys()
    found = _readable(elsewhere, user, sight or sight_of(user)) if elsewhere else ()
    around = here | {(post.network, post.external_id): post for post in found}
    for post in posts:
        quoted, parent = around.get(_quoted(post)), around.get(_parent(post))
        post.surroundings = Surroundings(quoted, parent, apart=bool(post.in_reply_to) and _parent(post) not in here)


def _quoted(post: Post) -> Name:
    return post.network, post.quoted


def _parent(post: Post) -> Name:
    return post.network, post.in_reply_to


def _readable(names: Iterable[Name], user: Any, sight: Sight) -> Iterable[Post]:
    """Posts by name, by whomever the user may know of, and of our accounts by those that are the user's."""
    by_network: dict[str, list[str]] = {}
    for network, name in sorted(names):
        by_network.setdefault(network, []).append(name)
    named = reduce(or_, (Q(network=network, external_id__in=ids) for network, ids in by_network.items()))
    ours = Q(account=None) | Q(account__in=sight.accounts)
    nobody_hidden = ~hidden(user, "author_id") & ~hidden(user, "to_profile_id")
    rows = Post.objects.filter(named, ours, sight.readable(), nobody_hidden)
    return rows.select_related("author").defer("raw", "author__raw", "author__bio")
