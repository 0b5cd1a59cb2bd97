"""The CRM's own addresses; their names are under `crm:`."""

from __future__ import annotations

from django.urls import path

from .views import activities, companies, contact_edit, contacts, deals, exports, imports, merges, person

urlpatterns = [
    path("", person.home, name="home"),
    path("me/", person.me, name="me"),
    path("theme/", person.theme, name="theme"),
    path("search/", person.search, name="search"),
    path("contacts/", contacts.contact_list, name="contacts"),
    path("contacts/filter/", contacts.contact_filter, name="contact_filter"),
    path("contacts/new/", contact_edit.contact_new, name="contact_new"),
    path("contacts/export/", exports.contact_export, name="contact_export"),
    path("contacts/<int:pk>/", contacts.contact_detail, name="contact"),
    path("contacts/<int:pk>/edit/", contact_edit.contact_edit, name="contact_edit"),
    path("contacts/<int:pk>/delete/", contact_edit.contact_delete, name="contact_delete"),
    path("contacts/<int:pk>/merge/", merges.contact_merge_pick, name="merge_pick"),
    path("contacts/<int:pk>/merge/<int:other>/", merges.contact_merge, name="merge"),
    path("merges/<int:pk>/undo/", merges.contact_merge_undo, name="merge_undo"),
    path("companies/", companies.company_list, name="companies"),
    path("companies/new/", companies.company_new, name="company_new"),
    path("companies/<int:pk>/", companies.company_detail, name="company"),
    path("companies/<int:pk>/edit/", companies.company_edit, name="company_edit"),
    path("companies/<int:pk>/delete/", companies.company_delete, name="company_delete"),
    path("companies/<int:pk>/merge/", merges.company_merge_pick, name="company_merge_pick"),
    path("companies/<int:pk>/merge/<int:other>/", merges.company_merge, name="company_merge"),
    path("company-merges/<int:pk>/undo/", merges.company_merge_undo, name="company_merge_undo"),
    path("deals/", deals.deal_list, name="deals"),
    path("deals/new/", deals.deal_new, name="deal_new"),
    path("deals/<int:pk>/", deals.deal_detail, name="deal"),
    path("deals/<int:pk>/edit/", deals.deal_edit, name="deal_edit"),
    path("deals/<int:pk>/stage/", deals.deal_stage, name="deal_stage"),
    path("deals/<int:pk>/delete/", deals.deal_delete, name="deal_delete"),
    path("tasks/", activities.task_list, name="tasks"),
    path("activities/new/", activities.activity_new, name="activity_new"),
    path("activities/<int:pk>/", activities.activity_edit, name="activity_edit"),
    path("activities/<int:pk>/done/", activities.activity_done, name="activity_done"),
    path("activities/<int:pk>/delete/", activities.activity_delete, name="activity_delete"),
    path("imports/", imports.import_list, name="imports"),
    path("imports/<int:pk>/", imports.import_page, name="import"),
    path("imports/<int:pk>/run/", imports.import_run, name="import_run"),
    path("imports/<int:pk>/refused.csv", imports.import_refused, name="import_refused"),
]
