"""The desk of lessons: the list, one lesson with its state and what comes next, and the acts on it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Exists, OuterRef, Subquery
from django.forms import CharField, ChoiceField, RadioSelect, Textarea
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from hocvu.learning import authoring, checking, lesson_files, reading
from hocvu.learning.models import Course, Lesson, LessonVersion
from hocvu.learning.views.authoring import lesson_of, lock_words
from hocvu.lib import clock
from hocvu.lib.acting import Act, act_page
from hocvu.lib.blocks.kinds import KINDS
from hocvu.lib.forms import Form, MomentField
from hocvu.lib.listing import Choice, Head, Page, Search, show
from hocvu.lib.marks import Mark, Tone
from hocvu.lib.refusals import Refusal
from hocvu.lib.text import fold
from hocvu.lib.web import render, sent
from hocvu.ward.access import SignedInRequest, may, needs, scoped
from hocvu.ward.models import Account

State = LessonVersion.State
TONES: dict[str, Tone] = {
    State.PUBLISHED: "good",
    State.REVIEW: "slow",
    State.WITHDRAWN: "none",
    State.REPLACED: "none",
}
STATES = (
    *((code, State(code).label) for code in LessonVersion.ON_THE_WAY),
    (State.PUBLISHED, "đang đăng"),
    ("none", "chưa đăng hoặc đã gỡ"),
)


# ---- The list


def _mark(row: Any) -> Mark:
    state = row.way_state or (State.PUBLISHED if row.published_id else State.WITHDRAWN)
    return Mark(_capital(str(State(state).label)), TONES.get(state, ""))


def _open_now(row: Any) -> str:
    lock = getattr(row, "edit_lock", None)
    return "" if lock is None or lock.is_over(clock.now()) else lock_words(lock)


COLUMNS = (
    Head[Any]("Bài", lambda row: row.newest_title or row.slug, 44, href=lambda row: authoring.address(row)),
    Head[Any]("Tình trạng", lambda row: _mark(row).words, 20, mark=_mark),
    Head[Any]("Người đọc đang thấy", lambda row: f"bản {row.published.number}" if row.published else "chưa có", 18),
    Head[Any]("Người lưu cuối", lambda row: row.newest_by, 26),
    Head[Any]("Lưu lúc", lambda row: row.newest_at, 18),
    Head[Any]("Đang mở", _open_now, 26),
    Head[Any]("Bậc", lambda row: row.newest_level, 10, only_in_file=True),
    Head[Any](
        "Khóa học", lambda row: "; ".join(place.course.title for place in row.places.all()), 40, only_in_file=True
    ),
    Head[Any]("Tên trong địa chỉ", lambda row: row.slug, 30, only_in_file=True),
)


def _titled(rows: Any, query: str) -> Any:
    found = [pk for pk, title in rows.order_by().values_list("pk", "newest_title") if fold(query) in fold(title or "")]
    return rows.filter(pk__in=found)


def _in_state(rows: Any, value: str) -> Any:
    if value == State.PUBLISHED:
        return rows.exclude(published=None)
    return rows.filter(published=None, way_state=None) if value == "none" else rows.filter(way_state=value)


def lessons_of(request: SignedInRequest) -> Any:
    """The ward's lessons with what the list says of each, in a number of questions that does not grow with them."""
    newest = LessonVersion.objects.filter(lesson=OuterRef("pk")).order_by("-number")
    under_way = newest.filter(state__in=LessonVersion.ON_THE_WAY)
    rows = scoped(Lesson.objects.all(), request.user, "lessons.read", request.ward)
    return (
        rows.select_related("published", "edit_lock__by")
        .prefetch_related("places__course")
        .annotate(
            newest_title=Subquery(newest.values("title")[:1]),
            newest_by=Subquery(newest.values("saved_by__full_name")[:1]),
            newest_at=Subquery(newest.values("saved_at")[:1]),
            newest_level=Subquery(newest.values("level")[:1]),
            way_state=Subquery(under_way.values("state")[:1]),
        )
        .order_by("-newest_at", "slug")
    )


