"""The one screen on which a lesson is written, and pasting into it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.forms import CharField, ChoiceField, FileField, HiddenInput, Textarea
from django.http import HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone

from hocvu.learning import authoring, differences, editing, pasting
from hocvu.learning.editing import Files, HeadForm, Sent
from hocvu.learning.models import EditLock, Lesson, LessonVersion
from hocvu.lib.blocks.cleaning import Cleaned, clean, clean_fields
from hocvu.lib.blocks.kinds import KINDS, TEACHING
from hocvu.lib.forms import Form, Problem, composed, problems_of
from hocvu.lib.refusals import Refusal
from hocvu.lib.web import render, sent
from hocvu.ward.access import SignedInRequest, may, needs, scoped, wants_json

MOST_OPEN = 8  # blocks: a longer lesson opens folded, so that it is seen as a whole
REMOVED = "khoi-da-xoa"  # in the session: the block that was removed last, to be taken back


@needs("lessons.write")
def edit_lesson(request: SignedInRequest, lesson_id: str) -> HttpResponseBase:
    """Write a lesson: head, blocks, the teacher's page. Every button saves and comes back to where it was pressed."""
    lesson = lesson_of(request, lesson_id, "lessons.write")
    version = authoring.on_its_way(lesson)
    if version is None or not version.is_draft:
        if wants_json(request):
            return JsonResponse(
                {"words": "Bài này không còn là bản nháp; chưa lưu. Chữ vẫn còn trên trang."}, status=409
            )
        return _no_draft(request, lesson) if request.method == "POST" else redirect(authoring.address(lesson))
    if request.method == "POST":
        return _write(request, version)
    return _page(request, version)


def _no_draft(request: SignedInRequest, lesson: Lesson) -> HttpResponse:
    """What was typed comes back where nothing can be kept any more: the draft was sent, approved or given up meanwhile."""
    newest = lesson.versions.order_by("-number").first()
    if newest is None:
        return redirect(authoring.address(lesson))
    post = composed(request.POST)
    refusal = Refusal(
        "Bài này không còn là bản nháp, nên chưa lưu. Chữ vừa gõ vẫn còn ở dưới. Hãy mở trang của bài ở thẻ khác, lấy "
        "lại để sửa hoặc soạn bản mới, rồi bấm Lưu ở trang này."
    )
    return _page(request, newest, head=HeadForm(post, version=newest), came=editing.read(post), refusal=refusal)


def _write(request: SignedInRequest, version: LessonVersion) -> HttpResponseBase:
    """Keep what was typed, do what the button says, go on where it leads."""
    post, wish = composed(request.POST), request.POST.get("lam", "luu")
    head, came = HeadForm(post, version=version), editing.read(post)
    head_is_sound = head.is_valid()
    try:
        goal = _act(request, version, came, wish)
        cleaned = _cleaned(came)
        teaching, _ = clean_fields(TEACHING, editing.plain_raw(came.teaching))
        content = {**head.content(), "blocks": cleaned.blocks, "teaching": teaching}
        if wish == "nhan":
            authoring.open_for_editing(version.lesson, by=request.user, take_over=True)
        saved = authoring.save(version, content, revision=revision_of(post, version), by=request.user,
                               set_aside=wish == "luu-ban-toi")  # fmt: skip
    except Refusal as refusal:
        if wants_json(request):
            return JsonResponse({"words": refusal.sentence, "stale": True}, status=409)
        return _page(request, version, head=head, came=came, refusal=refusal)
    if wants_json(request):
        return _told(saved, head, cleaned)
    if not head_is_sound:
        return _page(request, saved, head=head, came=came)
    return redirect(_onward(request, saved, wish, goal, cleaned))


def _act(request: SignedInRequest, version: LessonVersion, came: Sent, wish: str) -> str:
    """Do to the blocks what the button says; answers the block to come back to."""
    if wish == "lai":
        kept = request.session.pop(REMOVED, None)
        if not kept or kept["lesson"] != str(version.lesson_id):
            raise Refusal("Không còn khối nào để lấy lại.")
        block = {name: _numbered(value) for name, value in kept["block"].items()}
        came.blocks.insert(min(kept["place"], len(came.blocks)), block)
        return str(block["id"])
    if wish.startswith("xoa:"):
        place = came.position(wish.removeprefix("xoa:"))
        request.session[REMOVED] = {"lesson": str(version.lesson_id), "place": place, "block": came.blocks[place]}
    if wish.startswith("xong:"):
        for remark in version.remarks.filter(pk=_number(wish.removeprefix("xong:"))):
            authoring.settle_remark(remark, by=request.user)
            return remark.block
        return ""
    return editing.act(came, wish)


