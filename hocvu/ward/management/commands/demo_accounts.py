"""List the demo accounts of staff that may sign in, with the password that they share. Citizens have none."""

import json
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from hocvu.lib import clock
from hocvu.ward.demo_password import DEMO_PASSWORD
from hocvu.ward.models import Account, Grant


class Command(BaseCommand):
    help = "Liệt kê tài khoản minh họa."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        grants = (
            Grant.objects.on(clock.today())
            .filter(account__is_demo=True, account__is_active=True, account__kind=Account.Kind.STAFF)
            .select_related("account", "unit", "ward")
        )
        rows = [
            {
                "role": grant.role,
                "unit": grant.unit.name if grant.unit else None,
                "ward": grant.ward.slug if grant.ward else None,
                "username": grant.account.username,
                "password": "" if settings.PRODUCTION else DEMO_PASSWORD,
            }
            for grant in grants
        ]
        if options["json"]:
            self.stdout.write(json.dumps(rows, ensure_ascii=False, indent=1))
            return
        for row in rows:
            self.stdout.write(f"{row['username']:<22} {row['password']:<20} {row['role']:<14} {row['unit'] or ''}")