@needs("lessons.read")
@require_safe
def lessons_desk(request: SignedInRequest) -> HttpResponseBase:
    """Every lesson of the ward, written or being written."""
    return _list(request, "Bài học", waiting=False)


@needs("lessons.approve")
@require_safe
def review_queue(request: SignedInRequest) -> HttpResponseBase:
    """The lessons that wait for somebody who approves."""
    return _list(request, "Bài chờ duyệt", waiting=True)


def _list(request: SignedInRequest, title: str, *, waiting: bool) -> HttpResponseBase:
    courses = [(str(pk), name) for pk, name in Course.objects.of(request.ward).values_list("pk", "title")]
    wrote = LessonVersion.objects.filter(lesson__ward=request.ward).order_by().values("saved_by")
    authors = [(str(one.pk), one.full_name) for one in Account.objects.filter(pk__in=wrote).order_by("full_name")]
    filters: list[Choice | Search] = [
        Search("tim", "Tên bài", _titled),
        Choice("khoa", "Khóa học", courses, lambda rows, pk: rows.filter(places__course=pk)),
        Choice(
            "nguoi", "Người soạn", authors, lambda rows, pk: rows.filter(
                Exists(LessonVersion.objects.filter(lesson=OuterRef("pk"), saved_by=int(pk)))
            ),
        ),
    ]  # fmt: skip
    if not waiting:
        filters.insert(1, Choice("tt", "Tình trạng", STATES, _in_state))
    writes = may(request.user, "lessons.write", request.ward)
    links = []
    if not waiting and may(request.user, "lessons.approve", request.ward):
        links.append((reverse("learning:review_queue"), "Bài chờ duyệt"))
    if not waiting and may(request.user, "courses.manage", request.ward):
        links.append((reverse("learning:files_desk"), "Nạp từ tệp"))
    page = Page(
        title,
        lead="Người soạn gửi duyệt, người khác duyệt, bài được đăng ngay hoặc đúng giờ hẹn.",
        crumbs=((reverse("learning:lessons_desk"), "Bài học"),) if waiting else (),
        acts=((reverse("learning:new_lesson"), "Soạn bài mới"),) if writes and not waiting else (),
        links=links,
        empty="Không có bài nào chờ duyệt" if waiting else "Chưa có bài nào",
        empty_words="" if waiting else "Bấm “Soạn bài mới”, hoặc nạp khóa học có sẵn từ tệp.",
        counted="bài",
    )
    rows = lessons_of(request)
    return show(
        request, page, rows=rows.filter(way_state=State.REVIEW) if waiting else rows, columns=COLUMNS, filters=filters
    )


class NewForm(Form):
    """What it is called."""

    title = CharField(label="Tên bài", max_length=160, help_text="Ngắn, nói việc học được, ví dụ “Gọi điện có hình”.")


@needs("lessons.write")
def new_lesson(request: SignedInRequest) -> HttpResponse:
    """Begin a lesson."""

    def begin(data: dict[str, Any]) -> str:
        made = authoring.new_lesson(request.ward, title=data["title"], by=request.user)
        return authoring.address(made.lesson, "edit_lesson")

    act = Act("Soạn bài mới", "Bắt đầu soạn", crumbs=(_home(),), back=reverse("learning:lessons_desk"))
    return act_page(request, NewForm(sent(request)), act, do=begin)


# ---- One lesson


@needs("lessons.read")
@require_safe
def lesson_state(request: SignedInRequest, lesson_id: str) -> HttpResponse:
    """Where a lesson stands, who did what, what comes next."""
    lesson = lesson_of(request, lesson_id, "lessons.read")
    version = authoring.on_its_way(lesson) or lesson.published or lesson.versions.order_by("-number").first()
    lock = authoring.lock_of(lesson)
    writes, approves = (may(request.user, f"lessons.{right}", request.ward) for right in ("write", "approve"))
    context = {
        "lesson": lesson,
        "version": version,
        "title": version.title if version else lesson.slug,
        "mark": _state_mark(version) if version else None,
        "trail": _trail(version) if version else [],
        "acts": _next_acts(lesson, version, writes, approves, request.user),
        "opens": _opening_words(lesson, version) if writes else "",
        "lock_words": lock_words(lock) if lock is not None and lock.by_id != request.user.pk else "",
        "remarks": list(version.remarks.filter(settled_at=None).select_related("by")) if version else [],
        "courses": [place.course for place in lesson.places.select_related("course")],
        "may_arrange": may(request.user, "courses.manage", request.ward),
    }
    return render(request, "learning/lesson_state.html", context)


