"""Make the town's companies, people and accounts from a seed."""

from __future__ import annotations

import random
import re
import unicodedata
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from socialcrm.sandbox.state import TWITTER
from socialcrm.sandbox.x.ids import snowflake

from . import names
from .grammar import say, sections

DAY_MS = 86400_000
Row = dict[str, Any]


@dataclass
class Town:
    """What is being made, before it's written to the world."""

    rng: random.Random
    now: int
    companies: list[Row] = field(default_factory=list)
    people: list[Row] = field(default_factory=list)
    accounts: list[Row] = field(default_factory=list)
    brands: list[Row] = field(default_factory=list)
    chatty: list[Row] = field(default_factory=list)
    taken: set[str] = field(default_factory=set)
    used_domains: set[str] = field(default_factory=set)

    @cached_property
    def by_id(self) -> dict[int, Row]:
        """The accounts by id; asked once all are there."""
        return {row["id"]: row for row in self.accounts}


def plain(text: str) -> str:
    """A name in ASCII lower case, for addresses and handles."""
    folded = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "", folded.lower())


def make_companies(town: Town, number: int) -> None:
    """Companies that buy from the brand, and some that don't."""
    rng = town.rng
    while len(town.companies) < number:
        language = "fr" if rng.random() < 0.35 else "en"
        industry = rng.choice(list(names.COMPANY_TAILS[language]))
        name = f"{rng.choice(names.COMPANY_HEADS[language])} {rng.choice(names.COMPANY_TAILS[language][industry])}"
        domain = re.sub(r"-+", "-", "-".join(filter(None, map(plain, name.split())))) + ".example"
        if domain in town.used_domains:
            continue
        town.used_domains.add(domain)
        city, country = rng.choice(names.CITIES[language])
        size = max(3, int(rng.lognormvariate(3.6, 1.2)))
        row = {"id": len(town.companies) + 1, "name": name, "website": f"https://{domain}", "industry": industry}
        town.companies.append({**row, "city": city, "country": country, "size": size, "language": language})


def make_person(town: Town, customer: bool, namesake: Row | None = None) -> Row:
    """One person; a namesake shares the name of another and nothing else."""
    rng = town.rng
    company = rng.choice(town.companies) if customer or rng.random() < 0.4 else None
    language = company["language"] if company else ("fr" if rng.random() < 0.35 else "en")
    if namesake is not None:
        language, company = namesake["language"], None
    given = namesake["given_name"] if namesake else rng.choice(names.GIVEN[language])
    family = namesake["family_name"] if namesake else rng.choice(names.FAMILY[language])
    city, country = (company["city"], company["country"]) if company else rng.choice(names.CITIES[language])
    row: Row = {
        "id": len(town.people) + 1,
        "given_name": given,
        "family_name": family,
        "language": language,
        "city": city,
        "country": country,
        "company": company["id"] if company else None,
        "title": say(rng, language, "title"),
        "emails": _emails(rng, given, family, company),
        "phones": [f"{names.DIAL[country]}{rng.randrange(100, 1000)}"] if customer else [],
        "website": f"https://{plain(given)}-{plain(family)}.example" if rng.random() < 0.3 else "",
        "customer": int(customer),
        "known": {"websites": []},
        "mood": round(min(1.0, max(0.0, rng.gauss(0.6, 0.22))), 2),
        "topics": rng.sample(names.TOPICS, 5),
    }
    town.people.append(row)
    return row


def _emails(rng: random.Random, given: str, family: str, company: Row | None) -> list[str]:
    found = []
    if company:
        domain = company["website"].removeprefix("https://")
        found.append(f"{plain(given)}.{plain(family)}@{domain}")
    if not found or rng.random() < 0.3:
        host = rng.choice(["post.example", "mail.example", "courriel.example", "inbox.example"])
        found.append(f"{plain(given)}{rng.choice(['.', '_', ''])}{plain(family)}{rng.randrange(1, 99)}@{host}")
    return found


def make_account(town: Town, person: Row, proof: str = "") -> Row:
    """A person's account; `proof` says what on the profile shows who it is."""
    rng = town.rng
    company = town.companies[person["company"] - 1] if person["company"] else None
    made = town.now - rng.randrange(60 * DAY_MS, 5400 * DAY_MS)
    handle = free_handle(town, person)
    account = bare_account(rng, made, handle, f"{person['given_name']} {person['family_name']}", person["language"])
    account |= {"person": person["id"], "mood": person["mood"], "location": location_of(rng, person)}
    account["bio"] = bio_of(rng, person, company if proof == "company" or rng.random() < 0.25 and not proof else None)
    if not proof and rng.random() < 0.12:
        account["name"] = rng.choice([person["given_name"], f"{person['given_name']} {person['family_name'][0]}."])
    _prove(account, person, company, proof)
    town.accounts.append(account)
    return account


