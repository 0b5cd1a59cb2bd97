"""Those of the town who are on Mastodon, some of them only there, and what they said before the sandbox was started."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

from socialcrm.sandbox.mastodon import store
from socialcrm.sandbox.state import HOME, MASTODON, Sandbox

from . import voice
from .history import HOUR_MS, Writer, tell
from .people import DAY_MS, Town, bare_account, bio_of, location_of, plain

SHARE = 0.3
HOSTS = {"en": [HOME, HOME, HOME, "harbour.example"], "fr": [HOME, HOME, "ateliers.example", "ateliers.example"]}
PROOFS = ("page", "website", "company_website", "email_in_bio")
PROVEN_ALSO_ON_X, PROVEN_ONLY_HERE = 24, 20
Row = dict[str, Any]


def settle(town: Town, rng: random.Random) -> Town:
    """Accounts of our brands and of some 30 % of the people; what a CRM knows of them is put into their rows."""
    there = Town(rng, town.now, companies=town.companies, people=town.people)
    for brand in town.brands:
        known = {"website": f"Web={brand['website']}", "followers": brand["followers"] // 4}
        there.brands.append(_enter(there, {**brand, **known}, brand["handle"], HOME))
    on_x = {row["person"]: row for row in town.accounts if row["person"]}
    proven = _proven(town, on_x)
    for person in town.people:
        proof = proven.get(person["id"], "")
        if proof or rng.random() < SHARE:
            row = _account(there, person, on_x.get(person["id"]), proof)
            there.chatty += [row] if proof else []
    return there


def _proven(town: Town, on_x: dict[int, Row]) -> dict[int, str]:
    """Which customers can be found here by what a CRM knows of them, and by which proof."""
    customers = [person for person in town.people if person["customer"]]
    both = [one["id"] for one in customers if one["id"] in on_x and one["known"].get("proof")]
    only = [one["id"] for one in customers if one["id"] not in on_x]
    step = max(1, len(both) // PROVEN_ALSO_ON_X)
    chosen = both[::step][:PROVEN_ALSO_ON_X] + only[:PROVEN_ONLY_HERE]
    return {one: PROOFS[place % len(PROOFS)] for place, one in enumerate(chosen)}


def _account(there: Town, person: Row, on_x: Row | None, proof: str) -> Row:
    """A person's account; `proof` says what on the profile, or in a CRM, shows who it is."""
    rng = there.rng
    name = f"{person['given_name']} {person['family_name']}"
    made = there.now - rng.randrange(90 * DAY_MS, 2400 * DAY_MS)
    row = bare_account(rng, made, "", name, person["language"])
    company = there.companies[person["company"] - 1] if person["company"] else None
    row |= {"person": person["id"], "mood": person["mood"], "location": location_of(rng, person)}
    row |= {"bio": bio_of(rng, person, company if rng.random() < 0.3 else None), "verified": 0}
    row |= {"followers": row["followers"] // 6, "following": row["following"] // 3, "posts": row["posts"] // 4}
    host = rng.choice(HOSTS[person["language"]])
    row = _enter(there, row, _handle(there, person, on_x, host), host)
    if not proof and rng.random() < 0.04:
        row["protected" if rng.random() < 0.6 else "suspended"] = 1
    _prove(row, person, company, proof)
    if on_x and rng.random() < 0.4:
        row["website"] = f"{row['website']}\nX=https://x.com/{on_x['handle']}".strip()
    return row


def _enter(there: Town, row: Row, handle: str, host: str) -> Row:
    new = (row["created_at"] << store.EPOCH_SHIFT) + len(there.accounts)
    row = {**row, "network": MASTODON, "id": new, "handle": handle, "handle_lower": handle.lower(), "host": host}
    there.taken.add(f"{handle.lower()}@{host}")
    there.accounts.append(row)
    return row


def _handle(there: Town, person: Row, on_x: Row | None, host: str) -> str:
    """Most people take the name that they have elsewhere."""
    given, family = (plain(person[key]) for key in ("given_name", "family_name"))
    shapes = [f"{given}_{family}", f"{given}{family}", f"{given[0]}{family}", f"{family}_{given}", given]
    there.rng.shuffle(shapes)
    known = [on_x["handle"]] if on_x and there.rng.random() < 0.6 else []
    numbered = (f"{given}{number}" for number in range(2, 10_000))
    taken = there.taken
    return str(next(one for one in (*known, *shapes, *numbered) if f"{one.lower()}@{host}" not in taken))


def _prove(row: Row, person: Row, company: Row | None, proof: str) -> None:
    own = person["website"] or f"https://{plain(person['given_name'])}-{plain(person['family_name'])}.example"
    sites = person["known"]["websites"]
    if proof == "page":
        sites.append(f"https://{row['host']}/@{row['handle']}")
    elif proof == "website":
        person["website"] = own
        row["website"] = f"Web={own}"
    elif proof == "company_website" and company:
        row["website"] = f"Web={company['website']}"
    elif proof == "email_in_bio":
        row["bio"] = f"{row['bio']} ✉ {person['emails'][0]}".strip()
    if proof:
        person["known"]["mastodon_proof"] = proof
    if person["website"] and person["website"] not in sites:
        sites.append(person["website"])


class Toots(Writer):
    """Collects statuses, then stores them with mentions and notifications."""

    volume = 0.35
    strangers = 220

    def name_for(self, author: Row, named: Row) -> str:
        """People of the same server leave its host away."""
        return f"@{named['handle']}" if author["host"] == named["host"] else f"@{store.full_handle(named)}"

    def circle(self, author: Row, kind: str) -> Row:
        """Most turn to the brand openly, some in a smaller circle or behind a warning."""
        return voice.circle(self.rng, author, kind)

    def add(
        self, author: Row, typed: str, at: int, parent: Row | None = None, address: bool = False, **more: Any
    ) -> Row:
        """One status, no more public than the one it answers."""
        text = f"{self.name_for(author, parent['by'])} {typed}" if parent and address else typed
        usual = "private" if author["protected"] else "public"
        more.setdefault("visibility", parent["visibility"] if parent else usual)
        row = store.row_of(author, self._new_id(at), text, at, parent, **more)
        likes = int(author["followers"] ** 0.5 * self.rng.lognormvariate(-1.6, 1.0))
        row |= {"by": author, "likes": likes, "edited_at": at + 9 * 60_000 if self.rng.random() < 0.03 else None}
        if parent:
            parent["replies"] += 1
        self.posts.append(row)
        return row

    def _new_id(self, at: int) -> int:
        new = (at << store.EPOCH_SHIFT) + self.rng.randrange(1 << store.EPOCH_SHIFT)
        while new in self.ids:
            new += 1
        self.ids.add(new)
        return new

    def boost(self, author: Row, of: Row) -> None:
        """Someone boosts what someone else said in public."""
        at = min(of["created_at"] + self.rng.randrange(60_000, 20 * HOUR_MS), self.town.now - 1000)
        row = store.row_of(author, self._new_id(at), "", at, boost_of=of["id"], language=of["language"])
        of["reposts"] += 1
        self.posts.append({**row, "by": author})

    def store(self) -> None:
        """Write statuses, mentions and notifications, all in the order of time."""
        world = self.sandbox.world
        self.posts.sort(key=lambda row: int(row["id"]))
        world.insert_many("posts", [{key: row[key] for key in row if key != "by"} for row in self.posts])
        told = [(row, one) for row in self.posts for one in store.mentioned(self.sandbox, row["typed"])]
        world.insert_many(
            "mentions", [{"network": MASTODON, "account": one["id"], "post": row["id"]} for row, one in told]
        )
        told = [(row, one) for row, one in told if one["id"] != row["author"]]
        world.insert_many("masto_notifications", [_notification(row, one) for row, one in told])
        sql = "UPDATE accounts SET posts=posts+? WHERE network=? AND id=?"
        counts = Counter(row["author"] for row in self.posts)
        world.db.executemany(sql, [(number, MASTODON, author) for author, number in counts.items()])


def _notification(row: Row, to: Row) -> Row:
    at = {"at": row["created_at"], "status": row["id"]}
    return {"account": to["id"], "type": "mention", "sender": row["author"], **at}


def make_history(sandbox: Sandbox, there: Town, days: int, small: bool) -> None:
    """What was said and boosted here."""
    writer = Toots(sandbox, there, days)
    tell(writer, days, small)
    heard = [row for row in writer.posts if row["visibility"] == "public" and not row["in_reply_to"]]
    people = [row for row in there.accounts if not (row["brand"] or row["suspended"])]
    for _ in range(len(heard) // 14):
        author, of = there.rng.choice(people), there.rng.choice(heard)
        if of["author"] != author["id"]:
            writer.boost(author, of)
    writer.store()
