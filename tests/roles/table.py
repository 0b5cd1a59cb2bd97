"""Every route of the site: what its number names, which permission each method needs, what a form for it holds.

A route that is not here fails `test_listed.py`. The page docs/roles.md is made from this table.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .cast import ANYBODY
from .world import World

Form = Callable[[World, str], dict[str, Any]]


@dataclass(frozen=True)
class Route:
    """One route. `methods`: method -> permission; ANYBODY for whoever is signed in, None for everybody.

    `kind` is what the number in its address names (a kind of `World.ids`), "" where it has none. `finds_first`: who
    may not act learns that only of a thing that they may see. `form`: what a POST holds. `refused`: roles that may
    call it, and to whom a thing that they see says no, by side. `unsent`: why no permitted POST is made here.
    `more`: statuses that are right besides, where nothing was asked for or nothing is there to do.
    """

    name: str
    kind: str
    methods: dict[str, str | None]
    form: Form | None = None
    finds_first: bool = False
    second: str = ""
    refused: tuple[tuple[str, str], ...] = ()
    unsent: str = ""
    more: tuple[int, ...] = ()


def get(name: str, kind: str = "", permission: str | None = ANYBODY, query: Form | None = None) -> Route:
    """A page; `query` is what its address asks for."""
    return Route(name, kind, {"GET": permission}, query)


def post(name: str, kind: str, permission: str | None, form: Any = None, **more: Any) -> Route:
    """A button."""
    return Route(name, kind, {"POST": permission}, _form(form), **more)


def both(name: str, kind: str, permission: str, form: Any = None, **more: Any) -> Route:
    """A page with a form that is sent to the same address."""
    return Route(name, kind, {"GET": permission, "POST": permission}, _form(form), **more)


def _form(form: Any) -> Form | None:
    return form if form is None or callable(form) else lambda _world, _role: dict(form)


# Who may call these, but only act on replies of their own, or on everybody's with `view_all_outbox`.
OTHERS_REPLIES = (("agent", "foreign"),)
NETWORK = "It speaks to the network: tests/views/test_accounts.py sends it to the sandbox."
CRM, SOCIAL = "crm_core", "socialcrm"
REPLY, LINK, INBOX, MANAGE = (
    f"{SOCIAL}.{name}" for name in ("reply_as_account", "link_socialprofile", "work_inbox", "manage_accounts")
)
REPORTS = f"{SOCIAL}.view_reports"
IMPORT, EXPORT, MERGE = (f"{CRM}.{name}_contact" for name in ("import", "export", "merge"))
MERGE_COMPANY, SEEN = f"{CRM}.merge_company", {"seen_survivor": 1, "seen_merged": 1}
_NO_ROWS = {f"{n}-{key}": "0" for n in ("email", "phone", "website") for key in ("TOTAL_FORMS", "INITIAL_FORMS")}
PERSON = {"last_name": "Brand-new", "version": 1, **_NO_ROWS}
DEAL = {"name": "Lamps", "stage": "lead", "currency": "EUR", "version": 1}


def _own_account(world: World, role: str) -> dict[str, Any]:
    account = {"account": world.key("account", "own", role), "seen": 10**9, "seen_post": 10**9}
    return {**account, "text": "Hello, we look at it.", "client_key": "k" * 12}


def _every_id(kind: str, name: str) -> Form:
    """Things of all sides chosen at once; the page of the list says how many changed."""
    return lambda world, role: {name: [world.key(kind, side, role) for side in world.sides(kind)]}


CRM_ROUTES = [
    get("crm:home"), get("crm:me"), post("crm:theme", "", None, {"theme": "dark"}), get("crm:search"),
    get("crm:contacts"), get("crm:contact_filter"), get("crm:contact", "contact"),
    both("crm:contact_new", "", f"{CRM}.add_contact", PERSON),
    both("crm:contact_export", "", EXPORT, _every_id("contact", "pk")),
    both("crm:contact_edit", "contact", f"{CRM}.change_contact", PERSON),
    both("crm:contact_delete", "contact", f"{CRM}.delete_contact"),
    get("crm:merge_pick", "contact", MERGE),
    both("crm:merge", "contact", MERGE, SEEN, second="other"),
    post("crm:merge_undo", "merge", MERGE, unsent="A merge that was really made is undone in tests/crm/test_merge.py."),
    get("crm:companies"), get("crm:company", "company"),
    both("crm:company_new", "", f"{CRM}.add_company", {"name": "New Ltd", "version": 1}),
    both("crm:company_edit", "company", f"{CRM}.change_company", {"name": "New Ltd", "version": 1}),
    get("crm:company_merge_pick", "company", MERGE_COMPANY),
    both("crm:company_merge", "company", MERGE_COMPANY, SEEN, second="other_company"),
    post("crm:company_merge_undo", "company_merge", MERGE_COMPANY, unsent="It is undone in test_merge_companies.py."),
    both("crm:company_delete", "company", f"{CRM}.delete_company"),
    get("crm:deals"), get("crm:deal", "deal"),
    both("crm:deal_new", "", f"{CRM}.add_deal", DEAL), both("crm:deal_edit", "deal", f"{CRM}.change_deal", DEAL),
    post("crm:deal_stage", "deal", f"{CRM}.change_deal", {"stage": "proposal"}),
    both("crm:deal_delete", "deal", f"{CRM}.delete_deal"),
    get("crm:tasks"),
    both("crm:activity_new", "", f"{CRM}.add_activity", {"kind": "note", "text": "Heard"}),
    both("crm:activity_edit", "activity", f"{CRM}.change_activity", {"kind": "note", "text": "Heard"}),
    post("crm:activity_done", "task", f"{CRM}.change_activity"),
    post("crm:activity_delete", "activity", f"{CRM}.delete_activity"),
    both("crm:imports", "", IMPORT, unsent="A file is read in tests/crm/test_import.py."),
    get("crm:import", "import", IMPORT), post("crm:import_run", "import", IMPORT, {"action": "drop"}),
    get("crm:import_refused", "done_import", IMPORT),
]  # fmt: skip
PANEL_ROUTES = [
    get("socialcrm:live"),
    get("socialcrm:feed"),
    get("socialcrm:contact", "contact"),
    get("socialcrm:aside", "contact"),
    both("socialcrm:link", "contact", LINK, {"profile": 0}, more=(404, 422)),
    post("socialcrm:unlink", "linked", LINK),
    post("socialcrm:relink", "unlinked", LINK),
    post("socialcrm:accept", "suggested", LINK, {"basis": "public"}),
    post("socialcrm:refuse", "suggested", LINK),
    post("socialcrm:reconsider", "refused", LINK),
    post("socialcrm:post_note", "post", INBOX, {"text": "For us"}),
    get("socialcrm:post_note_colleagues", "post", INBOX),
    get("socialcrm:item", "post"),
    get("socialcrm:composer", "post", REPLY),
    post("socialcrm:reply", "post", REPLY, _own_account),
    post("socialcrm:outside", "post", REPLY, _own_account),
    post("socialcrm:reply_cancel", "queued", REPLY, refused=OTHERS_REPLIES),
    post("socialcrm:reply_retry", "failed", REPLY, refused=OTHERS_REPLIES),
    post("socialcrm:reply_settle", "unknown", REPLY, {"sent": "yes"}, refused=OTHERS_REPLIES),
    post("socialcrm:reply_take_down", "queued", REPLY, refused=OTHERS_REPLIES),
    get("socialcrm:outbox"),
    post("socialcrm:outbox_act", "", REPLY, _every_id("queued", "reply")),
]
INBOX_ROUTES = [
    get("socialcrm:inbox", "", INBOX), get("socialcrm:inbox_live", "", INBOX),
    get("socialcrm:inbox_conversation", "conversation", INBOX), get("socialcrm:inbox_people", "conversation", LINK),
    post("socialcrm:inbox_bulk", "", INBOX, lambda w, r: {"do": "resolve", **_every_id("conversation", "c")(w, r)}),
    post("socialcrm:inbox_undo", "", INBOX), post("socialcrm:inbox_take", "conversation", INBOX),
    post("socialcrm:inbox_assign", "conversation", INBOX), post("socialcrm:inbox_resolve", "conversation", INBOX),
    post("socialcrm:inbox_snooze", "conversation", INBOX, {"until": "tomorrow"}),
    post("socialcrm:inbox_reopen", "conversation", INBOX),
    post("socialcrm:inbox_note", "conversation", INBOX, {"text": "For us"}),
    get("socialcrm:inbox_note_colleagues", "conversation", INBOX),
    get("socialcrm:canned", "", INBOX), get("socialcrm:canned_menu", "post", REPLY, _own_account),
    both("socialcrm:canned_new", "", INBOX, {"title": "Hi", "text": "Hello"}),
    both("socialcrm:canned_edit", "canned", INBOX, {"title": "Hi", "text": "Hello"}),
    both("socialcrm:canned_delete", "canned", INBOX),
]  # fmt: skip
MANAGER_ROUTES = [
    *(get(f"socialcrm:report{name}", "", REPORTS) for name in (
        "s", "_influence", "_influence_filter", "_influence_export", "_deals", "_posts", "_mentions",
        "_mention_posts", "_mentions_export",
    )),
    get("socialcrm:accounts"), post("socialcrm:account_sync", "managed", MANAGE),
    post("socialcrm:account_pause", "managed", MANAGE),
    post("socialcrm:account_cap", "managed", MANAGE, {"monthly_cap": "10"}),
    post("socialcrm:account_tier", "managed", MANAGE, {"tier": "self_serve"}),
    both("socialcrm:account_disconnect", "managed", MANAGE, unsent=NETWORK),
    post("socialcrm:gap_fill", "gap", MANAGE, unsent=NETWORK),
    post("socialcrm:connect", "", MANAGE, unsent=NETWORK),
    get("socialcrm:callback", "network", MANAGE),
]  # fmt: skip
SITE_ROUTES = [
    get("healthz", "", None), Route("readyz", "", {"GET": None}, more=(503,)),
    post("set_language", "", None, {"language": "fr"}),
    Route("login", "", {"GET": None, "POST": None}, unsent="Signing in is tests/crm/test_sign_in.py."),
    post("logout", "", None),
    both("password_change", "", ANYBODY, unsent="Passwords are tests/crm/test_sign_in.py."),
]  # fmt: skip
# Where a person may go is Django's own affair there; who gets in is asked in test_admin.py.
LEFT_OUT = {"admin": "Django's admin asks for a model's permission on every page of its own."}
