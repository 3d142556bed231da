"""Outside figures: read, judged, taken in whole, withdrawn; totals to divide by; what fills what."""

from __future__ import annotations

import io
import json
import random
from datetime import date, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from hocvu.assessment.tests.cast_desk import make_framework
from hocvu.lib import clock
from hocvu.lib.sheets import Refused, Sheet
from hocvu.plan import about_people, external, filling, importing_external, measures, populations, reading_external
from hocvu.plan.models import Denominator, ExternalImport, ExternalUpload, FillRule
from hocvu.plan.tests.cast import Cast
from hocvu.plan.tests.test_measures import live
from hocvu.ward import register
from hocvu.ward.capabilities import Role
from hocvu.ward.importing.cells import Places
from hocvu.ward.models import Account, AuditEntry, Neighbourhood
from hocvu.ward.tests.cast import make_account

PLACES = [(n, f"Tổ dân phố số {n}", n) for n in range(1, 9)]


def book(*rows: list[Any]) -> bytes:
    kept = io.BytesIO()
    with xlsxwriter.Workbook(kept, {"in_memory": True}) as made:
        sheet = made.add_worksheet("A")
        for at, row in enumerate(rows):
            sheet.write_row(at, 0, row)
    return kept.getvalue()


# ---- Reading

totals_ = st.dictionaries(
    st.integers(1, 8), st.integers(0, 5000).flatmap(lambda whole: st.tuples(st.integers(0, whole), st.just(whole))),
    min_size=1,
)  # fmt: skip


@given(totals_, st.randoms(use_true_random=False), st.booleans())
def test_totals_read_back_as_they_were_written(totals: dict[int, tuple[int, int]], chance: random.Random, summed: bool):
    columns = ["TT", "Tổ dân phố", "Số người đã đạt", "Tổng số"]
    order = list(range(4))
    chance.shuffle(order)
    lines: list[list[Any]] = []
    for at, (place, (reached, whole)) in enumerate(totals.items(), start=1):
        name = chance.choice([f"TDP {place}", f"Tổ {place:02}", f"Tổ dân phố số {place}"])
        written = [reached, f"{reached:,}".replace(",", "."), float(reached)]
        lines.append([float(at), name, chance.choice(written), float(whole)])
        lines += [[None] * 4] * chance.randint(0, 1)
    if summed:
        lines.append(
            [None, "Tổng cộng", float(sum(r for r, _ in totals.values())), float(sum(w for _, w in totals.values()))]
        )
    rows = [["BÁO CÁO"], [], columns, *lines]
    rows = [[row[i] for i in order] if len(row) == 4 else row for row in rows]
    read = reading_external.read([Sheet("A", rows)], Places(PLACES), date(2026, 11, 18))
    assert {line.place: (line.numerator, line.denominator) for line in read.totals} == totals
    assert (read.faults, read.warnings) == ([], [])
    assert (read.whole is not None) == summed


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (["1", "Tổ 99", 5, 10], "Không có khu dân cư nào tên “Tổ 99”"),
        (["1", "Tổ 1", 15, 10], "lớn hơn tổng số"),
        (["1", "Tổ 1", "nhiều", 10], "không đọc được"),
    ],
)
def test_a_row_that_cannot_be_used_says_why(row, words):
    sheet = Sheet("A", [["STT", "Tổ dân phố", "Số đạt", "Tổng số"], row])
    read = reading_external.read([sheet], Places(PLACES), date(2026, 11, 18))
    assert read.totals == [] and words in read.faults[0][1]


def test_a_sum_that_does_not_add_up_is_told():
    sheet = Sheet("A", [["Khu dân cư", "Số đạt"], ["Tổ 1", 5.0], ["Tổ 2", 6.0], ["Tổng cộng", 12.0]])
    read = reading_external.read([sheet], Places(PLACES), date(2026, 11, 18))
    assert "cộng các dòng được 11" in read.warnings[0] and read.whole and read.whole.numerator == 12


def test_a_file_without_a_heading_is_refused_in_a_sentence():
    with pytest.raises(Refused, match="Không tìm thấy dòng tiêu đề"):
        reading_external.read([Sheet("A", [["a", "b"], [1.0, 2.0]])], Places(PLACES), date(2026, 11, 18))


