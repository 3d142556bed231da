"""Evidence travels: given by a unit, kept safe, looked at by somebody else, accepted or returned."""

from __future__ import annotations

from datetime import date
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from hocvu.plan import carrying
from hocvu.plan.models import Evidence, Task
from hocvu.plan.tests.cast import Cast, make_cast, make_task


def photo_with_a_place() -> bytes:
    exif = Image.Exif()
    exif.get_ifd(0x8825)[2] = (20.0, 51.0, 0.0)
    kept = BytesIO()
    Image.new("RGB", (2600, 900), "teal").save(kept, "JPEG", exif=exif)
    return kept.getvalue()


def sent(cast: Cast, **fields: Any) -> dict[str, Any]:
    return {"unit": cast.centre.pk, "title": "Lớp kỹ năng số", "happened_on": "10/11/2026", **fields}


def given(cast: Cast, task: Task, **fields: Any) -> Evidence:
    values: dict[str, Any] = {"unit": cast.centre, "title": "Tin", "happened_on": date(2026, 11, 1), "by": cast.lan}
    return carrying.add_evidence(task, **{"url": "https://haian.gov.vn/1", **values, **fields})


def test_a_unit_gives_a_photo_and_its_place_is_forgotten(as_: Any, cast: Cast):
    task, lan = make_task(cast), as_(cast.lan)
    assert "Lỗi" not in lan.get(f"/nhiem-vu/{task.pk}/bang-chung/them/").content.decode()
    upload = SimpleUploadedFile("IMG_2031.JPG", photo_with_a_place())
    answer = lan.post(f"/nhiem-vu/{task.pk}/bang-chung/them/", sent(cast, upload=upload), follow=True)
    assert "Đã nộp bằng chứng" in answer.content.decode()
    evidence = Evidence.objects.get()

    file = lan.get(f"/bang-chung/{evidence.pk}/tep/")
    content = b"".join(file.streaming_content)
    assert b"Exif" not in content
    assert max(Image.open(BytesIO(content)).size) == 2000
    assert file["Content-Disposition"].startswith("inline")
    assert file["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert f'src="/bang-chung/{evidence.pk}/tep/"' in lan.get(f"/bang-chung/{evidence.pk}/").content.decode()


def test_a_document_is_saved_and_never_shown(as_: Any, cast: Cast):
    task, lan = make_task(cast), as_(cast.lan)
    upload = SimpleUploadedFile("Báo cáo.pdf", b"%PDF-1.7 <script>", content_type="text/html")
    lan.post(f"/nhiem-vu/{task.pk}/bang-chung/them/", sent(cast, upload=upload))
    file = lan.get(f"/bang-chung/{Evidence.objects.get().pk}/tep/")
    assert file["Content-Type"] == "application/pdf"
    assert file["Content-Disposition"].startswith("attachment")
    assert file["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"upload": SimpleUploadedFile("a.svg", b"<svg onload=alert(1)>")}, "Loại tệp"),
        ({"upload": SimpleUploadedFile("a.pdf", b"<html>")}, "không phải .pdf"),
        ({"url": "javascript:alert(1)"}, "https://"),
        ({}, "mỗi lần một thứ"),
        ({"url": "https://a.vn/", "upload": SimpleUploadedFile("a.pdf", b"%PDF-1")}, "mỗi lần một thứ"),
        ({"url": "https://a.vn/", "happened_on": "19/11/2026"}, "chưa tới"),
        ({"url": "https://a.vn/", "unit": "0"}, "đơn vị nộp"),
    ],
)
def test_it_refuses_in_one_sentence_and_keeps_the_rest(as_: Any, cast: Cast, fields: dict[str, Any], words: str):
    task = make_task(cast)
    answer = as_(cast.lan).post(f"/nhiem-vu/{task.pk}/bang-chung/them/", sent(cast, **fields))
    text = answer.content.decode()
    assert answer.status_code == 422
    assert words in text
    assert 'value="Lớp kỹ năng số"' in text
    assert not Evidence.objects.exists()


