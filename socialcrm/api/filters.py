"""The query parameters of the lists; django-filter checks them, so that a wrong one is a 400 and not an empty page."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import django_filters
from django import forms
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404
from django.utils.translation import gettext_lazy as _
from django_filters import rest_framework as filters

from socialcrm import access
from socialcrm.contacts import get_adapter
from socialcrm.models import (
    CannedReply,
    InfluenceScore,
    Mention,
    Post,
    ProfileLink,
    Reply,
    SocialAccount,
    SocialProfile,
)
from socialcrm.networks import canonical_id, networks

EARLIEST, LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)
MOST_CHARACTERS = 200


class _MomentField(django_filters.fields.IsoDateTimeField):  # type: ignore[misc]
    """A moment that both databases can hold in every time zone."""

    def clean(self, value: Any) -> Any:
        """The moment in UTC. Raises ValidationError for one outside the years that we keep."""
        moment = super().clean(value)
        if moment is None:
            return None
        if not EARLIEST <= moment.replace(tzinfo=UTC) <= LATEST:
            raise forms.ValidationError(_("Give a date and time after 1970."), code="out_of_range")
        # PostgreSQL refuses an offset of more than 16 hours, which ISO 8601 allows.
        return moment.astimezone(UTC)


class MomentFilter(filters.IsoDateTimeFilter):  # type: ignore[misc]
    """ISO 8601 date and time."""

    field_class = _MomentField


class Text(filters.CharFilter):  # type: ignore[misc]
    """A short text."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, max_length=MOST_CHARACTERS, **kwargs)


class Id(filters.NumberFilter):  # type: ignore[misc]
    """A key of one of our own tables."""

    field_class = forms.IntegerField

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, min_value=0, max_value=2**63 - 1, **kwargs)


