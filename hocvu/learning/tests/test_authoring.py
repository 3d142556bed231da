"""A lesson is written, judged by somebody else, goes out and is taken back; two authors never lose each other's words."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import docx
import pytest
import yaml
from django.test import Client
from django.utils import timezone

from hocvu.learning import authoring, jobs, lesson_files, loading, publishing
from hocvu.learning.files import read_course, read_lesson
from hocvu.learning.models import Competence, EditLock, Framework, Lesson, LessonVersion, Level, Media
from hocvu.learning.tests.cast import BLOCKS, make_course, make_lesson
from hocvu.lib import clock
from hocvu.ward.audit_words import in_words
from hocvu.ward.capabilities import Role
from hocvu.ward.models import Account, AuditEntry, Notice, Ward
from hocvu.ward.tests.cast import make_account, make_unit, make_ward

pytestmark = pytest.mark.django_db
State = LessonVersion.State
NINE = datetime(2026, 11, 18, 9, tzinfo=timezone.get_default_timezone())
TEACHING = {
    "t.aims": "Biết tắt máy khi người lạ hỏi mã",
    "t.timeline.0.minutes": "10",
    "t.timeline.0.title": "Đóng vai",
    "t.handout": "Không đọc mã OTP cho ai",
}


@pytest.fixture(autouse=True)
def november() -> Iterator[None]:
    with clock.stopped_at(NINE):
        yield


@pytest.fixture
def ward() -> Ward:
    framework = Framework.objects.create(
        code="hocvu", version="1.0", title="Khung", kind="working", valid_from=date(2026, 1, 1)
    )
    Level.objects.create(framework=framework, number=1, code="B1", title="Làm quen")
    domain = Competence.objects.create(framework=framework, code="4", title="An toàn")
    Competence.objects.create(framework=framework, parent=domain, code="4.2", title="Giữ mã OTP")
    return make_ward()


def signed_in(account: Account) -> Client:
    client = Client()
    client.force_login(account)
    return client


@pytest.fixture
def lan(ward: Ward) -> Account:
    return make_account("lan", Role.UNIT_OFFICER, ward=ward, unit=make_unit(ward, "Trạm Y tế"), name="Nguyễn Thị Lan")


@pytest.fixture
def minh(ward: Ward) -> Account:
    return make_account("minh", Role.EDITOR, ward=ward, name="Trần Minh")


@pytest.fixture
def thu(ward: Ward) -> Account:
    return make_account("thu", Role.COORDINATOR, ward=ward, unit=make_unit(ward, "Phòng Văn hóa"), name="Lê Thu")


def begin(client: Client, title: str = "Không đọc mã OTP") -> LessonVersion:
    client.post("/soan-bai/moi/", {"title": title})
    return LessonVersion.objects.latest("pk")


def form_of(version: LessonVersion, **more: Any) -> dict[str, Any]:
    """What a browser sends of the editing screen: the head, every block, the revision it began from."""
    said: dict[str, Any] = {"revision": version.revision, "title": version.title, "summary": version.summary,
            "minutes": version.minutes, "level": version.level, "groups": version.groups,
            "competences": version.competences, "checks": "answered", "khoi": [block["id"] for block in version.blocks]}  # fmt: skip
    for block in version.blocks:
        for name, value in block.items():
            if name == "id":
                continue
            if isinstance(value, list) and value and isinstance(value[0], dict):
                for n, item in enumerate(value):
                    said |= {
                        f"b.{block['id']}.{name}.{n}.{inner}": "on" if v is True else v for inner, v in item.items()
                    }
            else:
                said[f"b.{block['id']}.{name}"] = "\n".join(value) if isinstance(value, list) else value
    return said | more


def fresh(version: LessonVersion) -> LessonVersion:
    return LessonVersion.objects.get(pk=version.pk)


def fill(client: Client, version: LessonVersion) -> LessonVersion:
    """Type a whole lesson and save it."""
    version.blocks = [dict(block) for block in BLOCKS]
    said = form_of(
        version, summary="Giữ mã OTP cho mình.", level="B1", groups=["elderly"], competences=["hocvu/4.2"], lam="luu"
    )
    answer = client.post(address(version), said | TEACHING)
    assert answer.status_code == 302, answer.content.decode()
    return fresh(version)


def address(version: LessonVersion, page: str = "") -> str:
    return f"/soan-bai/{version.lesson_id}/{page}"


def written(ward: Ward, client: Client) -> LessonVersion:
    return fill(client, begin(client))


def approval(version: LessonVersion, **more: Any) -> dict[str, Any]:
    return {"lam": "duyet", "when": "now", "revision": fresh(version).revision, **more}


# ---- From the first word to the public


def test_a_lesson_goes_its_whole_way(ward, lan, thu):
    author, judge = signed_in(lan), signed_in(thu)
    version = written(ward, author)
    assert [block["id"] for block in version.blocks] == [block["id"] for block in BLOCKS]

    page = author.get(address(version, "gui-duyet/")).content.decode()
    assert "Không có chỗ nào phải sửa" in page
    author.post(address(version, "gui-duyet/"))
    assert fresh(version).state == State.REVIEW
    assert Notice.objects.get(account=thu).href == address(version, "duyet/")
    assert "Không đọc mã OTP" in judge.get("/soan-bai/cho-duyet/").content.decode()

    with clock.stopped_at(NINE + timedelta(hours=1)):
        judge.post(address(version, "duyet/"), approval(version, when="later", publish_at="20/11/2026 08:00"))
    assert fresh(version).state == State.SCHEDULED
    assert not Lesson.objects.open().exists()

    due = datetime(2026, 11, 20, 8, tzinfo=timezone.get_default_timezone())
    assert "0 bài" in jobs.publish_lessons(due - timedelta(minutes=5))
    assert "1 bài" in jobs.publish_lessons(due)
    assert "0 bài" in jobs.publish_lessons(due)
    lesson = Lesson.objects.open().get()
    assert lesson.published == version
    assert fresh(version).drawn["parts"]

    refused = judge.post(address(version, "go/"), {"why": " "})
    assert refused.status_code == 422
    judge.post(address(version, "go/"), {"why": "Số điện thoại trong bài đã đổi"})
    assert not Lesson.objects.open().exists()
    assert fresh(version).ended_why == "Số điện thoại trong bài đã đổi"
    told = " ".join(Notice.objects.filter(account=lan).values_list("text", flat=True))
    assert "đã được duyệt" in told and "đã đăng" in told and "đã được gỡ" in told
    acts = set(AuditEntry.objects.values_list("action", flat=True))
    assert {"began a lesson", "sent a lesson for review", "approved a lesson", "published a lesson"} <= acts
    assert all(in_words(act) != act for act in acts)


def test_nobody_approves_what_they_wrote(ward, thu):
    coordinator = signed_in(thu)
    version = written(ward, coordinator)
    coordinator.post(address(version, "gui-duyet/"))
    page = coordinator.get(address(version, "duyet/")).content.decode()
    assert "người khác phải duyệt" in page and 'value="duyet"' not in page
    answer = coordinator.post(address(version, "duyet/"), approval(version))
    assert answer.status_code == 422 and "chính mình soạn" in answer.content.decode()
    assert fresh(version).state == State.REVIEW


def test_whoever_saved_last_does_not_approve_either(ward, lan, thu):
    version = written(ward, signed_in(lan))
    EditLock.objects.all().delete()
    coordinator = signed_in(thu)
    coordinator.post(address(version), form_of(fresh(version), title="Giữ kín mã OTP") | TEACHING)
    coordinator.post(address(version, "gui-duyet/"))
    assert coordinator.post(address(version, "duyet/"), approval(version)).status_code == 422


def test_what_was_changed_since_it_was_read_is_not_approved(ward, lan, thu):
    author, judge = signed_in(lan), signed_in(thu)
    version = written(ward, author)
    author.post(address(version, "gui-duyet/"))
    read = approval(version)
    author.post(address(version, "mo/"))
    author.post(address(version), form_of(fresh(version), title="Đổi lúc chót") | TEACHING)
    author.post(address(version, "gui-duyet/"))
    answer = judge.post(address(version, "duyet/"), read)
    assert answer.status_code == 422 and "sửa sau khi trang này mở" in answer.content.decode()
    judge.post(address(version, "duyet/"), approval(version))
    assert fresh(version).state == State.PUBLISHED


def test_what_somebody_else_is_writing_is_not_sent_or_given_up(ward, lan, minh):
    version = written(ward, signed_in(lan))
    for page in ("gui-duyet/", "bo/"):
        answer = signed_in(minh).post(address(version, page))
        assert answer.status_code == 422 and "Nguyễn Thị Lan đang sửa" in answer.content.decode()
    assert fresh(version).is_draft


def test_an_officer_who_may_not_approve_meets_a_refusal(ward, lan, minh):
    version = written(ward, signed_in(lan))
    signed_in(lan).post(address(version, "gui-duyet/"))
    for page in ("duyet/", "dang/", "go/"):
        assert signed_in(minh).get(address(version, page)).status_code == 403


def test_a_lesson_comes_back_with_remarks_at_its_blocks(ward, lan, thu):
    author, judge = signed_in(lan), signed_in(thu)
    version = written(ward, author)
    author.post(address(version, "gui-duyet/"))
    empty = judge.post(address(version, "duyet/"), {"lam": "tra", "nx.chung": ""})
    assert empty.status_code == 422
    judge.post(address(version, "duyet/"), {"lam": "tra", "nx.hoi-1": "Câu hỏi chưa rõ", "nx.chung": "Thêm ví dụ"})
    assert fresh(version).is_draft
    page = author.get(address(version)).content.decode()
    assert "Câu hỏi chưa rõ" in page and "Thêm ví dụ" in page
    remark = version.remarks.get(block="hoi-1")
    author.post(address(version), form_of(fresh(version), lam=f"xong:{remark.pk}") | TEACHING)
    assert "Câu hỏi chưa rõ" not in author.get(address(version)).content.decode()


def test_a_lesson_with_faults_is_not_sent(ward, lan):
    author = signed_in(lan)
    version = begin(author)
    answer = author.post(address(version, "gui-duyet/"))
    assert answer.status_code == 422
    page = author.get(address(version, "kiem/")).content.decode()
    for sentence in ("Chưa chọn bậc", "Chưa chọn năng lực", "Bài chưa có nội dung", "Chưa chọn bài dành cho nhóm nào"):
        assert sentence in page
    assert fresh(version).is_draft


def test_what_was_sent_can_be_taken_back_and_given_up(ward, lan):
    author = signed_in(lan)
    version = written(ward, author)
    author.post(address(version, "gui-duyet/"))
    assert author.post(address(version, "mo/")).url == address(version)
    assert fresh(version).is_draft
    author.post(address(version, "bo/"))
    assert fresh(version).state == State.WITHDRAWN
    assert fresh(version).blocks  # its words stay


def test_an_author_does_not_give_up_what_was_approved(ward, lan, thu):
    author = signed_in(lan)
    version = written(ward, author)
    author.post(address(version, "gui-duyet/"))
    later = {"when": "later", "publish_at": "20/11/2026 08:00"}
    signed_in(thu).post(address(version, "duyet/"), approval(version, **later))
    refused = author.post(address(version, "bo/"))
    assert refused.status_code == 422 and "chỉ người duyệt bỏ được" in refused.content.decode()
    assert fresh(version).state == State.SCHEDULED
    assert signed_in(thu).get(address(version, "duyet/")).status_code == 200


def test_a_remark_is_not_lost_by_approving(ward, lan, thu):
    author = signed_in(lan)
    version = written(ward, author)
    author.post(address(version, "gui-duyet/"))
    answer = signed_in(thu).post(address(version, "duyet/"), approval(version, **{"nx.chung": "Thêm số 156"}))
    page = answer.content.decode()
    assert answer.status_code == 422 and "nhận xét chưa gửi" in page and "Thêm số 156" in page
    assert fresh(version).state == State.REVIEW


def test_nobody_who_wrote_in_a_lesson_approves_it(ward, lan, thu, minh):
    version = written(ward, signed_in(lan))
    with clock.stopped_at(NINE + timedelta(minutes=11)):
        signed_in(thu).post(address(version), form_of(fresh(version), summary="Thu viết câu này.") | TEACHING)
    with clock.stopped_at(NINE + timedelta(minutes=22)):
        editor = signed_in(minh)
        editor.post(address(version), form_of(fresh(version), summary="Minh sửa lại.") | TEACHING)
        editor.post(address(version, "gui-duyet/"))
        refused = signed_in(thu).post(address(version, "duyet/"), approval(version))
    assert refused.status_code == 422 and "người khác phải duyệt" in refused.content.decode()
    assert fresh(version).state == State.REVIEW


def test_what_waits_for_its_day_does_not_go_out_after_the_lesson_was_withdrawn(ward, lan, thu):
    author, office = signed_in(lan), signed_in(thu)
    version = written(ward, author)
    author.post(address(version, "gui-duyet/"))
    office.post(address(version, "duyet/"), approval(version))
    author.post(address(version, "mo/"))
    later = version.lesson.versions.get(state=State.DRAFT)
    author.post(address(version), form_of(later, summary="Bản sau.") | TEACHING)
    author.post(address(version, "gui-duyet/"))
    office.post(address(version, "duyet/"), approval(later, when="later", publish_at="20/11/2026 08:00"))
    assert fresh(later).state == State.SCHEDULED
    office.post(address(version, "go/"), {"why": "Sai số điện thoại"})
    assert (fresh(later).state, fresh(later).publish_at) == (State.APPROVED, None)
    assert authoring.publish_due(NINE + timedelta(days=30)) == 0


def test_one_lesson_that_cannot_go_out_does_not_keep_the_others_back(ward, lan, thu, monkeypatch):
    author, office = signed_in(lan), signed_in(thu)
    first, second = written(ward, author), written(ward, author)
    for version in (first, second):
        author.post(address(version, "gui-duyet/"))
        office.post(address(version, "duyet/"), approval(version, when="later", publish_at="20/11/2026 08:00"))
    usual = publishing.publish

    def stumbles(version, *, by):
        if version.pk == first.pk:
            raise OSError("the disk is full")
        return usual(version, by=by)

    monkeypatch.setattr("hocvu.learning.publishing.publish", stumbles)
    assert authoring.publish_due(NINE + timedelta(days=30)) == 1
    assert (fresh(first).state, fresh(second).state) == (State.SCHEDULED, State.PUBLISHED)
    monkeypatch.undo()
    assert authoring.publish_due(NINE + timedelta(days=30)) == 1, "it is tried again"


def test_a_lesson_that_grew_too_long_loses_nothing_and_is_told_so(ward, lan):
    author = signed_in(lan)
    version = begin(author)
    version.blocks = [{"kind": "tip", "id": f"m{n}", "title": f"Mẹo {n}"} for n in range(203)]
    author.post(address(version), form_of(version, lam="luu"))
    assert [block["title"] for block in fresh(version).blocks][-1] == "Mẹo 202"
    assert "Bài có 203 khối. Hãy chia thành nhiều bài" in author.get(address(version)).content.decode()
    assert author.post(address(version, "gui-duyet/")).status_code == 422


# ---- Two at once


def test_what_was_typed_after_the_draft_was_sent_comes_back(ward, lan, thu):
    author = signed_in(lan)
    version = written(ward, author)
    typed = form_of(fresh(version), ban=version.pk, title="Chữ gõ muộn") | TEACHING
    author.post(address(version, "gui-duyet/"))
    late = author.post(address(version), typed)
    assert late.status_code == 422
    assert "không còn là bản nháp" in late.content.decode() and "Chữ gõ muộn" in late.content.decode()
    author.post(address(version, "mo/"))  # taken back, and saved from the page that is still open
    assert author.post(address(version), typed).status_code == 302
    assert fresh(version).title == "Chữ gõ muộn"


def test_a_page_of_an_earlier_version_says_nothing_of_a_later_one(ward, lan, thu):
    author = signed_in(lan)
    version = written(ward, author)
    old = form_of(fresh(version), ban=version.pk, title="Chữ cũ") | TEACHING
    author.post(address(version, "gui-duyet/"))
    signed_in(thu).post(address(version, "duyet/"), approval(version))
    author.post(address(version, "mo/"))
    later = version.lesson.versions.get(state=State.DRAFT)
    author.post(address(version), form_of(later, ban=later.pk, title="Chữ mới") | TEACHING)
    assert fresh(later).revision == old["revision"]  # the same number, of other words
    refused = author.post(address(version), old)
    assert refused.status_code == 422 and "Chữ cũ" in refused.content.decode()
    assert fresh(later).title == "Chữ mới"


def test_the_lock_says_who_is_at_it_and_runs_out(ward, lan, minh):
    version = written(ward, signed_in(lan))
    other = signed_in(minh)
    assert "Nguyễn Thị Lan đang sửa bài này" in other.get(address(version)).content.decode()
    typed = form_of(fresh(version), title="Tên của Minh") | TEACHING
    refused = other.post(address(version), typed)
    assert refused.status_code == 422
    assert "Nguyễn Thị Lan đang sửa" in refused.content.decode() and "Tên của Minh" in refused.content.decode()
    with clock.stopped_at(NINE + timedelta(minutes=11)):
        assert other.post(address(version), typed).status_code == 302
    assert fresh(version).title == "Tên của Minh"


def test_a_coordinator_takes_a_lesson_over_and_the_loser_keeps_the_words(ward, lan, thu):
    author, coordinator = signed_in(lan), signed_in(thu)
    version = written(ward, author)
    opened = form_of(fresh(version)) | TEACHING
    assert coordinator.post(address(version), opened | {"lam": "nhan", "title": "Tên của Thu"}).status_code == 302
    assert EditLock.objects.get().by == thu
    assert "đã nhận việc sửa" in Notice.objects.filter(account=lan).latest("at").text
    late = author.post(address(version), opened | {"title": "Chữ của Lan"})
    assert (
        late.status_code == 422
        and "Chữ của Lan" in late.content.decode()
        and "Lê Thu đang sửa" in late.content.decode()
    )
    assert fresh(version).title == "Tên của Thu"


def test_an_editor_cannot_take_a_lesson_over(ward, lan, minh):
    version = written(ward, signed_in(lan))
    typed = form_of(fresh(version), lam="nhan", title="Của Minh") | TEACHING
    assert signed_in(minh).post(address(version), typed).status_code == 422
    assert fresh(version).title != "Của Minh"


def test_what_somebody_else_saved_is_never_overwritten_and_both_stay(ward, lan, minh):
    version = written(ward, signed_in(lan))
    opened = form_of(fresh(version)) | TEACHING
    signed_in(lan).post(address(version), opened | {"title": "Bản của Lan"})
    EditLock.objects.all().delete()
    other = signed_in(minh)
    answer = other.post(address(version), opened | {"title": "Bản của Minh"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Nguyễn Thị Lan đã lưu bài này lúc 09:00" in page and "Bản của Minh" in page and "<del>Lan</del>" in page
    assert fresh(version).title == "Bản của Lan"
    again = other.post(address(version), opened | {"title": "Bản của Minh"})  # pressing save again changes nothing
    assert again.status_code == 422
    other.post(address(version), opened | {"title": "Bản của Minh", "lam": "luu-ban-toi"})
    assert fresh(version).title == "Bản của Minh"
    kept = version.lesson.versions.exclude(pk=version.pk).get()
    assert (kept.title, kept.state, kept.number) == ("Bản của Lan", State.REPLACED, 1)
    assert fresh(version).number == 2


def test_the_page_saves_itself_and_says_so(ward, lan, minh):
    author = signed_in(lan)
    version = written(ward, author)
    said = form_of(fresh(version), title="Giữ kín mã") | TEACHING
    answer = author.post(address(version), said, headers={"accept": "application/json"})
    assert answer.json() == {"revision": 2, "words": "Đã lưu lúc 09:00.", "faults": 0}
    stale = author.post(address(version), said | {"title": "Cũ"}, headers={"accept": "application/json"})
    assert stale.status_code == 409 and "đã lưu bài này" in stale.json()["words"]
    wrong = author.post(
        address(version), form_of(fresh(version), minutes="lâu lắm") | TEACHING, headers={"accept": "application/json"}
    )
    assert wrong.status_code == 200 and "Chưa lưu được" in wrong.json()["words"]
    held = signed_in(minh).post(address(version), said, headers={"accept": "application/json"})
    assert held.status_code == 409


def test_opening_the_page_writes_nothing(ward, lan, minh):
    version = written(ward, signed_in(lan))
    before = list(LessonVersion.objects.values()), list(EditLock.objects.values()), AuditEntry.objects.count()
    for page in ("", "tinh-trang/", "kiem/", "xem-thu/", "cac-ban/", "so-ban/", "dan/", "xuat/"):
        assert signed_in(minh).get(address(version, page)).status_code == 200, page
    assert before == (list(LessonVersion.objects.values()), list(EditLock.objects.values()), AuditEntry.objects.count())


# ---- Without a script


def test_blocks_are_added_moved_and_taken_out_by_buttons(ward, lan):
    author = signed_in(lan)
    version = written(ward, author)

    def press(wish: str) -> str:
        answer = author.post(address(version), form_of(fresh(version), lam=wish) | TEACHING)
        assert answer.status_code == 302, answer.content.decode()
        return answer.url

    goal = press("them:warning:after:mo-dau")
    made = fresh(version).blocks[1]
    assert made["kind"] == "warning" and goal.endswith(f"#khoi-{made['id']}")
    assert f'id="khoi-{made["id"]}"' in author.get(address(version)).content.decode()
    assert press(f"len:{made['id']}").endswith(f"#khoi-{made['id']}")
    assert fresh(version).blocks[0]["id"] == made["id"]
    press(f"xuong:{made['id']}")
    press(f"xuong:{made['id']}")
    assert fresh(version).blocks[2]["id"] == made["id"]
    gone = press("xoa:cac-buoc")
    assert "cac-buoc" not in [block["id"] for block in fresh(version).blocks]
    assert "Lấy lại khối vừa xóa" in author.get(gone.partition("#")[0]).content.decode()
    press("lai")
    back = next(block for block in fresh(version).blocks if block["id"] == "cac-buoc")
    assert [item["title"] for item in back["items"]] == ["Nghe, nhưng không làm theo", "Tắt máy"]


def test_every_kind_of_block_has_a_form_and_comes_back_as_it_was(ward, lan):
    author = signed_in(lan)
    version = begin(author)
    from hocvu.lib.blocks.kinds import KINDS

    for kind in KINDS:
        last = fresh(version).blocks[-1]["id"] if fresh(version).blocks else "dau"
        author.post(address(version), form_of(fresh(version), lam=f"them:{kind}:after:{last}"))
    assert [block["kind"] for block in fresh(version).blocks] == list(KINDS)
    page = author.get(address(version)).content.decode()
    assert all(kind.label in page for kind in KINDS.values())


def test_entries_are_added_raised_and_taken_out(ward, lan):
    author = signed_in(lan)
    version = written(ward, author)
    page = author.get(address(version)).content.decode()
    assert 'name="b.cac-buoc.items.2.title"' in page  # an empty one stands ready
    said = (
        form_of(fresh(version), **{"b.cac-buoc.items.2.title": "Gọi người nhà"}, lam="them-muc:cac-buoc:items")
        | TEACHING
    )
    assert author.post(address(version), said).url.endswith("#khoi-cac-buoc")
    titles = lambda: [item["title"] for item in fresh(version).blocks[2]["items"]]  # noqa: E731
    assert titles()[-1] == "Gọi người nhà"
    author.post(address(version), form_of(fresh(version), lam="len-muc:cac-buoc:items:2") | TEACHING)
    assert titles()[1] == "Gọi người nhà"
    author.post(address(version), form_of(fresh(version), lam="xoa-muc:cac-buoc:items:0") | TEACHING)
    assert titles() == ["Gọi người nhà", "Tắt máy"]


def test_nothing_typed_is_lost_when_it_cannot_be_kept(ward, lan):
    author = signed_in(lan)
    version = written(ward, author)
    long = "dài " * 60
    said = form_of(fresh(version), title="", minutes="mười", **{"b.nguoi-la.text": long}) | TEACHING
    answer = author.post(address(version), said)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Hãy nhập tên bài" in page and 'value="mười"' in page and long.strip() in page
    assert "nhiều nhất 160" in page and 'href="#o-b-nguoi-la-text"' in page
    assert fresh(version).blocks[1]["text"] == long.strip()  # a fault of a block is kept and told
    assert fresh(version).title == "Không đọc mã OTP"


def test_the_button_for_a_file_saves_first(ward, lan):
    author = signed_in(lan)
    version = written(ward, author)
    said = form_of(fresh(version), title="Tên mới", lam="tep:cac-buoc:items.0.picture") | TEACHING
    assert author.post(address(version), said).url == address(version, "tep/moi/?khoi=cac-buoc&truong=items.0.picture")
    assert fresh(version).title == "Tên mới"
    voice = form_of(fresh(version), lam="thu:mo-dau", **{"b.mo-dau.voice": "?"}) | TEACHING
    assert author.post(address(version), voice).url == address(version, "thu-am/?khoi=mo-dau")
    assert fresh(version).blocks[0]["voice"] == "?"


def test_files_of_the_lesson_stand_in_the_choice_and_unknown_ones_stay(ward, lan):
    author = signed_in(lan)
    version = written(ward, author)
    Media.objects.create(
        ward=ward, lesson=version.lesson, name="nut.svg", kind="picture", origin="file", digest="0", drawing="<svg/>"
    )
    said = (
        form_of(fresh(version), **{"b.cac-buoc.items.0.picture": "mat.webp", "b.cac-buoc.items.0.alt": "Nút đỏ"})
        | TEACHING
    )
    author.post(address(version), said)
    page = author.get(address(version)).content.decode()
    assert 'value="nut.svg"' in page and 'value="mat.webp" selected' in page
    assert "Không có tệp “mat.webp”" in author.get(address(version, "kiem/")).content.decode()


def test_a_long_lesson_opens_folded_and_only_where_one_was(ward, lan):
    author = signed_in(lan)
    version = written(ward, author)
    LessonVersion.objects.filter(pk=version.pk).update(
        blocks=[{"kind": "paragraph", "id": f"d{n}", "text": f"Đoạn {n}."} for n in range(12)]
        + [{"kind": "audio", "id": "nghe", "title": "Nghe"}]
    )
    page = author.get(f"{address(version)}?mo=d7").content.decode()
    drawn = page.split("<template")[0].split("data-block=")[1:]
    assert [part.split('"')[1] for part in drawn if 'hv-author__body" open' in part] == [
        "d7",
        "nghe",
    ]  # one lacks words
    goal = author.post(address(version), form_of(fresh(version), lam="len:d3")).url
    assert goal.endswith("?mo=d3#khoi-d3")


def test_a_lesson_leads_to_its_files_its_voices_and_its_readers(ward, lan, thu):
    author = signed_in(lan)
    version = written(ward, author)
    state = author.get(address(version, "tinh-trang/")).content.decode()
    assert address(version, "tep/") in state and address(version, "giong-doc/") in state and "/hoc/bai/" not in state
    leads = {"cac-tep": "tep/", "cac-giong": "giong-doc/"}
    for button, page in leads.items():
        assert author.post(address(version), form_of(fresh(version), lam=button)).url == address(version, page)
    publishing.publish(fresh(version), by=thu)
    state = author.get(address(version, "tinh-trang/")).content.decode()
    assert f"/hoc/bai/{version.lesson.slug}/" in state and f"/hoc/bai/{version.lesson.slug}/day/" in state


# ---- From Word


WORD = """<html xmlns:o="urn:schemas-microsoft-com:office:office"><head><style>p.MsoNormal{margin:0}</style></head><body>
<!--[if gte mso 9]><xml>rác</xml><![endif]--><h1>Gọi điện có hình<o:p></o:p></h1>
<p class=MsoNormal style='color:red'>Bấm <b>nút xanh</b> ở <a href="https://zalo.me">Zalo</a>, <a href="javascript:alert(1)">đừng</a> bấm.</p>
<p class=MsoListParagraphCxSpFirst style='mso-list:l0 level1 lfo1'><![if !supportLists]><span style='mso-list:Ignore'>1.</span><![endif]>Mở máy</p>
<p class=MsoListParagraphCxSpLast style='mso-list:l0 level1 lfo1'><![if !supportLists]><span style='mso-list:Ignore'>2.</span><![endif]>Bấm gọi</p>
<table class=MsoTable><tr><td>Số</td><td>Của ai</td></tr><tr><td>113</td><td>Công an</td></tr></table><script>xấu()</script></body></html>"""


def test_a_paste_from_word_is_shown_and_then_put_in(ward, lan):
    author = signed_in(lan)
    version = written(ward, author)
    shown = author.post(address(version, "dan/"), {"text": "Gọi điện", "html": WORD, "after": "mo-dau"})
    page = shown.content.decode()
    assert "Thành 4 khối" in page
    sent = json.loads(re.search(r'name="khoi" value="([^"]*)"', page)[1].replace("&quot;", '"').replace("&amp;", "&"))
    assert [block["kind"] for block in sent] == ["heading", "paragraph", "steps", "table"]
    assert sent[1]["text"] == "Bấm **nút xanh** ở [Zalo](https://zalo.me), đừng bấm."
    answer = author.post(address(version, "dan/"), {"khoi": json.dumps(sent), "after": "mo-dau"})
    kinds = [block["kind"] for block in fresh(version).blocks]
    assert kinds == ["paragraph", "heading", "paragraph", "steps", "table", "heading", "steps", "check"]
    assert f"#khoi-{fresh(version).blocks[1]['id']}" in answer.url
    assert "xấu" not in json.dumps(fresh(version).blocks, ensure_ascii=False)


def test_a_word_document_becomes_blocks(ward, lan):
    document = docx.Document()
    document.add_heading("Chuẩn bị", 1)
    line = document.add_paragraph("Sạc ")
    line.add_run("đầy pin").bold = True
    for words in ("Mở máy", "Chờ chuông"):
        document.add_paragraph(words, style="List Number")
    document.add_paragraph("Điện thoại", style="List Bullet")
    table = document.add_table(rows=2, cols=2)
    for cell, words in zip([c for row in table.rows for c in row.cells], ("Số", "Ai", "115", "Cấp cứu"), strict=True):
        cell.text = words
    made = io.BytesIO()
    document.save(made)
    made.seek(0)
    made.name = "bai.docx"
    author = signed_in(lan)
    version = begin(author)
    page = author.post(address(version, "dan/"), {"file": made, "after": "dau"}).content.decode()
    for words in ("Chuẩn bị", "Sạc **đầy pin**", "Mở máy", "– Điện thoại", "115 | Cấp cứu"):
        assert words in page
    broken = io.BytesIO(b"PK\x03\x04 khong phai")
    broken.name = "hong.docx"
    answer = author.post(address(version, "dan/"), {"file": broken, "after": "dau"})
    assert answer.status_code == 422 and "không phải .docx" in answer.content.decode()


# ---- Versions


def test_a_version_is_compared_and_an_old_one_comes_back_as_a_draft(ward, lan, thu):
    lesson = make_lesson(ward)
    author = signed_in(lan)
    author.post(f"/soan-bai/{lesson.pk}/mo/")
    draft = lesson.versions.get(state=State.DRAFT)
    order = ["cac-buoc", "mo-dau", "nguoi-la"]
    said = form_of(
        draft, khoi=order, **{"b.mo-dau.text": "Mã OTP là dãy số bí mật nhắn về máy."}, lam="them:tip:after:nguoi-la"
    )
    author.post(f"/soan-bai/{lesson.pk}/", said | TEACHING)
    page = author.get(f"/soan-bai/{lesson.pk}/so-ban/?cu=1&moi=2").content.decode()
    assert "<del>ngân hàng</del> <ins>bí mật</ins>" in page
    assert "Câu hỏi tự kiểm tra (khối 4 cũ): đã bỏ" in page
    assert "Mẹo (khối 4): mới thêm" in page and "chuyển từ chỗ 3 đến chỗ 1" in page
    refused = author.post(f"/soan-bai/{lesson.pk}/lay-lai/", {"ban": "1"}, follow=True).content.decode()
    assert "đã có một bản đang soạn" in refused
    author.post(f"/soan-bai/{lesson.pk}/bo/")
    author.post(f"/soan-bai/{lesson.pk}/lay-lai/", {"ban": "1"})
    back = lesson.versions.get(state=State.DRAFT)
    assert back.number == 3 and back.blocks == lesson.published.blocks
    assert author.get(f"/soan-bai/{lesson.pk}/so-ban/?cu=1&moi=9").status_code == 404
    assert "Bản 3" in author.get(f"/soan-bai/{lesson.pk}/cac-ban/").content.decode()


# ---- The list


def test_the_list_is_filtered_and_taken_away(ward, lan, thu, django_assert_max_num_queries):
    author = signed_in(lan)
    published = make_lesson(ward, title="Gọi điện")
    course = make_course(ward, published)
    begin(author, "Quét mã QR")
    page = author.get("/soan-bai/").content.decode()
    assert "Gọi điện" in page and "Quét mã QR" in page and "Nguyễn Thị Lan đang sửa từ 09:00" in page
    assert "Gọi điện" not in author.get("/soan-bai/?tt=draft").content.decode().partition("<tbody>")[2]
    assert "Quét mã QR" not in author.get(f"/soan-bai/?khoa={course.pk}").content.decode().partition("<tbody>")[2]
    assert "Gọi điện" not in author.get(f"/soan-bai/?nguoi={lan.pk}").content.decode().partition("<tbody>")[2]
    assert "Quét mã QR" in author.get("/soan-bai/?tim=quet+ma").content.decode().partition("<tbody>")[2]
    assert author.get("/soan-bai/?dinh-dang=xlsx")["Content-Type"].endswith("sheet")
    for n in range(8):
        make_lesson(ward, slug=f"bai-{n}")
    with django_assert_max_num_queries(16):
        author.get("/soan-bai/")


def test_another_ward_and_strangers_see_nothing(ward, lan):
    version = written(ward, signed_in(lan))
    elsewhere = make_ward("An Dương", code="11999", slug="an-duong")
    other = signed_in(
        make_account("khac", Role.COORDINATOR, ward=elsewhere, unit=make_unit(elsewhere, "Phòng Văn hóa"))
    )
    for page in (
        "",
        "tinh-trang/",
        "kiem/",
        "xem-thu/",
        "cac-ban/",
        "so-ban/",
        "dan/",
        "xuat/",
        "duyet/",
        "gui-duyet/",
    ):
        assert other.get(address(version, page)).status_code == 404, page
        assert Client().get(address(version, page)).status_code == 302, page


# ---- Files


def course_on_disk(folder: Path, *, word: str = "ngân hàng") -> Path:
    lesson = folder / "otp" / "01-otp"
    lesson.mkdir(parents=True, exist_ok=True)
    (folder / "otp" / "khoa.yaml").write_text(
        "title: An toàn\nsummary: Giữ tiền\ngroups: [elderly]\n", encoding="utf-8"
    )
    blocks = json.loads(json.dumps(BLOCKS).replace("ng\\u00e2n h\\u00e0ng", word))
    blocks.append({"kind": "picture", "id": "hinh", "media": "nut.svg", "alt": "Nút đỏ"})
    said = {"slug": "otp", "title": "Không đọc mã OTP", "summary": "Giữ mã.", "level": "B1", "groups": ["elderly"],
            "competences": ["hocvu/4.2"], "blocks": blocks, "teaching": {"aims": ["Biết tắt máy"], "handout": ["Không đọc mã"],
            "timeline": [{"minutes": "5", "title": "Đóng vai"}]}}  # fmt: skip
    (lesson / "bai.yaml").write_text(yaml.safe_dump(said, allow_unicode=True), encoding="utf-8")
    svg = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><circle cx="4" cy="4" r="3"/></svg>'
    (lesson / "nut.svg").write_text(svg, encoding="utf-8")
    return folder / "otp"


def test_files_are_taken_and_the_wards_own_words_are_left(ward, lan, minh, tmp_path, monkeypatch):
    monkeypatch.setattr(lesson_files, "FOLDER", tmp_path)
    course_on_disk(tmp_path)
    editor = signed_in(minh)
    assert "Chưa có ở đây" in editor.get("/soan-bai/tu-tep/").content.decode()
    editor.post("/soan-bai/tu-tep/", {"khoa": "otp"})
    lesson = Lesson.objects.open().get(slug="otp")
    assert "Đã lấy" in editor.get("/soan-bai/tu-tep/").content.decode()

    author = signed_in(lan)
    author.post(f"/soan-bai/{lesson.pk}/mo/")
    draft = lesson.versions.get(state=State.DRAFT)
    author.post(f"/soan-bai/{lesson.pk}/", form_of(draft, title="Tên của nơi này") | TEACHING)
    course_on_disk(tmp_path, word="bí mật")
    assert "Nơi này đã sửa riêng" in editor.get("/soan-bai/tu-tep/").content.decode()
    editor.post("/soan-bai/tu-tep/", {"khoa": "otp"})
    assert lesson.versions.get(state=State.DRAFT).title == "Tên của nơi này"

    there = editor.get("/soan-bai/tu-tep/so/?khoa=otp&bai=otp").content.decode()
    assert "Tên của nơi này" in re.sub(r"</?(del|ins)>", "", there) and "bỏ bản đó trước" in there
    author.post(f"/soan-bai/{lesson.pk}/bo/")
    editor.post("/soan-bai/tu-tep/so/", {"khoa": "otp", "bai": "otp"})
    beside = lesson.versions.get(state=State.DRAFT)
    assert "bí mật" in beside.blocks[0]["text"]
    lesson.refresh_from_db()
    assert "ngân hàng" in lesson.published.blocks[0]["text"]  # what the public reads is as it was


def test_courses_are_loaded_by_a_command(ward, tmp_path, capsys):
    from django.core.management import call_command

    folder = course_on_disk(tmp_path)
    call_command("load_courses", str(folder), ward=ward.slug)
    assert "mới, đã lấy" in capsys.readouterr().out
    call_command("load_courses", str(folder), ward=ward.slug)
    assert "như cũ" in capsys.readouterr().out


def test_a_lesson_goes_out_to_files_and_comes_back_the_same(ward, lan, tmp_path):
    loading.load(ward, read_course(course_on_disk(tmp_path)), by=None)
    lesson = Lesson.objects.get(slug="otp")
    answer = signed_in(lan).get(f"/soan-bai/{lesson.pk}/xuat/")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        archive.extractall(tmp_path / "ra")
    said = read_lesson(tmp_path / "ra" / "otp")
    assert said.faults == []
    version = lesson.published
    assert (said.title, said.blocks, said.teaching, said.rule) == (
        version.title,
        version.blocks,
        version.teaching,
        version.rule,
    )
    assert set(said.media) == {"nut.svg"}

    elsewhere = make_ward("An Dương", code="11999", slug="an-duong")
    loading.load_lesson(elsewhere, said, by=None)
    again = Lesson.objects.of(elsewhere).get(slug="otp").published
    assert lesson_files.export(again) == lesson_files.export(version)
