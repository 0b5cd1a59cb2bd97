"""The rules of the house: who may import whom, no name of a host in the extension, sizes, docstrings, migrations."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
EXTENSION, HOST = ROOT / "socialcrm", ROOT / "crm_core"

# What a host may import of the extension. The demo's data-maker is no part of the CRM: it plays the administrator.
PUBLIC = {
    "socialcrm.access",  # what a user may read is asked, never answered anew
    "socialcrm.contacts",
    "socialcrm.exports",
    "socialcrm.matching",
    "socialcrm.origin",
    "socialcrm.urls",
    "socialcrm.schedule",
    "socialcrm.templatetags",
    "socialcrm.signals",
}
FACES = {"views", "api", "templatetags", "management", "tasks", "urls", "forms", "admin"}
LONGEST_FILE = 300


def modules(folder: Path, *, without: tuple[str, ...] = ()) -> list[Path]:
    """The Python files below a folder, but for those under the names given."""
    found = sorted(folder.rglob("*.py"))
    return [path for path in found if not set(path.relative_to(folder).parts) & set(without)]


def imports(path: Path) -> Iterator[str]:
    """Every module that a file imports, in full, relative ones and those inside functions too."""
    package = list(path.relative_to(ROOT).with_suffix("").parts)
    package = package[:-1]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            base = [*base, *([node.module] if node.module else [])]
            yield from (".".join([*base, alias.name]) for alias in node.names)


def within(name: str, *packages: str) -> bool:
    """Whether a dotted name is one of these packages or below one."""
    return any(name == package or name.startswith(package + ".") for package in packages)


def broken(paths: list[Path], forbidden: object) -> list[str]:
    """The imports that a rule forbids, as 'file imports name'."""
    assert callable(forbidden)
    return [f"{path.relative_to(ROOT)} imports {name}" for path in paths for name in imports(path) if forbidden(name)]


def test_the_extension_never_imports_its_host() -> None:
    assert not broken(modules(EXTENSION), lambda name: within(name, "crm_core", "tests"))


def test_the_extension_never_names_its_host() -> None:
    """Every file is read: code, migrations, templates, scripts, translations."""
    hosts = re.compile(rb"crm_core|tests\.hosts|other_crm|people\.person", re.IGNORECASE)
    named = [
        str(path.relative_to(ROOT))
        for path in sorted(EXTENSION.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts and hosts.search(path.read_bytes())
    ]
    assert not named


def test_the_host_knows_only_the_doors_of_the_extension() -> None:
    paths = [path for path in modules(HOST, without=("demo", "management")) if path.name != "celery.py"]
    assert not broken(paths, lambda name: within(name, "socialcrm") and not within(name, *PUBLIC))


def test_networks_know_the_border_and_the_transport_only() -> None:
    """One network does not even know another one."""
    for folder in sorted(path for path in (EXTENSION / "networks").iterdir() if (path / "__init__.py").exists()):
        mine = f"socialcrm.networks.{folder.name}"
        border = {f"socialcrm.networks.{path.stem}" for path in (EXTENSION / "networks").glob("*.py")}
        allowed = (mine, *(border - {"socialcrm.networks.__init__"}))
        assert not broken(
            modules(folder), lambda name, allowed=allowed: within(name, "socialcrm") and not within(name, *allowed)
        )


def test_the_border_of_the_networks_knows_no_room_and_no_model() -> None:
    paths = [path for path in (EXTENSION / "networks").glob("*.py") if path.name != "__init__.py"]
    assert not broken(paths, lambda name: within(name, "socialcrm") and not within(name, "socialcrm.networks"))


def test_networks_know_no_django_models() -> None:
    paths = modules(EXTENSION / "networks", without=("__init__.py",))
    assert not broken(paths, lambda name: within(name, "django.db", "django.conf", "django.apps", "celery"))


def test_rooms_know_neither_pages_nor_tasks() -> None:
    """A room is everything that is no face, no model, no network, no sandbox."""
    no_room = (*FACES, "models", "networks", "sandbox", "migrations", "apps.py", "checks.py")
    no_room += tuple(f"{name}.py" for name in FACES)
    faces = tuple(f"socialcrm.{name}" for name in FACES)
    assert not broken(modules(EXTENSION, without=no_room), lambda name: within(name, *faces))


def test_models_know_no_room() -> None:
    allowed = ("socialcrm.models", "socialcrm.conf")
    paths = modules(EXTENSION / "models")
    assert not broken(
        paths, lambda name: within(name, "socialcrm") and name != "socialcrm" and not within(name, *allowed)
    )


def test_the_sandbox_shares_nothing_with_us() -> None:
    """The two ends of the wire can't share a mistake."""

    def ours(name: str) -> bool:
        return within(name, "socialcrm", "crm_core") and name != "socialcrm" and not within(name, "socialcrm.sandbox")

    assert not broken(modules(EXTENSION / "sandbox"), ours)
    outside = modules(EXTENSION, without=("sandbox", "management"))
    assert not broken(outside, lambda name: within(name, "socialcrm.sandbox"))


