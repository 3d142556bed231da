"""Let the database itself refuse to change lines of the ledger of consent."""

from django.db import migrations

from hocvu.ward import consenting


class Migration(migrations.Migration):
    dependencies = [("ward", "0004_the_life_of_the_register")]
    operations = [
        migrations.RunPython(lambda apps, editor: consenting.arm(), lambda apps, editor: consenting.disarm()),
    ]
