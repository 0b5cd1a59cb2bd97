"""The public signals for hosts; nothing inside socialcrm listens to them."""

from __future__ import annotations

from django.dispatch import Signal

# kwargs: posts (list of Post, new ones only), account
post_stored = Signal()
# kwargs: reply (Reply, state SENT)
reply_sent = Signal()
# kwargs: profile (SocialProfile), contact, automatic (bool)
profile_linked = Signal()
# kwargs: account (SocialAccount, state NEEDS_RECONNECT); once for each time that access is lost
account_lost_access = Signal()
