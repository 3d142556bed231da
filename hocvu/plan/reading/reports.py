"""When units report: "trước ngày 23 hàng tháng (qua Phòng …)", "trước 20 giờ hàng ngày", "hằng quý"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal

from hocvu.plan.reading.names import begins_unit, unit_parts
from hocvu.plan.reading.repair import Names
from hocvu.plan.reading.sections import Item
from hocvu.plan.reading.shape import Doubt, ReportRule
from hocvu.plan.reading.wording import folded, spaced

Frequency = Literal["daily", "weekly", "monthly", "quarterly", "half_yearly", "yearly", "unknown"]

_EVERY = r"(?:h[àằ]ng|mỗi|từng|cuối mỗi|theo)"
_ONCE = r"(?:/lần|/kỳ| một lần| 1 lần)"
_LENGTHS: dict[str, Frequency] = {
    "ngày": "daily",
    "tuần": "weekly",
    "tháng": "monthly",
    "quý": "quarterly",
    "năm": "yearly",
}
_LENGTH = rf"({'|'.join(_LENGTHS)})(?!\w)(?! ?\d)"
# What may follow "báo cáo tháng": its deadline, its way or its end; not "báo cáo tháng hành động".
_SAID = (
    r"(?=\s*(?:$|[,.;:()/]|và |hoặc |(?:trước|chậm|muộn|không|vào|gửi|về|qua|theo|ngày|định kỳ|của|cho|để|thứ|là|từ|đến|"
    r"được|lên|phải|hết|kết quả|thực hiện|tiến độ)\b))"
)
_DEADLINE = r"(?:trước|vào|chậm nhất|muộn nhất|không quá|ngày|thứ)\b"
_FREQUENCIES: tuple[tuple[Frequency | None, re.Pattern[str]], ...] = (
    ("half_yearly", re.compile(r"(?<!\d)(?:6|06|sáu) tháng(?:/lần| một lần| 1 lần)?(?:,? (?:đầu|cuối)(?: năm)?)?")),
    ("quarterly", re.compile(rf"(?<!\d)(?:3|03|ba) tháng{_ONCE}")),
    ("yearly", re.compile(rf"(?<!\d)12 tháng{_ONCE}")),
    ("quarterly", re.compile(r"(?:vào )?tháng (?:cuối|đầu)(?: của| mỗi| h[àằ]ng)? quý(?: sau)?|cuối quý")),
    ("daily", re.compile(r"(?:trong|cuối) ngày|(?:báo cáo|lần|\d)/ngày|một ngày một")),
    ("weekly", re.compile(r"(?:báo cáo|lần|\d)/tuần|một tuần một")),
    (
        "monthly",
        re.compile(r"của tháng(?! cuối| đầu)|(?:báo cáo|lần|\d)/tháng|một tháng một|(?<!\d )cuối tháng(?! \d)"),
    ),
    ("yearly", re.compile(r"cuối năm(?! \d)|(?:báo cáo|lần|\d)/năm")),
    (None, re.compile(rf"{_EVERY} {_LENGTH}")),
    (None, re.compile(rf"(?:báo cáo|định kỳ|sơ kết|tổng kết)(?: định kỳ)?(?: theo)?(?: 0?1| một)? {_LENGTH}{_SAID}")),
    (None, re.compile(rf"^{_LENGTH}(?=\s*[:(])")),
    (None, re.compile(rf"(?:^|(?<=[,;:] )|(?<=\()|(?<=và )){_LENGTH}(?=[ :(]+(?:gửi |là )?{_DEADLINE})")),
    ("quarterly", re.compile(rf"quý (?:i{{1,3}}|iv)(?=[ :(]+{_DEADLINE})")),
)
# ", quý và năm" goes on from a frequency before it.
_AND_ALSO = re.compile(rf"(?:, ?|,? ?(?:và|hoặc) )(?:báo cáo )?(?:0?1 |một )?{_LENGTH}{_SAID}")
_GLUE = re.compile(r"[\s,;]*(?:và|hoặc)?\s*")
_WORD = r"(?P<word>(?:chậm nhất|muộn nhất)(?: là| vào)*(?: trước)?|trước|không quá|không muộn hơn|vào|đến hết|đến|từ)"
_DAY = re.compile(
    rf"(?:{_WORD}\s*)?(?:hết )?ngày (?:mùng )?(?P<day>\d{{1,2}})(?!\d| tháng \d+ năm|/\d{{1,2}}/\d)"
    r"(?:(?:/| tháng )\d{1,2}(?!\d))?"
    rf"|{_WORD.replace('word', 'early')}\s+(?P<dated>\d{{1,2}})/\d{{1,2}}(?![/\d])"
    r"|và (?P<also>\d{1,2})/\d{1,2}(?![/\d])"
)
_WEEKDAY = re.compile(
    r"(?P<word>trước|chậm nhất(?: là| vào)*|vào)?\s*(?:ngày )?(?:thứ (?:hai|ba|tư|năm|sáu|bảy|[2-7])|chủ nhật)(?!\w)"
)
_HOUR = re.compile(r"(?P<word>trước|chậm nhất(?: là| vào)*|lúc|vào)?\s*(?P<hour>\d{1,2}) ?(?:giờ|h)(?:\d\d| \d+ phút)?")
_VIA = re.compile(r"\b(?:thông qua|qua)\s+|\b(?:gửi|về|tới|cho)(?: về| cho| tới)?\s+", re.I)
_VIA_END = re.compile(
    r"\)|\s(?:trước|để|vào|định kỳ|h[àằ]ng|chậm nhất|theo|tổng hợp|trong|đồng thời|khi|qua|muộn nhất|kết quả|\(qua)\b|[;:]|\.(?:\s|$)"
)


@dataclass(slots=True)
class _Mention:
    """A frequency that a sentence names, where, and the days that belong to it: (day, whether before it)."""

    frequency: Frequency
    start: int
    end: int
    own_report: bool = False
    days: list[tuple[int, bool]] = field(default_factory=list)


def read_reports(items: Sequence[Item], names: Names) -> tuple[list[ReportRule], list[Doubt]]:
    """Every rule by which units report, with the sentence that sets it."""
    rules: list[ReportRule] = []
    doubts: list[Doubt] = []
    for item in items:
        if item.meaning in ("purpose", "targets", "money") or len(item.paragraph.text) > 4_000:
            continue
        for sentence in sentences(item.paragraph.text):
            for rule, doubt in _rules(sentence, item, names):
                if any(_same(rule, other) for other in rules):
                    continue
                if doubt:
                    about = "frequency" if rule.frequency == "unknown" else "day"
                    doubts.append(Doubt(f"plan.reports[{len(rules)}].{about}", doubt, rule.place))
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


def _rules(sentence: str, item: Item, names: Names) -> Iterator[tuple[ReportRule, str | None]]:
    """The rules of one sentence, one for each frequency that it names, and why the day is doubtful if it is."""
    plain = folded(sentence)
    days = _days(plain)
    if "báo cáo" not in plain and not (days and item.meaning == "reports"):
        return
    mentions = _with_days(_mentions(plain), days, plain)
    if not mentions and days and ("định kỳ" in plain or item.meaning == "reports"):
        mentions = [_Mention("unknown", 0, 0, days=[(_number(days[0]), _is_before(days[0]))])]
    hour = _HOUR.search(plain)
    if not days and not hour and "tổng hợp" in plain:
        return
    for frequency in dict.fromkeys(mention.frequency for mention in mentions):
        said = [day for mention in mentions if mention.frequency == frequency for day in mention.days]
        day, before = said[0] if said else (None, False)
        if timed := {"daily": hour, "weekly": _WEEKDAY.search(plain) or hour}.get(frequency):
            before = timed["word"] == "trước"
        rule = ReportRule(frequency, day, "before" if before else "by", _via(sentence, names), sentence, item.place)
        yield rule, _why_doubtful(frequency, [day for day, _ in said], plain)


def _why_doubtful(frequency: Frequency, days: list[int], plain: str) -> str | None:
    if frequency == "daily":
        return None
    if frequency == "unknown":
        return "Kế hoạch không nói báo cáo bao lâu một lần."
    if frequency == "weekly":
        weekday = _WEEKDAY.search(plain)
        return (
            "Hạn báo cáo là một thứ trong tuần; hãy xem câu trong kế hoạch."
            if weekday
            else "Kế hoạch không nói báo cáo vào thứ mấy."
        )
    if not days:
        return "Kế hoạch không nói báo cáo vào ngày nào."
    several = len(set(days)) > 1 or (frequency == "yearly" and len(days) > 1)
    return "Câu này nêu nhiều ngày báo cáo; đã lấy ngày đầu." if several else None


def _mentions(plain: str) -> list[_Mention]:
    """The frequencies that a sentence names, in order; of two that overlap the one that begins first."""
    found: list[_Mention] = []
    named = [(match, frequency) for frequency, words in _FREQUENCIES for match in words.finditer(plain)]
    for match, frequency in sorted(named, key=lambda pair: (pair[0].start(), -pair[0].end())):
        if not found or match.start() >= found[-1].end:
            _go_on(found, plain, match.start())
            own_report = match.group().startswith(("báo cáo", "sơ kết", "tổng kết"))
            found.append(_Mention(frequency or _LENGTHS[match[1]], match.start(), match.end(), own_report))
    _go_on(found, plain, len(plain))
    return found


def _go_on(found: list[_Mention], plain: str, upto: int) -> None:
    """Add what an enumeration goes on to name: "hằng tháng, quý và năm"."""
    while found and (also := _AND_ALSO.match(plain, found[-1].end, upto)):
        found.append(_Mention(_LENGTHS[also[1]], also.start(1), also.end(), "báo cáo" in also.group()))


def _days(plain: str) -> list[re.Match[str]]:
    """The days of a sentence that recur. Of "từ ngày 15 đến ngày 20" the last; of the days of figures none."""
    found = [day for day in _DAY.finditer(plain) if not re.search(r"số liệu[^,;]{0,40}$", plain[: day.start()])]
    spans = [day for day in found if day["word"] == "từ"]
    found = [day for day in found if day not in spans or not any("đến" in (other["word"] or "") for other in found)]
    return [day for day in found if 1 <= _number(day) <= 31]


def _is_before(day: re.Match[str]) -> bool:
    return "trước" in (day["word"] or day["early"] or "")


def _number(day: re.Match[str]) -> int:
    return int(day["day"] or day["dated"] or day["also"])


def _with_days(mentions: list[_Mention], days: Sequence[re.Match[str]], plain: str) -> list[_Mention]:
    """Give each day to the frequency that it belongs to: the one right behind it ("ngày 23 hằng tháng"), else the
    last one before it, else the next. Frequencies counted up together share the day of any of them."""
    repeats: list[_Mention] = []
    before = False
    for day in days:
        before = before if day["also"] else _is_before(day)
        earlier = [m for m in mentions if m.end <= day.start() and m not in repeats]
        later = [m for m in mentions if m.start >= day.end()]
        behind = later[0] if later and _is_tied(plain[day.end() : later[0].start]) else None
        if behind and earlier and _repeats(behind, earlier[-1]):
            repeats.append(behind)
            behind = None if behind.frequency == earlier[-1].frequency or "/" in day.group() else behind
        taken = earlier and earlier[-1].days and later and not day["also"]
        mention = behind or (earlier[-1] if earlier and not taken else later[0] if later else None)
        if mention and mention.frequency not in ("daily", "weekly"):
            mention.days.append((_number(day), before))
    return _shared([mention for mention in mentions if mention not in repeats or mention.days], plain)


def _is_tied(between: str) -> bool:
    return between.strip() in ("", "của", "vào")


def _repeats(behind: _Mention, earlier: _Mention) -> bool:
    """Whether "… hằng năm" behind a day only says again how often: "6 tháng (trước ngày 15/6 hằng năm)"."""
    return behind.frequency in ("yearly", earlier.frequency) and not behind.own_report


def _shared(mentions: list[_Mention], plain: str) -> list[_Mention]:
    """Let neighbours in an enumeration share their days, backwards and then forwards."""
    pairs = list(pairwise(mentions))
    for first, second in [*pairs[::-1], *pairs]:
        if second.own_report or not _GLUE.fullmatch(plain, first.end, second.start):
            continue
        for without, beside in ((first, second), (second, first)):
            if not without.days and without.frequency not in ("daily", "weekly"):
                without.days = list(beside.days)
    return mentions


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
