"""Let a new key of a ward sign certificates from now on, or declare one lost."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from hocvu.assessment.certificates import keys, renewing
from hocvu.assessment.models import SigningKey
from hocvu.lib import clock
from hocvu.lib.refusals import Refusal
from hocvu.ward.models import Ward


class Command(BaseCommand):
    help = (
        "Thay khóa ký giấy xác nhận của một nơi cấp; --compromised ghi một khóa bị lộ và ký lại các giấy của khóa đó."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("ward", help="code or slug of the ward")
        parser.add_argument("--compromised", metavar="KEY", help="name of a key that somebody else may hold")
        parser.add_argument("--since", metavar="ISO", help="with --compromised: since when; now unless said")
        parser.add_argument("--why", default="", help="with --compromised: how it was lost")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            ward = Ward.objects.named(options["ward"])
        except Ward.DoesNotExist:
            raise CommandError(f"Không có nơi nào có mã hoặc tên {options['ward']}.") from None
        try:
            self.stdout.write(_compromised(ward, options) if options["compromised"] else _rotate(ward))
        except (Refusal, keys.Unsignable) as refused:
            raise CommandError(str(refused)) from None


def _rotate(ward: Ward) -> str:
    return f"Từ bây giờ {ward.title} ký bằng khóa {keys.rotate(ward, by=None).kid}."


def _compromised(ward: Ward, options: dict[str, Any]) -> str:
    key = SigningKey.objects.filter(ward=ward, kid=options["compromised"]).first()
    if key is None:
        raise CommandError(f"{ward.title} không có khóa {options['compromised']}.")
    try:
        since = clock.read_moment(options["since"]) if options["since"] else clock.now()
    except ValueError:
        raise CommandError("Hãy viết --since theo ISO, ví dụ 2026-11-27T08:00.") from None
    done = renewing.compromised(key, since=since, why=options["why"], by=None)
    return f"Đã thôi tin khóa {key.kid} và ký lại {done} giấy bằng khóa mới."
