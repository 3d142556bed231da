"""Visits that are asked about again: the list, what the household says, how often it agrees."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_safe

from hocvu.lib import clock
from hocvu.lib.acting import Act, act_page
from hocvu.lib.figures import percent_words
from hocvu.lib.forms import Form
from hocvu.lib.listing import Choice, Head, Page, show
from hocvu.lib.marks import Mark
from hocvu.lib.months import Month
from hocvu.lib.web import sent
from hocvu.outreach import inbox, reading, rules, settling, spot_checks
from hocvu.outreach.models import SpotCheck, Visit
from hocvu.outreach.spot_checks import Agreement
from hocvu.ward.access import SignedInRequest, can, needs, scoped

CHECK, SETTLE = "visits.check", settling.SETTLE
Result = SpotCheck.Result
_SHOWN: dict[str, str] = {value: str(words) for value, words in Visit.Shown.choices}
MARKS = {
    Result.AGREES: Mark("Đúng như đã ghi", "good"), Result.DIFFERS: Mark("Khác với đã ghi", "bad"),
    Result.NOT_REACHED: Mark("Chưa hỏi được", "slow"), "": Mark("Chưa hỏi", "none"),
}  # fmt: skip


def _mark(row: SpotCheck) -> Mark:
    return MARKS[row.result]


def _address(row: SpotCheck) -> str:
    return reverse("outreach:check_visit", args=(row.pk,))


COLUMNS = (
    Head[SpotCheck]("Hộ", lambda r: r.visit.household.code if r.visit.household else r.visit.code, 20, href=_address),
    Head[SpotCheck]("Địa chỉ", lambda r: r.visit.household.address if r.visit.household else "", 30),
    Head[SpotCheck]("Tổ", lambda r: r.visit.team.label if r.visit.team else "", 34),
    Head[SpotCheck]("Ngày thăm", lambda r: r.visit.happened_on, 14),
    Head[SpotCheck]("Đã ghi", lambda r: r.visit.get_outcome_display(), 20),
    Head[SpotCheck]("Hộ nói", lambda r: _mark(r).words, 18, mark=_mark),
    Head[SpotCheck]("Ghi chú", lambda r: r.note, 40, only_in_file=True),
    Head[SpotCheck]("Hỏi lúc", lambda r: r.checked_at, 18, only_in_file=True),
)
STATES = (("chua", "chưa hỏi"), *((value, words) for value, words in Result.choices))


def _in_state(rows: Any, value: str) -> Any:
    return rows.filter(result="" if value == "chua" else value)


def _of_month(rows: Any, value: str) -> Any:
    month = Month.read(value)
    return rows.filter(visit__happened_on__gte=month.first, visit__happened_on__lte=month.last)


@needs(CHECK)
@require_safe
def spot_check_list(request: SignedInRequest) -> HttpResponseBase:
    """The visits that were drawn, those not yet asked about first."""
    every = scoped(SpotCheck.objects.all(), request.user, CHECK, request.ward)
    told = spot_checks.agreement(every)
    rule = rules.rule(request.ward, rules.Code.SPOT_CHECK, clock.today())
    page = Page(
        "Kiểm tra lại lượt thăm",
        lead=f"Mỗi tháng chọn {rule['percent']}% số lượt thăm của từng tổ, ít nhất {rule['least']} lượt. Gọi hoặc đến hỏi "
        "hộ; người đã ghi và người trong tổ đó không tự hỏi lại. Kết quả nói theo tháng, không theo người.",
        acts=((reverse("outreach:draw_spot_checks"), "Chọn thêm"),),
        empty="Chưa chọn lượt nào",
        empty_words="Ngày 2 mỗi tháng máy tự chọn trong các lượt của tháng trước; cũng có thể bấm chọn.",
        counted="lượt",
        template="outreach/spot_checks.html",
        more={"agreement_heads": ["Tháng", "Đã chọn", "Đã hỏi", "Đúng như đã ghi", "Tỷ lệ đúng", "Khoảng tin cậy 95%"],
              "agreement": [_line(one) for one in told]},
    )  # fmt: skip
    filters = (
        Choice("tt", "Hộ nói", STATES, _in_state),
        Choice("thang", "Tháng", spot_checks.months(told), _of_month),
    )
    rows = every.select_related("visit__household", "visit__team").order_by("result", "-drawn_on", "pk")
    return show(request, page, rows=rows, columns=COLUMNS, filters=filters)


def _line(one: Agreement) -> list[str | int]:
    if one.share is None or one.bounds is None:
        return [one.month.words, one.drawn, one.asked, one.agrees, "–", "–"]
    low, high = one.bounds
    words = f"{percent_words(low)} đến {percent_words(high)}"
    return [one.month.words, one.drawn, one.asked, one.agrees, percent_words(one.share), words]


class DrawForm(Form):
    """Of which month: one that is over, or its later visits would never be drawn with the rest."""

    month = forms.ChoiceField(label="Tháng")

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        month = Month.of(clock.today())
        choices: forms.ChoiceField = self.fields["month"]  # type: ignore[assignment]
        choices.choices = [(str(one), one.words) for one in (month.plus(-back) for back in (1, 2, 3))]


@needs(CHECK)
def draw(request: SignedInRequest) -> HttpResponse:
    """Draw of a month by hand; what was drawn stays."""
    here = reverse("outreach:spot_checks")

    def do(data: dict[str, Any]) -> str:
        count = spot_checks.draw(request.ward, Month.read(data["month"]), by=request.user)
        messages.success(request, f"Đã chọn thêm {count} lượt." if count else "Tháng này đã chọn đủ.")
        return here

    act = Act(
        "Chọn lượt để hỏi lại", "Chọn",
        lead="Máy chọn theo một phép tính cố định, không ai chọn tay được. Bấm lại chỉ thêm phần còn thiếu.",
        crumbs=((here, "Kiểm tra lại lượt thăm"),), back=here,
    )  # fmt: skip
    return act_page(request, DrawForm(sent(request)), act, do=do)


class ResultForm(Form):
    """What the household says."""

    result = forms.ChoiceField(label="Hộ nói thế nào?", choices=Result.choices, widget=forms.RadioSelect)
    note = forms.CharField(
        label="Ghi chú", max_length=300, required=False, widget=forms.Textarea,
        help_text="Khác thì ghi khác ở chỗ nào. Không ghi tên người.",
    )  # fmt: skip


@needs(CHECK)
def check_visit(request: SignedInRequest, spotcheck_id: int) -> HttpResponse:
    """One visit: what was recorded, and the form for what the household says."""
    rows = SpotCheck.objects.select_related("visit__household", "visit__team", "visit__ward")
    spot = get_object_or_404(scoped(rows, request.user, CHECK, request.ward), pk=spotcheck_id)
    here, visit = reverse("outreach:spot_checks"), spot.visit

    def do(data: dict[str, Any]) -> str:
        spot_checks.record(spot, by=request.user, **data)
        messages.success(request, "Đã ghi điều hộ nói.")
        return here

    facts = [
        ("Hộ", f"{visit.household.code}, {visit.household.address}" if visit.household else visit.code),
        ("Tổ", visit.team.name if visit.team else "–"),
        ("Ngày thăm", f"{visit.happened_on:%d/%m/%Y}"),
        ("Đã ghi", visit.get_outcome_display()),
        ("Đã nói, đã chỉ", "; ".join(_SHOWN.get(one, one) for one in visit.shown) or "–"),
        *_said(spot),
    ]
    act = Act("Hộ nói về lượt thăm", "Ghi lại", facts=facts, crumbs=((here, "Kiểm tra lại lượt thăm"),), back=here,
              lead=spot_checks.objection(spot, request.user) or "Hỏi: có ai của tổ đến nhà không, khoảng ngày nào, nói về việc gì.")  # fmt: skip
    first = {"result": spot.result}
    links = [*_decisions(request, spot), *_ways_to(request, visit)]
    return act_page(request, ResultForm(sent(request), initial=first), act, do=do, template="outreach/check_visit.html",
                    links=links)  # fmt: skip


def _said(spot: SpotCheck) -> list[tuple[str, str]]:
    """What the household said, also before it was asked once more, and what was decided of it."""
    said = []
    for one in spot.earlier:
        when = f"{clock.local_day(clock.read_moment(one['at'])):%d/%m/%Y}"
        said.append((f"Hộ nói ngày {when}", "; ".join(filter(None, (MARKS[one["result"]].words, one["note"])))))
    said.append(("Hộ nói", "; ".join(filter(None, (_mark(spot).words, spot.note)))))
    if spot.kept_at is not None:
        said.append(("Đã xem, lượt vẫn tính", spot.kept_why))
    return said


def _decisions(request: SignedInRequest, spot: SpotCheck) -> list[tuple[str, str]]:
    """What to do about a visit of which the household tells otherwise."""
    if spot.result != Result.DIFFERS or spot.kept_at is not None or not can(request.user, SETTLE, spot.visit):
        return []
    return [
        (reverse("outreach:set_thing_aside", args=("luot", spot.visit_id)), "Không tính lượt này"),
        (reverse("outreach:let_checked_visit_stand", args=(spot.pk,)), "Lượt vẫn đúng"),
    ]


class StandForm(Form):
    """Why a visit counts all the same."""

    why = forms.CharField(
        label="Vì sao lượt thăm vẫn đúng", max_length=300, widget=forms.Textarea, help_text="Không ghi tên người."
    )


@needs(SETTLE)
def let_stand(request: SignedInRequest, spotcheck_id: int) -> HttpResponse:
    """A household told otherwise, somebody looked, and the visit counts as it is."""
    rows = SpotCheck.objects.select_related("visit__household", "visit__team", "visit__ward")
    spot = get_object_or_404(scoped(rows, request.user, SETTLE, request.ward), pk=spotcheck_id)
    here, back = reverse("outreach:field_waiting"), reverse("outreach:check_visit", args=(spot.pk,))

    def do(data: dict[str, Any]) -> str:
        spot_checks.let_stand(spot, by=request.user, why=data["why"])
        inbox.look_round(request.ward)
        messages.success(request, "Đã ghi: lượt thăm vẫn tính. Điều hộ nói vẫn giữ trong tỷ lệ đúng của tháng.")
        return here

    act = Act(
        "Lượt thăm vẫn đúng", "Ghi lại", facts=_said(spot), crumbs=((here, "Việc chờ xem"),), back=back,
        lead="Ghi khi đã tìm hiểu và lượt thăm đúng như đã ghi, chẳng hạn hộ nhớ nhầm ngày.",
    )  # fmt: skip
    return act_page(request, StandForm(sent(request)), act, do=do)


def _ways_to(request: SignedInRequest, visit: Visit) -> list[tuple[str, str]]:
    """Where to go and whom to call: the pages of the household that this account may open anyway. The one that names
    people writes down who looked."""
    home = visit.household
    if home is None:
        return []
    found = []
    if can(request.user, "people.read", home):
        found.append((reverse("ward:household", args=(home.pk,)), "Người trong hộ (lần xem được ghi vào nhật ký)"))
    if reading.households_of(request.user, request.ward).filter(pk=home.pk).exists():
        found.append((reverse("outreach:household", args=(home.pk,)), "Các lượt thăm hộ này"))
    return found
