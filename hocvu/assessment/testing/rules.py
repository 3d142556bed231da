"""The rules that tests go by: what their parameters may be, which holds today, how a ward decides another.

A rule is never edited. Another decision is another number with its source and its first day, and the one before ends
the day before; an attempt keeps what it began under (`frozen`), whatever is decided meanwhile.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db import transaction
from django.urls import reverse

from hocvu.assessment import certifying
from hocvu.assessment.models import TestRule
from hocvu.assessment.testing.adaptive import Plan
from hocvu.learning.beside import Offer
from hocvu.learning.frameworks import keeping
from hocvu.learning.models import Framework
from hocvu.lib import clock
from hocvu.lib.refusals import Refusal
from hocvu.ward import audit
from hocvu.ward.models import Account, Ward

Kind = TestRule.Kind
FORMS = ("A", "B")
_REFERENCE = re.compile(r"[a-z0-9-]+/\S{1,20}")
CODE = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")
TAKEN = frozenset({"quy-tac", "luot"})  # stand in addresses where a rule's code does


@dataclass(frozen=True, slots=True)
class Cleaned:
    """Parameters in their one form, and what is wrong with them in sentences."""

    params: dict[str, Any]
    faults: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Number:
    """A parameter that is a number: its name in words, what stands where nothing is said, and between what it lies."""

    words: str
    default: float
    low: float
    high: float
    is_whole: bool = True

    def read(self, value: Any, faults: list[str]) -> Any:
        fits = isinstance(value, int if self.is_whole else (int, float)) and not isinstance(value, bool)
        if not fits or not self.low <= value <= self.high:
            faults.append(f"{self.words} phải là số từ {_plain(self.low)} đến {_plain(self.high)}.")
            return self.default
        return value if self.is_whole else float(value)


def _plain(number: float) -> str:
    return f"{number:g}".replace(".", ",")


EVERY = {
    "minutes": _Number("Số phút làm bài", 60, 5, 240),
    "wait_days": _Number("Số ngày chờ để làm lại", 0, 0, 90),
}
# A placement explains every question afterwards: without days between, a bank is read out in an evening.
PLACEMENT = {"wait_days": _Number("Số ngày chờ để làm lại", 7, 0, 90)}
ADAPTIVE = {
    "least": _Number("Số câu ít nhất", 12, 1, 60),
    "most": _Number("Số câu nhiều nhất", 30, 1, 60),
    "sure": _Number("Mức chắc chắn để dừng", 0.95, 0.6, 0.999, is_whole=False),
    "cut": _Number("Ngưỡng của mức", 0.0, -4, 4, is_whole=False),
    "best_of": _Number("Số câu tốt nhất để bốc một", 5, 1, 20),
}
CONFIRM = {
    "pass_above": _Number("Xác suất để đạt khi đã hỏi hết", 0.6, 0.5, 0.999, is_whole=False),
    "practice": _Number("Số việc thực hành", 3, 0, 10),
    "valid_months": _Number("Số tháng giấy có giá trị", certifying.MONTHS, 1, 120),
}
NUMBERS: dict[str, dict[str, _Number]] = {
    Kind.PLACEMENT: {**EVERY, **PLACEMENT, **ADAPTIVE},
    Kind.CHANGE: EVERY,
    Kind.CONFIRM: {**EVERY, **ADAPTIVE, **CONFIRM},
}


def clean(params: Any, kind: str) -> Cleaned:
    """Parameters of a kind of test in their one form: what was not said filled in, what is wrong told."""
    if kind not in Kind.values:
        return Cleaned({}, [f"Loại bài kiểm tra “{kind}” không có. Hãy ghi một trong: {', '.join(Kind.values)}."])
    if not isinstance(params, Mapping):
        return Cleaned({}, ["Tham số phải là các dòng “tên: giá trị”."])
    faults: list[str] = []
    numbers, lists = NUMBERS[kind], _LISTS[kind]
    made = {name: one.read(params.get(name, one.default), faults) for name, one in numbers.items()}
    made |= {name: read(params.get(name), faults) for name, read in lists.items()}
    faults += [f"Không có tham số tên “{name}”." for name in params if name not in made]
    if kind != Kind.CHANGE:
        faults += _range_faults(made)
    return Cleaned(made, faults)


def _range_faults(made: dict[str, Any]) -> list[str]:
    faults = []
    if made["least"] > made["most"]:
        faults.append("Số câu ít nhất lớn hơn số câu nhiều nhất. Hãy xem lại hai số.")
    if len(made["core"]) > made["most"]:
        faults.append("Có nhiều năng lực cốt lõi hơn số câu nhiều nhất. Hãy bỏ bớt hoặc thêm câu.")
    return faults


def _texts(value: Any, words: str, pattern: re.Pattern[str], example: str, faults: list[str]) -> list[str]:
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(one, str) and pattern.fullmatch(one) for one in value):
        faults.append(f"{words} phải là danh sách như {example}.")
        return []
    if len(set(value)) < len(value):
        faults.append(f"{words} có mục ghi hai lần. Hãy bỏ bớt một.")
    return list(dict.fromkeys(value))


def _core(value: Any, faults: list[str]) -> list[str]:
    return _texts(value, "Năng lực cốt lõi", _REFERENCE, "hocvu/4.2", faults)


def _levels(value: Any, faults: list[str]) -> list[str]:
    return _texts(value, "Bậc của câu hỏi", re.compile(r"\S{1,20}"), "B2", faults)


def _forms(value: Any, faults: list[str]) -> dict[str, list[str]]:
    """Two forms of the same length without a question in common."""
    given = value if isinstance(value, Mapping) else {}
    made = {name: _texts(given.get(name), f"Đề {name}", CODE, "giu-ma-otp-1", faults) for name in FORMS}
    if not isinstance(value, Mapping) or set(value) != set(FORMS) or not all(made.values()):
        faults.append("Cần hai đề tên A và B, mỗi đề là danh sách mã câu hỏi.")
    elif len(made["A"]) != len(made["B"]):
        faults.append("Hai đề phải có số câu bằng nhau.")
    if both := sorted(set(made["A"]) & set(made["B"])):
        faults.append(f"Câu {', '.join(both)} có trong cả hai đề. Mỗi câu chỉ được ở một đề.")
    return made


_Read = Callable[[Any, list[str]], Any]
_LISTS: dict[str, dict[str, _Read]] = {
    Kind.PLACEMENT: {"core": _core, "levels": _levels},
    Kind.CHANGE: {"forms": _forms},
    Kind.CONFIRM: {"core": _core, "levels": _levels},
}


# ---- What an attempt keeps


def frozen(rule: TestRule) -> dict[str, Any]:
    """All that an attempt needs of its rule, as it is now."""
    names = ("code", "number", "kind", "title", "gist", "framework", "framework_version", "level", "group", "source")
    return {**{name: getattr(rule, name) for name in names}, "params": clean(rule.params, rule.kind).params}


def plan_of(kept: Mapping[str, Any]) -> Plan:
    """When an attempt under a frozen rule stops; the two forms of a change test are asked to their end."""
    params = kept["params"]
    if kept["kind"] == Kind.CHANGE:
        size = len(params["forms"]["A"])
        return Plan(least=size, most=size)
    return Plan(
        cut=params["cut"], sure=params["sure"], least=params["least"], most=params["most"], best_of=params["best_of"],
        pass_above=params.get("pass_above", 0.6), core=frozenset(params["core"]),
    )  # fmt: skip


# ---- Which holds


def in_force(ward: Ward) -> list[TestRule]:
    """The rules that hold today, each code once, in the order in which a learner meets them."""
    newest: dict[str, TestRule] = {}
    for rule in TestRule.objects.of(ward).on(clock.today()).order_by("code", "-number"):
        newest.setdefault(rule.code, rule)
    order = list(Kind.values)
    return sorted(newest.values(), key=lambda rule: (order.index(rule.kind), rule.code))


def holds(rule: TestRule, day: date) -> bool:
    """Whether a rule holds on a day."""
    return rule.valid_from <= day and (rule.valid_to is None or day <= rule.valid_to)


def named(ward: Ward, code: str) -> TestRule | None:
    """The rule of a code that holds today."""
    rows = TestRule.objects.of(ward).on(clock.today()).filter(code=code)
    return rows.order_by("-number").first()


def beside_course(ward: Ward, slug: str) -> list[Offer]:
    """The test before and after a course, told on the course's page."""
    rows = TestRule.objects.of(ward).on(clock.today()).filter(kind=Kind.CHANGE).order_by("code", "-number")
    code = rows.values_list("code", flat=True).first()
    why = "Muốn biết mình tiến bộ thế nào? Làm vài câu trước khi học, học xong làm lại bài khác cùng mức."
    if code is None:
        return []
    query = urlencode({"khoa": slug})
    return [Offer("Bài trước và sau khi học", why, f"{reverse('assessment:test', args=(code,))}?{query}")]


