"""Counts are each reader's own: indexes for them, and which rows are one post that several servers told of."""

from django.db import migrations, models
from django.db.models import Q

# Only networks of many servers have an @ in their ids.
FIND_SAME = """
UPDATE socialcrm_post AS p SET same_as = near.first
FROM (
    SELECT id, MIN(id) OVER post AS first, COUNT(*) OVER post AS copies FROM socialcrm_post
    WHERE external_id LIKE '%@%' AND url <> '' WINDOW post AS (PARTITION BY network, author_id, url, text)
) near WHERE near.id = p.id AND near.copies > 1
"""
ODD = Q(visibility="private") | Q(same_as__isnull=False)
OURS = Q(account__isnull=False)


class Migration(migrations.Migration):
    dependencies = [
        ("socialcrm", "0010_note_mentions"),
    ]

    operations = [
        migrations.RemoveIndex(model_name="mention", name="socialcrm_mention_author"),
        migrations.RemoveIndex(model_name="post", name="socialcrm_post_ours"),
        migrations.AddField(model_name="post", name="same_as", field=models.BigIntegerField(blank=True, null=True)),
        migrations.AddIndex(
            model_name="mention",
            index=models.Index(fields=["author", "-posted_at", "-post", "account"], name="socialcrm_mention_by"),
        ),
        migrations.AddIndex(
            model_name="post",
            index=models.Index(
                fields=["to_profile", "-posted_at", "-id", "account"], condition=OURS, name="socialcrm_post_to_them"
            ),
        ),
        migrations.AddIndex(
            model_name="post", index=models.Index(fields=["author"], condition=ODD, name="socialcrm_post_odd")
        ),
        migrations.AddIndex(
            model_name="post",
            index=models.Index(fields=["to_profile"], condition=ODD & OURS, name="socialcrm_post_odd_to_them"),
        ),
        migrations.AddIndex(
            model_name="post",
            index=models.Index(fields=["same_as"], condition=Q(same_as__isnull=False), name="socialcrm_post_same"),
        ),
        migrations.RunSQL(FIND_SAME, migrations.RunSQL.noop),
    ]
