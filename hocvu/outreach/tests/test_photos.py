"""Photos of visits: in pieces, by their digest, drawn anew, to whoever may see the visit."""

from __future__ import annotations

import hashlib
import io
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from hocvu.lib import clock
from hocvu.outreach import photos
from hocvu.outreach.models import TeamPlace, Visit, VisitPhoto
from hocvu.outreach.tests import cast
from hocvu.outreach.tests.cast import Field, enter, fields, send
from hocvu.ward import forgetting, outbox, receipts
from hocvu.ward.models import Receipt

pytestmark = pytest.mark.django_db
TO = "/tham-ho/anh/"
PIECE = 20_000


@pytest.fixture
def field() -> Field:
    return cast.make_field()


@pytest.fixture
def phone(field: Field) -> Client:
    return enter(field.net)


@pytest.fixture
def visit(field: Field, phone: Client) -> Visit:
    assert send(phone, field.net, fields(field.homes[0])).json()["result"] == "accepted"
    return Visit.objects.get()


def photo_bytes(side: int = 400) -> bytes:
    noise = Image.effect_noise((side, side), 60).convert("RGB")
    exif = Image.Exif()
    exif[0x010E] = "Số 12 ngõ 3 Đằng Lâm"
    made = io.BytesIO()
    noise.save(made, "JPEG", quality=80, exif=exif)
    return made.getvalue()


def send_piece(client: Client, content: bytes, visit: UUID, *, at: int, key: UUID, by: Any, **said: str) -> Any:
    headers = {
        "X-Outbox-Id": str(key),
        "X-Outbox-Digest": hashlib.sha256(content).hexdigest(),
        "X-Outbox-Owner": outbox.owner_of(by),
        "X-Photo-Visit": str(visit),
        "X-Photo-Size": str(len(content)),
        "X-Photo-Offset": str(at),
        "Accept": "application/json",
        **said,
    }
    return client.post(TO, content[at : at + PIECE], content_type="application/octet-stream", headers=headers)


def send_whole(client: Client, content: bytes, visit: UUID, *, key: UUID, by: Any) -> Any:
    """As pieces.js does: go on from where the server says."""
    at, told = 0, None
    for _ in range(40):
        told = send_piece(client, content, visit, at=at, key=key, by=by).json()
        if "result" in told:
            return told
        at = told["received"]
    raise AssertionError(told)


def test_it_comes_in_pieces_and_goes_on_where_the_line_was_cut(field, phone, visit):
    content, key = photo_bytes(), receipts.uuid7()
    assert send_piece(phone, content, visit.pk, at=0, key=key, by=field.net).json()["received"] == PIECE
    # A piece from elsewhere changes nothing and is told how much is here.
    assert send_piece(phone, content, visit.pk, at=3 * PIECE, key=key, by=field.net).json()["received"] == PIECE
    assert send_piece(phone, content, visit.pk, at=0, key=key, by=field.net).json()["received"] == PIECE
    told = send_whole(phone, content, visit.pk, key=key, by=field.net)
    assert (told["id"], told["result"]) == (str(key), "accepted")
    assert told["digest"] == hashlib.sha256(content).hexdigest()
    assert send_whole(phone, content, visit.pk, key=key, by=field.net)["result"] == "duplicate"
    assert send_whole(phone, content, visit.pk, key=receipts.uuid7(), by=field.net)["result"] == "duplicate"
    row = VisitPhoto.objects.get()
    assert (row.pk, row.visit, row.neighbourhood, row.team) == (key, visit.pk, field.seven, field.team)
    assert row.part is None and b"JFIF" not in bytes(row.sealed)


def test_what_the_camera_wrote_is_gone(field, phone, visit):
    content, key = photo_bytes(1600), receipts.uuid7()
    assert len(content) > 0
    small = photos.drawn(content)
    assert len(small) <= 300_000
    picture = Image.open(io.BytesIO(small))
    assert 900 < picture.width <= 1280 and not dict(picture.getexif())
    send_whole(phone, photo_bytes(), visit.pk, key=key, by=field.net)
    shown = phone.get(f"{TO}{key}/")
    assert shown["Content-Type"] == "image/jpeg" and "no-store" in shown["Cache-Control"]
    assert not dict(Image.open(io.BytesIO(b"".join(shown.streaming_content))).getexif())


