"""Let the database itself refuse to change or remove entries of the audit trail."""

from django.db import migrations

from hocvu.ward import audit


class Migration(migrations.Migration):
    dependencies = [("ward", "0001_initial")]
    operations = [
        migrations.RunPython(lambda apps, editor: audit.arm(), lambda apps, editor: audit.disarm()),
    ]