def _trail(version: LessonVersion) -> list[dict[str, Any]]:
    """The way of a version: what happened, by whom, when; what is still to come."""
    steps: list[tuple[str, Any, Account | None]] = [
        ("Bắt đầu soạn", version.made_at, version.made_by),
        ("Lưu lần cuối", version.saved_at, version.saved_by),
        ("Gửi duyệt", version.sent_at, version.sent_by),
        ("Duyệt", version.approved_at, version.approved_by),
    ]
    if version.publish_at and version.state == State.SCHEDULED:
        steps.append((f"Hẹn đăng {timezone.localtime(version.publish_at):%d/%m/%Y %H:%M}", None, None))
    steps.append(("Đăng", version.published_at, None))
    if version.ended_at:
        steps.append((f"Thôi đăng. {version.ended_why}".strip(), version.ended_at, None))
    from_files = version.origin == LessonVersion.Origin.FILE
    return [
        {"words": words, "at": at, "by": by or ("nạp từ tệp" if from_files and at and words == "Bắt đầu soạn" else "")}
        for words, at, by in steps
        if at or version.state in LessonVersion.ON_THE_WAY
    ]


def _opening_words(lesson: Lesson, version: LessonVersion | None) -> str:
    """What the button that opens the editing screen says."""
    under_way = version.state if version else ""
    if under_way == State.DRAFT:
        return "Sửa tiếp"
    if under_way == State.REVIEW:
        return "Lấy lại để sửa"
    return "" if under_way in (State.APPROVED, State.SCHEDULED) else "Soạn bản mới"


def _next_acts(
    lesson: Lesson, version: LessonVersion | None, writes: bool, approves: bool, account: Account
) -> list[tuple[str, str]]:
    """Addresses and words of what may be done now."""
    state, found = version.state if version else "", []
    if writes and state == State.DRAFT:
        found += [("send_lesson", "Gửi duyệt")]
    if approves and state == State.REVIEW:
        found += [("review_lesson", "Xem và duyệt")]
    if approves and state in (State.APPROVED, State.SCHEDULED):
        found += [("publish_lesson", "Đăng hoặc hẹn giờ"), ("review_lesson", "Trả lại để sửa")]
    if writes and state in (State.DRAFT, State.REVIEW):
        found += [("discard_lesson", "Bỏ bản này")]
    if approves and lesson.published_id:
        found += [("withdraw_lesson", "Gỡ bài")]
    return [(authoring.address(lesson, page), words) for page, words in found]


@needs("lessons.write")
@require_POST
def open_lesson(request: SignedInRequest, lesson_id: str) -> HttpResponse:
    """Open a lesson for writing: its draft, what was sent and is taken back, or a new version of what is published."""
    lesson = lesson_of(request, lesson_id, "lessons.write")
    try:
        version = authoring.on_its_way(lesson)
        if version is not None and version.state == State.REVIEW:
            authoring.take_back(version, by=request.user)
        elif version is None:
            authoring.start_version(lesson, by=request.user)
        authoring.open_for_editing(lesson, by=request.user, take_over="nhan" in request.POST)
    except Refusal as refusal:
        messages.error(request, refusal.sentence)
        return redirect(authoring.address(lesson))
    return redirect(authoring.address(lesson, "edit_lesson"))