def test_only_who_may_see_the_visit_sees_the_photo(field, phone, visit):
    key = receipts.uuid7()
    send_whole(phone, photo_bytes(), visit.pk, key=key, by=field.net)
    statuses = [enter(one).get(f"{TO}{key}/").status_code for one in (field.lan, field.hoa, field.tam, field.leader)]
    assert statuses[:3] == [200, 200, 404]
    assert phone.get(f"{TO}{uuid4()}/").status_code == 404
    assert Client().get(f"{TO}{key}/").status_code == 302


def test_a_photo_may_come_before_its_words_and_is_seen_once_they_are_there(field, phone):
    key, visit = receipts.uuid7(), receipts.uuid7()
    assert send_whole(phone, photo_bytes(), visit, key=key, by=field.net)["result"] == "accepted"
    assert phone.get(f"{TO}{key}/").status_code == 404
    send(phone, field.net, fields(field.homes[0]), key=visit)
    assert phone.get(f"{TO}{key}/").status_code == 200


def test_what_does_not_match_its_digest_is_told_and_starts_anew(field, phone, visit):
    content, key = photo_bytes(150), receipts.uuid7()
    assert len(content) <= PIECE
    wrong = {"X-Outbox-Digest": "0" * 64}
    told = send_piece(phone, content, visit.pk, at=0, key=key, by=field.net, **wrong)
    assert (told.status_code, told.json()["result"]) == (422, "rejected")
    assert "không khớp" in told.json()["reason"] and not VisitPhoto.objects.exists()
    assert send_whole(phone, content, visit.pk, key=key, by=field.net)["result"] == "accepted"


@pytest.mark.parametrize(
    ("content", "words"), [(b"MZ" * 900, "không phải ảnh JPEG"), (b"\xff\xd8\xff" + b"x" * 500, "hỏng")]
)
def test_what_is_no_photo_is_refused(field, phone, visit, content, words):
    told = send_whole(phone, content, visit.pk, key=receipts.uuid7(), by=field.net)
    assert told["result"] == "rejected" and words in told["reason"]
    assert not VisitPhoto.objects.exists() and not Receipt.objects.filter(path=TO).exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"X-Photo-Size": "300001"},
        {"X-Photo-Size": "nhiều"},
        {"X-Photo-Offset": "-1"},
        {"X-Photo-Visit": "lượt"},
        {"X-Outbox-Digest": "x"},
    ],
)
def test_a_piece_that_makes_no_sense_is_refused(field, phone, visit, wrong):
    told = send_piece(phone, photo_bytes(200), visit.pk, at=0, key=receipts.uuid7(), by=field.net, **wrong)
    assert told.json()["result"] == "rejected" and not VisitPhoto.objects.exists()


def test_an_id_that_was_another_photo_s_is_a_conflict(field, phone, visit):
    content, other, key = photo_bytes(), photo_bytes(410), receipts.uuid7()
    send_piece(phone, content, visit.pk, at=0, key=key, by=field.net)
    assert send_piece(phone, other, visit.pk, at=0, key=key, by=field.net).json()["result"] == "conflict"
    assert send_whole(phone, content, visit.pk, key=key, by=field.net)["result"] == "accepted"
    assert send_piece(phone, other, visit.pk, at=0, key=key, by=field.net).json()["result"] == "conflict"


def test_nobody_sends_for_another_nor_without_ever_having_had_the_right(field, phone, visit):
    told = send_piece(phone, photo_bytes(), visit.pk, at=0, key=receipts.uuid7(), by=field.lan)
    assert told.status_code == 401
    assert send_piece(Client(), photo_bytes(), visit.pk, at=0, key=receipts.uuid7(), by=field.net).status_code == 401
    stranger = enter(field.leader)
    told = send_piece(stranger, photo_bytes(), visit.pk, at=0, key=receipts.uuid7(), by=field.leader)
    assert told.json()["result"] == "rejected"


