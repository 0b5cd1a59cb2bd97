"""The sandbox weighs texts as the official conformance vectors of twitter-text say."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from socialcrm.sandbox.x import text
from tests.sandbox.spec import need


@pytest.fixture(scope="module")
def vectors() -> dict[str, list[dict[str, Any]]]:
    found: dict[str, Any] = yaml.safe_load(need("twitter-text/conformance__validate.yml").read_text(encoding="utf-8"))
    return dict(found["tests"])


@pytest.mark.parametrize(
    "section", ["WeightedTweetsWithDiscountedEmojiCounterTest", "UnicodeDirectionalMarkerCounterTest"]
)
def test_weights_and_verdicts_are_the_official_ones(vectors: dict[str, Any], section: str) -> None:
    wrong = []
    for case in vectors[section]:
        counted, expected = text.count(case["text"]), case["expected"]
        if (counted.weight, counted.valid) != (expected["weightedLength"], expected["valid"]):
            wrong.append((case["description"], counted, expected))
    assert wrong == []


def test_a_link_is_found_without_what_follows_it() -> None:
    found = [text.links(words) for words in ("see example.com.", "(https://example.com/a)", "a.b", "no@example.com x")]
    assert found == [[(4, 15)], [(1, 22)], [], []]
