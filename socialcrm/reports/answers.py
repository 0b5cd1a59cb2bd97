"""Mentions and their first answers, found and summed by the database.

A mention is answered by the first live post of ours after it in its conversation, sent by us or typed on the network.
Its wait is the time between the two posts, as the network dates them. Mentions that are still there are counted, on the
day on which they were made in the time zone of the reader.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.core import signing
from django.db import connections
from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.db.models.functions import TruncDate
from django.utils.dateparse import parse_datetime

from socialcrm.access import readable_mentions, usable_accounts, visible_contacts
from socialcrm.models import Mention, Post, ProfileLink

from .asking import MentionAsk
from .quantiles import quantile_sql, rows_of
from .standings import Choices, linked

OUTSIDE = "outside"  # who answered, where it was typed on the network itself
GROUPS = ("whole", "day", "account", "network", "agent")
LIST_SIZE = 25
SALT = "socialcrm.reports.answers"


class Line(NamedTuple):
    """Mentions of one group: how many, how many of them are answered, the waits in seconds (None without an answer)."""

    key: str
    mentions: int
    answered: int
    median: float | None
    p90: float | None

    @property
    def share(self) -> float | None:
        """Answered ones among them; None of nothing."""
        return self.answered / self.mentions if self.mentions else None

    @property
    def unanswered(self) -> int:
        """Those still without an answer."""
        return self.mentions - self.answered


@dataclass(frozen=True, slots=True)
class Heard:
    """A mention with its first answer, if it has one; the wait in seconds; `agent` is a user's key or OUTSIDE."""

    mention: Mention
    answer: Post | None
    wait: float | None
    agent: str


@dataclass(frozen=True, slots=True)
class HeardPage:
    """A page of mentions, newest first, and the token of the next one."""

    rows: list[Heard]
    total: int
    next: str


def mentions_asked_for(user: Any, ask: MentionAsk) -> QuerySet[Mention]:
    """The mentions of the period that this user may see, of the account and network asked for."""
    # What `access.visible_posts` says, told of mentions: of our own accounts, and never by somebody else's contact.
    foreign = ProfileLink.objects.filter(profile=OuterRef("author"), state="linked", contact__isnull=False)
    foreign = foreign.exclude(contact__in=visible_contacts(user).order_by().values("pk"))
    rows = Mention.objects.filter(
        ~Exists(foreign),
        readable_mentions(user),
        account__in=usable_accounts(user).values("pk"),
        posted_at__gte=ask.since_moment,
        post__state=Post.State.LIVE,
    )
    if ask.account:
        rows = rows.filter(account=int(ask.account))
    choices = Choices(user)
    if choices.label("owner", ask.owner) or choices.label("team", ask.team):
        rows = rows.filter(author__in=linked(choices.contacts(ask)).values("profile"))
    return rows.filter(account__network=ask.network_id) if ask.network else rows


class Answers:
    """The first answers to some mentions, narrowed to a day, to answered ones or not, and to who answered."""

    def __init__(self, mentions: QuerySet[Mention], ask: MentionAsk | None = None) -> None:
        self.connection = connections[mentions.db]
        self.ask = ask or MentionAsk()
        sql, params = _with_answers(mentions).query.sql_with_params()
        where, narrowed = self._where()
        self.start = _SQL[self.connection.vendor].format(mentions=sql, where=where)
        self.params = [*params, *narrowed]

    def lines(self) -> dict[str, list[Line]]:
        """The lines of each of GROUPS, by key ascending; one query."""
        return self._sums(0)[0]

    def overview(self, size: int) -> tuple[dict[str, list[Line]], list[Heard]]:
        """The lines, and the newest mentions that nobody has answered, so many at most; two queries or three."""
        found, waiting = self._sums(size)
        known = _mentions().in_bulk(waiting)
        heard = [Heard(known[pk], None, None, "") for pk in waiting if pk in known]
        return found, sorted(heard, key=lambda row: (row.mention.posted_at, row.mention.pk), reverse=True)

    def _sums(self, size: int) -> tuple[dict[str, list[Line]], list[int]]:
        found: dict[str, list[Line]] = {group: [] for group in GROUPS}
        median, p90 = (quantile_sql(self.connection, "wait", share) for share in (0.5, 0.9))
        sums = f"count(*), count(wait), {median}, {p90} FROM heard"
        parts = [f"SELECT 'whole' AS part, '' AS name, {sums}"]
        parts += [f"SELECT '{name}', CAST({name} AS text), {sums} GROUP BY {name}" for name in GROUPS[1:]]
        if size:
            parts.append(_UNANSWERED.format(size=int(size)))
        waiting: list[int] = []
        for group, key, *figures in self._rows(f"{' UNION ALL '.join(parts)} ORDER BY 1, 2"):
            if group == WAITING:
                waiting.append(int(key))
            else:
                found[group].append(Line(key or "", *figures))
        return found, waiting

    def page(self, after: str = "", size: int = LIST_SIZE, total: int | None = None) -> HeardPage:
        """The mentions themselves, newest first. Four queries, one less for who knows the `total` already."""
        if total is None:
            total = self._rows("SELECT count(*) FROM heard")[0][0]
        place, params = _beyond(after)
        query = f"SELECT id, answer, wait, agent, at FROM heard {place} ORDER BY at DESC, id DESC LIMIT {size + 1}"
        rows = self._rows(query, params)
        following = _token(rows[size - 1][4], rows[size - 1][0]) if len(rows) > size else ""
        return HeardPage(_loaded(rows[:size]), total, following)

    def _where(self) -> tuple[str, list[Any]]:
        conditions, params = ["TRUE"], []
        if self.ask.answered:
            conditions.append(f"answer IS {'NOT ' if self.ask.answered == 'yes' else ''}NULL")
        for name in ("day", "agent"):
            if value := getattr(self.ask, name):
                conditions.append(f"CAST({name} AS text) = %s")
                params.append(value)
        return " AND ".join(conditions), params

    def _rows(self, query: str, params: Sequence[Any] = ()) -> list[Any]:
        return rows_of(self.connection, self.start + query, [*self.params, *params])


