"""Conversation: the work item, the posts of one thread with one account; its history, its notes, who looked when."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

# In private a thread is a person: `sync.rows.thread_of` begins its key with this.
PRIVATE_THREAD = "private:"


class Conversation(models.Model):
    """The posts of one thread with one account, and where the work on it stands.

    `waiting_since` is a fact about the posts: the first post of theirs after our last word, None where there is none.
    """

    class Status(models.TextChoices):
        OPEN = "open", _("Open")
        PENDING = "pending", _("Waiting for them")
        SNOOZED = "snoozed", _("Snoozed")
        RESOLVED = "resolved", _("Resolved")

    # Someone has to look at these, now or when the other side answers.
    ACTIVE = ("open", "pending")

    account = models.ForeignKey("SocialAccount", on_delete=models.CASCADE, related_name="conversations", db_index=False)
    thread_id = models.CharField(max_length=500)
    profile = models.ForeignKey("SocialProfile", on_delete=models.CASCADE, related_name="conversations")
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.OPEN)
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="conversations",
        db_index=False,
    )
    opened_at = models.DateTimeField()
    waiting_since = models.DateTimeField(null=True, blank=True)
    last_post_at = models.DateTimeField()
    first_reply_at = models.DateTimeField(null=True, blank=True)
    snoozed_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("conversation")
        verbose_name_plural = _("conversations")
        constraints = [models.UniqueConstraint(fields=["account", "thread_id"], name="socialcrm_conversation_once")]
        permissions = [
            ("work_inbox", _("Can work on conversations in the inbox")),
            ("assign_conversation", _("Can assign conversations to others")),
        ]
        indexes = [
            models.Index(fields=["-last_post_at", "-id"], name="socialcrm_talk_recent"),
            models.Index(
                fields=["-last_post_at", "-id"],
                condition=Q(status__in=["open", "pending"]),
                name="socialcrm_talk_active",
            ),
            models.Index(
                fields=["assignee", "-last_post_at", "-id"],
                condition=Q(status__in=["open", "pending"]),
                name="socialcrm_talk_assigned",
            ),
            # Most belong to nobody: a new one does not have to be written into this index.
            models.Index(fields=["assignee"], condition=Q(assignee__isnull=False), name="socialcrm_talk_holder"),
            models.Index(
                fields=["waiting_since", "id"],
                condition=Q(status__in=["open", "pending"], waiting_since__isnull=False),
                name="socialcrm_talk_waiting",
            ),
            models.Index(fields=["snoozed_until"], condition=Q(status="snoozed"), name="socialcrm_talk_snoozed"),
        ]

    def __str__(self) -> str:
        return f"{self.account_id}/{self.thread_id}"

    @property
    def is_private(self) -> bool:
        """Whether it is said between the two of us alone."""
        return self.thread_id.startswith(PRIVATE_THREAD)

    @property
    def is_active(self) -> bool:
        """Whether it is open or waits for them."""
        return self.status in self.ACTIVE


class ConversationEvent(models.Model):
    """One line of a conversation's history: who did what, when. The sentence is made when it is shown.

    `data` holds `before` and `after` (the fields that changed) and what the sentence needs, ids only: a person who is
    erased leaves no name behind.
    """

    class Kind(models.TextChoices):
        TAKEN = "taken", _("taken")
        ASSIGNED = "assigned", _("assigned")
        UNASSIGNED = "unassigned", _("given back")
        SNOOZED = "snoozed", _("snoozed")
        RESOLVED = "resolved", _("resolved")
        REOPENED = "reopened", _("reopened")
        HEARD = "heard", _("reopened by their word")
        ANSWERED = "answered", _("answered")
        UNANSWERED = "unanswered", _("reopened: our answer is gone")
        WITHDRAWN = "withdrawn", _("their words are gone")
        WOKE = "woke", _("snooze is over")
        ROUTED = "routed", _("given to the contact's owner")
        RELEASED = "released", _("assignee left")
        UNDONE = "undone", _("undone")

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="events", db_index=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    kind = models.CharField(max_length=20, choices=Kind.choices)
    data = models.JSONField(default=dict, blank=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("history line")
        verbose_name_plural = _("history lines")
        indexes = [models.Index(fields=["conversation", "id"], name="socialcrm_event_talk")]

    def __str__(self) -> str:
        return f"{self.conversation_id} {self.kind}"


class ConversationNote(models.Model):
    """What colleagues tell each other inside a conversation; a table of its own, so that it can never be posted."""

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="notes")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    text = models.TextField()
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("internal note")
        verbose_name_plural = _("internal notes")

    def __str__(self) -> str:
        return f"{self.conversation_id} {self.pk}"


class NoteMention(models.Model):
    """A colleague who is named in a note, and when that colleague opened the conversation after it."""

    note = models.ForeignKey(ConversationNote, on_delete=models.CASCADE, related_name="mentions", db_index=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    seen_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("mention in a note")
        verbose_name_plural = _("mentions in notes")
        constraints = [models.UniqueConstraint(fields=["note", "user"], name="socialcrm_named_once")]

    def __str__(self) -> str:
        return f"{self.note_id} {self.user_id}"


class ConversationSeen(models.Model):
    """The newest post of theirs that a user has seen in a conversation: what is newer is unread."""

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="+", db_index=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    post_id = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = _("last look")
        verbose_name_plural = _("last looks")
        constraints = [models.UniqueConstraint(fields=["conversation", "user"], name="socialcrm_seen_once")]

    def __str__(self) -> str:
        return f"{self.conversation_id} {self.user_id}"
