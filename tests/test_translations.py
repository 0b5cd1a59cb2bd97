"""Every visible string is there in French: complete, not guessed, with the same placeholders, and compiled."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import polib
import pytest

ROOT = Path(__file__).resolve().parent.parent
APPS = ("socialcrm", "crm_core")
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")


def catalogue(app: str) -> Any:
    """The French catalogue of an app. Fails where there is none."""
    path = ROOT / app / "locale" / "fr" / "LC_MESSAGES" / "django.po"
    assert path.exists(), f"{app} has no French catalogue"
    return polib.pofile(str(path))


@pytest.mark.parametrize("app", APPS)
def test_the_french_is_complete_and_nothing_in_it_is_a_guess(app: str) -> None:
    entries = catalogue(app)
    assert not [entry.msgid for entry in entries.untranslated_entries()]
    assert not [entry.msgid for entry in entries.fuzzy_entries()]


@pytest.mark.parametrize("app", APPS)
def test_the_french_keeps_every_placeholder(app: str) -> None:
    wrong = []
    for entry in catalogue(app):
        if entry.obsolete:
            continue
        wanted = set(PLACEHOLDER.findall(entry.msgid))
        for text in entry.msgstr_plural.values() or [entry.msgstr]:
            found = set(PLACEHOLDER.findall(text))
            # A singular may spell its one out: "1 answer".
            if found != wanted and not (entry.msgid_plural and found <= set(PLACEHOLDER.findall(entry.msgid_plural))):
                wrong.append(entry.msgid)
    assert not wrong


@pytest.mark.parametrize("app", APPS)
def test_what_was_compiled_is_what_was_written(app: str) -> None:
    compiled = ROOT / app / "locale" / "fr" / "LC_MESSAGES" / "django.mo"
    assert compiled.exists()
    written = {_key(entry): _value(entry) for entry in catalogue(app).translated_entries()}
    assert {_key(entry): _value(entry) for entry in polib.mofile(str(compiled))} == written


@pytest.mark.parametrize("app", APPS)
def test_no_string_of_the_code_is_missing_from_the_catalogue(app: str, tmp_path: Path) -> None:
    if not shutil.which("xgettext"):
        pytest.skip("xgettext is not installed: the strings of the code can't be listed")
    known = {_key(entry) for entry in catalogue(app) if not entry.obsolete}
    fresh = {_key(entry) for entry in _extracted(app, tmp_path) if entry.msgid}
    assert not fresh - known, "run makemessages, and translate these"


def _extracted(app: str, room: Path) -> Any:
    """What makemessages finds in a copy of the app."""
    copy = room / app
    shutil.copytree(ROOT / app, copy, ignore=shutil.ignore_patterns("vendor", "__pycache__", "*.mo"))
    (copy / "locale" / "fr" / "LC_MESSAGES").mkdir(parents=True, exist_ok=True)
    command = [sys.executable, str(ROOT / "manage.py"), "makemessages", "-l", "fr", "--no-wrap", "--no-location"]
    done = subprocess.run(command, cwd=copy, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return polib.pofile(str(copy / "locale" / "fr" / "LC_MESSAGES" / "django.po"))


def _key(entry: Any) -> tuple[str, str]:
    return entry.msgctxt or "", entry.msgid


def _value(entry: Any) -> Any:
    return tuple(entry.msgstr_plural.values()) or entry.msgstr
