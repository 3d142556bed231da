"""The desk's pages about a lesson's files: the list, one file, taking one in, recording a voice, captions, removing."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST, require_safe

from hocvu.learning import placing
from hocvu.learning.media import captions, machine_voice, sounds, taking, using, voices, working
from hocvu.learning.media.addresses import url_of
from hocvu.learning.models import Lesson, LessonVersion, Media
from hocvu.learning.views.forms_media import CaptionsForm, MediaForm, PlaceForm, VoiceForm
from hocvu.lib import web
from hocvu.lib.acting import Act, act_page
from hocvu.lib.blocks import inline
from hocvu.lib.blocks.kinds import KINDS, Block
from hocvu.lib.figures import number_words
from hocvu.lib.forms import Form
from hocvu.lib.listing import Choice, Head, Page, show
from hocvu.lib.marks import Mark
from hocvu.lib.refusals import Refusal
from hocvu.lib.uploads import Refused
from hocvu.lib.web import render, sent
from hocvu.ward.access import SignedInRequest, may, needs, scoped
from hocvu.ward.models import Work

Kind, State = Media.Kind, Media.State
# Asked of the browser on the page that records, and on no other.
MAY_RECORD = web.PERMISSIONS_POLICY.replace("microphone=()", "microphone=(self)")
HEARS_ITSELF = f"{web.CONTENT_SECURITY_POLICY}; media-src 'self' blob:"
LABELS = {"main": "bản chính", "mp3": "bản cho máy cũ", "opus": "bản nhẹ", "poster": "ảnh bìa", "audio": "chỉ có tiếng"}


def _size_words(count: int) -> str:
    return f"{number_words(round(count / 1_000_000, 1))} MB" if count >= 1_000_000 else f"{max(1, count // 1000)} kB"


def _mark(media: Media) -> Mark:
    if media.origin == Media.Origin.MACHINE and media.state == State.READY:
        return Mark("Giọng máy, chỉ để nghe nháp", "self")
    tone = {State.READY: "good", State.WORKING: "slow", State.FAILED: "bad"}[State(media.state)]
    return Mark(media.get_state_display().capitalize(), tone)  # type: ignore[arg-type]


@needs("lessons.read")
@require_safe
def media_list(request: SignedInRequest, lesson_id: UUID) -> HttpResponseBase:
    """Every file of a lesson: what it is, how heavy, where it stands, who brought it."""
    lesson = _lesson(request, lesson_id)
    places = using.places_of(lesson)

    def where(media: Media) -> str:
        found = places.get(media.name, [])
        return "; ".join(place.words for place in found[:3]) or "chưa dùng"

    columns = (
        Head[Media]("Tệp", lambda m: m.name, 36, href=_page_of),
        Head[Media]("Loại", lambda m: m.get_kind_display(), 12),
        Head[Media]("Nặng (kB)", lambda m: max(1, m.bytes // 1000) if m.bytes else 0, 12),
        Head[Media]("Tình trạng", lambda m: _mark(m).words, 24, mark=_mark),
        Head[Media]("Dùng ở đâu", where, 40),
        Head[Media]("Dài (giây)", lambda m: round(m.seconds, 1) if m.seconds else None, 12, only_in_file=True),
        Head[Media]("Giọng của ai", lambda m: m.said_by, 24, only_in_file=True),
        Head[Media]("Từ đâu", lambda m: m.get_origin_display(), 18),
        Head[Media]("Ai đưa vào", lambda m: m.made_by.full_name if m.made_by else "", 24),
        Head[Media]("Lúc", lambda m: m.made_at, 18),
    )
    filters = (
        Choice("loai", "Loại", Kind.choices, lambda rows, value: rows.filter(kind=value)),
        Choice("tt", "Tình trạng", State.choices, lambda rows, value: rows.filter(state=value)),
    )
    page = Page(
        f"Tệp của bài: {_title(lesson)}",
        crumbs=_crumbs(lesson),
        acts=((reverse("learning:add_media", args=(lesson.pk,)), "Thêm tệp"),) if _writes(request) else (),
        links=((reverse("learning:voices", args=(lesson.pk,)), "Giọng đọc"),) if _writes(request) else (),
        empty="Bài này chưa có tệp nào",
        empty_words="Ảnh, bản thu, video, phụ đề và tài liệu của bài đứng ở đây.",
        counted="tệp",
    )
    rows = lesson.media.select_related("made_by").order_by("-made_at", "name")
    return show(request, page, rows=rows, columns=columns, filters=filters)


@needs("lessons.read")
@require_safe
def medium(request: SignedInRequest, lesson_id: UUID, media_id: UUID) -> HttpResponse:
    """One file: seen or heard, how heavy each variant is, how far its work is."""
    media = _media(request, lesson_id, media_id)
    lesson, places = media.lesson, using.places_of(media.lesson).get(media.name, [])
    begun = working.work_behind(media)
    facts = [
        ("Loại", media.get_kind_display()),
        ("Từ đâu", media.get_origin_display()),
        ("Dùng ở đâu", "; ".join(place.words for place in places) or "Chưa khối nào dùng"),
        ("Ai đưa vào", f"{media.made_by.full_name if media.made_by else 'nạp từ tệp của bài'}"),
    ]
    if media.seconds:
        facts.append(("Dài", f"{captions.clock_words(round(media.seconds))}"))
    if media.said_by:
        facts.append(("Giọng của", media.said_by))
    context = {
        "media": media,
        "mark": _mark(media),
        "facts": facts,
        "crumbs": (*_crumbs(lesson), (_list_of(lesson), "Tệp của bài")),
        "main": url_of(media) if media.main else "",
        "poster": url_of(media, "poster") if "poster" in media.variants else "",
        "sources": [(url_of(media, label), one["type"]) for label, one in _in_order(media)],
        "captions": _captions_beside(media),
        "drawing": SafeString(media.drawing),  # as lib.drawings left it: shapes and words
        "variants": _variants(media),
        "work": begun if media.state == State.WORKING and _may_watch(request, begun) else None,
        "is_stopped": media.state == State.WORKING and begun is not None and begun.state == Work.State.FAILED,
        "writes": _writes(request),
        "may_go": not places,
        "may_be_placed": media.state != State.FAILED and media.origin != Media.Origin.MACHINE,
    }
    return render(request, "learning/media/medium.html", context)


def _variants(media: Media) -> list[tuple[str, str, str]]:
    """(what it is, its measures, how heavy) of each variant."""
    rows = []
    for label, one in _in_order(media):
        words = LABELS.get(label, f"rộng {label} điểm")
        measures = f"{one['width']} × {one['height']}" if one.get("width") else ""
        rows.append((words, measures, _size_words(one["bytes"])))
    return rows or ([("hình vẽ trong trang", "", _size_words(media.bytes))] if media.drawing else [])


def _may_watch(request: SignedInRequest, begun: Work | None) -> bool:
    """Whether the page of this work opens for the visitor; see ward.views.jobs."""
    if begun is None:
        return False
    return begun.started_by_id == request.user.pk or may(request.user, "jobs.read", begun.ward)


def _in_order(media: Media) -> list[tuple[str, dict[str, Any]]]:
    """The variants, the main one first: a browser takes the first that it can play. A database may mix their order."""
    return sorted(media.variants.items(), key=lambda one: (one[0] != "main", one[0]))


def _captions_beside(media: Media) -> str:
    """The address of the captions that stand beside a video in the newest version that names it."""
    if media.kind != Kind.VIDEO:
        return ""
    for blocks in media.lesson.versions.order_by("-number").values_list("blocks", flat=True):
        for block in blocks:
            if block["kind"] == "video" and block.get("media") == media.name and block.get("captions"):
                beside = media.lesson.media.filter(name=block["captions"]).first()
                return url_of(beside) if beside and beside.main else ""
    return ""


@needs("lessons.write")
def add_media(request: SignedInRequest, lesson_id: UUID) -> HttpResponse:
    """Bring a file: for a field of a block (`khoi`, `truong`), or for the lesson at large (`loai`)."""
    lesson = _lesson(request, lesson_id, "lessons.write")
    block, field = _place_asked(request, lesson)
    holder = using.field_of(block, field) if block else None
    kind = holder.media if holder else request.GET.get("loai", "")
    if kind not in Kind.values:
        choices = [(f"?loai={code}", words.capitalize(), taking.SAID[Kind(code)]) for code, words in Kind.choices]
        return render(request, "learning/media/choose_kind.html", {"choices": choices, "crumbs": _file_crumbs(lesson)})
    form = MediaForm(
        sent(request), request.FILES or None, kind=kind, block=block, field=field, speaker=request.user.full_name
    )

    def take(data: dict[str, Any]) -> str:
        try:
            if block and holder:
                media = taking.take_into(
                    lesson, data["upload"], block["id"], field, by=request.user, wanted=kind, wish=form.wish,
                    beside=form.beside,
                )  # fmt: skip
            else:
                media = taking.take_alone(lesson, data["upload"], by=request.user, wanted=kind, wish=form.wish)
        except Refused as refused:
            raise Refusal(str(refused), "upload") from None
        messages.success(
            request, "Đã nhận tệp." if media.state == State.READY else "Đã nhận tệp, máy đang làm nhỏ lại."
        )
        return _page_of(media)

    facts = [("Bài", _title(lesson))]
    if block:
        facts.append(("Khối", _block_words(block)))
    act = Act(
        f"Thêm {Kind(kind).label}", "Tải lên", facts=facts, crumbs=_file_crumbs(lesson), back=_list_of(lesson),
        takes_file=True,
    )  # fmt: skip
    kept_out = placing.who_else_writes(lesson, by=request.user) if block else ""
    return act_page(
        request, form, act, do=take, template="learning/media/add.html", kept_out=kept_out, cuts=kind == Kind.PICTURE
    )


@needs("lessons.write")
def record_voice(request: SignedInRequest, lesson_id: UUID) -> HttpResponse:
    """Record the voice of a block, or bring a recording: the words to read stand in large letters."""
    lesson = _lesson(request, lesson_id, "lessons.write")
    block, _ = _place_asked(request, lesson)
    if block is None or not KINDS[block["kind"]].spoken:
        return redirect("learning:voices", lesson.pk)
    form = VoiceForm(sent(request), request.FILES or None, initial={"said_by": request.user.full_name})
    refused = _keep_voice(request, lesson, block, form) if request.method == "POST" and form.is_valid() else None
    if isinstance(refused, HttpResponse):
        return refused
    drafts = lesson.media.filter(origin=Media.Origin.MACHINE, name__startswith=f"nhap-{block['id']}-")
    now = lesson.media.filter(name=block.get("voice", "")).first()
    context = {
        "lesson_id": lesson.pk,
        "block": block,
        "words": voices.words_of(block),
        "crumbs": _file_crumbs(lesson),
        "back": reverse("learning:voices", args=(lesson.pk,)),
        "now": now,
        "now_url": url_of(now) if now and now.main else "",
        "longest": sounds.LONGEST,
        "kept_out": placing.who_else_writes(lesson, by=request.user),
        "has_machine": machine_voice.command() is not None,
        "drafts": [(one, url_of(one) if one.main else "", _page_of(one)) for one in drafts.order_by("-made_at")[:1]],
    }
    answer = render(request, "learning/media/record.html", context, form=form)
    answer["Permissions-Policy"], answer["Content-Security-Policy"] = MAY_RECORD, HEARS_ITSELF
    return answer


def _keep_voice(request: SignedInRequest, lesson: Lesson, block: Block, form: VoiceForm) -> HttpResponse | None:
    """Take the recording; None where the form now says why not."""
    data = form.cleaned_data
    wish = taking.Wish(
        start=data["start"] or 0, end=data["end"], said_by=data["said_by"], stem=f"giong-{block['id']}",
        origin=Media.Origin.RECORDING if data["recorded"] else Media.Origin.UPLOAD,
    )  # fmt: skip
    upload: UploadedFile[bytes] = data["upload"]
    try:
        media = taking.take_into(lesson, upload, block["id"], "voice", by=request.user, wanted=Kind.AUDIO, wish=wish)
    except Refused as refused:
        form.add_error("upload", str(refused))
        return None
    except Refusal as refusal:
        if not data["recorded"]:
            form.add_error(None, refusal.sentence)
            return None
        # A recording lives in the page alone: it is kept, though it may not stand in the block.
        media = taking.take_alone(lesson, upload, by=request.user, wanted=Kind.AUDIO, wish=wish)
        messages.warning(request, f"{refusal.sentence} Bản thu không mất: nằm trong Tệp của bài, đặt vào khối sau.")
        return redirect(_page_of(media))
    messages.success(request, "Đã nhận bản thu và đặt vào khối. Máy đang chỉnh âm lượng.")
    return redirect(_page_of(media))


@needs("lessons.write")
@require_safe
def voices_of_lesson(request: SignedInRequest, lesson_id: UUID) -> HttpResponse:
    """Every block of the draft that may be read aloud, and whether it has a voice."""
    lesson = _lesson(request, lesson_id, "lessons.write")
    draft = _draft(lesson)
    held = {media.name: media for media in lesson.media.filter(kind=Kind.AUDIO)}
    rows = [
        (_block_words(block), _voice_mark(block, held), f"{reverse('learning:record_voice', args=(lesson.pk,))}?khoi={block['id']}")
        for block in (draft.blocks if draft else [])
        if KINDS[block["kind"]].spoken
    ]  # fmt: skip
    context = {"rows": rows, "has_draft": draft is not None, "title": _title(lesson), "crumbs": _file_crumbs(lesson)}
    return render(request, "learning/media/voices.html", context)


def _voice_mark(block: Block, held: dict[str, Media]) -> Mark:
    voice = block.get("voice", "")
    if voice == "?":
        return Mark("Chờ thu âm", "slow")
    if voice not in held:
        return Mark("Chưa có giọng đọc", "none")
    media = held[voice]
    return (
        Mark(f"Có giọng đọc, {round(media.seconds or 0)} giây", "good") if media.state == State.READY else _mark(media)
    )


@needs("lessons.write")
@require_POST
def machine_draft(request: SignedInRequest, lesson_id: UUID) -> HttpResponse:
    """Let a machine read a block, for its authors' ears only."""
    lesson = _lesson(request, lesson_id, "lessons.write")
    block, _ = _place_asked(request, lesson)
    if block is None:
        messages.error(request, "Khối này không còn trong bản đang soạn. Hãy mở lại bài.")
        return redirect(_list_of(lesson))
    try:
        media = taking.machine_voice_of(lesson, block["id"], "\n".join(voices.words_of(block)), by=request.user)
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect(f"{reverse('learning:record_voice', args=(lesson.pk,))}?khoi={block['id']}")
    return redirect(_page_of(media))