def _onward(request: SignedInRequest, saved: LessonVersion, wish: str, goal: str, cleaned: Cleaned) -> str:
    """Where a button leads once everything is kept."""
    lesson, here = saved.lesson, authoring.address(saved.lesson, "edit_lesson")
    verb, *rest = wish.split(":")
    match verb, rest:
        case "tep", [block_id, field]:  # files are brought in on pages of their own
            return f"{here}tep/moi/?khoi={block_id}&truong={field}"
        case "thu", [block_id]:
            return f"{here}thu-am/?khoi={block_id}"
        case "dan", [after]:
            return f"{authoring.address(lesson, 'paste')}?sau={after}"
        case "gui", []:
            return authoring.address(lesson, "send_lesson")
        case "xem", []:
            return authoring.address(lesson, "preview_lesson")
        case "kiem", []:
            return authoring.address(lesson, "check_lesson")
        case "cac-tep", []:
            return authoring.address(lesson, "media_list")
        case "cac-giong", []:
            return authoring.address(lesson, "voices")
        case "xoa", [_]:
            return f"{here}?xoa=1#{f'khoi-{goal}' if goal else 'cac-khoi'}"
        case (("luu" | "luu-ban-toi" | "nhan"), []):
            wrong = len(cleaned.faults)
            messages.success(request, f"Đã lưu lúc {_time(saved)}." + (f" Còn {wrong} chỗ cần sửa." if wrong else ""))
    if goal == "t":
        return f"{here}?mo=t#cho-nguoi-day"
    return f"{here}?mo={goal}#khoi-{goal}" if goal else here


def _told(saved: LessonVersion, head: HeadForm, cleaned: Cleaned) -> JsonResponse:
    """What a script is told of a save: the revision to go on from, and a line to show."""
    problems = [problem.words for problem in problems_of(head)]
    words = f"Đã lưu lúc {_time(saved)}."
    if problems:
        words = f"Đã lưu các khối lúc {_time(saved)}. Chưa lưu được: {' '.join(problems)}"
    return JsonResponse({"revision": saved.revision, "words": words, "faults": len(cleaned.faults) + len(problems)})


def _page(
    request: SignedInRequest,
    version: LessonVersion,
    *,
    head: HeadForm | None = None,
    came: Sent | None = None,
    refusal: Refusal | None = None,
) -> HttpResponse:
    """The screen, with what was typed where something was, else with what is kept."""
    lesson, files = version.lesson, Files.of(version)
    cleaned = _cleaned(came) if came else clean(version.blocks)
    raw_teaching = editing.plain_raw(came.teaching) if came else version.teaching
    teaching, wrong = clean_fields(TEACHING, raw_teaching)
    remarks = list(version.remarks.filter(settled_at=None).select_related("by"))
    blocks = editing.draw(cleaned.blocks, cleaned.faults, files, remarks)
    teacher = editing.draw_teaching(teaching, wrong, files)
    head = head or HeadForm(None, version=version)
    whole = [Problem(fault.words, "cac-khoi") for fault in cleaned.faults if not fault.block]
    found = [*whole, *(Problem(words, anchor) for words, anchor in editing.problems(blocks, teacher))]
    lock = authoring.lock_of(lesson)
    context = {
        "lesson": lesson,
        "version": version,
        "head": head,
        "blocks": blocks,
        "is_folded": len(blocks) > MOST_OPEN,
        "opened": request.GET.get("mo", ""),
        "teacher": teacher,
        "teacher_is_wrong": bool(teaching and wrong),
        "kinds": KINDS.values(),
        "templates": editing.templates(files),
        "problems": [*problems_of(head), *found],
        "remarks": [one for one in remarks if not one.block or one.block not in {block.id for block in blocks}],
        "revision": request.POST.get("revision", version.revision) if refusal else version.revision,
        "began_from": request.POST.get("ban", version.pk) if refusal else version.pk,
        "refusal": refusal,
        "stale": refusal if isinstance(refusal, authoring.Stale) else None,
        "changes": _changes(refusal, head, cleaned, teaching),
        "held_by_other": lock if lock is not None and lock.by_id != request.user.pk else None,
        "may_take_over": may(request.user, "lessons.approve", request.ward),
        "removed": request.session.get(REMOVED, {}).get("lesson") == str(lesson.pk) and "xoa" in request.GET,
        "has_errors": bool(refusal or head.errors),
    }
    return render(request, "learning/edit_lesson.html", context, status=422 if refusal or head.errors else 200)


def _changes(refusal: Refusal | None, head: HeadForm, cleaned: Cleaned, teaching: Any) -> list[differences.Change]:
    """How what was typed differs from what somebody else saved meanwhile."""
    if not isinstance(refusal, authoring.Stale):
        return []
    theirs = differences.content_of(refusal.now)
    head.is_valid()
    return differences.between(theirs, {**theirs, **head.content(), "blocks": cleaned.blocks, "teaching": teaching})


def _cleaned(came: Sent) -> Cleaned:
    return clean(editing.plain_raw(came.blocks))


def _numbered(value: Any) -> Any:
    """Entries under their numbers, as they come from a page; a session may have made lists of them."""
    return {str(n): one for n, one in enumerate(value)} if isinstance(value, list) else value


def _number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 10 else -1


def _time(version: LessonVersion) -> str:
    return f"{timezone.localtime(version.saved_at):%H:%M}"


# ---- Pasting