WAITING, _NO_WAIT = "waiting", "CAST(NULL AS double precision)"
_UNANSWERED = f"""SELECT * FROM (SELECT '{WAITING}', CAST(id AS text), 1, 0, {_NO_WAIT}, {_NO_WAIT} FROM heard
    WHERE answer IS NULL ORDER BY at DESC, id DESC LIMIT {{size}}) newest"""
# Each mention with the id of its answer, then what is to be known of the answer: asked answer by answer, for few of all
# posts are one.
_BOTH = """
WITH found (id, day, account, network, at, answer) AS MATERIALIZED ({{mentions}}),
heard AS MATERIALIZED (
    SELECT * FROM (
        SELECT f.id, f.day, f.account, f.network, f.at, f.answer, {wait} AS wait,
            CASE WHEN f.answer IS NOT NULL THEN COALESCE((SELECT CAST(r.user_id AS text) FROM socialcrm_reply r
                WHERE r.sent_post_id = f.answer AND r.user_id IS NOT NULL ORDER BY r.id LIMIT 1), 'outside')
            END AS agent
        FROM found f
    ) known WHERE {{where}}
) """
_SAID = "(SELECT p.posted_at FROM socialcrm_post p WHERE p.id = f.answer)"
_SQL = {
    "postgresql": _BOTH.format(wait=f"EXTRACT(EPOCH FROM ({_SAID} - f.at))::float8"),
    # Django's own function, in microseconds.
    "sqlite": _BOTH.format(wait=f"django_timestamp_diff({_SAID}, f.at) / 1000000.0"),
}


def _with_answers(mentions: QuerySet[Mention]) -> QuerySet[Mention, tuple[Any, ...]]:
    ours = Post.objects.filter(
        network=OuterRef("account__network"), thread_id=OuterRef("conversation__thread_id"),
        account=OuterRef("account"), state=Post.State.LIVE, posted_at__gt=OuterRef("posted_at"),
    ).exclude(thread_id="")  # fmt: skip
    first = ours.order_by("posted_at", "pk").values("pk")[:1]
    rows = mentions.order_by().annotate(day=TruncDate("posted_at"), answer=Subquery(first))
    return rows.values_list("pk", "day", "account", "account__network", "posted_at", "answer")


def _mentions() -> QuerySet[Mention]:
    rows = Mention.objects.select_related("post__author", "account")
    return rows.defer("account__credentials", "post__raw", "post__author__raw")


def _loaded(rows: Sequence[Any]) -> list[Heard]:
    known = _mentions().in_bulk([row[0] for row in rows])
    answers = Post.objects.defer("raw").in_bulk([row[1] for row in rows if row[1]])
    return [
        Heard(known[pk], answers.get(answer), wait, agent or "") for pk, answer, wait, agent, _at in rows if pk in known
    ]


def _token(at: Any, pk: int) -> str:
    return signing.dumps([str(at), pk], salt=SALT)


def _beyond(token: str) -> tuple[str, list[Any]]:
    try:
        at, pk = signing.loads(token, salt=SALT) if token else ("", 0)
    except signing.BadSignature:
        return "", []
    moment: Any = parse_datetime(at) if at else None
    if moment is None:
        return "", []
    # SQLite has no time zone in its times, and compares them as text: this is the text that Django writes.
    value = moment if moment.tzinfo else str(moment)
    return "WHERE at < %s OR (at = %s AND id < %s)", [value, value, pk]