@needs("lessons.write")
def add_captions(request: SignedInRequest, lesson_id: UUID, media_id: UUID) -> HttpResponse:
    """Captions of a video: brought as a file, or typed; `nhap=loi-ghi` lays the transcript over its length first."""
    media = _media(request, lesson_id, media_id, "lessons.write")
    lesson, back = media.lesson, _page_of(media)
    transcript, block_id = _transcript_of(media)
    drafted = request.GET.get("nhap") == "loi-ghi" and transcript and media.seconds
    initial = captions.as_typed(captions.spread(transcript, media.seconds)) if drafted and media.seconds else ""
    form = CaptionsForm(sent(request), request.FILES or None, initial={"lines": initial}, seconds=media.seconds)

    def keep(data: dict[str, Any]) -> str:
        made = taking.captions_of(
            lesson, data["captions"], f"phu-de-{media.name.partition('.')[0][:40]}", by=request.user
        )
        if block_id:
            placing.put_into(lesson, block_id, "captions", made.name, by=request.user)
            messages.success(request, "Đã lưu phụ đề và đặt vào khối có video này.")
        else:
            messages.success(request, "Đã lưu phụ đề. Hãy đặt phụ đề vào khối video của bài.")
        return back if block_id else _page_of(made)

    act = Act(
        "Phụ đề của video", "Lưu phụ đề", facts=(("Video", media.name),), crumbs=_file_crumbs(lesson), back=back,
        takes_file=True,
    )  # fmt: skip
    return act_page(
        request, form, act, do=keep, template="learning/media/captions.html", may_draft=bool(transcript and media.seconds),
        drafted=bool(drafted),
    )  # fmt: skip


