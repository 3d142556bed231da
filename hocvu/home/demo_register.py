"""What happens to synthetic people of the demo ward, through the journeys of the register: they move, are born, die;
some belong to schools and firms; some ask for their data; one asked to be forgotten."""

from __future__ import annotations

import json
from datetime import date, timedelta

from django.conf import settings

from hocvu.lib import clock
from hocvu.signin import assisting, citizens
from hocvu.signin.models import AssistedSession
from hocvu.ward import belonging, breaches, consenting, forgetting, living, merging, requests, workdays
from hocvu.ward.importing import holding
from hocvu.ward.models import (
    Account,
    Circumstance,
    ConsentEntry,
    HeldRow,
    Household,
    Membership,
    Person,
    SubjectRequest,
    Unit,
    Ward,
)

TEXTS = settings.ROOT / "content" / "privacy" / "van-ban-dong-y.json"
DAY = timedelta(days=1)
Kind = Membership.Kind


def live(ward: Ward) -> None:
    """A few weeks of the register."""
    cast = {account.username: account for account in Account.objects.filter(is_demo=True)}
    coordinator, keeper = cast["dieuphoi"], cast["dulieu"]
    people = list(Person.objects.of(ward).known().select_related("household", "ward").order_by("household__code", "pk"))
    homes = list(Household.objects.filter(ward=ward).order_by("code"))
    _lives(people, homes, coordinator)
    _belongings(ward, people, coordinator)
    _circumstances(people, homes, coordinator)
    _doubles(ward, people, homes, coordinator)
    _rights(ward, people, keeper)
    _citizen(people)
    _helped(people, cast)


def _lives(people: list[Person], homes: list[Household], by: Account) -> None:
    today = clock.today()
    living.move(people[6], home=homes[30], kind="permanent", day=today - 40 * DAY, by=by)
    living.leave(people[9], day=today - 25 * DAY, by=by)
    living.record_death(people[14], day=today - 60 * DAY, by=by)
    living.record_birth(homes[3], full_name="Nguyễn Minh Anh", born_on=today - 12 * DAY, sex="female", by=by)
    living.record_absence(people[20], away_from=today - 90 * DAY, where="Đi làm ở tỉnh khác (minh họa)", by=by)
    living.correct_person(
        people[22], full_name=people[22].full_name, born_on=people[22].born_on, only_year=False, sex=people[22].sex,
        relation="Con rể", by=by,
    )  # fmt: skip


def _belongings(ward: Ward, people: list[Person], by: Account) -> None:
    units = {unit.name: unit for unit in Unit.objects.of(ward)}
    school, office = units["Trường Trung học cơ sở Hải Đăng"], units["Phòng Văn hóa - Xã hội"]
    firm = units["Công ty TNHH May Minh Họa"]
    today, joined = clock.today(), 0
    for person in people[24:90]:
        born = person.born_on
        if born is None:
            continue
        age = today.year - born.year
        if 11 <= age <= 15:
            belonging.join(person, unit=school, kind=Kind.SECONDARY_PUPIL, day=None, by=by)
        elif 30 <= age <= 50 and joined < 12:
            joined += 1
            unit, kind = (office, Kind.OFFICIAL) if joined % 3 == 0 else (firm, Kind.WORKER)
            belonging.join(person, unit=unit, kind=kind, day=date(2025, 9, 1), by=by)
    belonging.add_outsider(
        ward, full_name="Lê Thị Ngoại (minh họa)", born_on=date(1990, 4, 2), sex="female", unit=firm, kind=Kind.WORKER,
        by=by,
    )  # fmt: skip
    first = Membership.objects.filter(person__ward=ward, unit=firm, valid_from=date(2025, 9, 1)).first()
    if first is not None:
        belonging.leave_unit(first, day=today - 30 * DAY, by=by)


def _citizen(people: list[Person]) -> None:
    """One of them has an account, named so that stories can speak of it; like every citizen's it has no password."""
    account = citizens.open_account(people[26].ward, person=people[26])
    account.username = "nguoidan"
    account.save(update_fields=("username",))


def _helped(people: list[Person], cast: dict[str, Account]) -> None:
    """Two learners were helped at home and one at the service desk; the lot fell on two, one of whom was called."""
    helped = [
        assisting.write_down(cast[helper], people[at], _aloud(people[at]), device="Chrome trên Android")
        for helper, at in (("thanhvien", 2), ("thanhvien", 3), ("daisuso", 50))
    ]
    assisting.close(AssistedSession.objects.filter(pk__in=[row.pk for row in helped]), assisting.ENDED)
    AssistedSession.objects.filter(pk__in=[row.pk for row in helped[:2]]).update(to_call_back=True)
    assisting.record_call(helped[0], outcome="confirmed", note="", by=cast["dieuphoi"])


