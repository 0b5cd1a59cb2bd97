# The four roles as groups; their permissions are given after migrate, when they exist (see roles.py).

from django.db import migrations

NAMES = ("Sales rep", "Support agent", "Manager", "Administrator")


def make_groups(apps, schema_editor):
    groups = apps.get_model("auth", "Group").objects.using(schema_editor.connection.alias)
    for name in NAMES:
        groups.get_or_create(name=name)


class Migration(migrations.Migration):
    dependencies = [
        ("crm_core", "0001_crm"),
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [migrations.RunPython(make_groups, migrations.RunPython.noop)]