def _transcript_of(media: Media) -> tuple[str, str]:
    """The transcript beside a video in the draft, and the block that holds both."""
    draft = _draft(media.lesson)
    for block in draft.blocks if draft else []:
        if block["kind"] == "video" and media.name == block.get("media"):
            return block.get("transcript", ""), block["id"]
    return "", ""


@needs("lessons.write")
def place_media(request: SignedInRequest, lesson_id: UUID, media_id: UUID) -> HttpResponse:
    """Name a file in a block of the draft."""
    media = _media(request, lesson_id, media_id, "lessons.write")
    draft, back = _draft(media.lesson), _page_of(media)
    form = PlaceForm(sent(request), places=_fields_for(draft, media.kind) if draft else [])

    def place(data: dict[str, Any]) -> str:
        block, _, field = data["place"].partition(":")
        placing.put_into(media.lesson, block, field, media.name, by=request.user)
        messages.success(request, "Đã đặt tệp vào khối.")
        return back

    act = Act(
        "Đặt tệp vào khối", "Đặt vào khối", facts=(("Tệp", media.name),), crumbs=_file_crumbs(media.lesson), back=back
    )
    return act_page(request, form, act, do=place)


def _fields_for(draft: LessonVersion, kind: str) -> list[tuple[str, str]]:
    """("block:field", words) of every field of a draft that may hold a file of a kind."""
    found = []
    for block in draft.blocks:
        described = KINDS[block["kind"]]
        words = _block_words(block)
        if kind == Kind.AUDIO and described.spoken:
            found.append((f"{block['id']}:voice", f"{words}: giọng đọc"))
        for field in described.fields:
            if field.holds == "media" and field.media == kind:
                found.append((f"{block['id']}:{field.name}", f"{words}: {field.label.lower()}"))
            for number, _ in enumerate(block.get(field.name, []) if field.holds == "items" else []):
                found += [
                    (f"{block['id']}:{field.name}.{number}.{inner.name}", f"{words}: {inner.label.lower()} của mục {number + 1}")
                    for inner in field.fields
                    if inner.holds == "media" and inner.media == kind
                ]  # fmt: skip
    return found