def _prove(account: Row, person: Row, company: Row | None, proof: str) -> None:
    if proof == "x_url":
        person["known"]["websites"].append(f"https://x.com/{account['handle']}")
    elif proof == "website":
        person["website"] = (
            person["website"] or f"https://{plain(person['given_name'])}-{plain(person['family_name'])}.example"
        )
        account["website"] = person["website"]
    elif proof == "company_website" and company:
        account["website"] = company["website"]
    elif proof == "email_in_bio":
        account["bio"] = f"{account['bio'][:100]} ✉ {person['emails'][0]}"
    if proof:
        person["known"]["proof"] = proof
    if person["website"]:
        person["known"]["websites"].append(person["website"])


def bare_account(rng: random.Random, made: int, handle: str, name: str, language: str) -> Row:
    """An account with a heavy-tailed number of followers and nothing said about who it is."""
    followers = min(480_000, int(rng.lognormvariate(5.1, 1.55)) + 2)
    following = int(min(4900, rng.lognormvariate(5.3, 0.8)))
    return {
        "network": TWITTER,
        "id": snowflake(made, rng.randrange(1 << 22)),
        "handle": handle,
        "handle_lower": handle.lower(),
        "name": name,
        "bio": "",
        "location": "",
        "website": "",
        "created_at": made,
        "verified": int(rng.random() < (0.25 if followers > 8000 else 0.03)),
        "protected": 0,
        "suspended": 0,
        "followers": followers,
        "following": following,
        "listed": int(followers * rng.uniform(0.002, 0.03)),
        "posts": int(rng.lognormvariate(6, 1.4)),
        "likes": int(rng.lognormvariate(6.5, 1.5)),
        "person": None,
        "brand": 0,
        "language": language,
        "mood": 0.6,
        "tier": None,
    }


def free_handle(town: Town, person: Row) -> str:
    """A handle that nobody has, made of the name as people do."""
    rng = town.rng
    given, family, city = (plain(person[key]) for key in ("given_name", "family_name", "city"))
    shapes = [
        f"{given}{family}", f"{given}_{family}", f"{given[0]}{family}", f"{given[0]}_{family}", f"{family}{given}",
        f"{given}{family[0]}", f"{given}_{city}", f"the{given}{family[0]}", f"{family}_{city[:4]}",
    ]  # fmt: skip
    rng.shuffle(shapes)
    shapes += [f"{given[:8]}{rng.randrange(70, 100)}", *(f"{given[:7]}_{rng.randrange(1000, 99999)}" for _ in range(9))]
    for shape in shapes:
        if "_" in shape and rng.random() < 0.15:
            shape = shape.title().replace("_", "")
        if 4 <= len(shape) <= 15 and shape.lower() not in town.taken:
            town.taken.add(shape.lower())
            return shape
    raise AssertionError("no handle left")


def location_of(rng: random.Random, person: Row) -> str:
    """What someone writes for a place."""
    kinds = [person["city"], f"{person['city']}, {person['country']}", f"{person['city']} 🌍", "", "here and there"]
    return str(rng.choices(kinds, [5, 4, 1, 2, 0.4])[0])


def bio_of(rng: random.Random, person: Row, company: Row | None) -> str:
    """What someone says of themselves, naming the company where it is given."""
    language = person["language"]
    hobby, hobby2 = rng.sample(_hobbies(language), 2)
    known = {"title": person["title"], "city": person["city"], "hobby": hobby, "hobby2": hobby2}
    if company:
        known["company_name"] = company["name"]
    elif rng.random() < 0.1:
        return ""
    body = say(rng, language, "bio_work" if company else "bio_plain", **known)
    tail = say(rng, language, "bio_tail", **known).strip()
    return (f"{body.rstrip('.')}. {tail[:1].upper()}{tail[1:]}" if tail else body)[:160]


def _hobbies(language: str) -> list[str]:
    return sections(language)["hobby"]


def make_brand(town: Town, handle: str, name: str, bio: str, followers: int) -> Row:
    """One of our own accounts: verified, with a web site."""
    made = town.now - 3100 * DAY_MS - len(town.brands) * 41 * DAY_MS
    row = bare_account(town.rng, made, handle, name, "en")
    town.taken.add(handle)
    row |= {
        "brand": 1,
        "verified": 1,
        "bio": bio,
        "website": "https://lumen-lighting.example.com",
        "location": "Bristol",
    }
    row |= {"followers": followers, "following": 612, "listed": followers // 40, "posts": 8200}
    town.brands.append(row)
    town.accounts.append(row)
    return row


def make_company_account(town: Town, company: Row) -> None:
    """A company's own account."""
    handle = plain(company["name"])[:15]
    if handle in town.taken or len(handle) < 4:
        return
    town.taken.add(handle)
    row = bare_account(
        town.rng,
        town.now - town.rng.randrange(400 * DAY_MS, 4000 * DAY_MS),
        handle,
        company["name"],
        company["language"],
    )
    row |= {
        "bio": f"{company['name']}, {company['city']}. {company['industry'].capitalize()}.",
        "website": company["website"],
    }
    town.accounts.append(row | {"location": company["city"], "followers": row["followers"] * 3})


def write(town: Town, insert: Any) -> None:
    """Store companies, people and accounts."""
    insert("companies", [{k: v for k, v in row.items() if k != "language"} for row in town.companies])
    insert("people", town.people)
    insert("accounts", town.accounts)