class BySocialFilter(filters.FilterSet):  # type: ignore[misc]
    """Filters that several lists share."""

    network = Text(method="by_network", help_text="A network's id or alias: twitter, x.")

    def by_network(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Rows of one network, named by id or alias."""
        return rows.filter(**{self.network_field: canonical_id(value)})

    network_field = "network"

    def linked_to(self, contact: str) -> QuerySet[ProfileLink]:
        """The links of a contact that the user may see; none for any other text."""
        try:
            row = access.get_visible_contact(self.request.user, contact)
        except Http404:
            return ProfileLink.objects.none()
        return ProfileLink.objects.filter(state="linked", contact=row)


class ContactFilter(filters.FilterSet):  # type: ignore[misc]
    """Contacts by text, and by whether a profile is linked."""

    search = Text(method="by_text", help_text="Name, e-mail, or @handle.")
    linked = filters.BooleanFilter(method="by_link", help_text="With a linked profile, or without.")

    def by_text(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """What the host finds, and whoever has this handle."""
        found = get_adapter().search(self.request.user, value).values("pk")
        handle = ProfileLink.objects.filter(
            state="linked", contact__isnull=False, profile__handle__iexact=value.removeprefix("@")
        )
        return rows.filter(Q(pk__in=found) | Q(pk__in=handle.values("contact")))

    def by_link(self, rows: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        """Contacts with (or without) a linked profile."""
        linked = Exists(ProfileLink.objects.filter(state="linked", contact=OuterRef("pk")))
        return rows.filter(linked if value else ~linked)


class ProfileFilter(BySocialFilter):
    """Profiles by network, handle, id there, and contact."""

    handle = Text(method="by_handle", help_text="With or without @, in any case.")
    external_id = Text(field_name="external_id")
    contact = Text(method="by_contact", help_text="A contact's id.")

    class Meta:
        model = SocialProfile
        fields: list[str] = []

    def by_handle(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Handles are compared without regard to case, as the networks do."""
        return rows.filter(handle__iexact=value.removeprefix("@"))

    def by_contact(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Profiles linked to a contact."""
        return rows.filter(pk__in=self.linked_to(value).values("profile"))


class PostFilter(BySocialFilter):
    """Posts by network and id there, author, contact, account mentioned, and time."""

    external_id = Text(method="by_key", help_text="The id on the network; on Mastodon with or without @server.")
    author = Id(field_name="author", help_text="A profile's id.")
    contact = Text(method="by_contact", help_text="A contact's id: what the contact wrote.")
    account = Id(method="by_account", help_text="An account's id: what mentions it.")
    in_reply_to = Text(method="by_key", help_text="The id, on the network, of the post answered.")
    since = MomentFilter(field_name="posted_at", lookup_expr="gte", help_text="Posted at or after, ISO 8601.")
    until = MomentFilter(field_name="posted_at", lookup_expr="lt", help_text="Posted before, ISO 8601.")

    class Meta:
        model = Post
        fields: list[str] = []

    def by_contact(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Posts of a contact's profiles."""
        return rows.filter(author__in=self.linked_to(value).values("profile"))

    def by_key(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Posts whose key the id may stand for: servers of one network may each have one of this number."""
        servers: dict[str, set[str]] = {network: set() for network in networks()}
        for network, server in SocialAccount.objects.exclude(server="").values_list("network", "server").distinct():
            servers.setdefault(network, set()).add(server)
        spelled = {one for name, cls in networks().items() for one in cls.spellings(value, servers[name])}
        return rows.filter(**{f"{name}__in": spelled})

    def by_account(self, rows: QuerySet[Any], name: str, value: Any) -> QuerySet[Any]:
        """Posts that mention an account of the user's."""
        usable = access.usable_accounts(self.request.user).filter(pk=value).values("pk")
        return rows.filter(Exists(Mention.objects.filter(post=OuterRef("pk"), account__in=usable)))


class ReplyFilter(BySocialFilter):
    """Replies by state, account, post, and time."""

    network_field = "account__network"
    state = filters.ChoiceFilter(choices=Reply.State.choices)
    account = Id(field_name="account")
    post = Id(field_name="post")
    mine = filters.BooleanFilter(method="by_me", help_text="Only yours, or only others'.")
    since = MomentFilter(field_name="created_at", lookup_expr="gte", help_text="Written at or after, ISO 8601.")

    class Meta:
        model = Reply
        fields: list[str] = []

    def by_me(self, rows: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        """The caller's own replies, or those of others."""
        mine = Q(user=self.request.user)
        return rows.filter(mine if value else ~mine)


class CannedReplyFilter(filters.FilterSet):  # type: ignore[misc]
    """Canned replies by text and by whose they are."""

    search = Text(method="by_text", help_text="In title or text.")
    shared = filters.BooleanFilter(field_name="user", lookup_expr="isnull", help_text="Everyone's, or only yours.")

    class Meta:
        model = CannedReply
        fields: list[str] = []

    def by_text(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Those that hold the words."""
        return rows.filter(Q(title__icontains=value) | Q(text__icontains=value))


class AccountFilter(BySocialFilter):
    """Accounts by network, handle and state."""

    handle = Text(field_name="handle", lookup_expr="iexact")
    state = filters.ChoiceFilter(choices=SocialAccount.State.choices)

    class Meta:
        model = SocialAccount
        fields: list[str] = []


class ScoreFilter(BySocialFilter):
    """Scores by profile, contact, network, day and value."""

    network_field = "profile__network"
    profile = Id(field_name="profile")
    contact = Text(method="by_contact", help_text="A contact's id.")
    day = filters.DateFilter(field_name="day")
    since = filters.DateFilter(field_name="day", lookup_expr="gte")
    at_least = filters.NumberFilter(field_name="value", lookup_expr="gte", min_value=0, max_value=100)

    class Meta:
        model = InfluenceScore
        fields: list[str] = []

    def by_contact(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Scores of a contact's profiles."""
        return rows.filter(profile__in=self.linked_to(value).values("profile"))
