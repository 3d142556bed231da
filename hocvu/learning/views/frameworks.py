"""Frameworks of digital skills: for everybody to read, and for administrators to load."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.contrib import messages
from django.core import signing
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from hocvu.learning.frameworks import books, keeping, saying
from hocvu.learning.groups import GROUPS
from hocvu.learning.models import Competence, CompetenceLink, Descriptor, Framework, Lesson
from hocvu.lib import clock
from hocvu.lib.acting import Act
from hocvu.lib.forms import Form
from hocvu.lib.listing import Choice, Head, Page, show
from hocvu.lib.marks import Mark
from hocvu.lib.refusals import Refusal
from hocvu.lib.sheets import LARGEST, Refused
from hocvu.lib.tables import CONTENT_TYPE, wants_xlsx
from hocvu.lib.web import render, sent
from hocvu.ward.access import SignedInRequest, WardRequest, may, needs, public

Content = Framework.Content


def content_mark(framework: Framework) -> Mark:
    """How far its tables are known."""
    tone = {Content.FULL: "good", Content.PART: "slow", Content.MISSING: "bad"}[Content(framework.content)]
    words = framework.get_content_display()
    return Mark(words[:1].upper() + words[1:], tone)  # type: ignore[arg-type]


def validity(framework: Framework) -> str:
    """From when to when."""
    until = f" đến hết {framework.valid_to:%d/%m/%Y}" if framework.valid_to else ""
    return f"từ {framework.valid_from:%d/%m/%Y}{until}"


def _address(framework: Framework) -> str:
    return reverse("learning:framework", args=(framework.code, framework.version))


@public
@require_safe
def frameworks(request: WardRequest) -> HttpResponse:
    """Which frameworks there are, where each is from, and whether it holds."""
    today = clock.today()
    rows = [
        {
            "framework": one,
            "href": _address(one),
            "mark": content_mark(one),
            "validity": validity(one),
            "is_over": one.valid_to is not None and one.valid_to < today,
            "is_ahead": one.valid_from > today,
            "groups": ", ".join(GROUPS[group] for group in one.groups if group in GROUPS),
        }
        for one in Framework.objects.order_by("-kind", "code", "-valid_from", "-pk")
    ]
    manages = may(request.user, "frameworks.manage", request.ward)
    return render(request, "learning/frameworks.html", {"rows": rows, "manages": manages})


# ---- One framework


@dataclass(slots=True)
class Shown:
    """A competence with what people can do, what stands beside it elsewhere, and the lessons that teach it."""

    competence: Competence
    descriptors: list[tuple[str, str, str]] = field(default_factory=list)  # level, group in words, text
    links: list[tuple[str, str, str]] = field(default_factory=list)  # words, address, note
    lessons: list[tuple[str, str]] = field(default_factory=list)  # title, address


@dataclass(slots=True)
class Domain:
    """A domain and its competences."""

    competence: Competence
    inside: list[Shown] = field(default_factory=list)


@public
@require_safe
def framework(request: WardRequest, framework_code: str, framework_version: str) -> HttpResponse:
    """One version of a framework: levels, competences, what people can do, and which lessons teach it."""
    row = get_object_or_404(Framework, code=framework_code, version=framework_version)
    if wants_xlsx(request):
        return _book(books.write(keeping.said_of(row)), f"khung-{row.code}-{row.version}")
    group = request.GET.get("nhom", "")
    group = group if group in row.groups else ""
    versions = list(Framework.objects.filter(code=row.code).exclude(pk=row.pk))
    context = {
        "framework": row,
        "mark": content_mark(row),
        "validity": validity(row),
        "is_over": row.valid_to is not None and row.valid_to < clock.today(),
        "levels": list(row.levels.all()),
        "domains": _domains(row, group, _lessons_of(request)),
        "group": group,
        "groups": [(code, GROUPS[code]) for code in row.groups if code in GROUPS],
        "versions": [(one.version, _address(one)) for one in versions],
    }
    return render(request, "learning/framework.html", context)


def _book(content: bytes, name: str) -> HttpResponse:
    answer = HttpResponse(content, content_type=CONTENT_TYPE)
    answer["Content-Disposition"] = f'attachment; filename="{name}.xlsx"'
    return answer


def _lessons_of(request: WardRequest) -> dict[str, list[tuple[str, str]]]:
    """Competence -> the ward's lessons that teach it."""
    found: dict[str, list[tuple[str, str]]] = {}
    if request.ward is None:
        return found
    rows = Lesson.objects.of(request.ward).open().order_by("published__title", "pk")
    for slug, title, codes in rows.values_list("slug", "published__title", "published__competences"):
        for code in codes:
            found.setdefault(code, []).append((title, f"/hoc/bai/{slug}/"))
    return found


