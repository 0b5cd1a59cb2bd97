"""Requests to X: addresses, fields, signing, and the reading of answers in one order: limit, refusal, content, cost."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from requests.auth import AuthBase

from socialcrm.networks.border import Call, Limit, Request, Spent
from socialcrm.networks.reading import accounted
from socialcrm.networks.signin import Credentials
from socialcrm.networks.transport import Bearer

from .errors import error_of
from .limits import ENDPOINTS
from .signer import Signer

# At DEBUG these two write tokens and verifiers into the log.
for _name in ("oauthlib", "requests_oauthlib"):
    logging.getLogger(_name).setLevel(logging.INFO)

T = TypeVar("T")
API = "https://api.x.com"

USER_FIELDS = "created_at,description,entities,location,name,profile_image_url,protected,public_metrics,url,verified"
MEDIA_FIELDS = "alt_text,height,preview_image_url,type,url,variants,width"
# 2.159 (old names): what clients, guides and payloads use. 2.167 (new names): ids come with their expansion.
FIELDS = {
    "tweet": {
        "tweet.fields": "attachments,author_id,conversation_id,created_at,edit_history_tweet_ids,entities,"
        "in_reply_to_user_id,lang,note_tweet,public_metrics,referenced_tweets",
        "expansions": "attachments.media_keys,author_id,entities.mentions.username,in_reply_to_user_id,"
        "referenced_tweets.id,referenced_tweets.id.author_id",
    },
    "post": {
        "post.fields": "attachments,conversation_id,created_at,entities,lang,note_post,public_metrics",
        "expansions": "attachments.media_keys,author_id,edit_history_post_ids,entities.mentions.username,"
        "in_reply_to_user_id,referenced_posts",
    },
}


class Client:
    """Builds signed Calls to X for one account (or for nobody)."""

    def __init__(
        self,
        options: Mapping[str, Any],
        credentials: Credentials | None,
        on_spent: Callable[[Spent, Limit | None], None] | None = None,
    ) -> None:
        self.options, self.credentials, self.on_spent = options, credentials, on_spent
        self.base = str(options.get("api_url") or API).rstrip("/")
        self.post_fields = {
            **FIELDS[options.get("field_names") or "tweet"],
            "user.fields": USER_FIELDS,
            "media.fields": MEDIA_FIELDS,
        }

    def auth(self) -> AuthBase | None:
        """What signs a request as the account."""
        own = self.credentials
        if own is None or not own.access_token:
            return None
        if own.kind == "oauth1":
            key, secret = self.options.get("consumer_key", ""), self.options.get("consumer_secret", "")
            signer: AuthBase = Signer(self.base, key, secret, own.access_token, own.token_secret)
            return signer
        return Bearer(own.access_token)

    def price(self, endpoint: str) -> int:
        """What a resource of the endpoint costs this account: its own are cheap where the app is its own, too."""
        owner, own = str(self.options.get("app_owner") or "").lstrip("@").lower(), self.credentials
        names = {own.external_id, own.handle.lower()} - {""} if own else set()
        return ENDPOINTS[endpoint].price(owner in names)

    def call(
        self,
        method: str,
        path: str,
        endpoint: str,
        read: Callable[[bytes], T],
        *,
        resources: Callable[[T], Sequence[str]] = lambda _result: ("",),
        micros: int | None = None,
        params: Mapping[str, str] | None = None,
        json: Mapping[str, Any] | None = None,
        missing: str = "",
    ) -> Call[T]:
        """A Call whose answer is judged, read and accounted for. `micros`: price of a resource, else the endpoint's.

        `resources` names what the answer is charged for; "" stands for one that has no name.
        """
        request = Request(
            method, f"{self.base}{path}", endpoint, params or {}, json, writes=method in {"POST", "DELETE"}
        )
        price = self.price(endpoint) if micros is None else micros

        def cost(result: T) -> tuple[int, int, tuple[str, ...]]:
            found = resources(result)
            return len(found), len(found) * price, tuple(filter(None, found))

        parse = accounted(request, lambda response: read(response.body), error_of, self.on_spent, cost)
        return Call(request, parse, self.auth())
