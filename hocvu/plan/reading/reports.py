"""When units report: "trước ngày 23 hàng tháng (qua Phòng …)", "trước 20 giờ hàng ngày", "hằng quý"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Literal

from hocvu.plan.reading.names import begins_unit, unit_parts
from hocvu.plan.reading.repair import Names
from hocvu.plan.reading.sections import Item
from hocvu.plan.reading.shape import Doubt, ReportRule
from hocvu.plan.reading.wording import folded, spaced

Frequency = Literal["daily", "weekly", "monthly", "quarterly", "half_yearly", "yearly", "unknown"]

_EVERY = r"(?:h[àằ]ng|mỗi|từng|cuối mỗi|theo)"
_FREQUENCIES: tuple[tuple[Frequency, re.Pattern[str]], ...] = (
    ("daily", re.compile(rf"{_EVERY} ngày|trong ngày|cuối ngày|/ngày|một ngày một")),
    ("weekly", re.compile(rf"{_EVERY} tuần|(?<!01 tin)/tuần|một tuần một")),
    ("half_yearly", re.compile(r"(?:6|sáu|06) tháng")),
    ("monthly", re.compile(rf"{_EVERY} tháng|của tháng(?! cuối| đầu)|\d/tháng|một tháng một")),
    ("quarterly", re.compile(rf"{_EVERY} quý|(?:cuối|tháng cuối|định kỳ) quý|, quý\b|báo cáo quý")),
    ("yearly", re.compile(rf"{_EVERY} năm|báo cáo năm|cuối năm|, năm(?! \d)|và năm(?! \d)")),
)
_DAY = re.compile(
    r"(?P<word>trước|chậm nhất(?: là| vào)*|muộn nhất|không quá|vào|đến hết|đến|từ)?\s*(?:hết )?ngày (?P<day>\d{1,2})(?!\d| tháng \d+ năm|/\d{1,2}/\d{4})"
)
_HOUR = re.compile(r"(?P<word>trước|chậm nhất(?: là| vào)*|lúc|vào)?\s*(?P<hour>\d{1,2}) ?(?:giờ|h)(?:\d\d| \d+ phút)?")
_VIA = re.compile(r"\b(?:thông qua|qua)\s+|\b(?:gửi|về|tới|cho)(?: về| cho| tới)?\s+", re.I)
_VIA_END = re.compile(
    r"\)|\s(?:trước|để|vào|định kỳ|h[àằ]ng|chậm nhất|theo|tổng hợp|trong|đồng thời|khi|qua|muộn nhất|kết quả|\(qua)\b|[;:]|\.(?:\s|$)"
)


def read_reports(items: Sequence[Item], names: Names) -> tuple[list[ReportRule], list[Doubt]]:
    """Every rule by which units report, with the sentence that sets it."""
    rules: list[ReportRule] = []
    doubts: list[Doubt] = []
    for item in items:
        if item.meaning in ("purpose", "targets", "money") or len(item.paragraph.text) > 4_000:
            continue
        for sentence in sentences(item.paragraph.text):
            for rule in _rules(sentence, item, names):
                if any(_same(rule, other) for other in rules):
                    continue
                if rule.day is None and rule.frequency not in ("daily", "weekly"):
                    reason = "Kế hoạch không nói báo cáo vào ngày nào."
                    doubts.append(Doubt(f"plan.reports[{len(rules)}].day", reason, rule.place))
                rules.append(rule)
    return rules, doubts


def _same(a: ReportRule, b: ReportRule) -> bool:
    return a.frequency == b.frequency and (a.day == b.day or a.day is None)


def sentences(text: str) -> list[str]:
    """The sentences of a paragraph.

    >>> sentences("Căn cứ Kế hoạch này. Báo cáo trước ngày 23.")
    ['Căn cứ Kế hoạch này.', 'Báo cáo trước ngày 23.']
    """
    return [part for part in re.split(r"(?<=[.;!?])\s+(?=[^\W\d_a-zà-ỹ]|\d+\.\s|“)", text) if part.strip(" ./")]


def _rules(sentence: str, item: Item, names: Names) -> Iterator[ReportRule]:
    """The rules of one sentence, one for each frequency that it names."""
    plain = folded(sentence)
    if "báo cáo" not in plain:
        return
    named = sorted((found.start(), frequency) for frequency, words in _FREQUENCIES if (found := words.search(plain)))
    days = list(_DAY.finditer(plain))
    hour = _HOUR.search(plain)
    if not named or (not days and not hour and "tổng hợp" in plain):
        return
    for at, frequency in named:
        day = min(days, key=lambda found: abs(found.start() - at)) if days else None
        if len(named) > 1 and not day and frequency == "yearly":
            continue
        timed = frequency == "daily" and hour is not None
        word = (hour["word"] if timed and hour else day["word"] if day else "") or ""
        number = int(day["day"]) if day and frequency != "daily" and 1 <= int(day["day"]) <= 31 else None
        yield ReportRule(frequency, number, "before" if word == "trước" else "by", _via(sentence, names),
                         sentence, item.place)  # fmt: skip


def _via(sentence: str, names: Names) -> str | None:
    """The office that takes the reports in: after "qua" first, else where they are sent."""
    found: list[tuple[bool, str]] = []
    for word in _VIA.finditer(sentence):
        rest = sentence[word.end() :]
        if not begins_unit(rest):
            continue
        words = _VIA_END.split(rest, maxsplit=1)[0]
        parts = unit_parts(words)
        if parts:
            found.append((not word.group().lower().startswith(("qua", "thông qua")), parts[0]))
    if not found:
        return None
    return names.put_right(spaced(min(found, key=lambda pair: pair[0])[1]))[0]
