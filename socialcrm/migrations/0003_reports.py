# The permission to see the reports.

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("socialcrm", "0002_inbox"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="influencescore",
            options={
                "permissions": [("view_reports", "Can see the reports")],
                "verbose_name": "influence score",
                "verbose_name_plural": "influence scores",
            },
        ),
    ]
