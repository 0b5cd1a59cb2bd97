"""Posts as the networks showed them."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from rest_framework.request import Request
from rest_framework.response import Response

from socialcrm import access, outbox
from socialcrm.api.base import ApiView, ListView
from socialcrm.api.filters import PostFilter
from socialcrm.api.loading import whole_posts
from socialcrm.api.serializers import PostDetailSerializer, PostSerializer
from socialcrm.models import Post


class PostList(ListView):
    """Posts that you may see."""

    serializer_class = PostSerializer
    filterset_class = PostFilter
    order = "posted_at"

    def rows(self) -> QuerySet[Post]:
        """Visible posts, whole."""
        return whole_posts(access.visible_posts(self.request.user), self.request.user)


class PostDetail(ApiView):
    """One post, and as whom you may answer it."""

    serializer_class = PostDetailSerializer

    def get(self, request: Request, pk: int) -> Response:
        """The post."""
        post: Any = whole_posts(access.visible_posts(request.user), request.user).filter(pk=pk).first()
        if post is None:
            raise Http404
        post.answer_as = list(self._verdicts(post))
        return self.show(post)

    def _verdicts(self, post: Post) -> Any:
        for account in access.usable_accounts(self.request.user).filter(network=post.network).order_by("pk"):
            said = outbox.verdict(account, post)
            yield {
                "account": account.pk,
                "handle": account.handle,
                "allowed": said.allowed,
                "code": said.code,
                "sentence": said.sentence,
                "open_url": said.open_url,
            }
