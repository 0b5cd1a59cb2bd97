"""Canned replies of the fictional Lumen Lighting, in the two languages in which it is written to."""

from __future__ import annotations

from django.contrib.auth.models import User

from socialcrm import inbox

REPLIES = (
    (
        "en",
        "Thanks for the praise",
        "Thank you, {contact.first_name|so much}! I'll pass this on to the people who built it.",
    ),
    (
        "en",
        "Flicker: first questions",
        "Sorry about this, {contact.first_name|and thank you for telling us}. Which driver is it, and does it flicker "
        "when dimmed too? {user.first_name}",
    ),
    (
        "en",
        "Where is my order",
        "I'll look at once. Could you send us the order number by direct message? {user.first_name}, @{account.handle}",
    ),
    (
        "en",
        "Someone will call",
        "I've asked our field team to call {contact.company|you} tomorrow morning. {user.first_name}",
    ),
    ("fr", "Merci du compliment", "Merci beaucoup {contact.first_name|à vous} ! Je transmets à l’atelier."),
    (
        "fr",
        "Clignotement : premières questions",
        "Désolé pour ce désagrément, {contact.first_name|et merci de nous le signaler}. De quel driver s’agit-il, et "
        "clignote-t-il aussi en gradation ? {user.first_name}",
    ),
    (
        "fr",
        "Où en est ma commande",
        "Je regarde tout de suite. Pouvez-vous nous envoyer le numéro de commande en message privé ? {user.first_name}",
    ),
)


def fill(admin: User) -> None:
    """Write those that are shared by everyone, once; people may change and delete them afterwards."""
    if not inbox.canned_replies(admin).exists():
        for lang, title, text in REPLIES:
            inbox.write_canned(admin, title, text, lang=lang, shared=True)
