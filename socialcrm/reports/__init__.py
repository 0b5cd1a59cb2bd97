"""Reports: the queries behind the managers' pages; rows come back, nothing is drawn.

Influence: one snapshot of the contacts that the user sees (`standings`) is the ground of every figure on the page, so
that a figure and the list that it opens can't disagree. Mentions: first answers are found and summed by the database.
"""

from __future__ import annotations

from .answers import OUTSIDE, Answers, Heard, HeardPage, Line, mentions_asked_for
from .asking import PERIODS, InfluenceAsk, MentionAsk
from .influence import BandRow, Influence, build_influence
from .pipeline import BandDeals, DealRow
from .ranking import RankedPage, RankRow, rank_rows
from .standings import Choices, Standing

__all__ = [
    "OUTSIDE",
    "PERIODS",
    "Answers",
    "BandDeals",
    "BandRow",
    "Choices",
    "DealRow",
    "Heard",
    "HeardPage",
    "Influence",
    "InfluenceAsk",
    "Line",
    "MentionAsk",
    "RankRow",
    "RankedPage",
    "Standing",
    "build_influence",
    "mentions_asked_for",
    "rank_rows",
]