@needs("lessons.write")
def send_lesson(request: SignedInRequest, lesson_id: str) -> HttpResponse:
    """Hand a draft to whoever approves."""
    lesson = lesson_of(request, lesson_id, "lessons.write")
    version = authoring.on_its_way(lesson)
    if version is None or not version.is_draft:
        return redirect(authoring.address(lesson))

    def send(data: dict[str, Any]) -> str:
        authoring.send_for_review(version, by=request.user)
        messages.success(request, "Đã gửi duyệt. Khi được duyệt hoặc trả lại, trang này báo cho người soạn.")
        return authoring.address(lesson)

    found = checking.check(version)
    act = Act("Gửi duyệt", "Gửi duyệt", lead="Sau khi gửi, bài không sửa được nữa, trừ khi lấy lại.",
              facts=(("Bài", version.title),), crumbs=crumbs_of(lesson, version), back=authoring.address(lesson, "edit_lesson"))  # fmt: skip
    return act_page(request, Form(sent(request)), act, do=send, template="learning/send_lesson.html",
                    **checked(version, found))  # fmt: skip


@needs("lessons.write")
def discard_lesson(request: SignedInRequest, lesson_id: str) -> HttpResponse:
    """Give up a version on its way."""
    lesson = lesson_of(request, lesson_id, "lessons.write")
    version = authoring.on_its_way(lesson)
    if version is None:
        return redirect(authoring.address(lesson))

    def discard(data: dict[str, Any]) -> str:
        authoring.discard(version, by=request.user)
        messages.success(request, "Đã bỏ. Chữ của bản này còn trong “Các bản”, lấy lại được.")
        return authoring.address(lesson)

    lead = "Bản này không đăng nữa. Bản người đọc đang thấy không đổi. Chữ vẫn còn trong danh sách các bản."
    act = Act("Bỏ bản này", "Bỏ bản này", lead=lead, facts=(("Bài", str(version)),), crumbs=crumbs_of(lesson, version),
              back=authoring.address(lesson), is_grave=True)  # fmt: skip
    return act_page(request, Form(sent(request)), act, do=discard)


class PublishForm(Form):
    """At once, or at a moment."""

    when = ChoiceField(label="Đăng lúc nào?", choices=(("now", "Đăng ngay"), ("later", "Hẹn giờ đăng")),
                       widget=RadioSelect, initial="now")  # fmt: skip
    publish_at = MomentField(label="Ngày giờ hẹn đăng", required=False)

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or {}
        if said.get("when") == "later" and not said.get("publish_at") and "publish_at" not in self.errors:
            self.add_error("publish_at", "Hãy ghi ngày giờ hẹn đăng, ví dụ 18/11/2026 15:20.")
        return said


@needs("lessons.approve")
def publish_lesson(request: SignedInRequest, lesson_id: str) -> HttpResponse:
    """Let an approved version go out, now or at a moment."""
    lesson = lesson_of(request, lesson_id, "lessons.approve")
    version = authoring.on_its_way(lesson)
    if version is None or version.state not in (State.APPROVED, State.SCHEDULED):
        return redirect(authoring.address(lesson))

    def publish(data: dict[str, Any]) -> str:
        go_out(request, version, data)
        return authoring.address(lesson)

    initial = {"when": "later" if version.publish_at else "now", "publish_at": version.publish_at}
    act = Act("Đăng bài", "Ghi lại", facts=(("Bài", str(version)),), crumbs=crumbs_of(lesson, version),
              back=authoring.address(lesson))  # fmt: skip
    return act_page(request, PublishForm(sent(request), initial=initial), act, do=publish)


def go_out(request: SignedInRequest, version: LessonVersion, said: dict[str, Any]) -> None:
    """Publish or schedule as a form says, and tell it."""
    if said["when"] == "later":
        held = authoring.schedule(version, publish_at=said["publish_at"], by=request.user)
        at = timezone.localtime(held.publish_at) if held.publish_at else None
        messages.success(request, f"Đã hẹn đăng lúc {at:%H:%M ngày %d/%m/%Y}.")
    else:
        authoring.publish_now(version, by=request.user)
        messages.success(request, "Đã đăng. Mọi người đọc được bài này.")


class WhyForm(Form):
    """Why."""

    why = CharField(label="Lý do gỡ", max_length=300, widget=Textarea)


