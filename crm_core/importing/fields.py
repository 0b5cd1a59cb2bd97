"""What a column can be, and what it probably is by its heading, in English, French and the words of other CRMs."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from crm_core.models.naming import fold

CHOICES = [
    ("", _("Leave out")),
    ("first_name", _("First name")),
    ("last_name", _("Last name")),
    ("name", _("Full name")),
    ("title", _("Job title")),
    ("company", _("Company")),
    ("city", _("City")),
    ("language", _("Language")),
    ("consent", _("Consent")),
    ("email", _("E-mail")),
    ("phone", _("Phone")),
    ("website", _("Website or profile")),
    ("owner", _("Owner")),
    ("team", _("Team")),
]
# These may stand in several columns.
REPEATABLE = {"email", "phone", "website"}

_WORDS = {
    "first_name": "first name|firstname|given name|prenom|vorname",
    "last_name": "last name|lastname|surname|family name|nom de famille|nom|nachname",
    "name": "name|full name|fullname|display name|nom complet|contact|contact name",
    "title": "title|job title|position|role|poste|fonction|titre",
    "company": "company|organization|organisation|account|account name|entreprise|societe|employer",
    "city": "city|town|ville|ort|localite",
    "language": "language|langue|lang|sprache",
    "consent": "consent|consentement|opt in|optin",
    "email": "email|e mail|mail|emails|e mails|courriel|adresse e mail|adresse email|email address|e mail address",
    "phone": "phone|phones|telephone|tel|mobile|phone number|portable|numero de telephone",
    "website": "website|websites|web site|url|site web|site|twitter|x|linkedin|web|profile|blog|homepage",
    "owner": "owner|proprietaire|responsable|assigned to",
    "team": "team|equipe",
}
_KNOWN = {word: field for field, words in _WORDS.items() for word in words.split("|")}


def guess(header: list[str]) -> list[str]:
    """One field, or "", per column. A field that can't repeat is given to the first column that looks like it."""
    found: list[str] = []
    for heading in header:
        field = _KNOWN.get(_bare(heading), "")
        found.append("" if field in found and field not in REPEATABLE else field)
    return found


def _bare(heading: str) -> str:
    words = "".join(char if char.isalnum() else " " for char in fold(heading)).split()
    while len(words) > 1 and words[-1].isdigit():
        words.pop()
    return " ".join(words)


def checked(mapping: list[str], columns: int) -> list[str]:
    """The mapping of a form: known fields only, one per column."""
    known = {name for name, _label in CHOICES}
    wanted = [field if field in known else "" for field in mapping[:columns]]
    return wanted + [""] * (columns - len(wanted))
