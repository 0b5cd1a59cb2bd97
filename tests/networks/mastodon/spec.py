"""Holds answers against Mastodon's OpenAPI description and finds recordings; both lie outside this repository."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest

SPECS = Path(os.environ.get("MASTODON_SPECS") or Path(__file__).resolve().parents[4] / "shared" / "specs" / "mastodon")


def need(path: str) -> Path:
    """A file of the specifications; the test is skipped, saying so, where they are absent."""
    file = SPECS / path
    if not file.exists():
        pytest.skip(f"the specification {path} is not on this machine")
    return file


@cache
def spec() -> dict[str, Any]:
    """The OpenAPI 3.1 description."""
    return dict(json.loads(need("spec/schema.json").read_text(encoding="utf-8")))


def check(method: str, path: str, status: int, body: Any) -> None:
    """Hold an answer against what the description says of its address and status."""
    templates = sorted(spec()["paths"], key=lambda one: one.count("{"))
    found = next(one for one in templates if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", one), path))
    schema = spec()["paths"][found][method.lower()]["responses"][str(status)]["content"]["application/json"]["schema"]
    whole = {**schema, "components": spec()["components"]}
    jsonschema.Draft202012Validator(whole, format_checker=jsonschema.FormatChecker()).validate(body)


def recorded() -> Iterator[tuple[str, str, int, Any, dict[str, str]]]:
    """(method, path, status, body, headers) of every recorded call."""
    for file in sorted(need("recorded").glob("*.json")):
        for one in json.loads(file.read_text(encoding="utf-8"))["interactions"]:
            answer, asked = one["response"], one["request"]
            headers = {name.lower(): values[0] for name, values in answer["headers"].items()}
            path = asked["uri"].partition("localhost:3000")[2].partition("?")[0]
            yield asked["method"], path, answer["status"]["code"], answer["body"], headers
