import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("socialcrm", "0012_charges"),
    ]

    operations = [
        migrations.CreateModel(
            name="Quarantined",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("purpose", models.CharField(max_length=40)),
                (
                    "why",
                    models.CharField(
                        choices=[
                            ("post", "A post that cannot be read"),
                            ("answer", "An answer that cannot be read"),
                            ("refused", "A page that the database refuses"),
                        ],
                        max_length=20,
                    ),
                ),
                ("detail", models.CharField(blank=True, max_length=500)),
                ("body", models.BinaryField()),
                ("size", models.PositiveIntegerField(help_text="Bytes before it was cut.")),
                ("digest", models.CharField(max_length=64)),
                ("times", models.PositiveIntegerField(default=1)),
                ("first_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("last_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="quarantine",
                        to="socialcrm.socialaccount",
                    ),
                ),
            ],
            options={
                "verbose_name": "unreadable answer",
                "verbose_name_plural": "unreadable answers",
                "constraints": [
                    models.UniqueConstraint(fields=("account", "purpose", "digest"), name="socialcrm_quarantined_once")
                ],
            },
        ),
    ]
