"""Holds answers of the sandbox against X's own OpenAPI descriptions, which lie outside this repository."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import requests

SPECS = Path(__file__).resolve().parents[3] / "shared" / "specs" / "x"
FILES = {"tweet": "x-openapi-2.159-xdk.json", "post": "x-openapi-2.167-2026-08-22.json"}


def need(path: str) -> Path:
    """A file of the official specifications; the test is skipped, saying so, where they are absent."""
    file = SPECS / path
    if not file.exists():
        pytest.skip(f"the official specification {path} is not on this machine")
    return file


@cache
def spec(names: str) -> dict[str, Any]:
    """The specification that belongs to a dialect, with `nullable` turned into JSON Schema."""
    return dict(_plain(json.loads(need(f"spec/{FILES[names]}").read_text(encoding="utf-8"))))


def _plain(node: Any) -> Any:
    if isinstance(node, list):
        return [_plain(one) for one in node]
    if not isinstance(node, dict):
        return node
    found = {key: _plain(value) for key, value in node.items()}
    if found.get("nullable") and isinstance(found.get("type"), str):
        found["type"] = [found["type"], "null"]
    return found


def check(answer: requests.Response, names: str = "tweet") -> Any:
    """The body of an answer, after it was held against the specification of its address."""
    method = (answer.request.method or "GET").lower()
    path = (answer.request.path_url or "").partition("?")[0]
    operation = _operation(names, method, path)
    status = str(answer.status_code)
    body = answer.json()
    if status in operation["responses"]:
        content = operation["responses"][status]["content"]["application/json"]["schema"]
        _validate(names, content, body)
        _no_unknown_keys(names, content, body)
    else:
        _problem(names, body)
    for error in body.get("errors", []) if status.startswith("2") else []:
        _problem(names, error)
    return body


def _operation(names: str, method: str, path: str) -> dict[str, Any]:
    paths = sorted(spec(names)["paths"], key=lambda one: one.count("{"))
    for template in paths:
        pattern = re.sub(r"\{\w+\}", "[^/]+", template)
        if re.fullmatch(pattern, path) and method in spec(names)["paths"][template]:
            return dict(spec(names)["paths"][template][method])
    raise AssertionError(f"the specification has no {method} {path}")


def _validate(names: str, schema: dict[str, Any], body: Any) -> None:
    whole = {**schema, "components": spec(names)["components"]}
    jsonschema.Draft202012Validator(whole, format_checker=jsonschema.FormatChecker()).validate(body)


def _problem(names: str, body: dict[str, Any]) -> None:
    """A problem is checked as its `type` says; types that the specification leaves out are checked by their frame."""
    problem = spec(names)["components"]["schemas"]["Problem"]
    mapping = problem["discriminator"]["mapping"]
    if body["type"] in mapping:
        _validate(names, {"$ref": mapping[body["type"]]}, body)
    else:
        assert body["type"] == "about:blank" or names == "post", body
    assert isinstance(body["title"], str) and isinstance(body.get("detail", ""), str)


def _no_unknown_keys(names: str, schema: dict[str, Any], body: dict[str, Any]) -> None:
    """Everything under `data` is a field that the specification knows."""
    found = _resolve(names, schema)["properties"]["data"]
    one = _resolve(names, found.get("items", found))
    data = body.get("data", [])
    for item in data if isinstance(data, list) else [data]:
        unknown = set(item) - set(one["properties"]) - {"edit_history_tweet_ids"}
        assert not unknown, f"fields that the specification doesn't know: {unknown}"


def _resolve(names: str, schema: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in schema:
        return schema
    return dict(spec(names)["components"]["schemas"][schema["$ref"].rsplit("/", 1)[-1]])
