"""Answers of X's mentions timeline as bytes: 100 posts and their 100 authors, of which some are known already."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import msgspec

from .world import FIRST_ID

DUPLICATES = 0.10
START = datetime(2026, 11, 20, tzinfo=UTC)


class Pages:
    """Makes pages of fresh posts, a tenth of them seen before (with other counts), by a seed."""

    def __init__(self, profiles: int, posts: int, account_id: str, seed: int = 1) -> None:
        self.random, self.profiles, self.account_id = random.Random(seed), profiles, account_id
        self.next_id = FIRST_ID + 10 * posts + seed * 10_000_000
        self.known: list[int] = []

    def page(self, size: int = 100) -> bytes:
        """One answer, newest first as X sends it."""
        posts, people = [], {}
        for _number in range(size):
            author = str(500_000_001 + int(self.profiles * 1.1 * self.random.random()))
            people[author] = self._person(author)
            posts.append(self._post(author))
        return msgspec.json.encode(
            {
                "data": sorted(posts, key=lambda post: -int(post["id"])),
                "includes": {"users": list(people.values())},
                "meta": {"result_count": len(posts), "newest_id": str(self.next_id), "oldest_id": posts[0]["id"]},
            }
        )

    def _id(self) -> int:
        if self.known and self.random.random() < DUPLICATES:
            return self.random.choice(self.known)
        self.next_id += self.random.randint(1, 9)
        self.known.append(self.next_id)
        return self.next_id

    def _post(self, author: str) -> dict[str, object]:
        number, words = self._id(), self.random.randint(12, 29)
        text = "@lumen_0 " + " ".join(f"w{self.random.randint(0, 50_000)}" for _word in range(words))
        return {
            "id": str(number),
            "author_id": author,
            "conversation_id": str(number),
            "created_at": (START + timedelta(seconds=number % 200_000)).strftime("%Y-%m-%dT%H:%M:%S.000Z"),
            "edit_history_tweet_ids": [str(number)],
            "entities": {"mentions": [{"start": 0, "end": 8, "username": "lumen_0", "id": self.account_id}]},
            "lang": "en",
            "public_metrics": {
                "retweet_count": self.random.randint(0, 9),
                "reply_count": self.random.randint(0, 9),
                "like_count": self.random.randint(0, 99),
                "quote_count": 0,
                "bookmark_count": 0,
                "impression_count": self.random.randint(0, 9_999),
            },
            "text": text[:280],
        }

    def _person(self, author: str) -> dict[str, object]:
        return {
            "id": author,
            "name": f"Person Number {author}",
            "username": f"person_{int(author) - 500_000_000}",
            "created_at": "2015-06-01T10:00:00.000Z",
            "description": f"Lamps, lenses and the light of {author}, and much else that fits into a biography of X",
            "location": "Lyon",
            "profile_image_url": f"https://pbs.twimg.com/profile_images/{author}/face_normal.jpg",
            "protected": False,
            "public_metrics": {
                "followers_count": self.random.randint(0, 99_999),
                "following_count": 300,
                "tweet_count": self.random.randint(0, 9_999),
                "listed_count": 12,
                "like_count": 100,
            },
            "verified": False,
        }
