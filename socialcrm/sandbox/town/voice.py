"""How people of the town talk: by topic, mood and habit, in English and French."""

from __future__ import annotations

import random
import re
from typing import Any

from . import names
from .grammar import say, sections
from .habits import habit

Row = dict[str, Any]
KINDS = ("praise", "complaint", "question", "talk")
# To whom people of Mastodon turn when they turn to the brand: most of them openly, some in a smaller circle.
VISIBILITIES = {"public": 78, "unlisted": 10, "direct": 7, "private": 5}


def kind_of_mention(rng: random.Random, author: Row) -> str:
    """What someone turns to the brand with; the mood decides between praise and complaint."""
    mood = float(author["mood"])
    return rng.choices(KINDS, [0.15 + mood * 0.5, 0.75 - mood * 0.6, 0.35, 0.18])[0]


def mention(rng: random.Random, author: Row, brand: str, kind: str) -> str:
    """A post that mentions the brand by its @name; the app's user would type it somewhere in the text."""
    text = say(rng, author["language"], f"brand_{kind}", brand=brand)
    return habit(rng, author, _tail(rng, author, text, f"tail_{kind}", 0.3))


def circle(rng: random.Random, author: Row, kind: str) -> Row:
    """Who may read what someone says to the brand on Mastodon, and whether a warning stands before it."""
    visibility = rng.choices(list(VISIBILITIES), list(VISIBILITIES.values()))[0]
    warned = kind == "complaint" and rng.random() < 0.2
    return {"visibility": visibility, "spoiler": say(rng, author["language"], "warning") if warned else ""}


def second_thought(rng: random.Random, author: Row, text: str) -> str:
    """A post as its author changes it."""
    return f"{text}\n\n{say(rng, author['language'], 'edit', **_where(rng, author))}"


def answer(rng: random.Random, author: Row, kind: str) -> str:
    """What the brand answers."""
    given = author["name"].split()[0] if author["name"].strip() else author["handle"]
    return say(rng, author["language"], f"answer_{kind}", given=given)


def followup(rng: random.Random, author: Row, kind: str = "question") -> str:
    """What someone says to the brand's answer, by mood."""
    mood = float(author["mood"]) + (0.25 if kind in ("praise", "talk") else 0)
    section = rng.choices(["followup_good", "followup_bad", "followup_more"], [mood, max(0.05, 0.8 - mood), 0.35])[0]
    first = say(rng, author["language"], section, **_where(rng, author))
    if section == "followup_more" and rng.random() < 0.35:
        first = f"{say(rng, author['language'], 'followup_good')} {first}"
    return habit(rng, author, first)


def chat(rng: random.Random, author: Row) -> str:
    """A short answer to another townsperson."""
    text = say(rng, author["language"], "chat", **_where(rng, author))
    if rng.random() < 0.4:
        text = f"{text} {say(rng, author['language'], 'aside', **_where(rng, author))}"
    return habit(rng, author, text)


def chatter(rng: random.Random, author: Row, companies: list[Row]) -> str:
    """A post about daily life: one thought, sometimes two, sometimes a tag."""
    language = author["language"]
    topics = list(names.TOPICS)
    # People return to their own few topics, chosen by who they are.
    own = topics[author["id"] % 7 :][:4] or topics
    topic = rng.choice(own if rng.random() < 0.6 else topics)
    where = _where(rng, author)
    if companies:
        where["company_name"] = rng.choice(companies)["name"]
    text = say(rng, language, topic, **where)
    if len(text) < 130 and rng.random() < 0.16:
        text = f"{say(rng, language, 'opener', **where)} {text}"
    if len(text) < 150 and rng.random() < 0.42:
        text = f"{text} {say(rng, language, 'aside', **where)}"
    return habit(rng, author, _tail(rng, author, text, "tail", 0.4))


def news(rng: random.Random, language: str) -> str:
    """One of the brand's own posts."""
    return say(rng, language, "brand_news", city=rng.choice(names.CITIES[language])[0])


def _where(rng: random.Random, author: Row) -> dict[str, str]:
    own = str(author["location"]).split(",")[0].strip(" 🌍")
    other = rng.choice(names.CITIES[author["language"]])[0]
    return {"city": own if own and own != "here and there" and rng.random() < 0.5 else other}


def _tail(rng: random.Random, author: Row, text: str, section: str, share: float) -> str:
    if rng.random() > share or len(text) > 250:
        return text
    tail = rng.choice(sections(author["language"])[section])
    if "{citytag}" in tail:
        tail = tail.replace("{citytag}", re.sub(r"\W", "", _where(rng, author)["city"]).lower())
    return f"{text} {tail}"