def test_a_page_without_script_takes_a_photo_too(field, phone, visit):
    path = f"/tham-ho/luot/{visit.pk}/anh/"
    assert phone.get(path).status_code == 200
    assert enter(field.tam).get(path).status_code == 404
    wrong = phone.post(path, {"anh": SimpleUploadedFile("a.jpg", b"MZ" * 50)})
    assert wrong.status_code == 422
    for _ in range(2):
        sent = phone.post(path, {"anh": SimpleUploadedFile("a.jpg", photo_bytes(300))})
        assert sent.status_code in (302, 422)
    sent = phone.post(path, {"anh": SimpleUploadedFile("b.jpg", photo_bytes(310))})
    assert (sent.status_code, sent["Location"]) == (302, f"/tham-ho/luot/{visit.pk}/")
    assert photos.of_visit(visit.pk).count() == 3


def test_a_photo_stands_on_the_page_of_its_visit(field, phone, visit):
    key = receipts.uuid7()
    send_whole(phone, photo_bytes(), visit.pk, key=key, by=field.net)
    assert f'src="/tham-ho/anh/{key}/"' in phone.get(f"/tham-ho/luot/{visit.pk}/").content.decode()
    assert enter(field.tam).get(f"/tham-ho/anh/{key}/").status_code == 404


def test_photos_have_their_time(field, phone, visit):
    key, half = receipts.uuid7(), receipts.uuid7()
    content = photo_bytes()
    send_whole(phone, content, visit.pk, key=key, by=field.net)
    send_piece(phone, photo_bytes(410), visit.pk, at=0, key=half, by=field.net)
    assert photos.forget_old(400) == 0
    VisitPhoto.objects.filter(pk=half).update(received_at=clock.now() - timedelta(days=61))
    VisitPhoto.objects.filter(pk=key).update(whole_at=clock.now() - timedelta(days=401))
    assert photos.forget_old(400) == 2


def test_a_visit_has_six_photos_at_most_however_they_come(field, phone, visit):
    told = [send_whole(phone, photo_bytes(200 + n), visit.pk, key=receipts.uuid7(), by=field.net) for n in range(7)]
    assert [one["result"] for one in told] == ["accepted"] * 6 + ["rejected"] and "đã có 6 ảnh" in told[-1]["reason"]


def test_nobody_hangs_a_photo_on_a_visit_of_another_place(field, visit):
    told = send_piece(enter(field.tam), photo_bytes(), visit.pk, at=0, key=receipts.uuid7(), by=field.tam).json()
    assert told["result"] == "rejected" and "do người khác ghi" in told["reason"]
    assert not VisitPhoto.objects.exists()


def test_a_team_adds_and_sees_photos_where_it_looks_besides(field):
    TeamPlace.objects.create(team=field.team, neighbourhood=field.eight, valid_from=cast.LONG_AGO)
    phone = enter(field.net)
    send(phone, field.net, fields(field.away))
    visit = Visit.objects.get()
    sent = phone.post(f"/tham-ho/luot/{visit.pk}/anh/", {"anh": SimpleUploadedFile("a.jpg", photo_bytes())})
    assert sent.status_code == 302
    photo = VisitPhoto.objects.get()
    assert str(photo.pk) in phone.get(f"/tham-ho/luot/{visit.pk}/").content.decode()
    assert phone.get(f"/tham-ho/anh/{photo.pk}/").status_code == 200


def test_photos_without_their_visits_come_to_an_end(field, phone, monkeypatch):
    monkeypatch.setattr(photos, "MOST_AHEAD", 2)
    told = [send_whole(phone, photo_bytes(200 + n), uuid4(), key=receipts.uuid7(), by=field.net) for n in range(3)]
    assert [one["result"] for one in told] == ["accepted", "accepted", "rejected"]


def test_photos_of_a_home_go_with_whoever_is_erased_from_it(field, phone, visit):
    send_whole(phone, photo_bytes(), visit.pk, key=receipts.uuid7(), by=field.net)
    cast.make_person(field.homes[0], "Người ở lại")
    forgetting.erase(field.ba, reason="Theo yêu cầu", by=field.hoa)
    assert not VisitPhoto.objects.exists() and Visit.objects.exists()
