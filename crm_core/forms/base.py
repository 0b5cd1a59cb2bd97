"""What all forms share: the look's classes, who may be chosen, and a guard against overwriting a colleague."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.contrib.auth import get_user_model
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from crm_core.filters import person_name
from crm_core.models import Team


def dress(form: forms.BaseForm) -> None:
    """Give each input the class of its kind."""
    for field in form.fields.values():
        widget = field.widget
        if isinstance(widget, (forms.CheckboxInput, forms.CheckboxSelectMultiple)):
            css = "form-check-input"
        else:
            css = "form-select" if isinstance(widget, forms.Select) else "form-control"
        widget.attrs.setdefault("class", css)


def rows_field(form: forms.BaseForm, name: str) -> forms.ModelChoiceField[Any]:
    """The field of this name, whose choices are rows."""
    return cast("forms.ModelChoiceField[Any]", form.fields[name])


def offer_people(form: forms.BaseForm, name: str) -> None:
    """Let the field choose among the users that may sign in, or nobody."""
    field = rows_field(form, name)
    field.queryset = get_user_model()._default_manager.filter(is_active=True).order_by("first_name", "username")
    field.label_from_instance = person_name  # type: ignore[method-assign, assignment]
    field.empty_label = _("Nobody")


class CrmForm(forms.ModelForm):  # type: ignore[type-arg]
    """A form about a row with owner and team. `version` is the one that the person saw when the form opened."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["version"].initial = self.instance.version if self.instance.pk else 0
        self._offer_people()
        dress(self)

    def _offer_people(self) -> None:
        if "owner" in self.fields:
            offer_people(self, "owner")
        if "team" in self.fields:
            # Also the row's own: else whoever sees a row as its owner would open it to everyone by saving it.
            own = Team.objects.filter(pk=self.instance.team_id)
            team = rows_field(self, "team")
            team.queryset = (teams_of(self.user) | own).distinct()
            team.empty_label = _("No team: everyone sees it")

    def clean(self) -> dict[str, Any]:
        """Refuse when somebody saved since the form was opened."""
        cleaned = super().clean() or {}
        if self.instance.pk and cleaned.get("version") != self._stored_version():
            raise forms.ValidationError(
                _("Somebody changed this while you were editing. Open the page again and repeat your change."),
                code="changed",
            )
        return cleaned

    def _stored_version(self) -> int | None:
        rows = type(self.instance)._default_manager.filter(pk=self.instance.pk)
        version: int | None = rows.values_list("version", flat=True).first()
        return version

    def save(self, commit: bool = True) -> Any:
        """Save, and count the edit."""
        if self.instance.pk:
            self.instance.version = F("version") + 1
        saved = super().save(commit)
        if commit:
            saved.refresh_from_db(fields=["version"])
        return saved


def teams_of(user: Any) -> Any:
    """Teams that the user may give rows to: all with the permission for all contacts, else the user's own."""
    if user.has_perm("crm_core.view_all_contacts"):
        return Team.objects.all()
    return Team.objects.filter(members=user)
