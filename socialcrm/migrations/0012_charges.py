from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("socialcrm", "0011_shown_to_each"),
    ]

    operations = [
        migrations.CreateModel(
            name="DayCharge",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "day", "network", "resource", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("day", models.DateField()),
                ("network", models.CharField(max_length=40)),
                ("resource", models.CharField(max_length=200)),
                ("micros", models.PositiveBigIntegerField()),
                ("added", models.PositiveBigIntegerField()),
            ],
            options={
                "verbose_name": "charge of a day",
                "verbose_name_plural": "charges of a day",
            },
        ),
    ]
