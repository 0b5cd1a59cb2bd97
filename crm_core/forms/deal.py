"""The deal's form."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from crm_core.models import Company, Contact, Deal

from .base import CrmForm, rows_field

MAX_CHOICES = 500


class _Several(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    """Rows by their keys; a number that no database holds is a wrong choice like any other."""

    def clean(self, value: Any) -> Any:
        """The chosen rows. Raises ValidationError."""
        for key in value or ():
            if len(str(key)) > 18:
                code = "invalid_pk_value"
                raise forms.ValidationError(self.error_messages[code], code=code, params={"pk": str(key)[:20]})
        return super().clean(value)


class DealForm(CrmForm):
    """What we may sell, to which of the contacts that this user sees."""

    class Meta:
        model = Deal
        fields = (
            "name", "amount", "currency", "stage", "closes_on", "company", "contacts", "owner", "team",
        )  # fmt: skip
        field_classes = {"contacts": _Several}
        widgets = {
            "closes_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "amount": forms.NumberInput(attrs={"min": "0", "step": "0.01", "inputmode": "decimal"}),
            "contacts": forms.CheckboxSelectMultiple,
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        company = rows_field(self, "company")
        company.queryset = Company.objects.visible_to(self.user).order_by("sort_name")
        self.hidden_company = self._hidden_company()
        company.empty_label = _("As it is: another team's") if self.hidden_company else _("None")
        rows_field(self, "contacts").queryset = Contact.objects.visible_to(self.user).order_by("sort_name")
        for name in ("company", "contacts"):
            self._offer(name)

    def _hidden_company(self) -> Company | None:
        company: Company | None = self.instance.company
        return company if company and not self._rows("company").contains(company) else None

    def _rows(self, name: str) -> QuerySet[Any]:
        return cast("QuerySet[Any]", rows_field(self, name).queryset)

    def clean_company(self) -> Company | None:
        """The company chosen; one that this user can't see stays until another is chosen."""
        return self.cleaned_data["company"] or self.hidden_company

    def _offer(self, name: str) -> None:
        """Show the first rows and the chosen ones; any visible row is accepted, however many there are."""
        field, rows = rows_field(self, name), self._rows(name)
        sent = cast("QueryDict", self.data)
        chosen = sent.getlist(self.add_prefix(name)) if self.is_bound else self.get_initial_for_field(field, name)
        chosen = chosen if isinstance(chosen, (list, tuple)) else [chosen]
        keys = [
            int(key)
            for key in (getattr(row, "pk", row) for row in chosen)
            if str(key or "").isdecimal() and len(str(key)) < 19
        ]
        shown = {row.pk: row for row in [*rows.filter(pk__in=keys), *rows[:MAX_CHOICES]]}
        empty = [("", field.empty_label)] if name == "company" else []
        field.widget.choices = empty + [(pk, str(row)) for pk, row in shown.items()]

    def clean_amount(self) -> Any:
        """An amount is not negative."""
        amount = self.cleaned_data["amount"]
        if amount is not None and amount < 0:
            raise forms.ValidationError(_("An amount can't be negative."))
        return amount

    def _save_m2m(self) -> None:
        # Contacts that this user can't see are not in the form: they stay with the deal.
        hidden = list(self.instance.contacts.exclude(pk__in=self._rows("contacts")))
        super()._save_m2m()  # type: ignore[misc]
        self.instance.contacts.add(*hidden)