# ---- The journey


@pytest.fixture
def place(cast: Cast) -> Neighbourhood:
    return Neighbourhood.objects.create(ward=cast.ward, name="Tổ dân phố số 1", number=1)


@pytest.fixture
def khang(cast: Cast, client: Client) -> Account:
    account = make_account("khang", Role.POLICE, ward=cast.ward, unit=cast.police)
    client.force_login(account)
    return account


def numbered(cast: Cast, place: Neighbourhood, name: str, digits: str, born: date = date(1980, 1, 1)) -> Any:
    person = live(cast, place, name, born)
    register.seal_number(person, digits)
    person.save()
    return person


def hand_in(client: Client, content: bytes, **fields: Any) -> Any:
    sent = {"measure": "digital_identity", "as_of": "01/11/2026", "issuer": "Công an phường", **fields}
    return client.post("/so-ben-ngoai/nhap/", {**sent, "file": SimpleUploadedFile("a.xlsx", content)})


@pytest.mark.django_db
def test_a_list_is_looked_at_confirmed_and_counted(client, cast, place, khang):
    numbered(cast, place, "An", "031080000001")
    numbered(cast, place, "Bình", "031080000002")
    numbered(cast, place, "Chi", "031215000003", date(2015, 1, 1))
    content = book(["Số định danh", "Ngày xác nhận"], ["031080000001", "05/10/2026"], [31080000002, ""],
                   ["031215000003", ""], ["031080000009", ""], ["031080000001", ""], ["12", ""])  # fmt: skip
    path = hand_in(client, content).headers["Location"]
    page = client.get(path).content.decode()
    assert "031080000001" not in page and "Số định danh phải có 12 chữ số" in page
    counts = ExternalUpload.objects.get().judged["counts"]
    assert counts == {"rows": 5, "repeated": 1, "matched": 3, "unknown": 1, "counted": 2, "faults": 1}
    assert measures.count("digital_identity", cast.ward, clock.today()) is None
    client.post(f"{path}ghi/")
    figure = measures.count("digital_identity", cast.ward, clock.today())
    assert figure and figure.numerator == 2
    upload = ExternalUpload.objects.get()
    assert (upload.state, upload.sealed) == ("applied", None)
    assert b"031080000001" not in bytes(ExternalImport.objects.get().sealed)


@pytest.mark.django_db
def test_the_file_is_the_evidence_and_goes_out_for_a_reason(client, cast, place, khang):
    content = book(["Tổ dân phố", "Số đạt", "Tổng số"], ["Tổ 1", 40, 60])
    client.post(f"{hand_in(client, content).headers['Location']}ghi/")
    row = ExternalImport.objects.get()
    assert client.post(f"/so-ben-ngoai/{row.pk}/tep/", {"reason": ""}).status_code == 422
    answer = client.post(f"/so-ben-ngoai/{row.pk}/tep/", {"reason": "đối chiếu"})
    assert answer.content == content
    assert AuditEntry.objects.filter(action="took external evidence out").count() == 1
    assert row.digest in client.get(f"/so-ben-ngoai/{row.pk}/").content.decode()
    assert "Tổ dân phố số 1" in client.get(f"/so-ben-ngoai/{row.pk}/").content.decode()
    city = Client()
    city.force_login(make_account("khoi", Role.CITY_VIEWER))
    assert "Tổ dân phố số 1" not in city.get(f"/so-ben-ngoai/{row.pk}/").content.decode()
    again = ExternalUpload.objects.get(pk=hand_in(client, content).headers["Location"].split("/")[-2])
    assert "đã được nhập" in again.judged["warnings"][0]


@pytest.mark.django_db
def test_a_file_that_nobody_decides_on_is_let_go(client, cast, place, khang):
    hand_in(client, book(["Số định danh"], ["031080000001"]))
    assert about_people.forget_waiting_files(30) == 0
    with clock.stopped_at(clock.now() + timedelta(days=31)):
        assert about_people.forget_waiting_files(30) == 1
    upload = ExternalUpload.objects.get()
    assert (upload.state, upload.sealed) == ("dropped", None)


