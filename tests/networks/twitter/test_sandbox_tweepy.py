"""tweepy, a client of other makers, runs unchanged against the sandbox, signed in both ways."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.sandbox_process import Sandbox

ROOT = Path(__file__).resolve().parents[3]
ORACLE = ROOT / ".cache" / "oracle"
SCRIPT = ROOT / "tests" / "sandbox" / "oracle_tweepy.py"
OUT_OF_REACH = ("No matching distribution", "Max retries", "ConnectionError", "Temporary failure", "Connection refused")


@pytest.fixture(scope="module")
def python() -> Path:
    """The interpreter of an environment that has tweepy; made when first needed."""
    found = ORACLE / "bin" / "python"
    if subprocess.run([found, "-c", "import tweepy"], capture_output=True).returncode if found.exists() else True:
        _make(found)
    return found


def _make(found: Path) -> None:
    subprocess.run([sys.executable, "-m", "venv", "--clear", str(ORACLE)], check=True, capture_output=True)
    install = [found, "-m", "pip", "install", "-q", "--require-hashes", "-r", str(ROOT / "requirements-oracle.txt")]
    done = subprocess.run(install, capture_output=True, text=True)
    if any(sign in done.stderr for sign in OUT_OF_REACH):
        pytest.skip("tweepy could not be installed: the package registry is out of reach")
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


@pytest.mark.parametrize("kind", ["oauth1", "oauth2"])
def test_tweepy_reads_answers_and_deletes(python: Path, sandbox: Sandbox, kind: str) -> None:
    mention = sandbox.post("lumen_lighting", f"Dear @lumen_desk, does {kind} work?")
    keys = sandbox.credentials("lumen_desk")
    order = {"keys": keys, "kind": kind, "mention": mention["id"], "text": f"Yes, {kind} does."}
    done = subprocess.run([python, SCRIPT], input=json.dumps(order), capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    seen: dict[str, Any] = json.loads(done.stdout)
    assert (seen["me"], seen["user"], seen["deleted"]) == ("lumen_desk", "lumen_lighting", {"deleted": True})
    assert seen["followers"] > 1000 and seen["since"] < 2026
    assert len(seen["pages"]) > 2 and set(seen["pages"][:-1]) == {10}
    assert mention["id"] == seen["ids"][0] and len(set(seen["ids"])) == len(seen["ids"])
    assert seen["authors"] > 5
    assert seen["made"]["text"] == f"@lumen_lighting Yes, {kind} does."
    assert "duplicate content" in seen["refusals"][0] and seen["refusals"][0].startswith("Forbidden")
    assert seen["refusals"][1].startswith("Forbidden")
    entries = sandbox.log(id=seen["made"]["id"])
    assert [one["action"] for one in entries] == ["post", "delete"]
    assert entries[0]["in_reply_to"] == mention["id"]
