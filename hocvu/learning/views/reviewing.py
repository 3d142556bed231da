"""A lesson is read by somebody else before the public reads it, and its versions are compared."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from hocvu.learning import authoring, checking, differences
from hocvu.learning.models import Lesson, LessonVersion
from hocvu.learning.views.authoring import lesson_of, revision_of, shown_blocks
from hocvu.learning.views.lessons_desk import PublishForm, checked, crumbs_of, go_out
from hocvu.lib.listing import Head, Page, show
from hocvu.lib.marks import Mark
from hocvu.lib.refusals import Refusal
from hocvu.lib.web import render
from hocvu.ward.access import SignedInRequest, may, needs

State = LessonVersion.State
NEVER_OUT = Mark("Không đăng", "none")


@needs("lessons.approve")
def review_lesson(request: SignedInRequest, lesson_id: str) -> HttpResponseBase:
    """Read a version block by block; approve it (and say when it goes out), or give it back with remarks."""
    lesson = lesson_of(request, lesson_id, "lessons.approve")
    version = authoring.on_its_way(lesson)
    if version is None or version.is_draft:
        return redirect(authoring.address(lesson))
    form = PublishForm(request.POST if request.POST.get("lam") == "duyet" else None)
    if request.method == "POST":
        try:
            if request.POST.get("lam") == "tra":
                authoring.send_back(version, _remarks(request), by=request.user)
                messages.success(request, "Đã trả lại để sửa; người soạn đã được báo.")
                return redirect(authoring.address(lesson))
            if form.is_valid():
                return _approve(request, version, form)
        except Refusal as refusal:
            return _review_page(request, lesson, version, form, refusal)
    return _review_page(request, lesson, version, form, None)


def _approve(request: SignedInRequest, version: LessonVersion, form: PublishForm) -> HttpResponse:
    """Approve, and let go out at once or at a moment: all of it or nothing."""
    if any(words.strip() for _, words in _remarks(request)):
        raise Refusal(
            "Còn nhận xét chưa gửi cho người soạn. Hãy bấm “Trả lại để sửa” để gửi, hoặc xóa nhận xét rồi duyệt."
        )
    with transaction.atomic():
        authoring.approve(version, revision=revision_of(request.POST, version), by=request.user)
        go_out(request, version, form.cleaned_data)
    return redirect(authoring.address(version.lesson))


def _remarks(request: SignedInRequest) -> list[tuple[str, str]]:
    said = [(name.removeprefix("nx."), value) for name, value in request.POST.dict().items() if name.startswith("nx.")]
    return [("" if block == "chung" else block[:40], words) for block, words in said]


def _review_page(
    request: SignedInRequest, lesson: Lesson, version: LessonVersion, form: PublishForm, refusal: Refusal | None
) -> HttpResponse:
    typed = dict(_remarks(request)) if request.method == "POST" else {}
    earlier = list(version.remarks.select_related("by"))
    blocks = [
        {**block, "typed": typed.get(block["id"], ""), "remarks": [one for one in earlier if one.block == block["id"]]}
        for block in shown_blocks(version.blocks)
    ]
    published = lesson.published
    context = {
        "lesson": lesson,
        "version": version,
        "crumbs": crumbs_of(lesson, version),
        "blocks": blocks,
        "typed": typed.get("", ""),
        "remarks": [one for one in earlier if one.block not in {block["id"] for block in blocks}],
        "is_own": request.user.pk in (version.made_by_id, version.saved_by_id),
        "may_approve": version.state == State.REVIEW,
        "refusal": refusal,
        "has_errors": bool(refusal or form.errors),
        "changes": differences.between(differences.content_of(published), differences.content_of(version))
        if published
        else [],
        "published": published,
        **checked(version, checking.check(version)),
    }
    return render(
        request, "learning/review_lesson.html", context, form=form, status=422 if refusal or form.errors else 200
    )


# ---- Versions


def _state(version: LessonVersion) -> Mark:
    words = version.get_state_display()
    return Mark(words[:1].upper() + words[1:], "good" if version.state == State.PUBLISHED else "")


VERSIONS = (
    Head[LessonVersion]("Bản", lambda v: f"Bản {v.number}: {v.title}", 40, href=lambda v: _difference(v)),
    Head[LessonVersion]("Tình trạng", lambda v: _state(v).words, 18, mark=_state),
    Head[LessonVersion]("Từ đâu", lambda v: v.get_origin_display(), 18),
    Head[LessonVersion]("Người lưu cuối", lambda v: v.saved_by.full_name if v.saved_by else "", 26),
    Head[LessonVersion]("Lưu lúc", lambda v: v.saved_at, 18),
    Head[LessonVersion]("Người duyệt", lambda v: v.approved_by.full_name if v.approved_by else "", 26),
    Head[LessonVersion]("Đăng lúc", lambda v: v.published_at, 18),
    Head[LessonVersion]("Thôi đăng", lambda v: v.ended_at, 18, only_in_file=True),
    Head[LessonVersion]("Lý do", lambda v: v.ended_why, 40),
)


def _difference(version: LessonVersion) -> str:
    address = authoring.address(version.lesson, "version_difference")
    return f"{address}?cu={max(version.number - 1, 1)}&moi={version.number}"


@needs("lessons.read")
@require_safe
def lesson_versions(request: SignedInRequest, lesson_id: str) -> HttpResponseBase:
    """All versions of a lesson, the newest first."""
    lesson = lesson_of(request, lesson_id, "lessons.read")
    rows = lesson.versions.select_related("lesson", "saved_by", "approved_by").order_by("-number")
    newest = rows.first()
    page = Page(
        "Các bản",
        lead="Mở một bản để xem nó khác bản trước ở đâu, hoặc lấy lại bản cũ làm bản nháp mới.",
        crumbs=crumbs_of(lesson, newest) if newest else (),
        counted="bản",
    )
    return show(request, page, rows=rows, columns=VERSIONS)


@needs("lessons.read")
@require_safe
def version_difference(request: SignedInRequest, lesson_id: str) -> HttpResponse:
    """What differs between two versions, block by block, in words."""
    lesson = lesson_of(request, lesson_id, "lessons.read")
    versions = list(lesson.versions.select_related("saved_by").order_by("-number"))
    if not versions:
        raise Http404
    newer = _numbered(versions, request.GET.get("moi"), versions[0])
    older = _numbered(versions, request.GET.get("cu"), versions[min(1, len(versions) - 1)])
    context = {
        "lesson": lesson,
        "crumbs": (*crumbs_of(lesson, newer), (authoring.address(lesson, "lesson_versions"), "Các bản")),
        "versions": versions,
        "older": older,
        "newer": newer,
        "changes": differences.between(differences.content_of(older), differences.content_of(newer)),
        "blocks": shown_blocks(newer.blocks),
        "may_restore": may(request.user, "lessons.write", request.ward) and authoring.on_its_way(lesson) is None,
    }
    return render(request, "learning/version_difference.html", context)


@needs("lessons.write")
@require_POST
def restore_version(request: SignedInRequest, lesson_id: str) -> HttpResponse:
    """An old version becomes a new draft; nothing is taken away."""
    lesson = lesson_of(request, lesson_id, "lessons.write")
    version = _numbered(list(lesson.versions.all()), request.POST.get("ban"), None)
    try:
        authoring.start_version(lesson, by=request.user, of=version)
        authoring.open_for_editing(lesson, by=request.user)
    except Refusal as refusal:
        messages.error(request, refusal.sentence)
        return redirect(authoring.address(lesson, "lesson_versions"))
    messages.success(request, f"Bản nháp mới có nội dung của bản {version.number}.")
    return redirect(authoring.address(lesson, "edit_lesson"))


def _numbered(versions: list[LessonVersion], number: str | None, otherwise: LessonVersion | None) -> Any:
    """The version of a number; the other one where none is asked for. 404 where there is no such number."""
    if number is None and otherwise is not None:
        return otherwise
    for version in versions:
        if str(version.number) == number:
            return version
    raise Http404
