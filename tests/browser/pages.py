"""Every address of the site: a page that is looked at, or the reason why there is nothing to look at."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, get_resolver

# Who opens it -> route -> addresses; {name} is a key of the scene's world. A page shows itself under each of them.
PAGES: dict[str, dict[str, list[str]]] = {
    "nobody": {
        "login": ["/accounts/login/", "/accounts/login/?next=/deals/"],
    },
    "rep": {
        "crm:contacts": ["/contacts/", "/contacts/?q=nobody-has-this-name", "/contacts/?mine=1&deal=open"],
        "crm:contact": ["/contacts/{ada}/", "/contacts/{ada}/?pane=facts", "/contacts/{ada}/?pane=social"],
        "crm:contact_new": ["/contacts/new/"],
        "crm:contact_edit": ["/contacts/{ada}/edit/"],
        "crm:merge_pick": ["/contacts/{ada}/merge/?q=ada"],
        "crm:merge": ["/contacts/{ada}/merge/{twin}/"],
        "crm:companies": ["/companies/", "/companies/?q=nobody"],
        "crm:company": ["/companies/{engines}/"],
        "crm:company_merge_pick": ["/companies/{engines}/merge/?q=engines", "/companies/{engines}/merge/"],
        "crm:company_merge": ["/companies/{engines}/merge/{engines_twin}/"],
        "crm:company_new": ["/companies/new/"],
        "crm:company_edit": ["/companies/{engines}/edit/"],
        "crm:deals": ["/deals/", "/deals/?q=nobody"],
        "crm:deal": ["/deals/{deal}/", "/deals/{deal}/?pane=facts"],
        "crm:deal_new": ["/deals/new/"],
        "crm:deal_edit": ["/deals/{deal}/edit/"],
        "crm:tasks": ["/tasks/", "/tasks/?show=done"],
        "crm:activity_new": ["/activities/new/?contact={ada}&kind=task", "/activities/new/?contact={ada}&kind=note"],
        "crm:activity_edit": ["/activities/{task}/"],
        "crm:search": ["/search/", "/search/?q=ada", "/search/?q=nobody"],
        "crm:me": ["/me/"],
        "password_change": ["/accounts/password_change/"],
        "crm:imports": ["/imports/"],
        "crm:import": ["/imports/{draft}/", "/imports/{running}/", "/imports/{done}/"],
        "socialcrm:outbox": ["/social/outbox/", "/social/outbox/?state=nothing-such"],
        "socialcrm:inbox": ["/social/inbox/", "/social/inbox/?view=mine", "/social/inbox/?q=nothing-such"],
        "socialcrm:inbox_conversation": ["/social/inbox/{talk}/", "/social/inbox/{talk}/?kind=note&pane=cust"],
        "socialcrm:canned": ["/social/canned/", "/social/canned/?q=nothing-such"],
        "socialcrm:canned_new": ["/social/canned/new/"],
        "socialcrm:canned_edit": ["/social/canned/{canned}/"],
        "socialcrm:canned_delete": ["/social/canned/{canned}/delete/"],
        "socialcrm:canned_menu": ["/social/posts/{mention}/canned/?account={acme}"],
        "socialcrm:link": ["/social/contacts/{ada}/link/"],
        "socialcrm:contact": ["/social/contacts/{ada}/"],
    },
    "manager": {
        "socialcrm:report_influence": ["/social/reports/influence/"],
        "socialcrm:report_deals": ["/social/reports/influence/deals/"],
        "socialcrm:report_posts": ["/social/reports/influence/posts/"],
        "socialcrm:report_mentions": ["/social/reports/mentions/"],
        "socialcrm:report_mention_posts": ["/social/reports/mentions/posts/"],
    },
    "admin": {
        "crm:contact_delete": ["/contacts/{ada}/delete/"],
        "crm:company_delete": ["/companies/{engines}/delete/"],
        "crm:deal_delete": ["/deals/{deal}/delete/"],
        "socialcrm:accounts": ["/social/accounts/"],
        "socialcrm:account_disconnect": ["/social/accounts/{acme}/disconnect/"],
        "socialcrm:api-docs": ["/api/docs/"],
    },
}

# Pages that no route names: what happens where there is nothing, or nothing for this person.
ERRORS = {"/nothing/such/": 404, "/imports/{draft}/": 403}

FRAGMENT = "a part of a page, seen there"
POST = "takes a form and leads on"
FILE = "a file"
NOT_PAGES: dict[str, str] = {
    "crm:home": "leads to the contacts",
    "crm:theme": POST,
    "crm:contact_filter": FRAGMENT,
    "crm:contact_export": FILE,
    "crm:merge_undo": POST,
    "crm:company_merge_undo": POST,
    "crm:deal_stage": POST,
    "crm:activity_done": POST,
    "crm:activity_delete": POST,
    "crm:import_run": POST,
    "crm:import_refused": FILE,
    "logout": POST,
    "set_language": POST,
    "healthz": "one word for a machine",
    "readyz": "one word for a machine",
    "socialcrm:live": FRAGMENT,
    "socialcrm:feed": FRAGMENT,
    "socialcrm:inbox_live": FRAGMENT,
    "socialcrm:inbox_people": FRAGMENT,
    "socialcrm:inbox_take": POST,
    "socialcrm:inbox_assign": POST,
    "socialcrm:inbox_snooze": POST,
    "socialcrm:inbox_resolve": POST,
    "socialcrm:inbox_reopen": POST,
    "socialcrm:inbox_note": POST,
    "socialcrm:inbox_note_colleagues": FRAGMENT,
    "socialcrm:post_note_colleagues": FRAGMENT,
    "socialcrm:inbox_undo": POST,
    "socialcrm:inbox_bulk": POST,
    "socialcrm:aside": FRAGMENT,
    "socialcrm:unlink": POST,
    "socialcrm:relink": POST,
    "socialcrm:accept": POST,
    "socialcrm:refuse": POST,
    "socialcrm:reconsider": POST,
    "socialcrm:item": FRAGMENT,
    "socialcrm:composer": FRAGMENT,
    "socialcrm:reply": POST,
    "socialcrm:post_note": POST,
    "socialcrm:outside": POST,
    "socialcrm:reply_cancel": POST,
    "socialcrm:reply_retry": POST,
    "socialcrm:reply_settle": POST,
    "socialcrm:reply_take_down": POST,
    "socialcrm:outbox_act": POST,
    "socialcrm:reports": "leads to the first report",
    "socialcrm:report_influence_filter": FRAGMENT,
    "socialcrm:report_influence_export": FILE,
    "socialcrm:report_mentions_export": FILE,
    "socialcrm:account_sync": POST,
    "socialcrm:account_pause": POST,
    "socialcrm:account_cap": POST,
    "socialcrm:account_tier": POST,
    "socialcrm:gap_fill": POST,
    "socialcrm:connect": POST,
    "socialcrm:callback": "the network leads here, and it leads on to the accounts",
    "socialcrm:api-schema": "a document for machines",
}


def routes() -> set[str]:
    """The names of all addresses but Django's own admin and the API's; one without a name goes by its pattern."""
    return set(_walk(get_resolver().url_patterns, ""))


def _walk(patterns: list[URLPattern | URLResolver], space: str) -> Iterator[str]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            if pattern.namespace != "admin" and str(pattern.pattern) != "v1/":
                yield from _walk(pattern.url_patterns, inner)
        elif pattern.name != "api-missing":
            yield f"{space}{pattern.name or pattern.pattern}"
