"""The pages on which a question is written: a new one, the editing form, a file for it, trying it out."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse

from hocvu.assessment.models import Question, QuestionMedia, QuestionVersion
from hocvu.assessment.questions import bank, describing, drawing, editing, mapping, marking, media, screens
from hocvu.assessment.questions.cleaning import clean
from hocvu.assessment.questions.kinds import KINDS
from hocvu.learning.groups import GROUPS
from hocvu.learning.media import taking
from hocvu.lib.acting import Act, act_page
from hocvu.lib.forms import DecimalField, Form, Problem, composed, problems_of
from hocvu.lib.refusals import Refusal
from hocvu.lib.uploads import Refused
from hocvu.lib.web import render, sent
from hocvu.ward.access import SignedInRequest, needs, scoped

State = QuestionVersion.State


class NewForm(Form):
    """What kind of question it is and to what it belongs."""

    kind = forms.ChoiceField(
        label="Loại câu", choices=[(one.code, f"{one.label}: {one.what}") for one in KINDS.values()],
        widget=forms.RadioSelect,
    )  # fmt: skip
    competence = forms.ChoiceField(label="Năng lực")
    level = forms.ChoiceField(label="Bậc")
    groups = forms.MultipleChoiceField(
        label="Dành cho", required=False, choices=tuple(GROUPS.items()), widget=forms.CheckboxSelectMultiple,
        help_text="Không chọn nhóm nào là cho mọi người",
    )  # fmt: skip
    difficulty = DecimalField(
        label="Độ khó, ước lượng", min_value=-4, max_value=4, initial=0,
        help_text="Từ -4 (rất dễ) đến 4 (rất khó); 0 là vừa đúng mức đạt",
    )  # fmt: skip
    code = forms.CharField(
        label="Mã", max_length=60, required=False, help_text="Để trống thì máy đặt. Ví dụ ma-otp-1",
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, first, pairs in (
            ("competence", "Chọn một năng lực", mapping.competences()),
            ("level", "Chọn một bậc", mapping.levels()),
        ):
            choice: Any = self.fields[name]
            choice.choices = [("", first), *pairs]


@needs("questions.write")
def new_question(request: SignedInRequest) -> HttpResponse:
    """Begin a question; the next page is its form."""

    def begin(data: dict[str, Any]) -> str:
        version = bank.begin(request.ward, **{**data, "difficulty": float(data["difficulty"])}, by=request.user)
        return bank.address(version.question, "edit_question")

    act = Act("Thêm câu hỏi", "Soạn tiếp", crumbs=((reverse("assessment:bank"), "Ngân hàng câu hỏi"),),
              back=reverse("assessment:bank"), lead="Câu mới chưa hỏi ai cho đến khi người khác duyệt.")  # fmt: skip
    return act_page(request, NewForm(sent(request)), act, do=begin)


@needs("questions.write")
def edit_question(request: SignedInRequest, question_id: UUID) -> HttpResponseBase:
    """Write a draft. Every button saves and comes back to where it was pressed."""
    question = question_of(request, question_id, "questions.write")
    version = bank.on_its_way(question)
    if request.method == "POST":
        return _saved(request, question, version)
    if version is None or version.state != State.DRAFT:
        return redirect(bank.address(question))
    version.question = question
    return _form(request, version, editing.HeadForm(None, version=version), version.content, version.revision)


def _saved(request: SignedInRequest, question: Question, version: QuestionVersion | None) -> HttpResponseBase:
    """What was sent is kept and the button's wish done; where it cannot be, everything typed stays on the page."""
    number = request.POST.get("ban", "")
    asked = version or question.versions.filter(pk=whole(number)).first() or question.current
    if asked is None:
        return redirect(bank.address(question))
    asked.question = question
    post: Any = composed(request.POST)
    head, typed = editing.HeadForm(post, version=asked), editing.read(asked.kind, post)
    wish, revision = post.get("lam", "luu"), whole(post.get("revision", ""))
    opened = editing.act(typed.content, wish)
    if not head.is_valid() or typed.unread:
        return _form(request, asked, head, typed.content, revision, phone=typed.phone, unread=typed.unread)
    said = {**head.said(), "content": editing.kept(asked.kind, typed)}
    phone = typed.phone if asked.kind == "screens" else ""
    try:
        if version is None or str(version.pk) != number:
            raise Refusal(
                "Bản này không còn được soạn nữa, chưa lưu. Chữ vừa gõ vẫn còn ở dưới; hãy chép lại rồi mở bản mới."
            )
        kept = bank.save(
            version, said, revision=revision, by=request.user, over=wish == "luu-de", difficulty=head.guess()
        )
        revision = kept.revision
        return _go_on(request, kept, wish, opened)
    except Refusal as refusal:
        return _form(request, asked, head, said["content"], revision, phone=phone, refusal=refusal)


def _go_on(request: SignedInRequest, version: QuestionVersion, wish: str, opened: str) -> HttpResponseBase:
    question = version.question
    if wish == "gui":
        bank.send_for_review(version, by=request.user)
        messages.success(request, "Đã gửi duyệt. Người có quyền duyệt được báo.")
        return redirect(bank.address(question))
    if wish == "xem":
        return redirect(bank.address(question, "try_question"))
    if wish.startswith("tep:"):
        return redirect(f"{bank.address(question, 'add_question_file')}?cho={wish[4:]}")
    messages.success(request, "Đã lưu.")
    return redirect(f"{bank.address(question, 'edit_question')}{f'#o-{opened}' if opened else ''}")