# ---- Another decision


@transaction.atomic
def decide(
    rule: TestRule, *, title: str, gist: str, params: Mapping[str, Any], source: str, valid_from: date, by: Account
) -> TestRule:
    """The next number of a rule, from a day on; the one before ends the day before."""
    cleaned = clean(params, rule.kind)
    if cleaned.faults:
        raise Refusal(" ".join(cleaned.faults))
    newest = _hold_newest(rule)
    if newest.pk != rule.pk:
        raise Refusal(f"Đã có bản {newest.number} mới hơn. Hãy mở bản đó rồi ra bản tiếp theo.")
    if valid_from < clock.today():
        raise Refusal("Bản mới không có hiệu lực lùi ngày. Hãy ghi từ hôm nay trở đi.", "valid_from")
    if valid_from < newest.valid_from:
        raise Refusal(f"Bản hiện có bắt đầu ngày {newest.valid_from:%d/%m/%Y}. Hãy ghi ngày đó hoặc muộn hơn.",
                      "valid_from")  # fmt: skip
    _end(newest, valid_from - timedelta(days=1))
    made = follow(
        newest, title=title, gist=gist, params=cleaned.params, source=source, valid_from=valid_from, decided_by=by
    )
    audit.record(
        by, "decided a test rule", made, ward=made.ward, number=made.number, valid_from=f"{valid_from:%d/%m/%Y}"
    )
    return made


