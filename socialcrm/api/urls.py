"""Addresses of the REST API: /api/v1/, its document and its page."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path, re_path, register_converter

from .docs import DocsView, SchemaView
from .views import accounts, canned, contacts, conversations, missing, posts, profiles, replies, reports, scores


class HostKey:
    """A key of the host's contact: a number, a UUID or a word; never a slash or a control character."""

    regex = r"[^/\x00-\x1f\x7f]{1,255}"

    def to_python(self, value: str) -> str:
        """The host's model reads it."""
        return value

    def to_url(self, value: object) -> str:
        """As Django writes it."""
        return str(value)


register_converter(HostKey, "hostkey")

contact: list[URLPattern | URLResolver] = [
    path("", contacts.ContactDetail.as_view(), name="api-contact"),
    path("timeline/", contacts.ContactTimeline.as_view(), name="api-contact-timeline"),
    path("score/", contacts.ContactScore.as_view(), name="api-contact-score"),
    path("profiles/", profiles.ContactProfiles.as_view(), name="api-contact-profiles"),
    path("profiles/<int:profile_id>/", profiles.ContactProfile.as_view(), name="api-contact-profile"),
    path("suggestions/", profiles.ContactSuggestions.as_view(), name="api-contact-suggestions"),
    path("suggestions/<int:pk>/accept/", profiles.AcceptSuggestion.as_view(), name="api-suggestion-accept"),
    path("suggestions/<int:pk>/refuse/", profiles.RefuseSuggestion.as_view(), name="api-suggestion-refuse"),
]

conversation: list[URLPattern | URLResolver] = [
    path("", conversations.ConversationDetail.as_view(), name="api-conversation"),
    path("thread/", conversations.ConversationThread.as_view(), name="api-conversation-thread"),
    path("take/", conversations.TakeConversation.as_view(), name="api-conversation-take"),
    path("assign/", conversations.AssignConversation.as_view(), name="api-conversation-assign"),
    path("snooze/", conversations.SnoozeConversation.as_view(), name="api-conversation-snooze"),
    path("resolve/", conversations.ResolveConversation.as_view(), name="api-conversation-resolve"),
    path("reopen/", conversations.ReopenConversation.as_view(), name="api-conversation-reopen"),
    path("undo/", conversations.UndoConversation.as_view(), name="api-conversation-undo"),
    path("notes/", conversations.ConversationNotes.as_view(), name="api-conversation-notes"),
]

v1: list[URLPattern | URLResolver] = [
    path("contacts/", contacts.ContactList.as_view(), name="api-contacts"),
    path("contacts/<hostkey:key>/", include(contact)),
    path("profiles/", profiles.ProfileList.as_view(), name="api-profiles"),
    path("profiles/<int:pk>/", profiles.ProfileDetail.as_view(), name="api-profile"),
    path("posts/", posts.PostList.as_view(), name="api-posts"),
    path("posts/<int:pk>/", posts.PostDetail.as_view(), name="api-post"),
    path("replies/", replies.ReplyList.as_view(), name="api-replies"),
    path("replies/<int:pk>/", replies.ReplyDetail.as_view(), name="api-reply"),
    path("replies/<int:pk>/cancel/", replies.CancelReply.as_view(), name="api-reply-cancel"),
    path("replies/<int:pk>/retry/", replies.RetryReply.as_view(), name="api-reply-retry"),
    path("replies/<int:pk>/settle/", replies.SettleReply.as_view(), name="api-reply-settle"),
    path("replies/<int:pk>/take-down/", replies.TakeDownReply.as_view(), name="api-reply-take-down"),
    path("conversations/", conversations.ConversationList.as_view(), name="api-conversations"),
    path("conversations/acts/", conversations.ManyConversations.as_view(), name="api-conversations-acts"),
    path("conversations/<int:pk>/", include(conversation)),
    path("canned-replies/", canned.CannedReplyList.as_view(), name="api-canned-replies"),
    path("canned-replies/<int:pk>/", canned.CannedReplyDetail.as_view(), name="api-canned-reply"),
    path("canned-replies/<int:pk>/filled/", canned.FilledCannedReply.as_view(), name="api-canned-reply-filled"),
    path("accounts/", accounts.AccountList.as_view(), name="api-accounts"),
    path("accounts/<int:pk>/", accounts.AccountDetail.as_view(), name="api-account"),
    path("accounts/<int:pk>/sync/", accounts.SyncAccount.as_view(), name="api-account-sync"),
    path("reports/influence/", reports.InfluenceReport.as_view(), name="api-report-influence"),
    path("reports/mentions/", reports.MentionReport.as_view(), name="api-report-mentions"),
    path("scores/", scores.ScoreList.as_view(), name="api-scores"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("v1/", include(v1)),
    path("schema/", SchemaView.as_view(), name="api-schema"),
    path("docs/", DocsView.as_view(), name="api-docs"),
    re_path(r"^v1/", missing.no_such_address, name="api-missing"),
]
