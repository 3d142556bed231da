"""What records know of a team's month, for the report that its lead would otherwise count by hand.

Numbers that a report asks for are told by their words, as the measures of results are: a ward may ask in its own. What
the records count stands in the field; somebody may write another number, which is then the team's own word, and both
are shown to whoever takes the report in.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from hocvu.lib.figures import number_words
from hocvu.lib.text import nfc
from hocvu.outreach import coverage
from hocvu.outreach.coverage import TeamMonth
from hocvu.outreach.models import Help
from hocvu.plan.models import UnitReport

# (words that stand in the question, with their tones: "hộ" is no "hỗ trợ"; what counts it); the first that fits counts.
QUESTIONS: Sequence[tuple[str, Callable[[TeamMonth], int]]] = (
    (r"\bhộ\b.*(phổ biến|tuyên truyền)", lambda month: month.households_informed),
    (r"lượt (thăm|đến)|\bthăm hộ\b", lambda month: month.visits),
    (r"lượt người.*(hướng dẫn|giúp|hỗ trợ)", lambda month: month.helps + month.attendance),
    (r"người.*(được|đã) (hướng dẫn|giúp|hỗ trợ)", lambda month: month.people_helped),
    (r"lượt người.*(dự|học|lớp)", lambda month: month.attendance),
    (r"\bsố buổi\b", lambda month: month.sessions),
    (r"nhu cầu.*đáp ứng", lambda month: month.needs_met),
    (r"nhu cầu", lambda month: month.needs_opened),
)
# Who asks for what was not done is answered by nobody's records: those tell of what was.
_NOT = re.compile(r"\b(chưa|không|còn)\b")


def of_report(report: UnitReport) -> TeamMonth | None:
    """What the records count of a team in the days of a report; None for another unit's report."""
    if not report.is_team:
        return None
    return coverage.of_team(report.unit, report.period.window_from, report.period.window_to)


def answer(question: str, month: TeamMonth | None) -> int | None:
    """What the records answer to a question in its own words; None where they cannot, or know of nothing at all: a team
    that writes on paper is not told "0"."""
    if month is None or not did_something(month):
        return None
    words = nfc(question).lower().replace("không dùng tiền mặt", "")
    if _NOT.search(words):
        return None
    return next((count(month) for said, count in QUESTIONS if re.search(said, words)), None)


def did_something(month: TeamMonth | None) -> bool:
    """Whether anything is recorded of the team."""
    return month is not None and any(
        (month.visits, month.people_helped, month.needs_opened, month.needs_met, month.sessions)
    )


def in_words(month: TeamMonth) -> list[tuple[str, str]]:
    """(what, how many) of everything that is recorded; nothing of what there is none of."""
    topics = [(f"Được giúp: {Help.Topic(topic).label}", n, "người") for topic, n in sorted(month.helped.items())]
    told = (
        ("Lượt thăm hộ", month.visits, "lượt"),
        ("Hộ được phổ biến", month.households_informed, "hộ"),
        ("Người được giúp", month.people_helped, "người"),
        *topics,
        ("Nhu cầu mới ghi", month.needs_opened, "nhu cầu"),
        ("Nhu cầu đã đáp ứng", month.needs_met, "nhu cầu"),
        ("Buổi học đã mở", month.sessions, "buổi"),
        ("Lượt người dự các buổi", month.attendance, "lượt"),
    )
    return [(what, f"{number_words(n)} {word}") for what, n, word in told if n]
