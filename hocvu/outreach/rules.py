"""The rules of field work: when a team is kept up, when a household is due again, how much is asked back, who attended.

A rule is some numbers that hold from a day on. Those of `content/outreach/rules.yaml` hold where a ward has decided
nothing; what a ward decides holds from its day on, with its source. Nothing is ever edited: a later version follows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from types import MappingProxyType
from typing import Any

import yaml
from django.conf import settings
from django.db import transaction

from hocvu.lib import clock
from hocvu.lib.refusals import Refusal
from hocvu.lib.text import nfc
from hocvu.outreach.models import OutreachRule
from hocvu.ward import audit
from hocvu.ward.models import Account, Ward

Code = OutreachRule.Code
FILE = settings.ROOT / "content/outreach/rules.yaml"
SOURCE_LETTERS = 200


@dataclass(frozen=True, slots=True)
class Number:
    """One number of a rule: its name in words, its unit, and between what it lies."""

    words: str
    unit: str
    low: int
    high: int


NUMBERS: Mapping[str, Mapping[str, Number]] = {
    Code.KEPT_UP: {
        "days": Number("Xét trong bao nhiêu ngày gần nhất", "ngày", 7, 366),
        "members": Number("Có ít nhất bao nhiêu thành viên", "người", 1, 100),
        "acts": Number("Có ít nhất bao nhiêu việc trong thời gian đó", "việc", 1, 1000),
    },
    Code.DUE: {
        "nobody_home_days": Number("Không có ai ở nhà: quay lại sau", "ngày", 1, 90),
        "later_days": Number("Hẹn quay lại mà không hẹn ngày: quay lại sau", "ngày", 1, 90),
        "not_found_days": Number("Không tìm thấy nhà: tìm lại sau", "ngày", 1, 366),
        "refused_days": Number("Không muốn nghe: thăm lại sau", "ngày", 30, 1096),
        "revisit_days": Number("Đã phổ biến: thăm lại sau", "ngày", 30, 1096),
    },
    Code.SPOT_CHECK: {
        "percent": Number("Hỏi lại bao nhiêu phần trăm số lượt của tháng", "%", 1, 100),
        "least": Number("Mỗi tổ có lượt thăm được hỏi lại ít nhất", "lượt", 1, 50),
    },
    Code.ATTENDANCE: {"percent": Number("Dự ít nhất bao nhiêu phần trăm số buổi", "%", 1, 100)},
}


@dataclass(frozen=True, slots=True)
class Version:
    """A rule as it holds from a day on: shipped, or a ward's own."""

    code: str
    params: Mapping[str, int]
    valid_from: date
    source: str
    decided_by: str = ""

    @property
    def title(self) -> str:
        """What the rule is about."""
        return str(Code(self.code).label)

    @property
    def words(self) -> list[tuple[str, str]]:
        """Each number in words."""
        return [(one.words, f"{self.params[name]} {one.unit}") for name, one in NUMBERS[self.code].items()]


def rule(ward: Ward, code: str, day: date) -> Mapping[str, int]:
    """The numbers of a rule as they hold on a day."""
    return version(ward, code, day).params


def version(ward: Ward, code: str, day: date) -> Version:
    """The version of a rule that holds on a day: the ward's newest, else the shipped one."""
    row = OutreachRule.objects.filter(ward=ward, code=code, valid_from__lte=day).select_related("decided_by").first()
    return _shipped_on(code, day) if row is None else _of_row(row)


def versions(ward: Ward) -> dict[str, list[Version]]:
    """Every version of every rule, the newest first; one question."""
    found: dict[str, list[Version]] = {code: [] for code in NUMBERS}
    for row in OutreachRule.objects.filter(ward=ward).select_related("decided_by"):
        found[row.code].append(_of_row(row))
    return {code: [*rows, *reversed(_shipped()[code])] for code, rows in found.items()}


def _of_row(row: OutreachRule) -> Version:
    params = MappingProxyType({**_shipped_on(row.code, row.valid_from).params, **row.params})
    by = row.decided_by.full_name if row.decided_by else ""
    return Version(row.code, params, row.valid_from, row.source, by)


# ---- Another decision


@transaction.atomic
def decide(
    ward: Ward, code: str, *, params: Mapping[str, Any], source: str, valid_from: date, by: Account
) -> OutreachRule:
    """Let other numbers hold from a day on. What was counted for days before stays as it was."""
    source = " ".join(nfc(source).split())
    if not source:
        raise Refusal("Hãy ghi theo văn bản hoặc cuộc họp nào.", "source")
    if valid_from < clock.today():
        raise Refusal("Quy tắc mới không dùng cho ngày đã qua. Hãy ghi từ hôm nay trở đi.", "valid_from")
    cleaned = _cleaned(code, params)
    if cleaned == dict(rule(ward, code, valid_from)):
        raise Refusal("Các số này đang dùng rồi. Hãy đổi ít nhất một số.")
    made = OutreachRule.objects.create(
        ward=ward, code=code, params=cleaned, valid_from=valid_from, source=source[:SOURCE_LETTERS], decided_by=by
    )
    audit.record(by, "decided a rule of field work", made, ward=ward, valid_from=f"{valid_from:%d/%m/%Y}")
    return made


def _cleaned(code: str, params: Mapping[str, Any]) -> dict[str, int]:
    """The numbers of a rule, each inside its bounds."""
    made: dict[str, int] = {}
    for name, one in NUMBERS[code].items():
        value = params.get(name)
        if not isinstance(value, int) or isinstance(value, bool) or not one.low <= value <= one.high:
            raise Refusal(f"{one.words}: hãy ghi số từ {one.low} đến {one.high}.", name)
        made[name] = value
    return made


# ---- What is shipped


@lru_cache(maxsize=1)
def _shipped() -> Mapping[str, Sequence[Version]]:
    """The versions of the file, the oldest first. A file that lacks a number stops the start with the reason."""
    raw = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    found = {}
    for code in NUMBERS:
        rows = [
            Version(code, MappingProxyType(_cleaned(code, one["params"])), one["valid_from"], one["source"])
            for one in raw[code]
        ]
        found[code] = sorted(rows, key=lambda row: row.valid_from)
    return found


def _shipped_on(code: str, day: date) -> Version:
    """The shipped version of a day; before the first it is the first."""
    rows = _shipped()[code]
    return next((row for row in reversed(rows) if row.valid_from <= day), rows[0])
