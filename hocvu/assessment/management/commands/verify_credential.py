"""Check a certificate file: by the keys and records of this installation, or with a trusted key alone."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from hocvu.assessment.certificates import checking, tokens
from hocvu.lib import clock

UNREADABLE = 2  # the exit code where a file that was named cannot be read: nothing was judged


class Command(BaseCommand):
    help = (
        "Kiểm tra một giấy xác nhận (.jwt). Không có --trust-key thì theo khóa và sổ cấp giấy của hệ thống này; có "
        "--trust-key thì không cần cơ sở dữ liệu và mạng. Mã thoát là 0 chỉ khi giấy có giá trị."
    )
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", help="the .jwt file; - reads the standard input")
        parser.add_argument(
            "--json",
            action="store_true",
            help="answer {status, reason, fields} as JSON, also where a file cannot be read",
        )
        parser.add_argument(
            "--trust-key",
            metavar="FILE",
            action="append",
            help="public key of the issuer, PEM or JWK; no database is asked; again for each of the issuer's keys",
        )
        parser.add_argument("--status-list", metavar="FILE", help="signed list of revocations (.jwt), with --trust-key")
        parser.add_argument("--at", metavar="ISO", help="judge as of this moment instead of now")
        parser.add_argument("--name", help="say whether this is the holder's name")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            verdict = _judge(options, _moment(options["at"]))
        except CommandError as fault:
            if not options["json"]:
                raise
            self.stdout.write(_json({"status": "unreadable", "reason": str(fault), "fields": {}}))
            sys.exit(fault.returncode)
        fields = dict(verdict.fields)
        if options["name"] is not None:
            fields["name_matches"] = checking.name_matches(verdict, options["name"])
        self.stdout.write(_as_json(verdict, fields) if options["json"] else _as_lines(verdict, fields))
        if not verdict.is_valid:
            sys.exit(1)


def _judge(options: dict[str, Any], at: datetime) -> checking.Verdict:
    if options["status_list"] and not options["trust_key"]:
        raise CommandError(
            "--status-list đi cùng --trust-key; không có khóa thì hệ thống tự tra sổ của mình.", returncode=UNREADABLE
        )
    content = _read(options["file"])
    if not options["trust_key"]:
        return checking.check(content, at=at)
    revoked = _read(options["status_list"]) if options["status_list"] else None
    try:
        trusted, *others = [checking.trusted_key(_read(name)) for name in options["trust_key"]]
    except tokens.Unsound as fault:
        raise CommandError(fault.sentence, returncode=UNREADABLE) from None
    return checking.check_alone(content, trusted=trusted, others=others, revoked=revoked, at=at)


def _read(name: str) -> bytes:
    """A file, no more of it than a token may have."""
    try:
        if name == "-":
            return sys.stdin.buffer.read(tokens.LARGEST + 1)
        with Path(name).open("rb") as opened:
            return opened.read(tokens.LARGEST + 1)
    except (OSError, ValueError) as fault:
        raise CommandError(f"Không đọc được tệp {name}: {fault}", returncode=UNREADABLE) from None


def _moment(text: str | None) -> datetime:
    try:
        return clock.read_moment(text) if text else clock.now()
    except ValueError:
        raise CommandError("Hãy viết --at theo ISO, ví dụ 2026-11-27T08:00.", returncode=UNREADABLE) from None


def _as_json(verdict: checking.Verdict, fields: dict[str, Any]) -> str:
    return _json({"status": verdict.status, "reason": verdict.reason, "fields": fields})


def _json(said: dict[str, Any]) -> str:
    return json.dumps(said, ensure_ascii=False, indent=2, default=str)


def _as_lines(verdict: checking.Verdict, fields: dict[str, Any]) -> str:
    lines = [f"{verdict.words}. {verdict.reason}"]
    lines += [f"  {name}: {value}" for name, value in fields.items() if value not in ("", None) and name != "name"]
    return "\n".join(lines)
