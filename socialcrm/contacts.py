"""The door to the host: its contact model, and an adapter that says what a contact is there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.db.models import Model, QuerySet
from django.utils.module_loading import import_string

from . import conf
from .bulk import count_each


def get_contact_model() -> type[Model]:
    """Return the host's contact model. Raises ImproperlyConfigured when the setting is absent or wrong."""
    name = conf.get("CONTACT_MODEL")
    if not name:
        raise ImproperlyConfigured("Set SOCIALCRM_CONTACT_MODEL to your contact model, for example 'crm.Contact'.")
    try:
        return apps.get_model(name, require_ready=False)
    except (ValueError, LookupError) as error:
        raise ImproperlyConfigured(f"SOCIALCRM_CONTACT_MODEL is {name!r}, and no such model is installed.") from error


def get_adapter() -> ContactAdapter:
    """Return a fresh adapter of the class that SOCIALCRM_CONTACT_ADAPTER names."""
    adapter: ContactAdapter = import_string(conf.get("CONTACT_ADAPTER"))()
    return adapter


@dataclass(frozen=True, slots=True)
class Deal:
    """A deal of the host, as the panel and the reports show it."""

    name: str
    amount: Decimal | None = None
    currency: str = ""
    stage: str = ""
    is_open: bool = True
    url: str = ""


class Offer(NamedTuple):
    """Something that the host can make of a post: what the button says, its icon in icons.svg, the form's address."""

    label: str
    icon: str
    url: str


class PipelineDeal(NamedTuple):
    """A deal beside one of its contacts, for the reports; a deal of two contacts comes twice.

    `state` is open, won or lost; `closed_on` is the day on which it was won or lost, None where the host keeps none.
    """

    contact: Any  # the contact's key
    key: Any  # the deal's key
    name: str
    amount: Decimal | None
    currency: str
    stage: str
    state: str
    closed_on: date | None


@dataclass(frozen=True, slots=True)
class ContactBrief:
    """What a row of a report shows of a contact."""

    name: str
    company: str = ""
    owner: str = ""
    url: str = ""


Option = tuple[str, str]  # a value as it stands in an address, and its name for people


