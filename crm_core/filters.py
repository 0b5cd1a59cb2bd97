"""The filters of the lists, as they stand in the address; a value that makes no sense filters nothing."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth import get_user_model
from django.db.models import Case, CharField, DateTimeField, Exists, F, FloatField, OuterRef, QuerySet, Sum, Value, When
from django.db.models.functions import Cast, Coalesce
from django.http import QueryDict
from django.utils.translation import get_language_info
from django.utils.translation import gettext as _

from .listing import Listing, Sort
from .models import Company, Contact, Deal, Team
from .search import matching_contacts
from .social import has_profile, has_suggestion, influence


def _open_amount(user: Any) -> Coalesce:
    visible = Deal.objects.visible_to(user) if user else Deal.objects.none()
    deals = visible.filter(contacts=OuterRef("pk"), stage__in=Deal.OPEN).order_by().values("contacts")
    total = deals.annotate(total=Sum(Cast("amount", FloatField()))).values("total")[:1]
    return Coalesce(total, 0.0, output_field=FloatField())


def contact_sorts(user: Any = None) -> dict[str, Sort]:
    """The columns that the contact list sorts by, by their name in the address."""
    company = Case(When(company__isnull=True, then=Value("")), default=F("company__sort_name"))
    return {
        "name": Sort("sort_name", CharField()),
        "company": Sort(company, CharField()),
        "city": Sort("city", CharField()),
        "influence": Sort(influence(), FloatField(), descending=True),
        "deals": Sort(_open_amount(user), FloatField(), descending=True),
        "changed": Sort("updated_at", DateTimeField(), descending=True),
        "created": Sort("created_at", DateTimeField(), descending=True),
    }


@dataclass(frozen=True, slots=True)
class ContactFilter:
    """What the contact list is narrowed to, and its order. Empty strings narrow nothing."""

    q: str = ""
    mine: str = ""
    owner: str = ""
    team: str = ""
    company: str = ""
    language: str = ""
    city: str = ""
    deal: str = ""
    profile: str = ""
    sort: str = ""

    @classmethod
    def read(cls, params: QueryDict) -> ContactFilter:
        """The filter in an address. Control characters and overlong values are cut."""
        values = {field.name: clean(params.get(field.name, "")) for field in fields(cls)}
        return cls(**values)

    def query(self, **changes: str) -> str:
        """The filter as a query string, with these changes."""
        changed = replace(self, **changes)
        pairs = [(field.name, getattr(changed, field.name)) for field in fields(changed)]
        return urlencode([(name, value) for name, value in pairs if value])

    @property
    def first_sort(self) -> str:
        """The order of the list when nobody asked for one."""
        return "name"

    @property
    def is_narrow(self) -> bool:
        """Whether anything but the order was asked for."""
        return bool(replace(self, sort="").query())

    def listing(self, user: Any) -> Listing:
        """The contacts that this user sees through the filter, in its order."""
        sorts = contact_sorts(user)
        name = self.sort.lstrip("-")
        sort = sorts.get(name, sorts["name"])
        # A minus turns the column's own direction round: "influence" is the strongest first, "-influence" the weakest.
        descending = sort.descending != (name in sorts and self.sort.startswith("-"))
        return Listing(self.apply(Contact.objects.visible_to(user), user), sort, descending)

    def apply(self, rows: QuerySet[Any], user: Any) -> QuerySet[Any]:
        """Narrow the rows."""
        rows = matching_contacts(rows, self.q)
        if self.mine:
            rows = rows.filter(owner=user)
        for name in ("owner", "team", "company"):
            value = getattr(self, name)
            if value == "none":
                rows = rows.filter(**{f"{name}__isnull": True})
            elif value.isdecimal() and len(value) < 19:
                rows = rows.filter(**{name: int(value)})
        if self.city:
            rows = rows.filter(city__iexact=self.city)
        if self.language:
            rows = rows.filter(language=self.language)
        return self._by_deal(self._by_profile(rows), user)

    def _by_deal(self, rows: QuerySet[Any], user: Any) -> QuerySet[Any]:
        deals = Deal.objects.visible_to(user).filter(contacts=OuterRef("pk"))
        conditions = {
            "open": Exists(deals.filter(stage__in=Deal.OPEN)),
            "won": Exists(deals.filter(stage=Deal.Stage.WON)),
            "any": Exists(deals),
            "none": ~Exists(deals),
        }
        return rows.filter(conditions[self.deal]) if self.deal in conditions else rows

    def _by_profile(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        conditions = {"yes": has_profile(), "no": ~has_profile(), "check": has_suggestion()}
        return rows.filter(conditions[self.profile]) if self.profile in conditions else rows

    def labels(self, user: Any) -> list[tuple[str, str]]:
        """(name in the address, words for the person) of each filter that is on and has no switch of its own."""
        found = [(name, label) for name, label in self._record_labels(user) if label]
        if self.city:
            found.append(("city", _("City: %(name)s") % {"name": self.city}))
        if self.language:
            found.append(("language", _("Language: %(name)s") % {"name": language_name(self.language)}))
        return found

    def _record_labels(self, user: Any) -> list[tuple[str, str]]:
        return [
            ("owner", self._label("owner", get_user_model().objects.all(), _("Owner: %(name)s"))),
            ("team", self._label("team", known_teams(user), _("Team: %(name)s"))),
            ("company", self._label("company", Company.objects.visible_to(user), _("Company: %(name)s"))),
        ]

    def _label(self, name: str, rows: QuerySet[Any], words: str) -> str:
        value = getattr(self, name)
        if value == "none":
            return words % {"name": _("nobody") if name == "owner" else _("none")}
        if not value.isdecimal() or len(value) > 18:
            return ""
        row = rows.filter(pk=int(value)).first()
        return words % {"name": person_name(row)} if row else ""


def known_teams(user: Any) -> QuerySet[Team]:
    """The teams of the contacts that this user sees."""
    return Team.objects.filter(pk__in=Contact.objects.visible_to(user).order_by().values("team"))


def person_name(row: Any) -> str:
    """A user's full name or sign-in, any other row's own name."""
    full = getattr(row, "get_full_name", None)
    return (full() if full else "") or str(row)


def language_name(code: str) -> str:
    """A language's name in the language of the page, or the code itself."""
    try:
        return str(get_language_info(code)["name_translated"])
    except KeyError:
        return code


def clean(value: str) -> str:
    """A value of an address without control characters, at most 200 characters."""
    return "".join(char for char in value if char.isprintable()).strip()[:200]
