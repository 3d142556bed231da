"""One task's page: who carries it, its turns, what was said and shown; and the pages to report and comment."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from hocvu.plan import carrying
from hocvu.plan.models import Comment, Evidence, Occurrence, ProgressNote, SelfState, Task
from hocvu.plan.tests.cast import Cast, make_cast, make_task, make_weekly


def shown(client: Any, task: Task, query: str = "") -> str:
    answer = client.get(f"/nhiem-vu/{task.pk}/{query}")
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_it_shows_how_many_units_of_a_group_are_done(as_: Any, cast: Cast):
    task = make_task(cast, lead=cast.culture, group=cast.offices)
    carrying.report_progress(task, unit=cast.police, state=SelfState.DONE, text="Đã tuyên truyền.", by=cast.an)
    evidence = carrying.add_evidence(
        task, unit=cast.police, title="Ảnh", happened_on=date(2026, 11, 1), url="https://a.vn/", by=cast.an
    )
    assert "<strong>0/2 đơn vị</strong> (0%)" in shown(as_(cast.thu), task)  # nobody has looked at it yet
    carrying.check_evidence(evidence, accept=True, by=cast.thu)

    text = shown(as_(cast.thu), task)
    assert "Đơn vị: 1 trên 3 báo đã xong" in text
    assert "Đơn vị có bằng chứng đã kiểm: <strong>1/2 đơn vị</strong> (50%)" in text
    assert "Các phòng, ban, đơn vị" in text
    assert "Đơn vị báo: đang làm" in text
    assert "Đã kiểm một phần" in text


def test_it_quotes_the_plan_and_leads_to_its_place(as_: Any, cast: Cast):
    task = make_task(cast, place={"line": 666, "section": "Phụ lục, mục I"}, extra={"kinh phí": "Ngân sách"})
    text = shown(as_(cast.lan), task)
    assert "Phụ lục, mục I, dòng 666" in text
    assert "Kinh phí" in text
    assert "Có chuyên mục hoạt động" in text


def test_it_lays_out_the_weeks_with_their_gaps(as_: Any, cast: Cast):
    task = make_weekly(cast, date(2026, 11, 2), 5)
    item = carrying.add_evidence(
        task, unit=cast.centre, title="Tin tuần 45", happened_on=date(2026, 11, 4), url="https://a.vn/45", by=cast.lan
    )
    carrying.add_evidence(
        task, unit=cast.centre, title="Tin tuần 47", happened_on=date(2026, 11, 17), url="https://a.vn/47", by=cast.lan
    )
    carrying.check_evidence(item, accept=True, by=cast.thu)
    lan = as_(cast.lan)
    text = shown(lan, task)
    assert "1 trên 2 tuần đã qua đủ bằng chứng. Thiếu: Tuần 46." in text
    for look in ("is-ok", "is-missed", "is-now", "is-next"):
        assert text.count(f'<td class="{look}') == {"is-next": 2}.get(look, 1)
    assert "Tuần 47: 0 trên 1 đã kiểm, 1 chờ kiểm" in text

    week = Occurrence.objects.get(label="Tuần 45")
    only = shown(lan, task, f"?ky={week.pk}").split('id="bang-chung"')[1].split("</section>")[0]
    assert "Tin tuần 45" in only
    assert "Tin tuần 47" not in only


def test_it_lists_yearly_turns(as_: Any, cast: Cast):
    task = make_task(cast, "Ngày hội", period_kind=Task.PeriodKind.YEARLY)
    for year in (2025, 2026):
        Occurrence.objects.create(
            task=task, label=f"Năm {year}", starts_on=date(year, 1, 1), ends_on=date(year, 10, 10)
        )
    text = shown(as_(cast.lan), task)
    assert "Từng kỳ" in text
    assert "0 trên 2 kỳ đã qua đủ bằng chứng. Thiếu: Năm 2025, Năm 2026." in text


def test_a_unit_reports_and_the_page_tells_the_story(as_: Any, cast: Cast):
    task = make_task(cast)
    lan = as_(cast.lan)
    assert "Báo tiến độ" in shown(lan, task)
    answer = lan.post(
        f"/nhiem-vu/{task.pk}/bao-tien-do/",
        {"unit": cast.centre.pk, "state": "doing", "text": "Đã đăng 3 bài."},
        follow=True,
    )
    text = answer.content.decode()
    assert "Đã ghi tiến độ." in text
    assert "Phạm Thị Lan (Trung tâm sự nghiệp công) báo tiến độ: đang làm: Đã đăng 3 bài." in text
    assert ProgressNote.objects.get().made_by == cast.lan


@pytest.mark.parametrize(
    ("fields", "words"),
    [({"text": ""}, "nhập nội dung"), ({"state": "x"}, "tình trạng"), ({"unit": "0"}, "đơn vị báo")],
)
def test_it_keeps_a_report_that_is_not_whole(as_: Any, cast: Cast, fields: dict[str, str], words: str):
    task = make_task(cast)
    sent = {"unit": cast.centre.pk, "state": "doing", "text": "Đã đăng 3 bài.", **fields}
    answer = as_(cast.lan).post(f"/nhiem-vu/{task.pk}/bao-tien-do/", sent)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert ("text" in fields) or "Đã đăng 3 bài." in answer.content.decode()
    assert not ProgressNote.objects.exists()


def test_a_unit_reports_for_itself_only(as_: Any, cast: Cast):
    task = make_task(cast, coordinators=(cast.police,))
    sent = {"unit": cast.police.pk, "state": "done", "text": "Xong."}
    assert as_(cast.lan).post(f"/nhiem-vu/{task.pk}/bao-tien-do/", sent).status_code == 422
    alone = make_task(cast)
    assert as_(cast.an).get(f"/nhiem-vu/{alone.pk}/").status_code == 404
    assert as_(cast.an).post(f"/nhiem-vu/{alone.pk}/bao-tien-do/", sent).status_code == 404
    # The coordinator reads every task and reports only for the own office.
    assert "Báo tiến độ" not in shown(as_(cast.thu), alone)
    assert as_(cast.thu).post(f"/nhiem-vu/{alone.pk}/bao-tien-do/", sent).status_code == 404
    assert as_(cast.hung).post(f"/nhiem-vu/{alone.pk}/bao-tien-do/", sent).status_code == 403


def test_a_leader_comments_and_the_unit_answers(as_: Any, cast: Cast):
    task = make_task(cast)
    as_(cast.hung).post(f"/nhiem-vu/{task.pk}/y-kien/", {"text": "Bao giờ xong?"})
    as_(cast.lan).post(f"/nhiem-vu/{task.pk}/y-kien/", {"text": "<b>Thứ sáu</b>."})
    text = shown(as_(cast.thu), task)
    assert text.index("Bao giờ xong?") < text.index("&lt;b&gt;Thứ sáu&lt;/b&gt;.")
    assert Comment.objects.count() == 2
    assert as_(cast.an).post(f"/nhiem-vu/{task.pk}/y-kien/", {"text": "?"}).status_code == 404


def test_a_task_that_left_the_plan_still_reads_but_takes_no_more(as_: Any, cast: Cast):
    task = make_task(cast, withdrawn_at="2026-01-01T00:00:00Z")
    assert "Đã bỏ khỏi kế hoạch" in shown(as_(cast.lan), task)
    sent = {"unit": cast.centre.pk, "state": "done", "text": "Xong."}
    answer = as_(cast.lan).post(f"/nhiem-vu/{task.pk}/bao-tien-do/", sent)
    assert answer.status_code == 422
    assert "không còn trong kế hoạch" in answer.content.decode()


def test_it_asks_as_much_for_a_long_story_as_for_a_short_one(
    as_: Any, cast: Cast, django_assert_num_queries: Any, django_assert_max_num_queries: Any
):
    task = make_weekly(cast, date(2026, 1, 5), 50, group=cast.offices)
    lan = as_(cast.lan)

    def live(first: int) -> None:
        for day in range(first, first + 4):
            carrying.report_progress(
                task, unit=cast.centre, state=SelfState.DOING, text=f"Ngày {day}: đang làm.", by=cast.lan
            )
            carrying.comment(task, text=f"Ngày {day}: tốt.", by=cast.hung)
            given = carrying.add_evidence(
                task,
                unit=cast.centre,
                title="Tin",
                happened_on=date(2026, 11, day),
                url=f"https://a.vn/{day}",
                by=cast.lan,
            )
            carrying.check_evidence(given, accept=True, by=cast.thu)

    live(1)
    shown(lan, task)
    with django_assert_max_num_queries(32) as few:
        shown(lan, task)
    live(5)
    with django_assert_num_queries(len(few.captured_queries)):
        shown(lan, task)
    assert Evidence.objects.count() == 8


def test_the_same_numbers_of_two_wards_never_meet(as_: Any, cast: Cast):
    elsewhere = make_cast("Đông Hải", "11411", "dong-hai")
    make_task(elsewhere, "Việc nơi khác")
    mine = make_task(cast)
    assert "nơi khác" not in shown(as_(cast.thu), mine)


def test_it_says_first_what_is_wrong_and_why(as_: Any, cast: Cast):
    task = make_weekly(cast, date(2026, 11, 9), 3, coordinators=(cast.police,))
    assert "Tuần 46 (09/11 đến 15/11) chưa đủ bằng chứng" in shown(as_(cast.hung), task)
    assert "Đơn vị chủ trì chưa ghi lý do." in shown(as_(cast.hung), task)
    carrying.report_progress(task, unit=cast.centre, state=SelfState.DOING, text="Người viết nghỉ ốm.", by=cast.lan)
    carrying.report_progress(task, unit=cast.police, state=SelfState.DONE, text="Đã góp tin.", by=cast.an)
    notice = shown(as_(cast.hung), task).split("hv-notice--bad")[1].split("</div>")[0]
    assert "Trung tâm sự nghiệp công ghi ngày 18/11/2026: Người viết nghỉ ốm." in notice


def test_a_week_belongs_to_the_month_and_year_of_its_thursday(as_: Any, cast: Cast):
    task = make_weekly(cast, date(2025, 12, 29), 2)
    text = shown(as_(cast.lan), task)
    assert "Từng tuần trong năm 2026" in text
    assert text.split('class="hv-weeks"')[1].split("</table>")[0].count('<th scope="row">') == 1
