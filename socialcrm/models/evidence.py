"""Evidence of a profile link: kept as codes with their facts, put into words in the reader's language."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop


def words(code: str, facts: dict[str, Any]) -> str:
    """The sentence of a piece of evidence in the language of now; an unknown code is shown as it is."""
    sentence = SENTENCES.get(code)
    return _(sentence) % facts if sentence else code


SENTENCES = {
    "given_address": gettext_noop("%(url)s is among the contact's addresses"),
    "same_site": gettext_noop("Same web site: %(site)s"),
    "company_site": gettext_noop("The profile's web site is the company's: %(site)s"),
    "email_in_bio": gettext_noop("The contact's e-mail is in the profile: %(email)s"),
    "same_name": gettext_noop("Same name: %(name)s"),
    "like_name": gettext_noop("Similar name: %(name)s, %(percent)s%% alike"),
    "like_handle": gettext_noop("The handle @%(handle)s is made of the name"),
    "company_in_bio": gettext_noop("The profile speaks of %(company)s"),
    "job_in_bio": gettext_noop("The profile speaks of the job: %(job)s"),
    "same_city": gettext_noop("Same city: %(city)s"),
    "by_hand": gettext_noop("Linked by hand"),
    "name_only": gettext_noop("Nothing but the name speaks for it"),
    "namesake": gettext_noop("%(count)s others have this name too"),
    "common_name": gettext_noop("It is a common name"),
    "other_city": gettext_noop("Another city: %(city)s"),
    "hearsay": gettext_noop("Told by %(server)s, not by the person's own server"),
    "claimed_twice": gettext_noop("Another contact lists the same address"),
}


class EvidenceField(models.JSONField):
    """[{"code", "facts", "against"}]; each comes from the database with its `text`, which is never stored."""

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        """Add the words."""
        rows = super().from_db_value(value, expression, connection)
        return [self._with_words(row) for row in rows] if isinstance(rows, list) else rows

    def get_prep_value(self, value: Any) -> Any:
        """Leave the words out where they can be made again."""
        if isinstance(value, list):
            value = [{k: v for k, v in row.items() if k != "text" or "facts" not in row} for row in value]
        return super().get_prep_value(value)

    def deconstruct(self) -> Any:
        """To the database, and to migrations, this is JSON."""
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.JSONField", args, kwargs

    @staticmethod
    def _with_words(row: dict[str, Any]) -> dict[str, Any]:
        return row if "facts" not in row else {**row, "text": words(str(row["code"]), row["facts"])}
