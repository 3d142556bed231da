"""The desk of questions in the demo ward: one question in every state, and one that got a picture."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from hocvu.assessment.models import Question, QuestionMedia, QuestionVersion
from hocvu.assessment.questions import bank, media
from hocvu.assessment.testing import attempts, rules
from hocvu.home.demo_learning import drawn_picture
from hocvu.ward.models import Account, Ward

CHANGE = "truoc-sau"
REMARK = "Phương án sai thứ hai dài hơn hẳn nên dễ đoán. Viết lại cho ngang nhau (minh họa)."


def write(ward: Ward, staff: dict[str, Account], *, asked_of: Account) -> None:
    """The editor writes, the coordinator judges. A question that a learner will be asked gets a picture first."""
    editor, office = staff["bientap"], staff["dieuphoi"]
    _with_picture(ward, asked_of, editor, office)
    _draft(ward, "Nhận được tin nhắn báo trúng thưởng, việc đầu tiên nên làm là gì?", editor)
    bank.send_for_review(_draft(ward, "Muốn gọi báo cháy thì bấm số nào?", editor), by=editor)
    sent = bank.send_for_review(_draft(ward, "Mật khẩu nào khó đoán hơn?", editor), by=editor)
    bank.send_back(sent, remark=REMARK, by=office)
    live = list(Question.objects.of(ward).live().filter(current__groups=[]).order_by("code"))
    bank.retire(live[7], why="Ứng dụng đã đổi giao diện, câu hỏi không còn đúng (minh họa).", by=office)
    bank.new_version(live[11], by=editor)


def _draft(ward: Ward, ask: str, by: Account) -> QuestionVersion:
    version = bank.begin(ward, kind="single", competence="hocvu/4.2", level="B2", by=by)
    texts = ("Dừng lại, hỏi người nhà trước (minh họa)", "Làm theo ngay cho kịp", "Gửi cho bạn bè cùng làm")
    content = {
        "ask": ask,
        "choices": [{"id": "abc"[n], "text": text, "right": n == 0} for n, text in enumerate(texts)],
        "why": "Dừng lại thì không mất gì. Câu minh họa.",
    }
    return bank.save(version, {"content": content}, revision=version.revision, by=by)


def _with_picture(ward: Ward, learner: Account, editor: Account, office: Account) -> None:
    """A better version of the first question that the learner's measure asks: with a picture."""
    rule = rules.named(ward, CHANGE)
    assert rule is not None
    form = rule.params["forms"][attempts.first_form(learner.pk, rule.code)]
    question = Question.objects.of(ward).select_related("current").get(code=form[0])
    upload: Any = SimpleUploadedFile("danh-ba-minh-hoa.png", drawn_picture("PNG"), "image/png")
    kept = media.take(ward, upload, by=editor, wanted=QuestionMedia.Kind.PICTURE)
    draft = bank.new_version(question, by=editor)
    picture = {"name": kept.name, "alt": "Danh bạ điện thoại có ba cái tên (minh họa)"}
    saved = bank.save(draft, {"content": {**draft.content, "picture": picture}}, revision=draft.revision, by=editor)
    sent = bank.send_for_review(saved, by=editor)
    bank.approve(sent, revision=sent.revision, by=office)