class PasteForm(Form):
    """What was copied, or a Word document, and where it goes."""

    text = CharField(
        label="Dán từ Word vào đây", required=False, widget=Textarea(attrs={"rows": 8, "data-paste": "html"})
    )
    html = CharField(required=False, widget=HiddenInput(attrs={"id": "html"}))
    file = FileField(label="Hoặc chọn tệp Word (.docx)", required=False)
    after = ChoiceField(label="Chèn vào sau")

    def __init__(self, data: Any = None, files: Any = None, *, version: LessonVersion, after: str = "") -> None:
        super().__init__(data, files, initial={"after": after})
        places = [("dau", "Đầu bài")]
        for number, block in enumerate(version.blocks, start=1):
            opening = editing.opening_of(block)
            places.append(
                (block["id"], f"{number}. {KINDS[block['kind']].label}" + (f": {opening}" if opening else ""))
            )
        self.fields["after"].choices = places  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or {}
        if not (said.get("file") or said.get("text") or said.get("html")):
            self.add_error("text", ValidationError("Hãy dán chữ vào ô này, hoặc chọn một tệp Word."))
        return said


@needs("lessons.write")
def paste(request: SignedInRequest, lesson_id: str) -> HttpResponseBase:
    """Bring in what was written elsewhere: first shown as the blocks that it becomes, then put behind a block."""
    lesson = lesson_of(request, lesson_id, "lessons.write")
    version = authoring.on_its_way(lesson)
    if version is None or not version.is_draft:
        return redirect(authoring.address(lesson))
    if request.method == "POST" and "khoi" in request.POST:
        return _insert(request, version)
    data = sent(request)
    form = PasteForm(data, request.FILES or None if data is not None else None, version=version,
                     after=request.GET.get("sau", "dau"))  # fmt: skip
    if request.method == "POST" and form.is_valid():
        try:
            pasted = _pasted(form.cleaned_data)
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.sentence)
        else:
            return _preview(request, version, pasted, form.cleaned_data["after"])
    return render(request, "learning/paste.html", {"lesson": lesson, "version": version}, form=form)


def _pasted(said: dict[str, Any]) -> pasting.Pasted:
    if said["file"]:
        found = pasting.from_docx(said["file"], said["file"].name)
    else:
        found = pasting.from_html(said["html"]) if said["html"] else pasting.from_text(said["text"])
    if not found.blocks:
        raise Refusal("Không tìm thấy chữ nào để chèn. Hãy chép lại rồi dán.", "text")
    return found


def _preview(request: SignedInRequest, version: LessonVersion, pasted: pasting.Pasted, after: str) -> HttpResponse:
    context = {
        "lesson": version.lesson,
        "version": version,
        "after": after,
        "pictures": pasted.pictures,
        "sent_blocks": json.dumps(pasted.blocks, ensure_ascii=False),
        "shown": shown_blocks(pasted.blocks),
    }
    return render(request, "learning/paste_preview.html", context)


def _insert(request: SignedInRequest, version: LessonVersion) -> HttpResponseBase:
    """Put the blocks of a preview into the draft. They come back from the page, so they are cleaned again."""
    try:
        raw = json.loads(request.POST["khoi"])
    except (ValueError, RecursionError):
        raw = []
    blocks = clean(raw).blocks
    came = Sent(list(version.blocks), {})
    try:
        if not blocks:
            raise Refusal("Không có khối nào để chèn. Hãy dán lại.")
        first = editing.insert(came, blocks, request.POST.get("after", "dau"))
        authoring.save(version, {"blocks": clean(came.blocks).blocks}, revision=version.revision, by=request.user)
    except Refusal as refusal:
        context = {"lesson": version.lesson, "version": version, "after": request.POST.get("after", "dau"),
                   "sent_blocks": request.POST["khoi"], "shown": shown_blocks(blocks), "refusal": refusal,
                   "has_errors": True}  # fmt: skip
        return render(request, "learning/paste_preview.html", context, status=422)
    messages.success(request, f"Đã chèn {len(blocks)} khối.")
    return redirect(f"{authoring.address(version.lesson, 'edit_lesson')}#khoi-{first}")


# ---- Common to the pages of authors


def revision_of(post: Mapping[str, str], version: LessonVersion) -> int:
    """Which words of a version were on the page; -1 where they were of another version, whose numbers say nothing."""
    return _number(post.get("revision")) if post.get("ban", str(version.pk)) == str(version.pk) else -1


def lesson_of(request: SignedInRequest, lesson_id: str, capability: str) -> Lesson:
    """A lesson of the ward that whoever asks may meet under a capability; 404 else."""
    rows = scoped(Lesson.objects.select_related("ward", "published"), request.user, capability, request.ward)
    return get_object_or_404(rows, pk=lesson_id)


def shown_blocks(blocks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Blocks as names and words, for pages on which they are read and not written."""
    return [
        {"id": block["id"], "number": number, "label": KINDS[block["kind"]].label, "fields": differences.whole(block)}
        for number, block in enumerate(blocks, start=1)
    ]


def lock_words(lock: EditLock | None) -> str:
    """Who has a lesson open, since when."""
    return f"{lock.by.full_name} đang sửa từ {timezone.localtime(lock.taken_at):%H:%M}" if lock else ""
