"""The desk of courses: the list, one with its lessons, and the acts on both."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from hocvu.learning import courses, studying
from hocvu.learning.frameworks import keeping
from hocvu.learning.groups import GROUPS, NEEDS
from hocvu.learning.models import Course, CourseLesson, Lesson
from hocvu.lib.acting import Act, act_page
from hocvu.lib.forms import Form, IntegerField
from hocvu.lib.listing import Choice, Head, Page, Search, show
from hocvu.lib.marks import Mark
from hocvu.lib.refusals import Refusal
from hocvu.lib.text import fold
from hocvu.lib.web import render, sent
from hocvu.ward.access import SignedInRequest, may, needs, scoped

State = Course.State


def state_mark(course: Course) -> Mark:
    """Whether the public finds it."""
    tone = {State.DRAFT: "self", State.OPEN: "good", State.CLOSED: "none"}[State(course.state)]
    words = course.get_state_display()
    return Mark(words[:1].upper() + words[1:], tone)  # type: ignore[arg-type]


def _group_words(course: Course) -> str:
    return ", ".join(GROUPS[group] for group in course.groups if group in GROUPS) or "mọi người"


def _origin(course: Course) -> str:
    if not course.folder:
        return "soạn trên trang"
    return "nạp từ tệp, đã sắp xếp lại" if course.revision else "nạp từ tệp"


COURSES = (
    Head[Course]("Khóa học", lambda c: c.title, 44, href=lambda c: reverse("learning:course_desk", args=(c.pk,))),
    Head[Course]("Tình trạng", lambda c: state_mark(c).words, 14, mark=state_mark),
    Head[Course]("Dành cho", _group_words, 40),
    Head[Course]("Số bài", lambda c: getattr(c, "lessons", 0), 10),
    Head[Course]("Thứ tự", lambda c: c.position, 10),
    Head[Course]("Từ đâu", _origin, 24),
    Head[Course]("Học được gì", lambda c: c.summary, 60, only_in_file=True),
)


def _titled(rows: Any, query: str) -> Any:
    """Those whose title or summary holds the words, without marks; a ward has some dozens of courses."""
    pairs = rows.order_by().values_list("pk", "title", "summary")
    return rows.filter(pk__in=[pk for pk, title, summary in pairs if fold(query) in fold(f"{title} {summary}")])


def _for_group(rows: Any, group: str) -> Any:
    return rows.filter(pk__in=[pk for pk, groups in rows.order_by().values_list("pk", "groups") if group in groups])


FILTERS = (
    Search("tim", "Tên khóa", _titled),
    Choice("tt", "Tình trạng", State.choices, lambda q, v: q.filter(state=v)),
    Choice("nhom", "Dành cho", list(GROUPS.items()), _for_group),
)


@needs("courses.manage")
@require_safe
def courses_desk(request: SignedInRequest) -> HttpResponseBase:
    """All courses of the ward."""
    rows = scoped(Course.objects.with_sizes(), request.user, "courses.manage", request.ward)
    page = Page(
        "Khóa học",
        lead="Khóa xếp các bài đã đăng theo thứ tự, cho một nhóm người.",
        acts=((reverse("learning:new_course"), "Thêm khóa học"),),
        links=(
            (reverse("learning:lessons_desk"), "Bài học"),
            (reverse("learning:files_desk"), "Nạp từ tệp"),
            (reverse("learning:catalogue"), "Trang công khai"),
        ),
        empty="Chưa có khóa học nào",
        empty_words="Bấm “Nạp từ tệp” để lấy khóa có sẵn, hoặc thêm khóa rồi xếp bài đã đăng vào.",
        counted="khóa",
    )
    return show(request, page, rows=rows, columns=COURSES, filters=FILTERS)


class CourseForm(Form):
    """What a course is called and for whom it is."""

    title = forms.CharField(label="Tên khóa học", max_length=160)
    summary = forms.CharField(label="Học được gì", max_length=600, required=False, widget=forms.Textarea,
                              help_text="Một, hai câu ngắn, nói người học làm được gì")  # fmt: skip
    groups = forms.MultipleChoiceField(label="Dành cho", choices=list(GROUPS.items()), required=False,
                                       widget=forms.CheckboxSelectMultiple, help_text="Không chọn nhóm nào là cho mọi người")  # fmt: skip
    needs = forms.MultipleChoiceField(label="Nhu cầu tiếp cận", choices=list(NEEDS.items()), required=False,
                                      widget=forms.CheckboxSelectMultiple)  # fmt: skip
    level = forms.ChoiceField(label="Bậc", required=False)
    position = IntegerField(label="Thứ tự trong danh mục", min_value=1, max_value=999, help_text="Số nhỏ đứng trước")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        framework = keeping.in_force("hocvu")
        levels = [(one.code, f"{one.title} ({one.code})") for one in framework.levels.all()] if framework else []
        self.fields["level"].choices = [("", "Chưa xếp bậc"), *levels]  # type: ignore[attr-defined]


@needs("courses.manage")
def new_course(request: SignedInRequest) -> HttpResponse:
    """A new course."""

    def create(data: dict[str, Any]) -> str:
        made = courses.create(request.ward, **data, by=request.user)
        messages.success(request, f"Đã thêm {made.title}. Hãy xếp bài vào rồi mở khóa.")
        return _address(made)

    act = Act("Thêm khóa học", "Thêm", crumbs=(_home(),), back=reverse("learning:courses_desk"))
    return act_page(request, CourseForm(sent(request), initial={"position": 100}), act, do=create)


@needs("courses.manage")
def change_course(request: SignedInRequest, course_id: UUID) -> HttpResponse:
    """Put right what a course is called and for whom it is."""
    row = _course(request, course_id)
    form = CourseForm(sent(request), initial={name: getattr(row, name) for name in courses.FIELDS})

    def change(data: dict[str, Any]) -> str:
        courses.change(row, **data, by=request.user)
        messages.success(request, "Đã lưu.")
        return _address(row)

    lead = "Khóa này nạp từ tệp. Sửa ở đây thì lần nạp sau giữ nguyên như đã sắp xếp." if row.folder else ""
    act = Act("Sửa khóa học", "Lưu", lead=lead, crumbs=_crumbs(row), back=_address(row))
    return act_page(request, form, act, do=change)


class LessonForm(Form):
    """Which lesson comes next."""

    lesson = forms.ModelChoiceField(label="Bài", queryset=Lesson.objects.none(), empty_label="Chọn một bài")

    def __init__(self, *args: Any, rows: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["lesson"]
        field.queryset = rows
        field.label_from_instance = lambda lesson: lesson.published.title


@needs("courses.manage")
def course_desk(request: SignedInRequest, course_id: UUID) -> HttpResponse:
    """One course: its lessons in order, what may be done, and how many learn it."""
    row = _course(request, course_id)
    rows = Lesson.objects.of(request.ward).open().exclude(places__course=row).select_related("published")
    form = LessonForm(sent(request), rows=rows.order_by("published__title", "pk"))
    if request.method == "POST" and form.is_valid():
        try:
            courses.add_lesson(row, form.cleaned_data["lesson"], by=request.user)
        except Refusal as refusal:
            form.add_error(refusal.field, refusal.sentence)
        else:
            messages.success(request, "Đã thêm bài vào cuối khóa.")
            return redirect(_address(row))
    places = row.places.select_related("lesson__published").prefetch_related("requires__lesson__published")
    learnt = studying.by_lesson(row)
    lines = [
        {
            "place": place,
            "title": place.lesson.published.title if place.lesson.published else place.lesson.slug,
            "learnt": learnt.get(place.lesson_id, studying.Learnt(0, 0)),
            "requires": [one.lesson.published.title if one.lesson.published else one.lesson.slug for one in place.requires.all()],
        }
        for place in places
    ]  # fmt: skip
    context = {
        "course": row,
        "mark": state_mark(row),
        "facts": [
            ("Dành cho", _group_words(row)),
            ("Nhu cầu tiếp cận", ", ".join(NEEDS[need] for need in row.needs if need in NEEDS) or "không ghi"),
            ("Bậc", row.level or "chưa xếp"),
            ("Thứ tự trong danh mục", str(row.position)),
            ("Từ đâu", _origin(row)),
        ],
        "lines": lines,
        "has_lessons": rows.exists(),
        "by_place": studying.by_place(row) if may(request.user, "places.read", request.ward) else [],
    }
    return render(request, "learning/course_desk.html", context, form=form)


class PlaceForm(Form):
    """What comes before a lesson, and whether it may be passed by showing that one knows it."""

    requires = forms.MultipleChoiceField(label="Nên học trước", required=False, widget=forms.CheckboxSelectMultiple,
                                         help_text="Chỉ có các bài đứng trước. Người học vẫn đọc được, trang chỉ nhắc.")  # fmt: skip
    may_test_out = forms.BooleanField(label="Ai biết rồi được làm thử để qua bài", required=False)

    def __init__(self, *args: Any, earlier: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [
            (str(one.pk), one.lesson.published.title if one.lesson.published else one.lesson.slug) for one in earlier
        ]
        self.fields["requires"].choices = choices  # type: ignore[attr-defined]


@needs("courses.manage")
def course_place(request: SignedInRequest, courselesson_id: int) -> HttpResponse:
    """What comes before a lesson in its course."""
    place = _place(request, courselesson_id)
    earlier = list(place.course.places.filter(position__lt=place.position).select_related("lesson__published"))
    asked = [str(pk) for pk in place.requires.values_list("pk", flat=True)]
    form = PlaceForm(sent(request), earlier=earlier, initial={"requires": asked, "may_test_out": place.may_test_out})

    def ask(data: dict[str, Any]) -> str:
        chosen = [one for one in earlier if str(one.pk) in data["requires"]]
        courses.ask_first(place, chosen, may_test_out=data["may_test_out"], by=request.user)
        messages.success(request, "Đã lưu.")
        return _address(place.course)

    facts = (("Bài", _title(place)), ("Thứ tự", str(place.position)))
    act = Act("Bài cần học trước", "Lưu", facts=facts, crumbs=_crumbs(place.course), back=_address(place.course))
    return act_page(request, form, act, do=ask)


@needs("courses.manage")
@require_POST
def arrange_course(request: SignedInRequest, courselesson_id: int) -> HttpResponse:
    """Move a lesson up or down, or take it out."""
    place = _place(request, courselesson_id)
    try:
        match request.POST.get("viec", ""):
            case "len":
                courses.move(place, -1, by=request.user)
            case "xuong":
                courses.move(place, 1, by=request.user)
            case "bo":
                courses.remove_lesson(place, by=request.user)
                messages.success(request, f"Đã bỏ bài “{_title(place)}” khỏi khóa. Bài vẫn còn.")
            case _:
                messages.error(request, "Chưa rõ việc cần làm. Hãy bấm lại nút bên cạnh bài.")
    except Refusal as refusal:
        messages.error(request, refusal.sentence)
    return redirect(f"{_address(place.course)}#bai-{place.pk}")


@needs("courses.manage")
@require_POST
def course_state(request: SignedInRequest, course_id: UUID) -> HttpResponse:
    """Open a course to the public, or close it."""
    row = _course(request, course_id)
    try:
        if "mo" in request.POST:
            courses.open_to_all(row, by=request.user)
            messages.success(request, "Đã mở. Ai cũng thấy khóa này trong danh mục.")
        else:
            courses.close(row, by=request.user)
            messages.success(request, "Đã đóng. Khóa không còn trong danh mục; bài vẫn đọc được, kết quả học vẫn giữ.")
    except Refusal as refusal:
        messages.error(request, refusal.sentence)
    return redirect(_address(row))


def _course(request: SignedInRequest, course_id: UUID) -> Course:
    rows = scoped(Course.objects.select_related("ward"), request.user, "courses.manage", request.ward)
    return get_object_or_404(rows, pk=course_id)


def _place(request: SignedInRequest, courselesson_id: int) -> CourseLesson:
    rows = CourseLesson.objects.select_related("course__ward", "lesson__published")
    return get_object_or_404(scoped(rows, request.user, "courses.manage", request.ward), pk=courselesson_id)


def _title(place: CourseLesson) -> str:
    return place.lesson.published.title if place.lesson.published else place.lesson.slug


def _address(row: Course) -> str:
    return reverse("learning:course_desk", args=(row.pk,))


def _home() -> tuple[str, str]:
    return (reverse("learning:courses_desk"), "Khóa học")


def _crumbs(row: Course) -> tuple[tuple[str, str], ...]:
    return (_home(), (_address(row), row.title))
