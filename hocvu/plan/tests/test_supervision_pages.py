"""The Front oversees: it reads whatever is no personal data, writes remarks, concludes; the unit answers; the ward
inspects and settles what it found."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from hocvu.lib import clock
from hocvu.lib.refusals import Refusal
from hocvu.plan import supervising
from hocvu.plan.models import Finding, Inspection, Remark, RemarkAnswer, Responsibility, Target, TaskMeasure
from hocvu.plan.tests.cast import Cast, at, make_cast, make_target, make_task
from hocvu.plan.tests.test_progress_pages import target  # noqa: F401 - eight people in two neighbourhoods
from hocvu.ward.capabilities import Role
from hocvu.ward.models import Account, AuditEntry, CalendarDay
from hocvu.ward.tests.cast import make_account, make_neighbourhood

pytestmark = pytest.mark.django_db
SignIn = Callable[[Account], Client]


@pytest.fixture
def phuc(cast: Cast) -> Account:
    """Phúc of the Front oversees the ward."""
    return make_account("phuc", Role.OVERSEER, ward=cast.ward, name="Vũ Đình Phúc")


def read(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, (address, answer.status_code)
    return str(answer.content.decode())


def filed(cast: Cast, phuc: Account, text: str = "Chuyên mục chưa có tin mới.", **fields: Any) -> Remark:
    task = fields.pop("task", None) or make_task(cast)
    return supervising.remark(task, unit=fields.pop("unit", cast.centre), text=text, by=phuc)


# ---- A remark from its beginning to its end


def test_a_remark_goes_from_the_overseer_to_the_unit_and_back(as_: SignIn, cast: Cast, phuc: Account):
    task = make_task(cast, coordinators=(cast.police,))
    overseer, lan = as_(phuc), as_(cast.lan)
    assert f'href="/nhiem-vu/{task.pk}/giam-sat/"' in read(overseer, f"/nhiem-vu/{task.pk}/")
    sent = {"unit": cast.centre.pk, "text": "Chuyên mục chưa có tin mới."}
    answer = overseer.post(f"/nhiem-vu/{task.pk}/giam-sat/", sent, follow=True)
    assert "Đơn vị phải trả lời chậm nhất ngày 02/12/2026." in answer.content.decode()
    row = Remark.objects.get()
    assert (row.ward, row.task, row.unit, row.made_by) == (cast.ward, task, cast.centre, phuc)

    text = read(lan, f"/nhiem-vu/{task.pk}/")
    assert "1 ý kiến đang mở." in text and "Chờ trả lời" in text and "Ghi ý kiến giám sát" not in text
    assert "Vũ Đình Phúc ghi ý kiến giám sát" in text  # in the story of the task
    lan.post(f"/giam-sat/{row.pk}/tra-loi/", {"text": "Đã giao người viết."}, follow=True)
    text = read(overseer, f"/giam-sat/{row.pk}/")
    assert "Đã giao người viết." in text and "Chờ kết luận" in text and "Kết thúc ý kiến" in text

    overseer.post(f"/giam-sat/{row.pk}/ket-thuc/", {"note": "Đồng ý."})
    text = read(lan, f"/giam-sat/{row.pk}/")
    assert "Đã kết thúc" in text and "Đồng ý." in text and "Trả lời thêm" not in text
    acts = AuditEntry.objects.filter(target_key=f"plan.task:{task.pk}").order_by("sequence")
    assert [entry.action for entry in acts] == [
        "filed a remark of oversight",
        "answered a remark of oversight",
        "closed a remark of oversight",
    ]


def test_an_unanswered_remark_cannot_be_closed_and_a_closed_one_takes_no_more(as_: SignIn, cast: Cast, phuc: Account):
    row = filed(cast, phuc)
    answer = as_(phuc).post(f"/giam-sat/{row.pk}/ket-thuc/", {"note": "Xong."})
    assert answer.status_code == 422 and "chưa trả lời nên chưa kết thúc được" in answer.content.decode()
    supervising.answer(row, unit=cast.centre, text="Đã làm.", by=cast.lan)
    with pytest.raises(Refusal, match="Chỉ người giám sát"):
        supervising.close(row, note="Tự kết thúc.", by=cast.thu)
    other = make_account("hoa", Role.OVERSEER, ward=cast.ward)
    supervising.close(row, note="Đồng ý.", by=other)
    answer = as_(cast.lan).post(f"/giam-sat/{row.pk}/tra-loi/", {"text": "Nói thêm."})
    assert answer.status_code == 422 and "đã kết thúc" in answer.content.decode()
    assert as_(phuc).post(f"/giam-sat/{row.pk}/ket-thuc/", {"note": "Lần nữa."}).status_code == 422


def test_only_the_unit_that_was_asked_reads_and_answers(as_: SignIn, cast: Cast, phuc: Account):
    row = filed(cast, phuc, task=make_task(cast, coordinators=(cast.police,)))
    assert as_(cast.an).get(f"/giam-sat/{row.pk}/").status_code == 404
    assert as_(cast.an).post(f"/giam-sat/{row.pk}/tra-loi/", {"text": "?"}).status_code == 404
    assert "Chưa có ý kiến giám sát nào" in read(as_(cast.an), "/giam-sat/")
    assert as_(cast.thu).post(f"/giam-sat/{row.pk}/tra-loi/", {"text": "?"}).status_code == 404  # another office
    assert as_(cast.hung).post(f"/giam-sat/{row.pk}/tra-loi/", {"text": "?"}).status_code == 403
    assert as_(cast.lan).get(f"/giam-sat/{row.pk}/ket-thuc/").status_code == 403
    assert not RemarkAnswer.objects.exists()
    with pytest.raises(Refusal, match="Chỉ đơn vị đó trả lời"):
        supervising.answer(row, unit=cast.police, text="?", by=cast.an)


def test_the_same_form_sent_twice_is_kept_once(as_: SignIn, cast: Cast, phuc: Account):
    task, place = make_task(cast), make_neighbourhood(cast.ward, 1)
    forms: list[tuple[Account, str, dict[str, Any]]] = [
        (phuc, f"/nhiem-vu/{task.pk}/giam-sat/", {"unit": cast.centre.pk, "text": "Ý kiến."}),
        (
            cast.hung,
            "/kiem-tra/them/",
            {"title": "Đợt 1", "day": "17/11/2026", "place": "Chợ", "neighbourhood": place.pk},
        ),
    ]
    for who, address, sent in forms:
        assert [as_(who).post(address, sent).status_code for _ in range(2)] == [302, 302]
    row, round_ = Remark.objects.get(), Inspection.objects.get()
    forms = [
        (cast.lan, f"/giam-sat/{row.pk}/tra-loi/", {"text": "Trả lời."}),
        (cast.hung, f"/kiem-tra/{round_.pk}/ket-qua/them/", {"task": task.pk, "verdict": "good", "found": "Đủ tin."}),
    ]
    for who, address, sent in forms:
        assert [as_(who).post(address, sent).status_code for _ in range(2)] == [302, 302]
    assert (RemarkAnswer.objects.count(), Finding.objects.count()) == (1, 1)


def test_the_days_to_answer_are_working_days(cast: Cast, phuc: Account):
    assert filed(cast, phuc).due_on == date(2026, 12, 2)
    CalendarDay.objects.create(day=date(2026, 11, 24), kind="holiday", name="Nghỉ", source="x")
    assert filed(cast, phuc, "Một ý kiến khác.").due_on == date(2026, 12, 3)


def test_it_is_about_a_target_or_a_result_too(as_: SignIn, cast: Cast, phuc: Account):
    goal, task = make_target(cast), make_task(cast)
    figure = TaskMeasure.objects.create(task=task, position=1, value=80, unit="%", what="hộ được phổ biến")
    overseer = as_(phuc)
    page = read(overseer, f"/chi-tieu/{goal.pk}/giam-sat/")
    assert "Công an phường" in page and "Trung tâm sự nghiệp công" in page
    overseer.post(f"/chi-tieu/{goal.pk}/giam-sat/", {"unit": cast.police.pk, "text": "Số này lấy từ đâu?"})
    overseer.post(f"/nhiem-vu/ket-qua/{figure.pk}/giam-sat/", {"unit": cast.centre.pk, "text": "Đếm lại hộ."})
    assert "Số này lấy từ đâu?" in read(as_(cast.an), f"/chi-tieu/{goal.pk}/")
    assert "Số này lấy từ đâu?" not in read(as_(cast.lan), f"/chi-tieu/{goal.pk}/")
    assert "Số này lấy từ đâu?" not in read(Client(), f"/chi-tieu/{goal.pk}/")
    assert "Đếm lại hộ." in read(as_(cast.lan), f"/nhiem-vu/ket-qua/{figure.pk}/")
    assert "Đếm lại hộ." in read(as_(cast.lan), f"/nhiem-vu/{task.pk}/")
    lists = {about: read(overseer, f"/giam-sat/?ve={about}") for about in ("nhiem-vu", "chi-tieu", "ket-qua")}
    assert "Số này lấy từ đâu?" in lists["chi-tieu"] and "Số này lấy từ đâu?" not in lists["ket-qua"]
    assert "Đếm lại hộ." in lists["ket-qua"] and "Đếm lại hộ." not in lists["nhiem-vu"]
    with pytest.raises(IntegrityError), transaction.atomic():
        Remark.objects.filter(target=goal).update(task=task)


def test_the_lead_is_proposed_and_nobody_outside_the_task_is_asked(as_: SignIn, cast: Cast, phuc: Account):
    task = make_task(cast, lead=cast.police, coordinators=(cast.centre,))
    page = read(as_(phuc), f"/nhiem-vu/{task.pk}/giam-sat/")
    assert "Công an phường" in page and "Trung tâm sự nghiệp công" not in page
    sent = {"unit": cast.centre.pk, "text": "Ý kiến."}
    assert as_(phuc).post(f"/nhiem-vu/{task.pk}/giam-sat/", sent).status_code == 422
    with pytest.raises(Refusal, match="không phụ trách việc này"):
        supervising.remark(task, unit=cast.centre, text="Ý kiến.", by=phuc)
    task.carriers.filter(part=Responsibility.Part.LEAD).delete()
    assert list(supervising.answering(task)) == [cast.centre]
    ended = make_task(cast, withdrawn_at="2026-01-01T00:00:00Z")
    answer = as_(phuc).post(f"/nhiem-vu/{ended.pk}/giam-sat/", sent)
    assert answer.status_code == 422 and "không còn trong kế hoạch" in answer.content.decode()


def test_the_list_tells_states_apart_and_counts_them_by_unit(as_: SignIn, cast: Cast, phuc: Account):
    with clock.stopped_at(at("2026-10-01 09:00")):
        filed(cast, phuc, "Ý kiến quá hạn.")
        old = filed(cast, phuc, "Ý kiến đã xong.")
        supervising.answer(old, unit=cast.centre, text="Đã làm.", by=cast.lan)
        supervising.close(old, note="Được.", by=phuc)
    filed(cast, phuc, "Ý kiến mới.")
    answered = filed(cast, phuc, "Ý kiến có trả lời.", task=make_task(cast, lead=cast.police), unit=cast.police)
    for text in ("Lần một.", "Lần hai."):
        supervising.answer(answered, unit=cast.police, text=text, by=cast.an)
    overseer = as_(phuc)
    shown = {
        "mo": {"quá hạn", "mới", "có trả lời"},
        "cho-tra-loi": {"quá hạn", "mới"},
        "qua-han": {"quá hạn"},
        "cho-ket-luan": {"có trả lời"},
        "xong": {"đã xong"},
    }
    for state, wanted in shown.items():
        page = read(overseer, f"/giam-sat/?tt={state}")
        assert {words for words in ("quá hạn", "mới", "có trả lời", "đã xong") if f"Ý kiến {words}." in page} == wanted
    counts = {unit.name: (unit.unanswered, unit.overdue, unit.answered) for unit in supervising.open_remarks(cast.ward)}
    assert counts == {"Trung tâm sự nghiệp công": (2, 1, 0), "Công an phường": (0, 0, 1)}
    assert "Ý kiến đang mở của 2 đơn vị" in read(overseer, "/giam-sat/")
    assert "Công an phường" not in read(as_(cast.lan), "/giam-sat/").split("<main")[1]
    assert "Ý kiến có trả lời." in read(overseer, f"/giam-sat/?don-vi={cast.police.pk}")
    sheet = overseer.get("/giam-sat/?dinh-dang=xlsx")
    assert sheet.status_code == 200 and sheet["Content-Disposition"].endswith('.xlsx"')


def test_the_lists_ask_no_more_for_more_rows(
    as_: SignIn, cast: Cast, phuc: Account, django_assert_num_queries: Any, django_assert_max_num_queries: Any
):
    goal = make_target(cast)

    def live(first: int) -> None:
        for number in range(first, first + 5):
            row = filed(cast, phuc, f"Ý kiến {number}.")
            supervising.answer(row, unit=cast.centre, text="Đã làm.", by=cast.lan)
            supervising.remark(goal, unit=cast.police, text=f"Số {number}?", by=phuc)
            round_ = supervising.inspect(cast.ward, title=f"Đợt {number}", day=date(2026, 11, 1), place="Chợ",
                                         led_by=cast.culture, by=cast.thu)  # fmt: skip
            assert row.task
            supervising.find(round_, task=row.task, found="Thiếu.", verdict=Finding.Verdict.NEEDS_WORK, by=cast.thu)

    live(1)
    client, first = as_(cast.thu), Inspection.objects.get(title="Đợt 1")
    addresses = ("/giam-sat/", "/kiem-tra/", f"/kiem-tra/{first.pk}/")
    few: dict[str, int] = {}
    for address in addresses:
        read(client, address)
        with django_assert_max_num_queries(13) as asked:
            read(client, address)
        few[address] = len(asked.captured_queries)
    live(6)
    for task in cast.plan.tasks.all():
        supervising.find(first, task=task, found="Thêm.", verdict=Finding.Verdict.GOOD, by=cast.thu)
    for address in addresses:
        with django_assert_num_queries(few[address]):
            read(client, address)


# ---- Inspections


def test_the_ward_inspects_and_settles_what_it_found(as_: SignIn, cast: Cast):
    task, hung = make_task(cast), as_(cast.hung)
    sent = {"title": "Đợt 1", "day": "17/11/2026", "place": "Chợ Cầu Tre", "led_by": cast.culture.pk,
            "members": "Đoàn Thanh niên"}  # fmt: skip
    answer = hung.post("/kiem-tra/them/", {**sent, "day": "19/11/2026"})
    assert answer.status_code == 422 and "Ngày kiểm tra chưa tới" in answer.content.decode()
    hung.post("/kiem-tra/them/", sent)
    row = Inspection.objects.get()
    said = {"task": task.pk, "verdict": "needs_work", "found": "Chưa đủ tin.", "follow_up_by": "30/11/2026"}
    address = f"/kiem-tra/{row.pk}/ket-qua/them/"
    for wrong in ({"verdict": "good"}, {"follow_up_by": "01/11/2026"}, {"found": ""}, {"task": "0"}):
        assert hung.post(address, {**said, **wrong}).status_code == 422
    hung.post(address, said)
    finding = Finding.objects.get()
    page = read(hung, f"/kiem-tra/{row.pk}/")
    assert "Cần khắc phục" in page and "Hạn 30/11/2026" in page and "Ghi đã khắc phục" in page
    assert "Chợ Cầu Tre" in page and "Đoàn Thanh niên" in page
    assert "Đợt 1" in read(hung, "/kiem-tra/?tt=con") and "Đợt 1" not in read(hung, "/kiem-tra/?tt=xong")

    hung.post(f"/kiem-tra/ket-qua/{finding.pk}/khac-phuc/", {"note": "Đã đăng bù."})
    page = read(hung, f"/kiem-tra/{row.pk}/")
    assert "Đã khắc phục ngày 18/11/2026: Đã đăng bù." in page and "Ghi đã khắc phục" not in page
    assert hung.post(f"/kiem-tra/ket-qua/{finding.pk}/khac-phuc/", {"note": "Lại."}).status_code == 422
    assert "Đợt 1" in read(hung, "/kiem-tra/?tt=xong&nam=2026")
    assert "ghi đã khắc phục sau kiểm tra" in read(hung, f"/nhiem-vu/{task.pk}/")
    for address in ("/kiem-tra/", f"/kiem-tra/{row.pk}/"):
        assert hung.get(f"{address}?dinh-dang=xlsx")["Content-Disposition"].endswith('.xlsx"')


def test_a_unit_sees_of_a_round_what_concerns_its_tasks(as_: SignIn, cast: Cast):
    row = supervising.inspect(cast.ward, title="Đợt 1", day=date(2026, 11, 1), place="Chợ", by=cast.thu)
    for lead, found in ((cast.centre, "Việc của trung tâm."), (cast.culture, "Việc của phòng.")):
        task = make_task(cast, lead=lead)
        supervising.find(row, task=task, found=found, verdict=Finding.Verdict.NOT_DONE, by=cast.thu)
    lan = as_(cast.lan)
    page = read(lan, f"/kiem-tra/{row.pk}/")
    assert "Việc của trung tâm." in page and "Việc của phòng." not in page and "Ghi kết quả" not in page
    assert as_(cast.an).get(f"/kiem-tra/{row.pk}/").status_code == 404
    assert lan.get("/kiem-tra/them/").status_code == 403
    assert lan.get(f"/kiem-tra/{row.pk}/ket-qua/them/").status_code == 403


# ---- Who may read what


def test_the_overseer_reads_whatever_is_no_personal_data(as_: SignIn, cast: Cast, phuc: Account, target: Target):  # noqa: F811
    make_task(cast)
    overseer = as_(phuc)
    for address in (
        "/ban-lam-viec/", "/ke-hoach/", f"/ke-hoach/{cast.plan.pk}/", "/nhiem-vu/", f"/nhiem-vu/{cast.plan.tasks.first().pk}/",
        "/chi-tieu/", f"/chi-tieu/{target.pk}/", f"/chi-tieu/{target.pk}/khu-dan-cu/", "/bang-chung/", "/so-lieu/",
        "/so-lieu/lech/", "/tong-so/", "/so-ben-ngoai/", "/chi-tieu/quy-dinh/", "/giam-sat/", "/kiem-tra/", "/don-vi/",
    ):  # fmt: skip
        read(overseer, address)
    page = read(overseer, f"/chi-tieu/{target.pk}/")
    assert "Danh sách chưa đạt" not in page
    for address in ("/nguoi-dan/", "/ho/", f"/chi-tieu/{target.pk}/chua-dat/", f"/chi-tieu/{target.pk}/da-dat/",
                    "/du-lieu-ca-nhan/", "/so-ben-ngoai/nhap/", "/kiem-tra/them/"):  # fmt: skip
        assert overseer.get(address).status_code == 403, address


def test_nobody_of_another_ward_meets_a_remark(as_: SignIn, cast: Cast, phuc: Account):
    row = filed(cast, phuc)
    elsewhere = make_cast("Đông Hải", "11411", "dong-hai")
    stranger = as_(make_account("xa", Role.OVERSEER, ward=elsewhere.ward))
    assert stranger.get(f"/giam-sat/{row.pk}/").status_code == 404
    assert stranger.get(f"/nhiem-vu/{row.task_id}/giam-sat/").status_code == 404
    with pytest.raises(Refusal, match="của nơi khác"):
        round_ = supervising.inspect(elsewhere.ward, title="Đợt", day=date(2026, 11, 1), place="x", by=elsewhere.thu)
        supervising.find(round_, task=make_task(cast), found="x", verdict=Finding.Verdict.GOOD, by=elsewhere.thu)
