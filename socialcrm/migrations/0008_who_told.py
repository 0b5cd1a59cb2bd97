# On networks of many servers a profile remembers whose word it is: only the person's own server may change its own.

from typing import Any
from urllib.parse import SplitResult, urlsplit

from django.db import migrations, models


def who_told(apps: Any, schema_editor: Any) -> None:
    """What was known before came from whoever was connected first, but for the people of our accounts' own servers."""
    accounts = apps.get_model("socialcrm", "SocialAccount").objects.exclude(server="").order_by("pk")
    servers: dict[str, list[SplitResult]] = {}
    for network, server in accounts.values_list("network", "server"):
        servers.setdefault(network, []).append(urlsplit(server))
    for network, found in servers.items():
        rows = apps.get_model("socialcrm", "SocialProfile").objects.filter(network=network)
        for one in found:
            rows = rows.exclude(external_id__startswith=f"{one.scheme}://{one.netloc.lower()}/")
        rows.update(told_by=found[0].netloc.lower()[:255])


class Migration(migrations.Migration):
    dependencies = [
        ("socialcrm", "0007_lighter_mentions"),
    ]

    operations = [
        migrations.AddField(
            model_name="socialprofile",
            name="told_by",
            field=models.CharField(blank=True, db_default="", default="", max_length=255),
        ),
        migrations.RunPython(who_told, migrations.RunPython.noop),
    ]
