# The panel and the timeline find unsent replies among a great many sent ones.

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("socialcrm", "0003_reports"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="reply",
            index=models.Index(
                condition=models.Q(("state__in", ["queued", "sending", "unknown", "failed"])),
                fields=["post"],
                name="socialcrm_reply_unsent",
            ),
        ),
    ]
