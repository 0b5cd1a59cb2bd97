"""The tables, one model a file, its QuerySet beside it."""

from __future__ import annotations

from .account import SocialAccount
from .app import NetworkApp
from .audit import AuditEntry
from .canned import CannedReply
from .conversation import Conversation, ConversationEvent, ConversationNote, ConversationSeen, NoteMention
from .post import Mention, Post, Tombstone
from .presence import Presence
from .profile import ProfileLink, SocialProfile
from .quarantine import Quarantined
from .reply import Reply
from .score import InfluenceScore
from .stream import Gap, Stream
from .suppressed import Suppressed
from .token import ApiToken
from .usage import ApiUsage, DayCharge

__all__ = [
    "ApiToken",
    "ApiUsage",
    "AuditEntry",
    "CannedReply",
    "Conversation",
    "ConversationEvent",
    "ConversationNote",
    "ConversationSeen",
    "DayCharge",
    "Gap",
    "InfluenceScore",
    "Mention",
    "NetworkApp",
    "NoteMention",
    "Post",
    "Presence",
    "ProfileLink",
    "Quarantined",
    "Reply",
    "SocialAccount",
    "SocialProfile",
    "Stream",
    "Suppressed",
    "Tombstone",
]
