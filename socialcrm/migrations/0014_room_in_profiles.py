# People's counts change with nearly every post of theirs. With room left on its page, PostgreSQL writes the new row
# beside the old one and touches no index ("heap-only tuples"). Only pages that are filled from now on leave it.

from typing import Any

from django.db import migrations

SQL = "ALTER TABLE socialcrm_socialprofile {}"


def leave_room(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(SQL.format("SET (fillfactor = 75)"))


def fill_up(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(SQL.format("RESET (fillfactor)"))


class Migration(migrations.Migration):
    dependencies = [("socialcrm", "0013_quarantine")]

    operations = [migrations.RunPython(leave_room, fill_up)]