def _form(
    request: SignedInRequest,
    version: QuestionVersion,
    head: editing.HeadForm,
    content: dict[str, Any],
    revision: int,
    *,
    phone: str = "",
    unread: list[str] | None = None,
    refusal: Refusal | None = None,
) -> HttpResponse:
    failed = bool(head.errors or unread or refusal)
    faults = [] if unread else clean(version.kind, content).faults
    drawn = editing.draw(version.kind, content, faults, editing.Files.of(request.ward), phone=phone)
    if unread:
        next(one for one in drawn if one.holds == "screens").faults[:] = unread
    found = [*problems_of(head), *(Problem(words, anchor) for words, anchor in editing.problems(drawn))]
    context = {
        "question": version.question,
        "version": version,
        "kind": KINDS[version.kind],
        "revision": revision,
        "head": head,
        "fields": drawn,
        "problems": found,
        "refusal": refusal,
        "is_stale": isinstance(refusal, bank.Stale),
        "changes": _against(refusal.now, head, content) if isinstance(refusal, bank.Stale) else [],
        "has_errors": failed,
    }
    return render(request, "assessment/edit_question.html", context, status=422 if failed else 200)


def _against(now: QuestionVersion, head: editing.HeadForm, content: dict[str, Any]) -> list[describing.Difference]:
    """How what was typed differs from what somebody else saved."""
    said = head.said()
    return describing.between(
        describing.lines(now.kind, now.competence, now.level, now.groups, now.content),
        describing.lines(now.kind, said["competence"], said["level"], said["groups"], content),
    )


class FileForm(Form):
    """A picture or a voice for a question."""

    file = forms.FileField(label="Tệp")

    def __init__(self, *args: Any, kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        longest = "10 MB" if kind == QuestionMedia.Kind.PICTURE else "một phút"
        self.fields["file"].help_text = f"Nhận {taking.SAID[taking.Kind(kind)]}, nhiều nhất {longest}"
        self.fields["file"].widget.attrs["accept"] = taking.accepted([kind])


@needs("questions.write")
def add_question_file(request: SignedInRequest, question_id: UUID) -> HttpResponse:
    """Take in a file and put it where it was asked for; then back to the form."""
    question = question_of(request, question_id, "questions.write")
    version = bank.on_its_way(question)
    if version is None or version.state != State.DRAFT:
        messages.error(request, "Câu này không có bản nào đang soạn. Hãy bắt đầu một bản mới rồi thêm tệp.")
        return redirect(bank.address(question))
    place = request.GET.get("cho", "picture")
    kind = QuestionMedia.Kind.AUDIO if place.rpartition(".")[2] == "audio" else QuestionMedia.Kind.PICTURE
    back = bank.address(question, "edit_question")

    def take(data: dict[str, Any]) -> str:
        try:
            found = media.take(request.ward, data["file"], by=request.user, wanted=kind)
        except Refused as refused:
            raise Refusal(str(refused), "file") from None
        bank.save(
            version,
            {"content": editing.put(version.content, place, found.name)},
            revision=version.revision,
            by=request.user,
        )
        messages.success(request, f"Đã nhận tệp, đặt tên {found.name}. Hãy tả hình bằng lời nếu câu hỏi cần hình.")
        return f"{back}#o-{place.replace('.', '-')}"

    act = Act("Thêm hình" if kind == "picture" else "Thêm âm thanh", "Tải lên", takes_file=True, back=back,
              crumbs=((reverse("assessment:bank"), "Ngân hàng câu hỏi"), (bank.address(question), question.code)))  # fmt: skip
    return act_page(request, FileForm(sent(request), request.FILES or None, kind=kind), act, do=take)


@needs("questions.read")
def try_question(request: SignedInRequest, question_id: UUID) -> HttpResponse:
    """The question as learners meet it, the draft first; an answer is marked and kept nowhere."""
    question = question_of(request, question_id, "questions.read")
    version = bank.on_its_way(question) or question.current or question.versions.order_by("-number").first()
    assert version is not None
    version.question = question
    cleaned = clean(version.kind, version.content)
    context: dict[str, Any] = {"question": question, "version": version, "faults": cleaned.faults}
    if cleaned.faults:
        return render(request, "assessment/try_question.html", context)
    version.content = cleaned.content
    seed, key = f"{question.pk}:{version.number}", f"thu:{version.pk}"
    post = request.POST if request.method == "POST" and "lai" not in request.POST else None
    standing, said = None, None
    if post is not None and version.kind == "screens":
        standing = screens.Signed(version.content, key).at(post)
        said = list(standing.path) if standing.ended else None
        post = None
    elif post is not None:
        said = marking.read(version.kind, version.content, post)
    shown = drawing.shown(version, seed=seed, said=said, reveal=said is not None, post=post if said is None else None,
                          standing=standing, key=key)  # fmt: skip
    context |= {"shown": shown, "is_done": said is not None}
    return render(request, "assessment/try_question.html", context, status=422 if shown.problem else 200)


def question_of(request: SignedInRequest, question_id: UUID, capability: str) -> Question:
    """A question that the account reaches."""
    rows = Question.objects.select_related("ward", "current__written_by", "current__decided_by", "retired_by")
    return get_object_or_404(scoped(rows, request.user, capability, request.ward), pk=question_id)


def whole(text: str) -> int:
    """A number that a form carries; -1, which is none, for whatever else was sent."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else -1