def follow(rule: TestRule, **said: Any) -> TestRule:
    """The row of the next number, the same where nothing else is said."""
    names = ("ward_id", "code", "kind", "title", "gist", "framework", "framework_version", "level", "group", "params")
    kept = {name: getattr(rule, name) for name in names}
    version = version_of(rule.framework) or rule.framework_version
    return TestRule.objects.create(**{**kept, "framework_version": version, "number": rule.number + 1, **said})


@transaction.atomic
def withdraw(rule: TestRule, *, last_day: date, why: str, by: Account) -> None:
    """A rule ends without another after it. Attempts that run go on; certificates that were issued stay."""
    newest = _hold_newest(rule)
    if newest.pk != rule.pk:
        raise Refusal(f"Đã có bản {newest.number} mới hơn. Hãy mở bản đó.")
    if newest.valid_to is not None and newest.valid_to < clock.today():
        raise Refusal("Quy tắc này đã hết hiệu lực.")
    if last_day < clock.today() - timedelta(days=1):
        raise Refusal("Không dừng lùi ngày. Hãy ghi hôm qua, hôm nay hoặc một ngày sau.", "last_day")
    _end(newest, last_day)
    newest.decided_by = by  # from now on it is the ward's own: no file brings it back
    newest.save(update_fields=("decided_by",))
    audit.record(by, "withdrew a test rule", newest, ward=newest.ward, why=why)


def end_before(rule: TestRule, day: date) -> None:
    """The last day of a rule is the one before."""
    _end(rule, day - timedelta(days=1))


def _end(rule: TestRule, last_day: date) -> None:
    if rule.valid_to is None or rule.valid_to > last_day:
        rule.valid_to = last_day
        rule.save(update_fields=("valid_to",))


def _hold_newest(rule: TestRule) -> TestRule:
    rows = TestRule.objects.select_for_update(of=("self",), no_key=True).filter(ward_id=rule.ward_id, code=rule.code)
    newest = rows.order_by("-number").first()
    assert newest is not None
    return newest


def version_of(framework: str) -> str:
    """The version of a framework that a rule made today stands on; "" where its content is not known."""
    found = keeping.in_force(framework)
    return found.version if found is not None and found.content != Framework.Content.MISSING else ""
