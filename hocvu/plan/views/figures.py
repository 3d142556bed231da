"""Where figures come from: the registry of measures, totals to divide by, outside files, what fills what, drift."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_safe

from hocvu.lib import clock
from hocvu.lib.acting import Act, act_page
from hocvu.lib.figures import number_words, percent_words
from hocvu.lib.forms import DateField, Form, IntegerField
from hocvu.lib.listing import Choice, Head, Page, show
from hocvu.lib.marks import Mark
from hocvu.lib.refusals import Refusal
from hocvu.lib.web import sent
from hocvu.plan import dividing, filling, measures, populations
from hocvu.plan.dividing import Line
from hocvu.plan.measures import Figure, Measure
from hocvu.plan.models import Denominator, FigureDrift, FillRule, Target
from hocvu.ward.access import SignedInRequest, may, needs, scoped

# ---- The registry

KINDS = {"counted": "đếm từ hồ sơ", "declared": "tự khai", "external": "bên ngoài xác nhận"}
Row = tuple[Measure, Figure | None, str]  # with why it cannot count


def _state(row: Row) -> Mark:
    if row[0].is_on and row[2]:
        return Mark("Chưa đếm được", "none")
    return Mark("Đang đếm", "good") if row[0].is_on else Mark("Chờ hồ sơ", "none")


def _value(row: Row) -> str:
    figure = row[1]
    if figure is None:
        return row[2] if row[0].is_on else row[0].awaits
    share = f", {percent_words(figure.share)}" if figure.share is not None else ""
    whole = f"/{number_words(figure.denominator)}" if figure.denominator else ""
    return f"{number_words(figure.numerator)}{whole} {row[0].unit}{share}"


MEASURES = (
    Head[Row]("Số liệu", lambda r: r[0].title, 36),
    Head[Row]("Tình trạng", lambda r: _state(r).words, 14, mark=_state),
    Head[Row]("Hiện nay, hoặc chờ gì", _value, 34),
    Head[Row]("Loại", lambda r: KINDS[r[0].kind], 18),
    Head[Row]("Cách tính", lambda r: r[0].definition, 70),
    Head[Row]("Mã", lambda r: r[0].code, 26),
)


@needs("plan.read")
@require_safe
@populations.decided_once
def registry(request: SignedInRequest) -> HttpResponseBase:
    """Every measure: what it counts, whether it is on, what it comes to today."""
    today = clock.today()
    rows: list[Row] = [
        (one, figure, "" if figure else measures.why_dark(one, request.ward, today))
        for one in measures.every_measure()
        for figure in [measures.count(one.code, request.ward, today)]
    ]
    rows.sort(key=lambda row: not row[0].is_on)
    filters = (
        Choice("tt", "Tình trạng", (("bat", "Đang đếm"), ("cho", "Chờ hồ sơ")),
               lambda found, v: [row for row in found if row[0].is_on == (v == "bat")]),
        Choice("loai", "Loại", list(KINDS.items()), lambda found, v: [row for row in found if row[0].kind == v]),
    )  # fmt: skip
    links = [(reverse("plan:denominators"), "Tổng số"), (reverse("plan:fill_rules"), "Điều gì được tính")]
    links += [(reverse("plan:external_imports"), "Số bên ngoài"), (reverse("plan:drifts"), "Số đếm lại bị lệch")]
    page = Page("Số liệu", lead="Mỗi số có cách tính viết sẵn và đếm từ hồ sơ.", links=links)
    return show(request, page, rows=rows, columns=MEASURES, filters=filters)


# ---- Totals

TOTALS = (
    Head[Line](
        "Nhóm",
        lambda row: row.population.title,
        44,
        href=lambda row: reverse("plan:denominator", args=(row.population.code,)),
    ),
    Head[Line]("Tổng số đang dùng", lambda row: row.total.value, 16),
    Head[Line]("Lấy từ", lambda row: row.choice, 20),
    Head[Line]("Nguồn", lambda row: row.total.source, 40),
    Head[Line]("Danh bạ đếm hôm nay", lambda row: row.counted, 18),
    Head[Line]("Người quyết định", lambda row: str(row.decided.decided_by or "") if row.decided else "", 24),
    Head[Line]("Lúc", lambda row: row.decided.decided_at if row.decided else None, 18),
)


@needs("plan.read")
@require_safe
def denominators(request: SignedInRequest) -> HttpResponseBase:
    """What percentages are divided by this year, chosen how, beside what the register counts."""
    lead = "Tổng số có nguồn theo năm, hoặc đếm từ danh bạ. Đổi tổng số thì mọi tỷ lệ được tính lại ngay."
    page = Page("Tổng số để tính tỷ lệ", lead=lead, crumbs=((reverse("plan:registry"), "Số liệu"),))
    filters = (
        Choice("tt", "Tình trạng", (("co", "Đã có"), ("chua", "Chưa có")),
               lambda rows, v: [row for row in rows if (row.total.value is not None) == (v == "co")]),
    )  # fmt: skip
    return show(request, page, rows=dividing.lines(request.ward, clock.today()), columns=TOTALS, filters=filters)


class TotalForm(Form):
    """The total of a year."""

    year = IntegerField(label="Năm", min_value=2020, max_value=2100)
    choice = forms.ChoiceField(label="Lấy từ", choices=Denominator.Choice.choices, widget=forms.RadioSelect)
    value = IntegerField(label="Tổng số", required=False, min_value=0, max_value=99_999_999)
    source = forms.CharField(label="Nguồn", max_length=300, required=False, help_text="Văn bản nào, ngày nào, của ai")
    note = forms.CharField(label="Ghi chú", max_length=300, required=False)
    # What was doubted once and is sent again is meant.
    seen = forms.CharField(required=False, widget=forms.HiddenInput)


@needs("measures.manage")
def denominator(request: SignedInRequest, population: str) -> HttpResponse:
    """Decide a total; the earlier decisions stay below."""
    try:
        found = populations.population(population)
    except KeyError:
        raise Http404 from None
    form = TotalForm(sent(request), initial={"year": clock.today().year})

    def decide(data: dict[str, Any]) -> str:
        seen = data.pop("seen")
        doubt = dividing.doubt(request.ward, found, data["value"]) if data["choice"] == "given" else ""
        if doubt and seen != str(data["value"]):
            again = QueryDict(mutable=True)
            again.update({name: str(form.data.get(name, "")) for name in form.fields} | {"seen": str(data["value"])})
            form.data = again
            raise Refusal(doubt, "value")
        dividing.decide(request.ward, found, **data, by=request.user)
        messages.success(request, "Đã ghi. Mọi tỷ lệ dùng tổng số này được tính lại ngay.")
        return reverse("plan:denominators")

    history = Denominator.objects.filter(ward=request.ward, population=population).select_related("decided_by")
    whole = populations.whole(request.ward, population, clock.today())
    counted = found.rows(request.ward, clock.today()).count() if found.rows else None
    facts = [("Đang dùng", populations.in_words(whole, found.unit))]
    facts.append(
        ("Danh bạ đếm hôm nay", "chưa có hồ sơ để đếm" if counted is None else f"{number_words(counted)} {found.unit}")
    )
    crumbs = ((reverse("plan:denominators"), "Tổng số"),)
    act = Act(found.title, "Ghi tổng số", facts=facts, crumbs=crumbs)
    return act_page(request, form, act, do=decide, template="plan/denominator.html", history=history)


# ---- What fills what


def title_of(code: str) -> str:
    found = measures.find(code)
    return found.title if found else code


SAID = (
    Head[FillRule]("Số liệu", lambda r: title_of(r.measure), 40),
    Head[FillRule]("Nhóm", lambda r: dict(Target.Audience.choices).get(r.group, "mọi nhóm"), 26),
    Head[FillRule]("Mốc", lambda r: r.milestone, 16),
    Head[FillRule]("Theo văn bản", lambda r: r.source, 36),
    Head[FillRule]("Từ ngày", lambda r: r.valid_from, 12),
    Head[FillRule]("Đến hết ngày", lambda r: r.valid_to, 12),
)
END = Head[FillRule]("Việc", lambda r: "Thôi" if r.valid_to is None else "", 8,
                     href=lambda r: reverse("plan:end_fill_rule", args=(r.pk,)) if r.valid_to is None else "")  # fmt: skip


@needs("plan.read")
@require_safe
def fill_rules(request: SignedInRequest) -> HttpResponseBase:
    """Which certificate or milestone is counted for which target, since when, by which document."""
    rows = scoped(FillRule.objects.all(), request.user, "plan.read", request.ward)
    manages = may(request.user, "measures.manage", request.ward)
    used = [(one.code, one.title) for one in measures.every_measure()]
    filters = (Choice("so", "Số liệu", used, lambda q, v: q.filter(measure=v)),)
    columns = _fill_columns(filling.offers())
    page = Page(
        "Điều gì được tính vào chỉ tiêu",
        lead="Giấy xác nhận hoặc mốc nào lấp chỉ tiêu nào, theo văn bản của địa bàn; có ngày hiệu lực, không sửa dòng cũ. "
        "Giấy ở mức cao hơn trong cùng khung cũng được tính; giấy cấp chung cho mọi người được tính cho mọi nhóm.",
        crumbs=((reverse("plan:registry"), "Số liệu"),),
        acts=((reverse("plan:add_fill_rule"), "Thêm quy định"),) if manages else (),
        empty="Chưa có quy định nào",
    )
    return show(request, page, rows=rows, columns=(*columns, END) if manages else columns, filters=filters)


def _fill_columns(known: list[filling.Offer]) -> tuple[Head[FillRule], ...]:
    """What a rule says, and whether any certificate can meet it."""

    def said(rule: FillRule) -> str:
        offer = filling.offer_of(rule, known)
        return offer.words if offer else ", ".join(filter(None, (rule.level, rule.framework)))

    def mark(rule: FillRule) -> Mark:
        if not rule.level:
            return Mark("Không cần", "none")
        found = filling.offer_of(rule, known)
        return Mark("Có mức này", "good") if found else Mark("Không có mức này", "bad")

    measure, group, *rest = SAID
    certificate = Head[FillRule]("Giấy xác nhận", said, 60)
    return measure, group, certificate, *rest, Head("Khung đã nạp", lambda r: mark(r).words, 18, mark=mark)


class FillForm(Form):
    """What counts."""

    measure = forms.ChoiceField(label="Số liệu")
    group = forms.ChoiceField(label="Nhóm", choices=(("", "Mọi nhóm"), *Target.Audience.choices), required=False)
    level = forms.ChoiceField(
        label="Giấy xác nhận từ mức nào",
        required=False,
        help_text="Giấy ở mức cao hơn trong cùng khung cũng được tính. Chỉ có các khung đã nạp đủ bậc",
    )
    milestone = forms.CharField(
        label="Hoặc một mốc", max_length=60, required=False, help_text="Ví dụ: cài Smart Hải Phòng"
    )
    source = forms.CharField(label="Theo văn bản", max_length=300)
    valid_from = DateField(label="Từ ngày")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = [(f"{one.framework}:{one.level}", one.words) for one in filling.offers()]
        every = sorted(measures.every_measure(), key=lambda one: one.code not in filling.SKILLS)  # what is asked most
        self.fields["measure"].choices = [(one.code, one.title) for one in every]  # type: ignore[attr-defined]
        self.fields["level"].choices = [("", "Không phải giấy xác nhận"), *known]  # type: ignore[attr-defined]


@needs("measures.manage")
def add_fill_rule(request: SignedInRequest) -> HttpResponse:
    """A rule from a day on."""

    def add(data: dict[str, Any]) -> str:
        framework, _, level = data.pop("level").partition(":")
        filling.add(request.ward, **data, framework=framework, level=level, by=request.user)
        messages.success(request, "Đã thêm quy định.")
        return reverse("plan:fill_rules")

    act = Act("Thêm quy định", "Thêm", crumbs=((reverse("plan:fill_rules"), "Điều gì được tính"),))
    return act_page(request, FillForm(sent(request)), act, do=add)


class DayForm(Form):
    """The first day on which it no longer holds."""

    day = DateField(label="Thôi từ ngày")


@needs("measures.manage")
def end_fill_rule(request: SignedInRequest, fillrule_id: int) -> HttpResponse:
    """A rule holds no longer."""
    row = get_object_or_404(
        scoped(FillRule.objects.all(), request.user, "measures.manage", request.ward), pk=fillrule_id
    )

    def end(data: dict[str, Any]) -> str:
        filling.end(row, day=data["day"], by=request.user)
        messages.success(request, "Đã ghi.")
        return reverse("plan:fill_rules")

    act = Act(
        "Thôi quy định", "Ghi lại", facts=((title_of(row.measure), str(row.source)),), back=reverse("plan:fill_rules")
    )
    return act_page(request, DayForm(sent(request), initial={"day": clock.today()}), act, do=end)


# ---- Drift

DRIFTS = (
    Head[FigureDrift]("Số liệu", lambda d: title_of(d.record.measure), 40),
    Head[FigureDrift]("Của ngày", lambda d: d.record.as_of, 12),
    Head[FigureDrift]("Đã ghi", lambda d: _of(d.record.numerator, d.record.denominator), 18),
    Head[FigureDrift]("Đếm lại", lambda d: _of(d.numerator, d.denominator), 18),
    Head[FigureDrift]("Vì", lambda d: d.why, 60),
    Head[FigureDrift]("Thấy lúc", lambda d: d.found_at, 18),
)


def _of(numerator: int, denominator: int | None) -> str:
    return f"{number_words(numerator)}/{number_words(denominator) if denominator else '?'}"


@needs("plan.read")
@require_safe
def drifts(request: SignedInRequest) -> HttpResponseBase:
    """Figures of past days that a recount no longer finds, and what the trail says of it."""
    rows = scoped(FigureDrift.objects.select_related("record"), request.user, "plan.read", request.ward)
    known = [(one.code, one.title) for one in measures.every_measure() if one.is_on]
    filters = (Choice("so", "Số liệu", known, lambda q, v: q.filter(record__measure=v)),)
    page = Page(
        "Số đếm lại bị lệch",
        lead="Mỗi đêm hệ thống đếm lại số của những ngày trước. Lệch là do hồ sơ của ngày đó được bổ sung hoặc sửa sau.",
        crumbs=((reverse("plan:registry"), "Số liệu"),),
        empty="Chưa số nào lệch",
    )
    return show(request, page, rows=rows, columns=DRIFTS, filters=filters)
