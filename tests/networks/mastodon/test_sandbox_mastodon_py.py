"""Mastodon.py, a client of other makers, runs unchanged against the sandbox."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from .conftest import MastodonScene

ROOT = Path(__file__).resolve().parents[3]
ORACLE = Path(os.environ.get("ORACLE") or ROOT / ".cache" / "oracle")
SCRIPT = ROOT / "tests" / "sandbox" / "oracle_mastodon.py"
OUT_OF_REACH = ("No matching distribution", "Max retries", "ConnectionError", "Temporary failure", "Connection refused")


@pytest.fixture(scope="module")
def python() -> Path:
    """The interpreter of the environment of other makers' clients; made, or filled up, when first needed."""
    found = ORACLE / "bin" / "python"
    if not found.exists():
        subprocess.run([sys.executable, "-m", "venv", str(ORACLE)], check=True, capture_output=True)
    if subprocess.run([found, "-c", "import mastodon"], capture_output=True).returncode:
        install = [found, "-m", "pip", "install", "-q", "--require-hashes", "-r", str(ROOT / "requirements-oracle.txt")]
        done = subprocess.run(install, capture_output=True, text=True)
        if any(sign in done.stderr for sign in OUT_OF_REACH):
            pytest.skip("Mastodon.py could not be installed: the package registry is out of reach")
        assert done.returncode == 0, done.stderr
    return found


def test_mastodon_py_reads_answers_edits_and_deletes(python: Path, scene: MastodonScene) -> None:
    for number in range(23):
        mention = scene.typed(f"number {number}")
    order = {"keys": scene.keys, "mention": mention, "text": "@lumen_desk Yes."}
    done = subprocess.run([python, SCRIPT], input=json.dumps(order), capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    seen: dict[str, Any] = json.loads(done.stdout)
    assert (seen["me"], seen["user"], seen["version"], seen["limit"]) == ("lumen_desk", "lumen_lighting", "4.6.4", 500)
    assert len(seen["pages"]) > 2 and set(seen["pages"][:-1]) <= {10} and seen["forward"] == 10
    assert seen["ids"][0] == mention and len(set(seen["ids"])) == len(seen["ids"])
    one, two, visibility = seen["made"]
    assert one == two and visibility == "unlisted" and seen["edited"]
    assert seen["descendants"] == [one] and one not in seen["statuses"]
    assert seen["refusals"][0].startswith("MastodonNotFoundError")
    assert "MastodonAPIError" in seen["refusals"][1] and "422" in seen["refusals"][1]