def test_no_file_is_longer_than_a_person_reads() -> None:
    paths = modules(EXTENSION, without=("migrations",)) + modules(HOST, without=("migrations",))
    long = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in paths}
    assert not {name: lines for name, lines in long.items() if lines > LONGEST_FILE}


def test_everything_public_says_what_it_is() -> None:
    """Modules, classes and functions without an underscore; Meta and the choices inside models explain themselves."""
    silent = []
    for path in modules(EXTENSION, without=("migrations",)) + modules(HOST, without=("migrations",)):
        tree = ast.parse(path.read_text())
        if tree.body and not ast.get_docstring(tree):
            silent.append(str(path.relative_to(ROOT)))
        silent += [f"{path.relative_to(ROOT)}: {name}" for name in _undocumented(tree.body)]
    assert not silent


def _undocumented(body: list[ast.stmt], inside: str = "") -> Iterator[str]:
    for node in body:
        if not isinstance(node, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)) or node.name.startswith(
            ("_", "test_")
        ):
            continue
        name = f"{inside}{node.name}"
        choices = isinstance(node, ast.ClassDef) and any("Choices" in ast.unparse(base) for base in node.bases)
        overload = any("overload" in ast.unparse(decorator) for decorator in node.decorator_list)
        if not ast.get_docstring(node) and node.name != "Meta" and not overload and not (inside and choices):
            yield name
        if isinstance(node, ast.ClassDef) and node.name != "Meta":
            yield from _undocumented(node.body, f"{name}.")


def test_nothing_prints_and_nothing_swallows_every_error() -> None:
    bad = []
    for path in modules(EXTENSION) + modules(HOST):
        for node in ast.walk(ast.parse(path.read_text())):
            call = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
            if call or (isinstance(node, ast.ExceptHandler) and node.type is None):
                bad.append(f"{path.relative_to(ROOT)}:{node.lineno}")  # type: ignore[attr-defined]
    assert not bad


@pytest.mark.parametrize("folder", [EXTENSION, HOST], ids=lambda folder: folder.name)
def test_migrations_are_one_line_and_named_by_what_they_do(folder: Path) -> None:
    names = sorted(path.stem for path in (folder / "migrations").glob("0*.py"))
    numbers = [int(name[:4]) for name in names]
    assert numbers == list(range(1, len(names) + 1))
    assert not [name for name in names if "auto" in name]


def test_migrations_reach_the_host_only_through_the_setting() -> None:
    """One foreign key, and a dependency that follows it."""
    text = "".join(path.read_text() for path in (EXTENSION / "migrations").glob("0*.py"))
    assert text.count("to=settings.SOCIALCRM_CONTACT_MODEL") == 1
    assert "migrations.swappable_dependency(settings.SOCIALCRM_CONTACT_MODEL)" in text


def test_tasks_carry_ids_only_and_call_a_room() -> None:
    """A task's body is: get the row, call the room. Nobody unpickles anything."""
    tree = ast.parse((EXTENSION / "tasks.py").read_text())
    tasks = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.decorator_list]
    long = [node.name for node in tasks if len(ast.unparse(node).splitlines()) > 12]
    assert not long
    assert not broken([EXTENSION / "tasks.py"], lambda name: within(name, "pickle", "socialcrm.views", "socialcrm.api"))


def test_pages_hold_no_inline_script_style_or_handler() -> None:
    """What a strict Content-Security-Policy would block anyway, found before a browser does."""
    inline = re.compile(
        r"<script(?![^>]*\bsrc=)(?![^>]*application/json)[^>]*>|<style|\son[a-z]+=\"|\sstyle=\"|javascript:"
    )
    bad = [
        f"{path.relative_to(ROOT)}: {found.group()}"
        for folder in (EXTENSION, HOST)
        for path in sorted((folder / "templates").rglob("*.html"))
        if (found := inline.search(path.read_text()))
    ]
    assert not bad


def test_nothing_comes_from_a_content_delivery_network() -> None:
    """Every script, style and font is served by the site itself."""
    elsewhere = re.compile(r"<(?:script|link)[^>]+(?:src|href)=\"(?:https?:)?//")
    pages = [path for folder in (EXTENSION, HOST) for path in (folder / "templates").rglob("*.html")]
    assert not [str(path.relative_to(ROOT)) for path in pages if elsewhere.search(path.read_text())]
