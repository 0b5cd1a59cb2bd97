"""Posts and replies, as the API shows them."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from socialcrm.models import Mention, Post, Reply

from .profiles import ProfileBriefSerializer


class MentionSerializer(serializers.ModelSerializer[Mention]):
    """Which account of ours a post concerns, and why."""

    account = serializers.IntegerField(source="account_id", read_only=True)

    class Meta:
        model = Mention
        fields = ["account", "reason"]
        read_only_fields = fields


class PostSerializer(serializers.ModelSerializer[Post]):
    """A message as the network showed it. `account` is set where we wrote it; counts are null where unknown."""

    author = ProfileBriefSerializer(read_only=True)
    account = serializers.IntegerField(source="account_id", read_only=True, allow_null=True)
    to_profile = serializers.IntegerField(source="to_profile_id", read_only=True, allow_null=True)
    mentions = MentionSerializer(many=True, read_only=True)

    class Meta:
        model = Post
        fields = [
            "id",
            "network",
            "external_id",
            "author",
            "account",
            "to_profile",
            "mentions",
            "text",
            "posted_at",
            "kind",
            "visibility",
            "lang",
            "url",
            "state",
            "edited",
            "in_reply_to",
            "quoted",
            "thread_id",
            "likes",
            "replies_count",
            "reposts",
            "quotes",
            "views",
            "stored_at",
        ]
        read_only_fields = fields


class VerdictSerializer(serializers.Serializer[Any]):
    """Whether a post may be answered as an account, in words for the person."""

    account = serializers.IntegerField()
    handle = serializers.CharField()
    allowed = serializers.BooleanField()
    code = serializers.CharField()
    sentence = serializers.CharField()
    open_url = serializers.CharField()


class PostDetailSerializer(PostSerializer):
    """A post with the accounts of yours that may answer it."""

    answer_as = VerdictSerializer(many=True, read_only=True)
    replies = serializers.PrimaryKeyRelatedField[Any](many=True, read_only=True)

    class Meta(PostSerializer.Meta):
        fields = [*PostSerializer.Meta.fields, "answer_as", "replies"]
        read_only_fields = fields


class ReplySerializer(serializers.ModelSerializer[Reply]):
    """Our answer: where it stands, and what the network said."""

    post = serializers.IntegerField(source="post_id", read_only=True, allow_null=True)
    account = serializers.IntegerField(source="account_id", read_only=True)
    user = serializers.SlugRelatedField[Any](slug_field="username", read_only=True, allow_null=True)
    error = serializers.CharField(
        source="error_detail", read_only=True, help_text="Why not, in words; empty if all is well."
    )
    error_code = serializers.CharField(source="error_class", read_only=True)
    url = serializers.SerializerMethodField(help_text="Where the network shows it; empty until then.")
    idempotency_key = serializers.CharField(source="client_key", read_only=True)

    class Meta:
        model = Reply
        fields = [
            "id",
            "post",
            "account",
            "user",
            "text",
            "audience",
            "state",
            "hold",
            "external_id",
            "url",
            "error",
            "error_code",
            "outside",
            "attempts",
            "not_before",
            "sent_at",
            "created_at",
            "changed_at",
            "idempotency_key",
        ]
        read_only_fields = fields

    def get_url(self, reply: Reply) -> str:
        """The address of the sent post."""
        return reply.sent_post.url if reply.sent_post else ""


class SaidSerializer(serializers.Serializer[Any]):
    """Something that was said: a post of theirs, a mention of us, or our reply (with the post that it became)."""

    kind = serializers.ChoiceField(choices=["post", "mention", "reply"])
    at = serializers.DateTimeField()
    thread = serializers.CharField(help_text="The same for all that belongs together.")
    ours = serializers.BooleanField()
    text = serializers.CharField()
    external_id = serializers.CharField(help_text="Id on the network; empty for what is not there yet.")
    post = PostSerializer(allow_null=True)
    reply = ReplySerializer(allow_null=True)
