"""Rows as the API shows them. Fields are named one by one: a new column stays inside until someone shows it."""

from __future__ import annotations

from .accounts import AccountDetailSerializer, AccountSerializer, CostSerializer, HealthSerializer, StreamSerializer
from .contacts import (
    ContactBriefSerializer,
    ContactScoreSerializer,
    ContactSummarySerializer,
    CountsSerializer,
    DayValueSerializer,
)
from .conversations import (
    CannedReplySerializer,
    ConversationSerializer,
    FilledSerializer,
    NoteSerializer,
    OutcomesSerializer,
    ThreadSerializer,
)
from .posts import (
    MentionSerializer,
    PostDetailSerializer,
    PostSerializer,
    ReplySerializer,
    SaidSerializer,
    VerdictSerializer,
)
from .profiles import (
    EvidenceSerializer,
    LinkSerializer,
    PartSerializer,
    ProfileBriefSerializer,
    ProfileSerializer,
    ScoreSerializer,
)

__all__ = [
    "CannedReplySerializer",
    "ConversationSerializer",
    "FilledSerializer",
    "NoteSerializer",
    "OutcomesSerializer",
    "ThreadSerializer",
    "AccountDetailSerializer",
    "AccountSerializer",
    "ContactBriefSerializer",
    "ContactScoreSerializer",
    "ContactSummarySerializer",
    "CostSerializer",
    "CountsSerializer",
    "DayValueSerializer",
    "EvidenceSerializer",
    "HealthSerializer",
    "LinkSerializer",
    "MentionSerializer",
    "PartSerializer",
    "PostDetailSerializer",
    "PostSerializer",
    "ProfileBriefSerializer",
    "ProfileSerializer",
    "ReplySerializer",
    "ScoreSerializer",
    "StreamSerializer",
    "SaidSerializer",
    "VerdictSerializer",
]