@needs("lessons.write")
def remove_media(request: SignedInRequest, lesson_id: UUID, media_id: UUID) -> HttpResponse:
    """A lesson no longer has a file."""
    media = _media(request, lesson_id, media_id, "lessons.write")

    def remove(data: dict[str, Any]) -> str:
        taking.remove(media, by=request.user)
        messages.success(request, f"Đã bỏ tệp {media.name}.")
        return _list_of(media.lesson)

    act = Act(
        "Bỏ tệp", "Bỏ tệp này", lead="Tệp đã bỏ không lấy lại được.", facts=(("Tệp", media.name),), is_grave=True,
        crumbs=_file_crumbs(media.lesson), back=_page_of(media),
    )  # fmt: skip
    return act_page(request, Form(sent(request)), act, do=remove)


@needs("lessons.write")
@require_POST
def retry_media(request: SignedInRequest, lesson_id: UUID, media_id: UUID) -> HttpResponse:
    """Begin interrupted work on a file once more."""
    media = _media(request, lesson_id, media_id, "lessons.write")
    try:
        working.begin_again(media, by=request.user)
    except Refusal as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(request, "Máy làm lại từ đầu.")
    return redirect(_page_of(media))


def _lesson(request: SignedInRequest, lesson_id: UUID, capability: str = "lessons.read") -> Lesson:
    rows = Lesson.objects.select_related("ward", "published")
    return get_object_or_404(scoped(rows, request.user, capability, request.ward), pk=lesson_id)