@pytest.mark.django_db
def test_a_withdrawn_file_lets_the_one_before_count_again(client, cast, place, khang):
    for day, reached in (("01/10/2026", 30), ("01/11/2026", 40)):
        answer = hand_in(client, book(["Tổ dân phố", "Số đạt"], ["Tổ 1", reached]), as_of=day)
        client.post(f"{answer.headers['Location']}ghi/")
    figure = measures.count("digital_identity", cast.ward, clock.today())
    assert figure and figure.numerator == 40
    newest = ExternalImport.objects.order_by("-as_of")[0]
    client.post(f"/so-ben-ngoai/{newest.pk}/rut/", {"reason": "gửi nhầm"})
    figure = measures.count("digital_identity", cast.ward, clock.today())
    assert figure and (figure.numerator, figure.as_of) == (30, date(2026, 10, 1))


@pytest.mark.django_db
@given(st.lists(st.tuples(st.integers(1, 28), st.integers(0, 90), st.booleans()), max_size=5))
@hypothesis_settings(max_examples=20)
def test_the_figure_is_the_newest_file_that_stands(files: list[tuple[int, int, bool]]):
    from django.db import transaction

    from hocvu.plan.tests.cast import at, make_cast

    with transaction.atomic(), clock.stopped_at(at("2026-11-28 09:00")):
        cast = make_cast()
        Neighbourhood.objects.create(ward=cast.ward, name="Tổ dân phố số 1", number=1)
        standing: list[tuple[int, int, int]] = []
        for order, (day, reached, withdrawn) in enumerate(files):
            with clock.stopped_at(at(f"2026-11-28 09:{order:02}")):
                row = importing_external.take_in(
                    cast.ward, measure="digital_identity", as_of=date(2026, 11, day), issuer="CA", document="",
                    name="a.xlsx", content=book(["Tổ dân phố", "Số đạt"], ["Tổ 1", reached]), by=None,
                )  # fmt: skip
            if withdrawn:
                importing_external.withdraw(row, reason="x", by=cast.thu)
            else:
                standing.append((day, order, reached))
        figure = external.figure("digital_identity", "citizens_16", cast.ward, clock.today())
        assert (figure.numerator if figure else None) == (max(standing)[2] if standing else None)
        transaction.set_rollback(True)


@pytest.mark.django_db
def test_the_command_takes_the_same_way(cast, place, tmp_path: Path):
    path = tmp_path / "a.xlsx"
    path.write_bytes(book(["Tổ dân phố", "Số đạt", "Tổng số"], ["Tổ 1", 40, 60], ["Tổ 9", 1, 2]))
    words = ["import_external", str(path), "--ward", "hai-an", "--measure", "vneid_taught", "--as-of", "2026-11-01",
             "--issuer", "C06"]  # fmt: skip
    out = StringIO()
    call_command(*words, "--dry-run", "--json", stdout=out)
    assert json.loads(out.getvalue())["reached"] == 40 and not ExternalImport.objects.exists()
    with pytest.raises(CommandError, match="còn 1 dòng sai"):
        call_command(*words, stdout=StringIO())
    assert not ExternalImport.objects.exists()
    path.write_bytes(book(["Tổ dân phố", "Số đạt", "Tổng số"], ["Tổ 1", 40, 60]))
    call_command(*words, stdout=StringIO())
    figure = measures.count("vneid_taught", cast.ward, clock.today())
    assert figure and (figure.numerator, figure.denominator) == (40, 60)
    path.write_bytes(b"no")
    with pytest.raises(CommandError, match="Không mở được"):
        call_command(*words, stdout=StringIO())


# ---- Totals and rules