def test_only_those_who_see_the_task_see_its_evidence(client: Any, as_: Any, cast: Cast):
    elsewhere = make_cast("Đông Hải", "11411", "dong-hai")
    mine, theirs = (
        given(cast, make_task(cast)),
        given(elsewhere, make_task(elsewhere), unit=elsewhere.centre, by=elsewhere.lan),
    )
    for path in ("", "tep/"):
        assert as_(cast.an).get(f"/bang-chung/{mine.pk}/{path}").status_code == 404
        assert as_(cast.thu).get(f"/bang-chung/{theirs.pk}/{path}").status_code == 404
        assert client.get(f"/bang-chung/{mine.pk}/{path}").status_code == 302
    assert as_(cast.lan).get(f"/bang-chung/{mine.pk}/").status_code == 200
    assert as_(cast.lan).get(f"/bang-chung/{mine.pk}/tep/").status_code == 404  # a link has no file


def test_the_coordinator_accepts_and_goes_on_to_what_waits(as_: Any, cast: Cast):
    evidence = given(cast, make_task(cast))
    thu = as_(cast.thu)
    assert "Tin" in thu.get("/bang-chung/").content.decode()
    answer = thu.post(f"/bang-chung/{evidence.pk}/", {"verdict": "accept"})
    assert (answer.status_code, answer["Location"]) == (302, "/bang-chung/")
    evidence.refresh_from_db()
    assert (evidence.check_state, evidence.checked_by) == (Evidence.Check.ACCEPTED, cast.thu)


def test_it_returns_only_with_a_reason_that_the_unit_reads(as_: Any, cast: Cast):
    evidence = given(cast, make_task(cast))
    thu = as_(cast.thu)
    assert thu.post(f"/bang-chung/{evidence.pk}/", {"verdict": "return"}).status_code == 422
    assert thu.post(f"/bang-chung/{evidence.pk}/", {}).status_code == 422
    thu.post(f"/bang-chung/{evidence.pk}/", {"verdict": "return", "reason": "Không mở được"})
    assert "Không mở được" in as_(cast.lan).get(f"/bang-chung/{evidence.pk}/").content.decode()
    # What was returned stays returned.
    assert thu.post(f"/bang-chung/{evidence.pk}/", {"verdict": "accept"}).status_code == 422


def test_nobody_checks_the_own_evidence_and_units_check_nothing(as_: Any, cast: Cast):
    own = given(cast, make_task(cast, lead=cast.culture), unit=cast.culture, by=cast.thu)
    thu = as_(cast.thu)
    assert '<form method="post" class' not in thu.get(f"/bang-chung/{own.pk}/").content.decode()
    assert thu.post(f"/bang-chung/{own.pk}/", {"verdict": "accept"}).status_code == 422
    theirs = given(cast, make_task(cast, coordinators=(cast.police,)))
    assert as_(cast.an).post(f"/bang-chung/{theirs.pk}/", {"verdict": "accept"}).status_code == 403
    assert as_(cast.lan).get("/bang-chung/").status_code == 403
    assert not Evidence.objects.exclude(check_state="waiting").exists()


def test_the_list_filters_and_forgives_nonsense(as_: Any, cast: Cast):
    task = make_task(cast, coordinators=(cast.police,))
    given(cast, task, title="Bản tin")
    given(cast, task, title="Ảnh trực", unit=cast.police, by=cast.an, url="https://a.vn/2")
    thu = as_(cast.thu)

    def titles(query: str) -> list[str]:
        return [row.title for row in thu.get(f"/bang-chung/{query}").context["page"]]

    assert titles("") == ["Bản tin", "Ảnh trực"]
    assert titles(f"?don-vi={cast.police.pk}") == ["Ảnh trực"]
    assert titles("?tim=ban+tin") == ["Bản tin"]
    assert titles("?kiem=accepted") == []
    assert titles("?kiem=x&don-vi=y") == ["Bản tin", "Ảnh trực"]
    assert thu.get("/bang-chung/?dinh-dang=xlsx").status_code == 200
