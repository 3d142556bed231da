"""Who has not reported is told in time, once, and then whoever is above; by e-mail once a day where there is a server."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from hocvu.lib import clock
from hocvu.lib.workdays import Workdays
from hocvu.plan.reporting import deciding, reminding
from hocvu.plan.reporting.reminding import stages
from hocvu.plan.tests.cast import Cast, at
from hocvu.plan.tests.reports import Month_, make_month
from hocvu.ward import notices
from hocvu.ward.models import Account, Notice, NoticeMail

SignIn = Callable[[Account], Client]
days = st.dates(date(2020, 1, 1), date(2035, 12, 31))


@given(days, st.sets(days, max_size=40))
def test_every_reminder_falls_on_a_working_day_in_order(last_day: date, holidays: set[date]):
    calendar = Workdays(holidays={day for day in holidays if day.weekday() < 5})
    found = stages(last_day, calendar)
    assert all(calendar.is_working(one.day) for one in found)
    assert all((one.day <= last_day - timedelta(days=one.ahead)) if one.ahead else one.day > last_day for one in found)
    assert [one.day for one in found] == sorted(one.day for one in found)


@pytest.fixture
def month(cast: Cast) -> Month_:
    return make_month(cast)


def told(day: str) -> dict[str, list[str]]:
    """What is new after the job of a day, by account."""
    before = set(Notice.objects.values_list("pk", flat=True))
    moment = at(f"{day} 07:30")
    with clock.stopped_at(moment):
        reminding.remind(moment)
    new = Notice.objects.exclude(pk__in=before).select_related("account").order_by("pk")
    found: dict[str, list[str]] = {}
    for notice in new:
        found.setdefault(notice.account.full_name, []).append(notice.text)
    return found


@pytest.mark.django_db
def test_a_month_of_reminders(month: Month_):
    assert told("2026-11-16") != {}  # the stage of the 13th, when the period was not open yet
    assert told("2026-11-18") == {}
    on_19 = told("2026-11-19")  # three days before Sunday the 22nd
    assert set(on_19) == {"Lê Thị Nga", "Phạm Thị Lan", "Hồ Thị Bích", "Trần Văn An", "Đỗ Văn Tám", "Vũ Thị Sáu"}
    assert on_19["Trần Văn An"] == ["Đề nghị gửi báo cáo tháng 11/2026 của Công an phường: hạn hết ngày 22/11/2026."]
    assert told("2026-11-19") == {}  # never twice
    month.send(month.cast.centre, month.nga, moment="2026-11-20 06:00")
    on_20 = told("2026-11-20")  # the day before is a Saturday, so Friday
    assert "Lê Thị Nga" not in on_20 and "Đỗ Văn Tám" in on_20
    assert told("2026-11-21") == told("2026-11-22") == {}
    on_23 = told("2026-11-23")
    assert set(on_23) == {"Hồ Thị Bích", "Đỗ Văn Tám", "Vũ Thị Sáu"}  # the police are asked, not chased
    assert set(told("2026-11-24")) == {"Hồ Thị Bích"}  # the heads
    on_25 = told("2026-11-25")
    assert set(on_25) == {"Vũ Thị Thu", "Hồ Thị Bích"}
    assert on_25["Vũ Thị Thu"][0].startswith("3 đơn vị chưa gửi báo cáo tháng 11/2026")
    assert set(told("2026-11-27")) == {"Đỗ Mạnh Hùng"}
    assert told("2026-11-30") == {}


@pytest.mark.django_db
def test_after_a_standstill_each_is_told_once_and_only_what_still_matters(month: Month_):
    found = told("2026-11-20")  # the server was away since the 13th
    assert all(len(texts) == 1 for texts in found.values())


@pytest.mark.django_db
def test_a_notice_leads_to_its_page_and_is_seen(month: Month_, as_: SignIn):
    told("2026-11-19")
    client = as_(month.nga)
    notice = Notice.objects.get(account=month.nga)
    assert notice.text in client.get("/ban-lam-viec/").content.decode()
    assert notice.text in client.get("/thong-bao/?xem=chua").content.decode()
    answer = client.get(f"/thong-bao/{notice.pk}/")
    assert answer["Location"] == f"/bao-cao/phieu/{month.of(month.cast.centre).pk}/"
    assert notice.text not in client.get("/ban-lam-viec/").content.decode()
    assert Notice.objects.filter(account=month.tam).unseen().count() == 1
    month.send(month.teams[0].unit, month.tam)
    assert not Notice.objects.filter(account=month.tam).unseen().exists()  # what was asked for is done
    assert as_(month.bich).get(f"/thong-bao/{notice.pk}/").status_code == 404  # another's


@pytest.mark.django_db
def test_the_text_for_the_group_names_who_is_missing(month: Month_, as_: SignIn):
    month.send(month.cast.centre, month.nga)
    page = as_(month.cast.thu).get(f"/bao-cao/ky/{month.period.pk}/nhac/").content.decode()
    assert "- Phòng Văn hóa - Xã hội" in page and "Trung tâm sự nghiệp công" not in page
    assert "- Tổ công nghệ số: Tổ dân phố số 1, Tổ dân phố số 2" in page


# ---- E-mail


class Post(socketserver.StreamRequestHandler):
    """A mail server that speaks enough SMTP and keeps what it was given."""

    def handle(self) -> None:
        server: Any = self.server
        self.say("220 here")
        while line := self.rfile.readline().decode().strip():
            verb = line[:4].upper()
            if verb == "DATA":
                self.say("354 go on")
                body = []
                while (row := self.rfile.readline()) not in (b".\r\n", b""):
                    body.append(row)
                server.kept.append(message_from_bytes(b"".join(body), EmailMessage, policy=policy.default))
                self.say("250 taken")
            elif verb == "RCPT" and server.refuses:
                self.say("451 try later")
            elif verb == "QUIT":
                self.say("221 bye")
                return
            else:
                self.say("250 ok")

    def say(self, words: str) -> None:
        self.wfile.write(f"{words}\r\n".encode())


@pytest.fixture
def post(settings: Any) -> Iterator[Any]:
    """A mail server on this machine, and settings that name it."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Post) as server:
        server.kept, server.refuses = [], False  # type: ignore[attr-defined]
        threading.Thread(target=server.serve_forever, daemon=True).start()
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = server.server_address
        settings.EMAIL_USE_TLS = False
        yield server
        server.shutdown()


