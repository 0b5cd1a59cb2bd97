"""What docs/roles.md says is what the roles hold and what the routes ask."""

from __future__ import annotations

from .page import PAGE, written


def test_the_tables_of_the_page_are_those_of_the_code() -> None:
    text = PAGE.read_text()
    assert written(text) == text, 'Run: python manage.py shell -c "from tests.roles.page import rewrite; rewrite()"'