def _domains(row: Framework, group: str, lessons: dict[str, list[tuple[str, str]]]) -> list[Domain]:
    """Everything of the framework in its order; where a group is asked for, its own words instead of everybody's."""
    every = list(row.competences.select_related("framework"))
    domains = {one.pk: Domain(one) for one in every if one.parent_id is None}
    shown = {one.pk: Shown(one, lessons=lessons.get(one.reference, [])) for one in every if one.parent_id}
    for pk, one in shown.items():
        domains[one.competence.parent_id or 0].inside.append(shown[pk])
    for pk, told in _descriptors(row, group).items():
        shown[pk].descriptors = told
    for pk, words, href, note in _links(row):
        shown[pk].links.append((words, href, note))
        other = words.partition(" ")[0]
        shown[pk].lessons += [one for one in lessons.get(other, []) if one not in shown[pk].lessons]
    return list(domains.values())


def _descriptors(row: Framework, group: str) -> dict[int, list[tuple[str, str, str]]]:
    rows = Descriptor.objects.filter(competence__framework=row).order_by("level__number", "group", "code", "pk")
    found: dict[int, dict[str, list[tuple[str, str, str]]]] = {}
    for competence, level, of, code, text in rows.values_list("competence_id", "level__code", "group", "code", "text"):
        told = (level, GROUPS.get(of, ""), f"{code} {text}".strip())
        found.setdefault(competence, {}).setdefault(level, [])
        by_level = found[competence][level]
        if not group:
            by_level.append(told)
        elif of == group:
            by_level[:] = [one for one in by_level if one[1]] + [told]
        elif not of and not by_level:
            by_level.append(told)
    return {pk: [told for rows in levels.values() for told in rows] for pk, levels in found.items()}


def _links(row: Framework) -> list[tuple[int, str, str, str]]:
    """What stands beside each competence, in both directions: key, words, address, note; newest versions only."""
    found: dict[tuple[int, str], tuple[int, str, str, str]] = {}
    rows = CompetenceLink.objects.filter(one__framework=row).select_related("other__framework")
    pairs = [(link.one_id, link.other, link.note) for link in rows]
    rows = CompetenceLink.objects.filter(other__framework=row).select_related("one__framework")
    pairs += [(link.other_id, link.one, link.note) for link in rows]
    for pk, other, note in sorted(pairs, key=lambda pair: pair[1].framework.valid_from):
        found[pk, other.reference] = (pk, f"{other.reference} {other.title}", _address(other.framework), note)
    return sorted(found.values(), key=lambda one: one[1])


# ---- The desk of frameworks

HEADS = (
    Head[Framework]("Khung", lambda f: f.title, 44, href=_address),
    Head[Framework]("Mã", lambda f: f.code, 12),
    Head[Framework]("Phiên bản", lambda f: f.version, 12),
    Head[Framework]("Loại", lambda f: f.get_kind_display(), 24),
    Head[Framework]("Nội dung", lambda f: f.get_content_display(), 20, mark=content_mark),
    Head[Framework]("Hiệu lực", validity, 30),
    Head[Framework]("Số hiệu", lambda f: f.number, 24),
    Head[Framework]("Nạp lúc", lambda f: f.loaded_at, 18),
    Head[Framework]("Mã băm nội dung", lambda f: f.digest, 66, only_in_file=True),
)
FILTERS = (Choice("loai", "Loại", Framework.Kind.choices, lambda q, v: q.filter(kind=v)),)


