"""The only file of the CRM that knows socialcrm: what a contact is, said to the extension, and what it knows of one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, cast

from django.apps import apps
from django.conf import settings
from django.db.models import (
    Exists,
    ExpressionWrapper,
    FloatField,
    Max,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
    prefetch_related_objects,
)
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from socialcrm import matching
from socialcrm.access import readable
from socialcrm.contacts import ContactAdapter, ContactBrief, Offer, Option, PipelineDeal
from socialcrm.contacts import Deal as SocialDeal
from socialcrm.origin import Origin as Origin
from socialcrm.origin import origin_of
from socialcrm.signals import account_lost_access as account_lost_access

from .models import Activity, Contact, Deal
from .models.team import who_sees
from .search import matching_contacts

LINKED = Q(social_links__state="linked")
CANNOT_LINK = (matching.AlreadyLinked, matching.LinkingForbidden)


class CrmContacts(ContactAdapter):
    """Contacts of this CRM, with their e-mails, phones, web sites, deals and activities."""

    def visible_to(self, user: Any) -> QuerySet[Any]:
        """The contacts of the user's teams, the user's own and nobody's; all of them with the permission for it."""
        return cast("QuerySet[Any]", Contact.objects.visible_to(user))

    def viewers(self, users: Sequence[Any], contact: Any) -> list[Any]:
        """In two queries, however many users."""
        return who_sees(contact, users)

    def emails(self, contact: Any) -> list[str]:
        """All e-mail addresses, the main one first."""
        return [row.email for row in contact.email_set.all()]

    def phones(self, contact: Any) -> list[str]:
        """All phone numbers."""
        return [row.phone for row in contact.phone_set.all()]

    def websites(self, contact: Any) -> list[str]:
        """The person's addresses, then the company's."""
        sites = [row.url for row in contact.website_set.all()]
        return sites + ([contact.company.website] if contact.company and contact.company.website else [])

    def search(self, user: Any, text: str) -> QuerySet[Any]:
        """Visible contacts that hold every word in a name, e-mail, company or handle."""
        return matching_contacts(self.visible_to(user), text)

    def deals(self, user: Any, contact: Any) -> list[SocialDeal]:
        """The contact's deals that the user may see, the open ones first. One query."""
        seen = Deal.objects.visible_to(user).filter(contacts=contact)
        rows = sorted(seen, key=lambda deal: (not deal.is_open, -deal.pk))
        return [_deal(row) for row in rows]

    def offers(self, user: Any, contact: Any, post: Any) -> list[Offer]:
        """A task and a deal, for who may make them."""
        about = urlencode({"contact": contact.pk, "post": post.pk})
        task = Offer(_("Create task"), "list-checks", f"{reverse('crm:activity_new')}?{about}&kind=task")
        deal = Offer(_("New deal"), "briefcase", f"{reverse('crm:deal_new')}?{about}")
        rights = {"crm_core.add_activity": task, "crm_core.add_deal": deal}
        return [offer for right, offer in rights.items() if user.has_perm(right)]

    def new_contact_url(self, user: Any, profile: Any) -> str:
        """The form of a new contact, filled with what the person says of themselves."""
        if not user.has_perm("crm_core.add_contact"):
            return ""
        return f"{reverse('crm:contact_new')}?{urlencode({'profile': profile.pk})}"

    def for_matching(self) -> QuerySet[Any]:
        """Contacts with company, e-mails and web sites loaded."""
        return Contact.objects.select_related("company").prefetch_related("email_set", "website_set")

    def prefetch(self, contacts: Iterable[Any]) -> list[Any]:
        """The same contacts with all that the other methods read."""
        rows = list(contacts)
        prefetch_related_objects(rows, "company", "owner", "email_set", "phone_set", "website_set")
        return rows

    def stages(self) -> list[Option]:
        """Any open step, then each step."""
        return [("open", str(_("Any open stage"))), *((value, str(label)) for value, label in Deal.Stage.choices)]

    def narrow(self, user: Any, contacts: QuerySet[Any], *, owner: str, team: str, stage: str) -> QuerySet[Any]:
        """By owner and team, and by the stage of a deal that the user may see."""
        rows = super().narrow(user, contacts, owner=owner, team=team, stage="")
        if not stage:
            return rows
        stages = Deal.OPEN if stage == "open" else [stage]
        deals = Deal.objects.visible_to(user).filter(contacts=OuterRef("pk"), stage__in=stages)
        return rows.filter(Exists(deals))

    def briefs(self, keys: Sequence[Any]) -> dict[Any, ContactBrief]:
        """In one query."""
        rows = Contact.objects.filter(pk__in=keys).select_related("company", "owner")
        return {row.pk: self._brief(row) for row in rows}

    def sort_names(self, contacts: QuerySet[Any]) -> dict[Any, str]:
        """Last name first, as in the list of contacts."""
        return dict(contacts.order_by().values_list("pk", "sort_name"))

    def pipeline(self, user: Any, contacts: QuerySet[Any], closed_since: date) -> list[PipelineDeal]:
        """In one query. A closed deal counts on its close date, or on the day it was last changed."""
        deals = Deal.objects.visible_to(user).filter(contacts__in=contacts.order_by().values("pk"))
        recent = Q(closes_on__gte=closed_since) | Q(closes_on=None, updated_at__date__gte=closed_since)
        rows = deals.filter(Q(stage__in=Deal.OPEN) | recent).values_list(
            "contacts", "pk", "name", "amount", "currency", "stage", "closes_on", "updated_at"
        )
        return [_pipeline_deal(*row) for row in rows]

    def deal_url(self, key: Any) -> str:
        """The deal's page."""
        return reverse("crm:deal", args=[key])

    def last_touches(self, user: Any, contacts: QuerySet[Any] | Sequence[Any]) -> dict[Any, datetime]:
        """The last activity that is done, of those that the user may see."""
        done = Activity.objects.visible_to(user).filter(contact__in=contacts).exclude(kind="task", done_at=None)
        touched = done.order_by().values_list("contact").annotate(last=Max(Coalesce("done_at", "created_at")))
        return dict(touched)

    def log(self, contact: Any, text: str, user: Any = None, url: str = "") -> None:
        """Write the event into the contact's activities."""
        Activity.objects.create(kind=Activity.Kind.LOG, contact=contact, text=text, user=user, url=url)


