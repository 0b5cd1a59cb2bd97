"""Post: a message as the network showed it; Mention: why it concerns us."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

# Posts that may not be shown to everybody, or not as this row.
ODD = Q(visibility="private") | Q(same_as__isnull=False)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a reader may see around a post: what it quotes or reposts, and what it answers; None where that is not
    here. `apart`: what it answers is not among the posts that are shown with it."""

    quoted: Post | None = None
    parent: Post | None = None
    apart: bool = False


class Post(models.Model):
    """A message as the network showed it, never edited by us; unique per (network, external_id).

    `account` is set where the author is one of our accounts; `to_profile` is whom the post answers.
    """

    surroundings: Surroundings | None = None  # for pages that show it: see timeline.surround

    class State(models.TextChoices):
        LIVE = "live", _("Live")
        DELETED = "deleted", _("Deleted by its author")
        WITHHELD = "withheld", _("No longer shown by the network")

    class Kind(models.TextChoices):
        POST = "post", _("Post")
        REPLY = "reply", _("Reply")
        QUOTE = "quote", _("Quote")
        REPOST = "repost", _("Repost")

    network = models.CharField(max_length=40)
    external_id = models.CharField(max_length=500)
    author = models.ForeignKey("SocialProfile", on_delete=models.CASCADE, related_name="posts", db_index=False)
    account = models.ForeignKey(
        "SocialAccount",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="posts",
        db_index=False,
    )
    to_profile = models.ForeignKey(
        "SocialProfile", on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    text = models.TextField(blank=True)
    posted_at = models.DateTimeField()
    thread_id = models.CharField(max_length=500, blank=True)
    in_reply_to = models.CharField(max_length=500, blank=True)
    quoted = models.CharField(max_length=500, blank=True)
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.POST)
    visibility = models.CharField(max_length=20, default="public")
    lang = models.CharField(max_length=10, blank=True)
    url = models.CharField(max_length=2000, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.LIVE)
    gone_at = models.DateTimeField(null=True, blank=True)
    edited = models.BooleanField(default=False)
    likes = models.PositiveIntegerField(null=True, blank=True)
    replies_count = models.PositiveIntegerField(null=True, blank=True)
    reposts = models.PositiveIntegerField(null=True, blank=True)
    quotes = models.PositiveIntegerField(null=True, blank=True)
    views = models.PositiveIntegerField(null=True, blank=True)
    entities = models.JSONField(default=list, blank=True)
    media = models.JSONField(default=list, blank=True)
    mentioned_ids = models.JSONField(default=list, blank=True)
    raw = models.JSONField(default=dict, blank=True)
    stored_at = models.DateTimeField(default=timezone.now)
    seen_at = models.DateTimeField(default=timezone.now)  # when the network last said this; older news never wins
    parents_wanted = models.PositiveSmallIntegerField(default=0)  # how many missing parents upwards are to be fetched
    # Rows of one post that several servers told us of share the key of the first; None where there is one row alone.
    same_as = models.BigIntegerField(null=True, blank=True)

    class Meta:
        verbose_name = _("post")
        verbose_name_plural = _("posts")
        constraints = [models.UniqueConstraint(fields=["network", "external_id"], name="socialcrm_post_once")]
        indexes = [
            models.Index(fields=["author", "-posted_at", "-id"], name="socialcrm_post_author"),
            models.Index(
                fields=["to_profile", "-posted_at", "-id", "account"],
                condition=Q(account__isnull=False),
                name="socialcrm_post_to_them",
            ),
            # The few posts that not everybody is shown, to be taken off the counts of all.
            models.Index(fields=["author"], condition=ODD, name="socialcrm_post_odd"),
            models.Index(
                fields=["to_profile"], condition=ODD & Q(account__isnull=False), name="socialcrm_post_odd_to_them"
            ),
            models.Index(fields=["same_as"], condition=Q(same_as__isnull=False), name="socialcrm_post_same"),
            models.Index(fields=["network", "thread_id"], name="socialcrm_post_thread", condition=~Q(thread_id="")),
            models.Index(fields=["gone_at"], name="socialcrm_post_withheld", condition=Q(state="withheld")),
            models.Index(
                fields=["network", "in_reply_to"], name="socialcrm_post_orphan", condition=Q(parents_wanted__gt=0)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.network} {self.external_id}"

    @property
    def is_ours(self) -> bool:
        """Whether one of our accounts wrote it."""
        return self.account_id is not None

    @property
    def is_private(self) -> bool:
        """Whether it was not said in public."""
        return self.visibility == "private"


class Tombstone(models.Model):
    """A post that its network took back, known by id alone: a late copy of it is stored empty, never brought back."""

    network = models.CharField(max_length=40)
    external_id = models.CharField(max_length=500)
    state = models.CharField(max_length=10, choices=Post.State.choices, default=Post.State.DELETED)
    found_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("tombstone")
        verbose_name_plural = _("tombstones")
        constraints = [models.UniqueConstraint(fields=["network", "external_id"], name="socialcrm_tombstone_once")]

    def __str__(self) -> str:
        return f"{self.network} {self.external_id}"


class Mention(models.Model):
    """The edge Post -> SocialAccount: this post concerns us, and why. Author and time are copied for the indexes."""

    class Reason(models.TextChoices):
        MENTION = "mention", _("mentioned us")
        REPLY = "reply", _("answered us")
        QUOTE = "quote", _("quoted us")

    # The unique constraint begins with the post: an index of its own would say the same twice.
    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="mentions", db_index=False)
    # Author and account are the post's and the conversation's, whose foreign keys the database checks: checking the
    # copies too would be a third of what a commit of mentions costs, and would find nothing more.
    account = models.ForeignKey(
        "SocialAccount", on_delete=models.CASCADE, related_name="mentions", db_index=False, db_constraint=False
    )
    conversation = models.ForeignKey(
        "Conversation", on_delete=models.SET_NULL, null=True, related_name="mentions", db_index=False
    )
    author = models.ForeignKey(
        "SocialProfile", on_delete=models.CASCADE, related_name="mentions", db_index=False, db_constraint=False
    )
    reason = models.CharField(max_length=10, choices=Reason.choices, default=Reason.MENTION)
    posted_at = models.DateTimeField()

    class Meta:
        verbose_name = _("mention")
        verbose_name_plural = _("mentions")
        constraints = [models.UniqueConstraint(fields=["post", "account"], name="socialcrm_mention_once")]
        indexes = [
            models.Index(fields=["author", "-posted_at", "-post", "account"], name="socialcrm_mention_by"),
            models.Index(fields=["account", "-posted_at"], name="socialcrm_mention_account"),
            models.Index(fields=["conversation", "-posted_at", "-post"], name="socialcrm_mention_talk"),
        ]

    def __str__(self) -> str:
        return f"{self.post_id} -> {self.account_id}"