@needs("frameworks.manage")
@require_safe
def frameworks_desk(request: SignedInRequest) -> HttpResponseBase:
    """Every version that was loaded."""
    page = Page(
        "Khung kỹ năng số",
        lead="Mỗi khung có nhiều phiên bản. Phiên bản đã nạp không đổi; nội dung mới là phiên bản mới.",
        acts=((reverse("learning:load_framework"), "Nạp khung từ tệp"),),
        links=((reverse("learning:framework_template"), "Tải mẫu .xlsx"), (reverse("learning:frameworks"), "Trang công khai")),
        empty="Chưa có khung nào",
        empty_words="Nạp khung từ tệp .xlsx theo mẫu, hoặc chạy lệnh load_frameworks.",
        counted="phiên bản",
    )  # fmt: skip
    return show(request, page, rows=Framework.objects.all(), columns=HEADS, filters=FILTERS)


@needs("frameworks.manage")
@require_safe
def framework_template(request: SignedInRequest) -> HttpResponse:
    """An empty book with one line of everything, to fill in."""
    return _book(books.write(books.TEMPLATE), "mau-khung-ky-nang")


class BookForm(Form):
    """A framework as a spreadsheet."""

    file = forms.FileField(label="Tệp .xlsx", help_text="Theo mẫu năm trang: khung, bậc, năng lực, mô tả, đối chiếu")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].widget.attrs["accept"] = ".xlsx,.ods"


SALT = "learning.framework"  # what was read waits in the page itself, signed; nothing is kept before a yes
REVIEW_SECONDS = 3600
VERDICTS = {
    "new": "Khung mới",
    "version": "Phiên bản mới",
    "same": "Đã có, không có gì thay đổi",
    "refused": "Chưa nạp được",
}


@needs("frameworks.manage")
def load_framework(request: SignedInRequest) -> HttpResponse:
    """Hand in a framework; the next page says what would come."""
    form = BookForm(sent(request), request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            said = books.read(file.read(LARGEST + 1), file.name)
        except Refused as refusal:
            form.add_error("file", str(refusal))
        else:
            return _review(request, said)
    act = Act("Nạp khung từ tệp", "Đọc tệp và xem trước", crumbs=_crumbs(), back=reverse("learning:frameworks_desk"),
              lead="Chưa ghi gì cho đến khi xác nhận ở trang sau.", takes_file=True)  # fmt: skip
    return render(request, "act.html", {"act": act}, form=form)


def _crumbs() -> Sequence[tuple[str, str]]:
    return ((reverse("learning:frameworks_desk"), "Khung kỹ năng số"),)


def _review(request: SignedInRequest, said: saying.Said) -> HttpResponse:
    judged = keeping.judge(said)
    is_open = judged.verdict in ("new", "version")
    counts = [
        ("Bậc", len(said.levels)),
        ("Miền", sum(not one.parent for one in said.competences)),
        ("Năng lực", sum(bool(one.parent) for one in said.competences)),
        ("Mô tả", len(said.descriptors)),
        ("Đối chiếu", len(said.links)),
    ]
    context = {
        "said": said,
        "judged": judged,
        "verdict": VERDICTS[judged.verdict],
        "is_open": is_open,
        "counts": counts,
        "signed": signing.dumps(saying.as_plain(said), salt=SALT, compress=True) if is_open else "",
        "crumbs": _crumbs(),
    }
    return render(request, "learning/framework_review.html", context, status=422 if judged.faults else 200)


@needs("frameworks.manage")
@require_POST
def confirm_framework(request: SignedInRequest) -> HttpResponse:
    """Keep what was looked at."""
    try:
        plain = signing.loads(request.POST.get("khung", ""), salt=SALT, max_age=REVIEW_SECONDS)
        kept = keeping.load(saying.from_plain(plain), by=request.user)
    except signing.BadSignature:
        messages.error(request, "Bản xem trước đã quá một giờ hoặc không nguyên vẹn. Hãy gửi lại tệp.")
        return redirect("learning:load_framework")
    except Refusal as refusal:
        messages.error(request, refusal.sentence)
        return redirect("learning:load_framework")
    messages.success(request, f"Đã nạp {kept.title}, phiên bản {kept.version}.")
    return redirect(_address(kept))