@dataclass(frozen=True, slots=True)
class LostAccess:
    """An account that has to be connected again: what it is called, how many replies wait, and where to go."""

    name: str
    waiting: int
    url: str


def lost_access(pk: int) -> LostAccess | None:
    """The account, where it still lacks access."""
    account = apps.get_model("socialcrm", "SocialAccount")._default_manager.filter(pk=pk).first()
    if account is None or account.state != "needs_reconnect":
        return None
    waiting = account.replies.filter(state="queued").count()
    url = f"{settings.SOCIALCRM_PUBLIC_URL.rstrip('/')}{reverse('socialcrm:accounts')}"
    return LostAccess(str(account), waiting, url)


def came_from(request: Any) -> Origin | None:
    """The person or the post that the address names, of those that the user may see. Raises Http404."""
    return origin_of(request.user, profile=request.GET.get("profile"), post=request.GET.get("post"))


def _deal(row: Deal) -> SocialDeal:
    return SocialDeal(
        name=row.name,
        amount=row.amount,
        currency=row.currency,
        stage=row.get_stage_display(),
        is_open=row.is_open,
        url=row.get_absolute_url(),
    )


def _pipeline_deal(
    contact: Any, key: Any, name: str, amount: Any, currency: str, stage: str, closes: date | None, changed: datetime
) -> PipelineDeal:
    state = "open" if stage in Deal.OPEN else stage
    closed_on = None if state == "open" else closes or timezone.localdate(changed)
    return PipelineDeal(contact, key, name, amount, currency, stage, state, closed_on)


def with_profiles(rows: QuerySet[Any], user: Any) -> QuerySet[Any]:
    """The contacts with `linked`: links to profiles, for avatar and badges, in one query.

    Each has `last_post`, when the last post was that the user may read.
    """
    posts = apps.get_model("socialcrm", "Post")._default_manager.filter(readable(user), author=OuterRef("profile_id"))
    links = apps.get_model("socialcrm", "ProfileLink")._default_manager.filter(state="linked")
    links = links.select_related("profile").annotate(
        last_post=Subquery(posts.order_by("-posted_at").values("posted_at")[:1])
    )
    return rows.prefetch_related(Prefetch("social_links", queryset=links.order_by("pk"), to_attr="linked"))


def picture(contact: Any) -> str:
    """The address of the first picture among a contact's `linked` profiles, or nothing."""
    return next((link.profile.avatar_url for link in contact.linked if link.profile.avatar_url), "")


def influence() -> Coalesce:
    """An expression: the newest score of the contact's strongest profile in the last month, -1 where there is none."""
    scores = (
        Contact.objects.filter(
            LINKED, pk=OuterRef("pk"), social_links__profile__scores__day__gte=timezone.localdate() - timedelta(days=31)
        )
        .order_by("-social_links__profile__scores__day", "-social_links__profile__scores__value")
        .values("social_links__profile__scores__value")
    )
    value = ExpressionWrapper(Subquery(scores[:1]), output_field=FloatField())
    return Coalesce(value, -1.0, output_field=FloatField())


def has_profile() -> Exists:
    """An expression: whether the contact is linked to a profile."""
    return Exists(Contact.objects.filter(LINKED, pk=OuterRef("pk")))


def has_suggestion() -> Exists:
    """An expression: whether somebody has to say if a profile is this contact."""
    return Exists(Contact.objects.filter(pk=OuterRef("pk"), social_links__state="suggested"))


def move_profiles(source: Contact, target: Contact) -> Any:
    """Move the profiles of a merged contact to the survivor; what comes back undoes it."""
    return matching.move_links(source, target)


def return_profiles(source: Contact, token: Any) -> None:
    """Undo `move_profiles` for the contact that is back."""
    matching.return_links(source, token)