def mailed(moment: str) -> int:
    with clock.stopped_at(at(moment)):
        return notices.send_digests(at(moment))


@pytest.mark.django_db
def test_one_mail_a_day_with_everything_not_at_night_and_never_twice(month: Month_, as_: SignIn, post: Any):
    as_(month.nga).post("/thong-bao/thu-dien-tu/", {"email": "nga@example.vn"})
    told("2026-11-19")
    report = month.send(month.cast.centre, month.nga, moment="2026-11-19 08:00")
    with clock.stopped_at(at("2026-11-19 08:30")):
        deciding.send_back(report, reason="Thiếu số.", by=month.cast.thu)
    assert mailed("2026-11-19 06:59") == 0 and mailed("2026-11-19 20:00") == 0
    assert mailed("2026-11-19 09:00") == 1
    assert mailed("2026-11-19 10:00") == 0
    [letter] = post.kept
    assert letter["Subject"].strip() == "Học vụ số: 1 việc cần xem, ngày 19/11/2026"
    body = letter.get_content()
    assert "bị trả lại: Thiếu số." in body and f"/bao-cao/phieu/{report.pk}/" in body
    told("2026-11-20")
    assert mailed("2026-11-20 09:00") == 1 and len(post.kept) == 2


@pytest.mark.django_db
def test_a_server_that_refuses_costs_an_hour_and_one_that_is_away_no_page(month: Month_, post: Any, settings: Any):
    Account.objects.filter(pk=month.nga.pk).update(email="nga@example.vn")
    told("2026-11-19")
    post.refuses = True
    assert mailed("2026-11-19 09:00") == 0 and not NoticeMail.objects.exists()
    settings.EMAIL_PORT = 1
    assert mailed("2026-11-19 10:00") == 0
    post.refuses, settings.EMAIL_PORT = False, post.server_address[1]
    assert mailed("2026-11-19 11:00") == 1
    settings.EMAIL_HOST = ""
    told("2026-11-20")
    assert mailed("2026-11-20 09:00") == 0


@pytest.mark.django_db
def test_a_process_that_died_while_sending_is_not_followed_by_a_second_letter(month: Month_, post: Any):
    Account.objects.filter(pk=month.nga.pk).update(email="nga@example.vn")
    told("2026-11-19")
    NoticeMail.objects.create(account=month.nga, day=date(2026, 11, 19))  # claimed, and nothing heard since
    assert mailed("2026-11-19 09:00") == 0 and post.kept == []
    told("2026-11-20")
    assert mailed("2026-11-20 09:00") == 1  # the next day's letter has yesterday's too
    assert "2 việc" in post.kept[0]["Subject"]