def _media(request: SignedInRequest, lesson_id: UUID, media_id: UUID, capability: str = "lessons.read") -> Media:
    rows = Media.objects.select_related("lesson__ward", "lesson__published", "made_by", "ward")
    found = scoped(rows, request.user, capability, request.ward)
    return get_object_or_404(found, pk=media_id, lesson_id=lesson_id)


def _place_asked(request: SignedInRequest, lesson: Lesson) -> tuple[Block | None, str]:
    """The block of the draft and the field that the address names."""
    wanted = request.GET.get("khoi", "")
    draft = _draft(lesson) if wanted else None
    block = next((one for one in draft.blocks if one["id"] == wanted), None) if draft else None
    return block, request.GET.get("truong", "")


def _draft(lesson: Lesson) -> LessonVersion | None:
    return lesson.versions.filter(state=LessonVersion.State.DRAFT).first()


def _title(lesson: Lesson) -> str:
    newest = lesson.versions.order_by("-number").values_list("title", flat=True).first()
    return newest or lesson.slug


def _block_words(block: Block) -> str:
    """What a block is and how it begins."""
    words = next(iter(voices.words_of(block)), "")
    return f"{KINDS[block['kind']].label} “{inline.plain(words)[:50]}”" if words else KINDS[block["kind"]].label


def _writes(request: SignedInRequest) -> bool:
    return may(request.user, "lessons.write", request.ward)


def _page_of(media: Media) -> str:
    return reverse("learning:medium", args=(media.lesson_id, media.pk))


def _list_of(lesson: Lesson) -> str:
    return reverse("learning:media_list", args=(lesson.pk,))


def _crumbs(lesson: Lesson) -> tuple[tuple[str, str], ...]:
    return (
        (reverse("learning:lessons_desk"), "Bài học"),
        (reverse("learning:edit_lesson", args=(lesson.pk,)), _title(lesson)),
    )


def _file_crumbs(lesson: Lesson) -> tuple[tuple[str, str], ...]:
    return (*_crumbs(lesson), (_list_of(lesson), "Tệp của bài"))
