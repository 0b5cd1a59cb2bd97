"""The ranking: standings in an order, cut into pages by key, and what a row shows of its contact."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.core import signing
from django.db.models import Max, QuerySet

from socialcrm import scoring
from socialcrm.access import sight_of
from socialcrm.contacts import ContactAdapter, ContactBrief
from socialcrm.models import InfluenceScore, Mention, Post, ProfileLink, SocialProfile

from .pipeline import Amounts, Pipeline
from .standings import Standing

PAGE_SIZE = 15
SALT = "socialcrm.reports.ranking"
Key = Any  # a number, a text or a moment; None stands at the end in both directions


@dataclass(frozen=True, slots=True)
class RankedPage:
    """A page of the ranking: its standings, the place of the first one (from 1), and tokens of the pages beside it."""

    standings: list[Standing]
    first: int
    total: int
    next: str
    previous: str

    @property
    def last(self) -> int:
        """The place of the last one."""
        return self.first + len(self.standings) - 1


@dataclass(slots=True)
class RankRow:
    """A row as people read it. `amounts` are those of open deals, by currency."""

    place: int
    standing: Standing
    brief: ContactBrief
    profile: SocialProfile
    parts: list[dict[str, Any]] = field(default_factory=list)
    version: int = 0
    amounts: Amounts = field(default_factory=dict)
    touched: datetime | None = None
    heard: int = 0  # mentions of us in the period

    @property
    def at_handle(self) -> str:
        """The strongest profile's handle."""
        return f"@{self.profile.handle}"

    @property
    def share(self) -> float:
        """The score as a share of 1."""
        return (self.standing.value or 0) / 100

    @property
    def since(self) -> date | None:
        """Since when the change counts, where that is less than 30 days ago; None where it is 30 days."""
        one = self.standing
        short = one.base_day and one.day and one.day - one.base_day < timedelta(days=scoring.CHANGE_DAYS)
        return one.base_day if short else None


def order_by(sort: str, pipeline: Pipeline, names: Callable[[], Any], touches: Callable[[], Any]) -> list[Any]:
    """[key of a standing, whether the largest come first] for a sort as the address names it."""
    name = sort.lstrip("-") or "score"
    keys: dict[str, Callable[[], Callable[[Standing], Key]]] = {
        "score": lambda: lambda one: one.value,
        "change": lambda: lambda one: one.change,
        "name": lambda: _from(names()),
        "touch": lambda: _from(touches()),
        "deals": lambda: lambda one: _amount(pipeline, one),
    }
    return [keys[name](), (name != "name") != sort.startswith("-")]


def _from(found: dict[Any, Any]) -> Callable[[Standing], Key]:
    return lambda one: found.get(one.contact)


def _amount(pipeline: Pipeline, one: Standing) -> Any:
    """In the main currency: other currencies can't be compared with it, and come last."""
    amounts = pipeline.open_amounts.get(one.contact)
    return amounts.get(pipeline.currency) if amounts else None


def ranked(rows: list[Standing], key: Callable[[Standing], Key], largest_first: bool) -> list[Standing]:
    """In order; ties go by profile, and those without a key come last."""
    known = [(value, one.profile, one) for one in rows if (value := key(one)) is not None]
    known.sort(key=lambda row: row[:2], reverse=largest_first)
    rest = sorted((one for one in rows if key(one) is None), key=lambda one: -one.profile)
    return [row[2] for row in known] + rest


def page_of(order: Sequence[Standing], after: str, before: str, size: int = PAGE_SIZE) -> RankedPage:
    """The page behind the token `after`, or the one in front of `before`; the first for a worn token."""
    start = 0
    if found := _place(order, after):
        start = found
    elif found := _place(order, before):
        start = max(0, found - 1 - size)
    rows = list(order[start : start + size])
    more = start + size < len(order)
    following = token(rows[-1]) if more else ""
    return RankedPage(rows, start + 1 if rows else 0, len(order), following, token(rows[0]) if start else "")


def token(one: Standing) -> str:
    """Where a page ends: the profile of its last row, signed."""
    return signing.dumps(one.profile, salt=SALT)


def _place(order: Sequence[Standing], text: str) -> int:
    """The place from 1 of the row that a token names; 0 where there is none."""
    try:
        profile = signing.loads(text, salt=SALT) if text else None
    except signing.BadSignature:
        return 0
    return next((number for number, one in enumerate(order, 1) if one.profile == profile), 0)


def rank_rows(
    page: Sequence[Standing], first: int, user: Any, adapter: ContactAdapter, pipeline: Pipeline, heard: dict[Any, int]
) -> list[RankRow]:
    """The rows of a page, with a fixed number of queries. A contact that is gone meanwhile is left out."""
    briefs = adapter.briefs([one.contact for one in page])
    profiles = SocialProfile.objects.defer("raw", "bio").in_bulk([one.profile for one in page])
    parts = InfluenceScore.objects.only("parts", "version").in_bulk([one.score for one in page if one.score])
    touched = touches(user, adapter, [one.contact for one in page])
    rows = []
    for place, one in enumerate(page, first):
        if one.contact in briefs and one.profile in profiles:
            score = parts.get(one.score or 0)
            rows.append(
                RankRow(
                    place, one, briefs[one.contact], profiles[one.profile], score.parts if score else [],
                    score.version if score else 0, pipeline.open_amounts.get(one.contact, {}), touched.get(one.contact),
                    heard.get(one.contact, 0),
                )
            )  # fmt: skip
    return rows


def touches(user: Any, adapter: ContactAdapter, contacts: QuerySet[Any] | Sequence[Any]) -> dict[Any, datetime]:
    """When they last wrote to us, we to them, or we did something in the host, by contact, as the user sees it.

    Four queries, of which one is for the user's accounts.
    """
    sight = sight_of(user)
    links = ProfileLink.objects.filter(state="linked", contact__in=contacts)
    contact_of = dict(links.values_list("profile", "contact"))
    profiles: Any = list(contact_of) if len(contact_of) <= 500 else links.values("profile")
    heard = Mention.objects.filter(author__in=profiles, account__in=sight.accounts)
    if not sight.private:  # else each of them is readable, and no post has to be looked at
        heard = heard.filter(sight.readable("post__"))
    told = heard.order_by().values_list("author").annotate(Max("posted_at"))
    ours = Post.objects.filter(sight.readable(), to_profile__in=profiles, account__in=sight.accounts)
    ours = ours.filter(account__isnull=False, state=Post.State.LIVE)
    said = ours.order_by().values_list("to_profile").annotate(Max("posted_at"))
    found = dict(adapter.last_touches(user, contacts))
    for profile, at in [*told, *said]:
        contact = contact_of[profile]
        found[contact] = max(at, found.get(contact, at))
    return found
