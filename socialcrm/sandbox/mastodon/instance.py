"""What the server says of itself: /api/v2/instance, its older form, and its OAuth metadata."""

from __future__ import annotations

from typing import Any

from . import render, store
from .calls import MAX_CHARACTERS, PER_URL
from .endpoint import Caller

VERSION = "4.6.4"
SCOPES = [
    "read", "write", "profile", "follow", "push", "read:accounts", "read:notifications", "read:search",
    "read:statuses", "write:statuses", "write:media", "write:favourites", "write:conversations",
]  # fmt: skip
Row = dict[str, Any]


def _configuration(caller: Caller) -> Row:
    home = render.base(caller.sandbox)
    return {
        "urls": {
            "streaming": home.replace("http", "ws", 1),
            "status": None,
            "about": f"{home}/about",
            "privacy_policy": None,
            "terms_of_service": None,
        },
        "vapid": {"public_key": ""},
        "accounts": {
            "max_display_name_length": 40,
            "max_note_length": 500,
            "max_avatar_description_length": 150,
            "max_header_description_length": 150,
            "max_featured_tags": 10,
            "max_pinned_statuses": 5,
            "max_profile_fields": 4,
            "profile_field_name_limit": 255,
            "profile_field_value_limit": 255,
        },
        "statuses": {
            "max_characters": MAX_CHARACTERS,
            "max_media_attachments": 4,
            "characters_reserved_per_url": PER_URL,
        },
        "media_attachments": {
            "description_limit": 1500,
            "image_matrix_limit": 33177600,
            "image_size_limit": 16777216,
            "supported_mime_types": [],
            "video_frame_rate_limit": 120,
            "video_matrix_limit": 8294400,
            "video_size_limit": 103809024,
        },
        "polls": {
            "max_options": 4,
            "max_characters_per_option": 50,
            "min_expiration": 300,
            "max_expiration": 2629746,
        },
        "translation": {"enabled": False},
        "timelines_access": {
            name: {"local": "public", "remote": "public"}
            for name in ("live_feeds", "hashtag_feeds", "trending_link_feeds")
        },
        "limited_federation": False,
    }


def v2(caller: Caller) -> Row:
    """GET /api/v2/instance."""
    people = caller.sandbox.world.value("SELECT COUNT(*) FROM masto_accounts WHERE domain=?", store.DOMAIN)
    return {
        "domain": store.DOMAIN,
        "title": "Town",
        "version": VERSION,
        "source_url": "https://github.com/mastodon/mastodon",
        "description": "",
        "usage": {"users": {"active_month": people}},
        "thumbnail": {"url": f"{render.base(caller.sandbox)}/preview.png", "description": ""},
        "icon": [],
        "languages": ["en", "fr"],
        "configuration": _configuration(caller),
        "registrations": {
            "enabled": False,
            "approval_required": False,
            "reason_required": False,
            "message": None,
            "min_age": None,
            "url": None,
        },
        "api_versions": {"mastodon": 10},
        "wrapstodon": None,
        "contact": {"email": "admin@town.example", "account": None},
        "rules": [],
    }


def v1(caller: Caller) -> Row:
    """GET /api/v1/instance, as old clients ask for it."""
    new, world = v2(caller), caller.sandbox.world
    counts = {
        "user_count": new["usage"]["users"]["active_month"],
        "status_count": world.value("SELECT COUNT(*) FROM masto_statuses"),
        "domain_count": len(set(store.HOMES)) - 1,
    }
    return {
        "uri": new["domain"],
        "title": new["title"],
        "short_description": "",
        "description": "",
        "email": "admin@town.example",
        "version": new["version"],
        "urls": {"streaming_api": new["configuration"]["urls"]["streaming"]},
        "stats": counts,
        "thumbnail": new["thumbnail"]["url"],
        "languages": new["languages"],
        "registrations": False,
        "approval_required": False,
        "invites_enabled": False,
        "configuration": new["configuration"],
        "contact_account": None,
        "rules": [],
    }


def oauth(caller: Caller) -> Row:
    """GET /.well-known/oauth-authorization-server (RFC 8414; Mastodon 4.3 and later)."""
    home = render.base(caller.sandbox)
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