def _aloud(person: Person) -> assisting.Agreement:
    guardian = "Cha mẹ có mặt (minh họa)" if assisting.needs_guardian(person) else ""
    return assisting.Agreement(AssistedSession.Agreed.WITNESS, witness="Người chứng kiến (minh họa)", guardian=guardian)


def _circumstances(people: list[Person], homes: list[Household], by: Account) -> None:
    today = clock.today()
    for home, kind in ((homes[5], Circumstance.Kind.POOR), (homes[12], Circumstance.Kind.NEAR_POOR)):
        belonging.record_circumstance(
            home, kind=kind, note="", paper="Danh sách minh họa", day=today - 100 * DAY, by=by
        )
    belonging.record_circumstance(
        people[40], kind=Circumstance.Kind.DISABILITY, note="Khó đi lại", paper="Giấy minh họa", day=today - 50 * DAY,
        by=by,
    )  # fmt: skip


def _doubles(ward: Ward, people: list[Person], homes: list[Household], by: Account) -> None:
    """Two rows that are one person, twice: one pair is merged, one waits for somebody to look."""
    for at, person in ((44, people[44]), (47, people[47])):
        again = living.add_person(
            homes[at % 20], full_name=person.full_name, born_on=person.born_on, only_year=False, sex=person.sex, number="",
            phone="", relation="", kind="temporary", day=None, by=by,
        )  # fmt: skip
        if at == 44:
            merging.merge(person, again, by=by)
    waiting = HeldRow.objects.filter(ward=ward, state=HeldRow.State.WAITING)
    if waiting.count() > 1:
        holding.decide(waiting[0], HeldRow.State.LEFT_OUT, by=by)


def _rights(ward: Ward, people: list[Person], by: Account) -> None:
    now, today = clock.now(), clock.today()
    for year in (today.year, today.year + 1):
        workdays.add_fixed(year, by=by)
    texts = {
        purpose: consenting.write_text(ward, purpose=purpose, text=text, valid_from=today - 200 * DAY, by=by)
        for purpose, text in json.loads(TEXTS.read_text("utf-8")).items()
    }
    door, paper = ConsentEntry.Channel.DOOR, ConsentEntry.Channel.PAPER
    for person in people[50:54]:
        consenting.give(person, texts["contact"], party="self", representative="", channel=door,
                        witness="Trần Thị Nết", by=by)  # fmt: skip
    consenting.withdraw(people[51], texts["contact"], party="self", representative="", channel=paper, witness="", by=by)
    child = next(p for p in people[20:] if p.born_on and 7 <= today.year - p.born_on.year <= 14)
    for party, name in (("self", ""), ("representative", "Người đại diện minh họa")):
        consenting.give(
            child, texts["publish_child"], party=party, representative=name, channel=paper, witness="", by=by
        )
    asked = {"asked_by": "self", "identified_by": "Xem thẻ căn cước (minh họa)", "channel": "Tại bộ phận một cửa"}
    rows = [
        requests.file(person, kind=kind, text="", received_at=now - timedelta(days=days), by=by, **asked)
        for person, kind, days in (
            (people[60], SubjectRequest.Kind.SEE, 1),
            (people[61], SubjectRequest.Kind.CORRECT, 6),
            (people[62], SubjectRequest.Kind.COPY, 14),
            (people[63], SubjectRequest.Kind.RESTRICT, 20),
            (people[64], SubjectRequest.Kind.ERASE, 10),
        )
    ]
    requests.answer(rows[1], text="Đã nhận, sẽ đối chiếu với giấy khai sinh.", by=by)
    requests.answer(rows[2], text="Đã nhận, sẽ gửi bản sao.", by=by)
    requests.carry_out(rows[3], text="Đã hạn chế xử lý.", by=by)
    requests.carry_out(rows[4], text="Đã xóa.", by=by)
    forgetting.erase(people[65], reason="Nhập nhầm người nơi khác (minh họa)", by=by)
    lost = breaches.open_breach(
        ward, title="Mất một máy tính bảng (minh họa)", happened_at=now - timedelta(days=30),
        found_at=now - timedelta(days=29), categories="Tên, địa chỉ trong danh sách đã tải", people=12,
        consequences="Máy có khóa màn hình", by=by,
    )  # fmt: skip
    breaches.report(lost, at=now - timedelta(days=28), number="07/BC-MH", by=by)
    breaches.tell_people(lost, at=now - timedelta(days=27), how="Gọi điện từng người", by=by)
    breaches.close(lost, text="Đã xóa từ xa, đổi mật khẩu.", by=by)
    breaches.open_breach(
        ward, title="Gửi nhầm danh sách cho đơn vị khác (minh họa)", happened_at=now - timedelta(hours=20),
        found_at=now - timedelta(hours=5), categories="Tên, năm sinh", people=40, consequences="", by=by,
    )  # fmt: skip
