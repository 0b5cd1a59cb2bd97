"""What the server says of itself: /api/v2/instance, its older form, its OAuth metadata; it can play an older one."""

from __future__ import annotations

from socialcrm.sandbox.state import HOME, MASTODON, Sandbox
from socialcrm.sandbox.words import words

from .addresses import base
from .endpoint import MISSING, Caller, Refused, Row
from .statuses import MAX_CHARACTERS, PER_URL
from .versions import is_new, version

SCOPES = words(
    "read write profile follow push read:accounts read:notifications read:search read:statuses "
    "write:statuses write:media write:favourites write:conversations"
)
ACCOUNTS = {
    "max_display_name_length": 40,
    "max_note_length": 500,
    "max_avatar_description_length": 150,
    "max_header_description_length": 150,
    "max_featured_tags": 10,
    "max_pinned_statuses": 5,
    "max_profile_fields": 4,
    "profile_field_name_limit": 255,
    "profile_field_value_limit": 255,
}
STATUSES = {
    "max_characters": MAX_CHARACTERS,
    "max_media_attachments": 4,
    "characters_reserved_per_url": PER_URL,
}
MEDIA = {
    "description_limit": 1500,
    "image_matrix_limit": 33177600,
    "image_size_limit": 16777216,
    "supported_mime_types": [],
    "video_frame_rate_limit": 120,
    "video_matrix_limit": 8294400,
    "video_size_limit": 103809024,
}
POLLS = {"max_options": 4, "max_characters_per_option": 50, "min_expiration": 300, "max_expiration": 2629746}
CLOSED = {"enabled": False, "approval_required": False, "reason_required": False}
FEEDS = ("live_feeds", "hashtag_feeds", "trending_link_feeds")


def scopes(sandbox: Sandbox) -> list[str]:
    """The scopes that this version knows."""
    return SCOPES if is_new(sandbox) else [one for one in SCOPES if one != "profile"]


def _configuration(caller: Caller) -> Row:
    return {
        "urls": _urls(caller.sandbox),
        "vapid": {"public_key": ""},
        "accounts": ACCOUNTS,
        "statuses": STATUSES,
        "media_attachments": MEDIA,
        "polls": POLLS,
        "translation": {"enabled": False},
        "timelines_access": {name: {"local": "public", "remote": "public"} for name in FEEDS},
        "limited_federation": False,
    }


def _urls(sandbox: Sandbox) -> Row:
    home = base(sandbox)
    pages = {"status": None, "privacy_policy": None, "terms_of_service": None}
    return {"streaming": home.replace("http", "ws", 1), "about": f"{home}/about", **pages}


def _people(caller: Caller) -> int:
    sql = "SELECT COUNT(*) FROM accounts WHERE network=? AND host=?"
    return int(caller.sandbox.world.value(sql, MASTODON, HOME))


def v2(caller: Caller) -> Row:
    """GET /api/v2/instance."""
    return {
        "domain": HOME,
        "title": "Town",
        "version": version(caller.sandbox),
        "source_url": "https://github.com/mastodon/mastodon",
        "description": "",
        "usage": {"users": {"active_month": _people(caller)}},
        "thumbnail": {"url": f"{base(caller.sandbox)}/preview.png", "description": ""},
        "icon": [],
        "languages": ["en", "fr"],
        "configuration": _configuration(caller),
        "registrations": {**CLOSED, "message": None, "min_age": None, "url": None},
        **({"api_versions": {"mastodon": 10}} if is_new(caller.sandbox) else {}),
        "wrapstodon": None,
        "contact": {"email": f"admin@{HOME}", "account": None},
        "rules": [],
    }


def v1(caller: Caller) -> Row:
    """GET /api/v1/instance, as old clients ask for it."""
    new = v2(caller)
    return {
        "uri": new["domain"],
        **{name: new[name] for name in ("title", "version", "languages", "configuration", "rules")},
        "short_description": "",
        "description": "",
        "email": new["contact"]["email"],
        "urls": {"streaming_api": new["configuration"]["urls"]["streaming"]},
        "stats": {"user_count": new["usage"]["users"]["active_month"], **_counts(caller)},
        "thumbnail": new["thumbnail"]["url"],
        "registrations": False,
        "approval_required": False,
        "invites_enabled": False,
        "contact_account": None,
    }


def _counts(caller: Caller) -> Row:
    world = caller.sandbox.world
    return {
        "status_count": world.value("SELECT COUNT(*) FROM posts WHERE network=?", MASTODON),
        "domain_count": world.value("SELECT COUNT(DISTINCT host) FROM accounts WHERE network=?", MASTODON),
    }


def oauth(caller: Caller) -> Row:
    """GET /.well-known/oauth-authorization-server (RFC 8414; Mastodon 4.3 and later, 404 before)."""
    if not is_new(caller.sandbox):
        raise Refused(404, MISSING)
    home = base(caller.sandbox)
    return {
        "issuer": f"{home}/",
        "authorization_endpoint": f"{home}/oauth/authorize",
        "token_endpoint": f"{home}/oauth/token",
        "revocation_endpoint": f"{home}/oauth/revoke",
        "userinfo_endpoint": f"{home}/oauth/userinfo",
        "app_registration_endpoint": f"{home}/api/v1/apps",
        "service_documentation": "https://docs.joinmastodon.org/",
        "scopes_supported": SCOPES,
        "response_types_supported": ["code"],
        "response_modes_supported": ["query", "fragment", "form_post"],
        "grant_types_supported": ["authorization_code", "client_credentials"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "code_challenge_methods_supported": ["S256"],
    }
