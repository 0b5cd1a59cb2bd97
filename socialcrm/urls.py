"""Addresses of the extension: include this once in the host's urls."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from .views import (
    accounts,
    inbox,
    inbox_acts,
    inbox_canned,
    links,
    outbox,
    panel,
    replies,
    report_files,
    report_mentions,
    reports,
)

app_name = "socialcrm"

report: list[URLPattern | URLResolver] = [
    path("", reports.index, name="reports"),
    path("influence/", reports.influence_page, name="report_influence"),
    path("influence/filter/", reports.influence_filter, name="report_influence_filter"),
    path("influence/export/", report_files.influence_export, name="report_influence_export"),
    path("influence/deals/", reports.influence_deals, name="report_deals"),
    path("influence/posts/", report_mentions.influence_posts, name="report_posts"),
    path("mentions/", report_mentions.mentions_page, name="report_mentions"),
    path("mentions/posts/", report_mentions.mention_posts, name="report_mention_posts"),
    path("mentions/export/", report_files.mentions_export, name="report_mentions_export"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/", include("socialcrm.api.urls")),
    path("social/live/", panel.live, name="live"),
    path("social/feed/", panel.feed, name="feed"),
    path("social/contacts/<str:pk>/", panel.contact, name="contact"),
    path("social/contacts/<str:pk>/aside/", links.aside, name="aside"),
    path("social/contacts/<str:pk>/link/", links.link, name="link"),
    path("social/links/<int:pk>/unlink/", links.unlink, name="unlink"),
    path("social/links/<int:pk>/relink/", links.relink, name="relink"),
    path("social/links/<int:pk>/accept/", links.accept, name="accept"),
    path("social/links/<int:pk>/refuse/", links.refuse, name="refuse"),
    path("social/links/<int:pk>/reconsider/", links.reconsider, name="reconsider"),
    path("social/posts/<int:pk>/", replies.item, name="item"),
    path("social/posts/<int:pk>/composer/", replies.composer, name="composer"),
    path("social/posts/<int:pk>/reply/", replies.reply, name="reply"),
    path("social/posts/<int:pk>/note/", inbox_acts.post_note, name="post_note"),
    path("social/posts/<int:pk>/outside/", replies.outside, name="outside"),
    path("social/replies/<int:pk>/cancel/", replies.cancel, name="reply_cancel"),
    path("social/replies/<int:pk>/retry/", replies.retry, name="reply_retry"),
    path("social/replies/<int:pk>/settle/", replies.settle, name="reply_settle"),
    path("social/inbox/", inbox.inbox_page, name="inbox"),
    path("social/inbox/live/", inbox.live, name="inbox_live"),
    path("social/inbox/bulk/", inbox_acts.bulk, name="inbox_bulk"),
    path("social/inbox/undo/", inbox_acts.undo, name="inbox_undo"),
    path("social/inbox/<int:pk>/", inbox.conversation, name="inbox_conversation"),
    path("social/inbox/<int:pk>/people/", inbox.people, name="inbox_people"),
    path("social/inbox/<int:pk>/take/", inbox_acts.take, name="inbox_take"),
    path("social/inbox/<int:pk>/assign/", inbox_acts.assign, name="inbox_assign"),
    path("social/inbox/<int:pk>/snooze/", inbox_acts.snooze, name="inbox_snooze"),
    path("social/inbox/<int:pk>/resolve/", inbox_acts.resolve, name="inbox_resolve"),
    path("social/inbox/<int:pk>/reopen/", inbox_acts.reopen, name="inbox_reopen"),
    path("social/inbox/<int:pk>/note/", inbox_acts.note, name="inbox_note"),
    path("social/canned/", inbox_canned.canned_page, name="canned"),
    path("social/canned/new/", inbox_canned.edit, name="canned_new"),
    path("social/canned/<int:pk>/", inbox_canned.edit, name="canned_edit"),
    path("social/canned/<int:pk>/delete/", inbox_canned.delete, name="canned_delete"),
    path("social/posts/<int:pk>/canned/", inbox_canned.menu, name="canned_menu"),
    path("social/outbox/", outbox.outbox_page, name="outbox"),
    path("social/outbox/act/", outbox.act, name="outbox_act"),
    path("social/reports/", include(report)),
    path("social/accounts/", accounts.accounts_page, name="accounts"),
    path("social/accounts/<int:pk>/sync/", accounts.sync_now, name="account_sync"),
    path("social/accounts/<int:pk>/pause/", accounts.pause, name="account_pause"),
    path("social/accounts/<int:pk>/cap/", accounts.cap, name="account_cap"),
    path("social/accounts/<int:pk>/tier/", accounts.tier, name="account_tier"),
    path("social/accounts/<int:pk>/disconnect/", accounts.disconnect, name="account_disconnect"),
    path("social/gaps/<int:pk>/fill/", accounts.fill, name="gap_fill"),
    path("social/connect/", accounts.connect_start, name="connect"),
    path("social/connect/<str:network>/callback/", accounts.callback, name="callback"),
]