@needs("lessons.approve")
def withdraw_lesson(request: SignedInRequest, lesson_id: str) -> HttpResponse:
    """Take a lesson out of the public's sight."""
    lesson = lesson_of(request, lesson_id, "lessons.approve")
    version = lesson.published
    if version is None:
        return redirect(authoring.address(lesson))

    def withdraw(data: dict[str, Any]) -> str:
        authoring.withdraw(lesson, **data, by=request.user)
        messages.success(request, "Đã gỡ. Người đọc không mở được bài này nữa; kết quả học đã ghi vẫn còn.")
        return authoring.address(lesson)

    act = Act("Gỡ bài", "Gỡ bài", facts=(("Bài", version.title),), crumbs=crumbs_of(lesson, version),
              back=authoring.address(lesson), is_grave=True)  # fmt: skip
    return act_page(request, WhyForm(sent(request)), act, do=withdraw)


# ---- Looking at it


@needs("lessons.read")
@require_safe
def check_lesson(request: SignedInRequest, lesson_id: str) -> HttpResponse:
    """What the lesson still lacks, each with its place."""
    lesson, version = _newest(request, lesson_id)
    found = checking.check(version)
    context = {"lesson": lesson, "version": version, "crumbs": crumbs_of(lesson, version), **checked(version, found)}
    return render(request, "learning/check_lesson.html", context)


@needs("lessons.read")
@require_safe
def preview_lesson(request: SignedInRequest, lesson_id: str) -> HttpResponse:
    """The lesson as the reader will see it."""
    lesson, version = _newest(request, lesson_id)
    context = {"lesson": lesson, "version": version, "parts": reading.preview_parts(version)}
    return render(request, "learning/preview_lesson.html", context)


@needs("lessons.read")
@require_safe
def export_lesson(request: SignedInRequest, lesson_id: str) -> HttpResponse:
    """The lesson as files, in one .zip."""
    lesson, version = _newest(request, lesson_id)
    answer = HttpResponse(lesson_files.packed(version), content_type="application/zip")
    answer["Content-Disposition"] = f'attachment; filename="{lesson.slug}.zip"'
    answer["Cache-Control"] = "private, no-store"
    return answer


def _newest(request: SignedInRequest, lesson_id: str) -> tuple[Lesson, LessonVersion]:
    """A lesson and the version that the desk speaks of: on its way, else published, else the newest."""
    lesson = lesson_of(request, lesson_id, "lessons.read")
    version = authoring.on_its_way(lesson) or lesson.published or lesson.versions.order_by("-number").first()
    return lesson, version or LessonVersion(lesson=lesson, number=0, title=lesson.slug)


def checked(version: LessonVersion, found: list[checking.Remark]) -> dict[str, Any]:
    """What pages say of the checks: what stops the lesson, what is only said, each with its place in words."""
    names = {block["id"]: (n, KINDS[block["kind"]].label) for n, block in enumerate(version.blocks, start=1)}
    edit = authoring.address(version.lesson, "edit_lesson") if version.is_draft else ""

    def told(remark: checking.Remark) -> dict[str, str]:
        if remark.block in names:
            number, label = names[remark.block]
            return {"where": f"Khối {number}, {label.lower()}", "words": remark.words,
                    "href": f"{edit}?mo={remark.block}#khoi-{remark.block}" if edit else ""}  # fmt: skip
        is_teachers = remark.block == checking.TEACHER
        where, anchor, opened = ("Cho người dạy", "cho-nguoi-day", "t") if is_teachers else ("Cả bài", "chung", "chung")
        return {"where": where, "words": remark.words, "href": f"{edit}?mo={opened}#{anchor}" if edit else ""}

    return {
        "blocking": [told(one) for one in found if one.blocks],
        "warnings": [told(one) for one in found if not one.blocks],
    }


def crumbs_of(lesson: Lesson, version: LessonVersion) -> tuple[tuple[str, str], ...]:
    """The way back from a page about a lesson."""
    return (_home(), (authoring.address(lesson), version.title))


def _home() -> tuple[str, str]:
    return (reverse("learning:lessons_desk"), "Bài học")


def _state_mark(version: LessonVersion) -> Mark:
    return Mark(f"{_capital(version.get_state_display())}, bản {version.number}", TONES.get(version.state, ""))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