@pytest.mark.django_db
def test_a_total_needs_a_source_and_a_second_look_where_it_is_far_off(client, cast, place):
    client.force_login(cast.thu)
    for n in range(10):
        live(cast, place, f"N{n}", date(1980, 1, 1))
    sent = {"year": "2026", "choice": "given", "value": "12"}
    assert "phải có nguồn" in client.post("/tong-so/adults/", sent).content.decode()
    far = client.post("/tong-so/adults/", {**sent, "value": "900", "source": "Điều tra"})
    assert far.status_code == 422 and "lệch nhiều" in far.content.decode() and 'value="900"' in far.content.decode()
    assert not Denominator.objects.exists()
    assert (
        client.post("/tong-so/adults/", {**sent, "value": "900", "source": "Điều tra", "seen": "900"}).status_code
        == 302
    )
    assert populations.whole(cast.ward, "adults", clock.today()).value == 900
    client.post("/tong-so/adults/", {"year": "2026", "choice": "register"})
    assert populations.whole(cast.ward, "adults", clock.today()).value == 10
    assert "Điều tra" in client.get("/tong-so/adults/").content.decode()  # history
    assert client.get("/tong-so/khong-co/").status_code == 404


@pytest.mark.django_db
def test_what_fills_a_target_is_dated_and_never_edited(client, cast):
    client.force_login(cast.thu)
    make_framework()
    sent = {"measure": "adults_skilled", "source": "QĐ 1", "valid_from": "01/01/2026", "group": "adults"}
    assert "Hãy chọn mức" in client.post("/chi-tieu/quy-dinh/them/", sent).content.decode()
    made_up = client.post("/chi-tieu/quy-dinh/them/", {**sent, "level": "hocvu:B9"})
    assert made_up.status_code == 422 and 'value="QĐ 1"' in made_up.content.decode()
    client.post("/chi-tieu/quy-dinh/them/", {**sent, "level": "hocvu:B2"})
    rule = FillRule.objects.get()
    assert (rule.framework, rule.level, rule.group) == ("hocvu", "B2", "adults")
    client.post(f"/chi-tieu/quy-dinh/{rule.pk}/thoi/", {"day": "01/11/2026"})
    on = lambda day: filling.rules_on(cast.ward, "adults_skilled", day).count()  # noqa: E731
    assert [on(date(2025, 12, 31)), on(date(2026, 10, 31)), on(date(2026, 11, 1))] == [0, 1, 0]


@pytest.mark.django_db
def test_a_rule_that_could_fill_nothing_is_refused_in_a_sentence(client, cast):
    client.force_login(cast.thu)
    make_framework()
    make_framework("qd757", content="missing", kind="official", levels=())
    sent = {"measure": "adults_skilled", "level": "hocvu/1.0:B2", "source": "QĐ 1", "valid_from": "01/01/2026"}

    def told(**said: str) -> str:
        answer = client.post("/chi-tieu/quy-dinh/them/", {**sent, **said})
        assert answer.status_code == 422 and not FillRule.objects.exists()
        return str(answer.content.decode())

    assert "không đếm bằng giấy xác nhận" in told(measure="vneid_taught")
    assert "không cấp cho hộ gia đình" in told(group="households")
    assert "chỉ nói một điều" in told(milestone="cài Smart Hải Phòng")
    page = client.get("/chi-tieu/quy-dinh/them/").content.decode()
    assert "Từ Tự làm (B2) trở lên" in page and "mọi phiên bản" in page and "qd757" not in page
    client.post("/chi-tieu/quy-dinh/them/", {**sent, "level": "", "milestone": "cài Smart Hải Phòng"})
    assert FillRule.objects.get().milestone == "cài Smart Hải Phòng"


@pytest.mark.django_db
def test_a_rule_of_before_that_names_no_known_level_is_told(client, cast):
    client.force_login(cast.thu)
    make_framework()
    fields = {"ward": cast.ward, "measure": "adults_skilled", "source": "QĐ 1", "valid_from": date(2026, 1, 1)}
    FillRule.objects.create(**fields, level="cơ bản", framework="Khung dự án, bản 1")
    assert measures.count("adults_skilled", cast.ward, clock.today()) is None  # and never 0 %
    assert "Không có mức này" in client.get("/chi-tieu/quy-dinh/").content.decode()
    FillRule.objects.all().delete()
    FillRule.objects.create(**fields, level="B2", framework="hocvu")
    page = client.get("/chi-tieu/quy-dinh/").content.decode()
    assert "Có mức này" in page and "Từ Tự làm (B2) trở lên, Khung kỹ năng số làm việc, mọi phiên bản" in page