class ContactAdapter:
    """How socialcrm asks the host about contacts; every method has a default that works on most models.

    Contacts may have integer, UUID or parent-link keys, one, many or no e-mails, and no owner.
    """

    def visible_to(self, user: Any) -> QuerySet[Any]:
        """Contacts that this user may see. Default: all of them for an active user, else none."""
        manager = get_contact_model()._default_manager
        return manager.all() if user.is_active else manager.none()

    def can_view(self, user: Any, contact: Any) -> bool:
        """Whether this user may see this contact."""
        return self.visible_to(user).filter(pk=contact.pk).exists()

    def viewers(self, users: Sequence[Any], contact: Any) -> list[Any]:
        """Which of these users may see this contact: one query, and those that `visible_to` needs for each user."""
        found = count_each([self.visible_to(user).filter(pk=contact.pk) for user in users], 1) if users else []
        return [user for user, there in zip(users, found, strict=True) if there]

    def name(self, contact: Any) -> str:
        """The person's full name."""
        return str(contact)

    def first_name(self, contact: Any) -> str:
        """How a friendly letter addresses the person. Default: the field of that name, else the name's first word."""
        return str(getattr(contact, "first_name", "") or self.name(contact).partition(" ")[0])

    def emails(self, contact: Any) -> list[str]:
        """E-mail addresses, the main one first."""
        return [contact.email] if getattr(contact, "email", "") else []

    def phones(self, contact: Any) -> list[str]:
        """Phone numbers as the host writes them."""
        return [contact.phone] if getattr(contact, "phone", "") else []

    def company(self, contact: Any) -> str:
        """The company's name, or an empty string."""
        return str(getattr(contact, "company", "") or "")

    def city(self, contact: Any) -> str:
        """The city the person lives or works in, or an empty string."""
        return str(getattr(contact, "city", "") or "")

    def websites(self, contact: Any) -> list[str]:
        """Web addresses of the person and of the company, profile addresses on networks included."""
        return [contact.website] if getattr(contact, "website", "") else []

    def owner(self, contact: Any) -> Any:
        """The user who looks after this contact, or None."""
        return getattr(contact, "owner", None)

    def url(self, contact: Any) -> str:
        """Where the host shows this contact, or an empty string."""
        get_absolute_url = getattr(contact, "get_absolute_url", None)
        return str(get_absolute_url()) if get_absolute_url else ""

    def search(self, user: Any, text: str) -> QuerySet[Any]:
        """Visible contacts that match the text; the default compares with the main fields of most models."""
        from django.db.models import Q

        found = Q()
        fields = {field.name for field in get_contact_model()._meta.get_fields()}
        for name in ("name", "full_name", "first_name", "last_name", "email"):
            if name in fields:
                found |= Q(**{f"{name}__icontains": text})
        return self.visible_to(user).filter(found)

    def deals(self, user: Any, contact: Any) -> list[Deal]:
        """The contact's deals that this user may see. Default: none."""
        return []

    def offers(self, user: Any, contact: Any, post: Any) -> list[Offer]:
        """What this user can make of a contact's post: a task, a deal, a case. Default: nothing.

        The host's form asks `socialcrm.origin.origin_of` what was said and by whom.
        """
        return []

    def new_contact_url(self, user: Any, profile: Any) -> str:
        """The form in which this user makes a contact of a person who is nobody's yet. Default: there is none."""
        return ""

    def for_matching(self) -> QuerySet[Any]:
        """All contacts, with whatever joins make `emails`, `websites` and `company` free of queries."""
        return get_contact_model()._default_manager.all()

    def prefetch(self, contacts: Iterable[Any]) -> list[Any]:
        """The same contacts, loaded so that the other methods need no query for each."""
        return list(contacts)

    # For the reports: about many contacts at once, each in a number of queries that does not grow with them.

    def owners(self, user: Any) -> list[Option]:
        """Who looks after the contacts that this user sees. Default: from a field `owner`, where there is one."""
        return self._options(user, "owner")

    def teams(self, user: Any) -> list[Option]:
        """The teams of the contacts that this user sees. Default: from a field `team`, where there is one."""
        return self._options(user, "team")

    def stages(self) -> list[Option]:
        """The steps of a deal, in order. Default: none, and the reports offer no filter by stage."""
        return []

    def narrow(self, user: Any, contacts: QuerySet[Any], *, owner: str, team: str, stage: str) -> QuerySet[Any]:
        """Contacts of this owner and team, with a deal in this stage; each an option's value or empty."""
        wanted = {name: value for name, value in (("owner", owner), ("team", team)) if value}
        return contacts.filter(**wanted)

    def briefs(self, keys: Sequence[Any]) -> dict[Any, ContactBrief]:
        """Name, company, owner's name and address of these contacts, by key; what is gone is left out."""
        rows = get_contact_model()._default_manager.filter(pk__in=keys)
        return {row.pk: self._brief(row) for row in self.prefetch(rows)}

    def sort_names(self, contacts: QuerySet[Any]) -> dict[Any, str]:
        """What these contacts are sorted by when sorted by name, by key."""
        return {row.pk: self.name(row).casefold() for row in contacts.iterator(chunk_size=2000)}

    def pipeline(self, user: Any, contacts: QuerySet[Any], closed_since: date) -> list[PipelineDeal]:
        """The open deals of these contacts that this user may see, and those won or lost since. Default: none."""
        return []

    def deal_url(self, key: Any) -> str:
        """Where the host shows this deal, or an empty string."""
        return ""

    def last_touches(self, user: Any, contacts: QuerySet[Any] | Sequence[Any]) -> dict[Any, datetime]:
        """When we last did something with these contacts outside the networks, by key. Default: nothing is known."""
        return {}

    def _options(self, user: Any, name: str) -> list[Option]:
        fields = {field.name: field for field in get_contact_model()._meta.get_fields()}
        if name not in fields or not fields[name].many_to_one:
            return []
        rows = fields[name].related_model._default_manager  # type: ignore[union-attr]
        found = rows.filter(pk__in=self.visible_to(user).order_by().values(name))
        return sorted(((str(row.pk), person_name(row)) for row in found), key=lambda option: option[1].casefold())

    def _brief(self, contact: Any) -> ContactBrief:
        owner = self.owner(contact)
        return ContactBrief(
            self.name(contact), self.company(contact), person_name(owner) if owner else "", self.url(contact)
        )

    def log(self, contact: Any, text: str, user: Any = None, url: str = "") -> None:
        """Tell the host that something happened with this contact. Default: nothing."""


def person_name(row: Any) -> str:
    """A user's full name or sign-in, any other row's own name."""
    full = getattr(row, "get_full_name", None)
    return (full() if full else "") or str(row)
