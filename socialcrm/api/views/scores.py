"""Influence scores, day by day."""

from __future__ import annotations

from django.db.models import QuerySet

from socialcrm import access
from socialcrm.api.base import ListView
from socialcrm.api.filters import ScoreFilter
from socialcrm.api.serializers import ScoreSerializer
from socialcrm.models import InfluenceScore


class ScoreList(ListView):
    """Scores of profiles that you may see, newest day first."""

    serializer_class = ScoreSerializer
    filterset_class = ScoreFilter
    order = "day"

    def rows(self) -> QuerySet[InfluenceScore]:
        """Visible scores."""
        profiles = access.visible_profiles(self.request.user).values("pk")
        return InfluenceScore.objects.filter(profile__in=profiles).select_related("profile").defer("profile__raw")
