from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("socialcrm", "0005_servers"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="post",
            index=models.Index(
                condition=models.Q(("state", "withheld")), fields=["gone_at"], name="socialcrm_post_withheld"
            ),
        ),
    ]
