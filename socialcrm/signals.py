"""The public signals for hosts; nothing inside socialcrm listens to them."""

from __future__ import annotations

from django.dispatch import Signal

# kwargs: posts (list of Post, new ones only), account
post_stored = Signal()
# kwargs: reply (Reply, state SENT)
reply_sent = Signal()
# kwargs: profile (SocialProfile), contact, automatic (bool)
profile_linked = Signal()
