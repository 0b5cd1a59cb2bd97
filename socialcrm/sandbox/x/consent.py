"""The page where a person lets an app in: whom to sign in as, what the app may do, yes or no."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from socialcrm.sandbox.html import Html, answer, fill, join
from socialcrm.sandbox.state import TWITTER, Sandbox

from .render import image_url

CAN = {
    "tweet.read": "See posts, including those of protected accounts that you follow",
    "tweet.write": "Post and delete posts for you",
    "users.read": "See the profiles that you can see",
    "offline.access": "Stay connected to your account until you revoke it",
    "read and write": "See posts and profiles, and post for you",
}


def pin(verifier: str) -> web.Response:
    """The page with the PIN, for apps without a callback."""
    text = (
        "<div class=box><h1>You've granted access</h1><p>Enter this PIN in the app:</p><p><code>{pin}</code></p></div>"
    )
    return answer("Your PIN", fill(text, pin=verifier))


def page(sandbox: Sandbox, app: str, scope: str, hidden: dict[str, str], form: dict[str, str]) -> web.Response:
    """The consent page; `hidden` comes back with the decision."""
    wanted = form.get("find", "").strip().lstrip("@").lower()
    people = _people(sandbox, wanted)
    scopes = [scope] if scope in CAN else scope.split()
    body = fill(
        "<form class=box method=post><h1>{app} wants to access your X account</h1><p class=soft>This is the sandbox: "
        "pick whom to sign in as.</p>{people}<p><label>Another account, by handle: "
        '<input type=text name=other placeholder="@handle" autocomplete=off></label></p><h2>{app} will be able to</h2>'
        "<ul>{can}</ul>{hidden}<p><button class=yes name=decision value=allow>Authorize app</button> "
        "<button name=decision value=deny>Cancel</button></p></form>",
        app=app,
        people=join([_choice(sandbox, row, index == 0) for index, row in enumerate(people)]),
        can=join([fill("<li>{what}</li>", what=CAN.get(one, one)) for one in scopes]),
        hidden=join([fill('<input type=hidden name="{k}" value="{v}">', k=k, v=v) for k, v in hidden.items()]),
    )
    return answer(f"Authorize {app}", body)


def _people(sandbox: Sandbox, wanted: str) -> list[dict[str, Any]]:
    sql = (
        "SELECT * FROM accounts WHERE network=? AND suspended=0 AND (handle_lower LIKE ? OR (?='' AND brand=1)) "
        "ORDER BY brand DESC, handle_lower LIMIT 6"
    )
    return sandbox.world.all(sql, TWITTER, f"{wanted}%" if wanted else "", wanted)


def _choice(sandbox: Sandbox, row: dict[str, Any], first: bool) -> Html:
    return fill(
        '<label class=who><input type=radio name=as value="{handle}" {checked}><img src="{face}" alt="">'
        "<span>{name}<br><span class=soft>@{handle}</span></span></label>",
        handle=row["handle"],
        name=row["name"],
        checked=Html("checked") if first else "",
        face=image_url(sandbox, row).removeprefix(sandbox.public_url),
    )


def chosen(form: dict[str, str]) -> str:
    """The handle that the person signs in as: typed, else picked."""
    return form.get("other", "").strip() or form.get("as", "")
