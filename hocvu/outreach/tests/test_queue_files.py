"""A queue saved to a file: sealed as the device seals, brought in once for its author, whatever became of them."""

from __future__ import annotations

import base64
import json
import os
import re
from typing import Any
from urllib.parse import urlencode

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.core import signing
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from hocvu.lib import clock
from hocvu.lib.refusals import Refusal
from hocvu.outreach import queue_files
from hocvu.outreach.models import Clash, SpotCheck, Visit
from hocvu.outreach.tests import cast
from hocvu.outreach.tests.cast_field import Field, enter, make_field, text
from hocvu.ward import outbox
from hocvu.ward.models import Account, AuditEntry, Grant, Ward
from hocvu.ward.receipts import uuid7
from hocvu.ward.tests.cast import make_account, make_ward

HERE = "/di-tung-ngo/tep/"
Pairs = list[tuple[str, str]]


@pytest.fixture
def place(db: None) -> Field:
    return make_field()


# ---- The device's side, as `seal` in static/js/outbox.js


def seal(content: Any, key: str, about: str) -> list[str]:
    """A key of one use, ECDH with the public key, HKDF over the point, AES-GCM bound to id and owner."""
    point = base64.urlsafe_b64decode(key + "=" * (-len(key) % 4))
    theirs = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    once = ec.generate_private_key(ec.SECP256R1())
    mine = once.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    iv = os.urandom(12)
    box = AESGCM(queue_files.cipher_key(once, theirs, mine)).encrypt(iv, json.dumps(content).encode(), about.encode())
    return [base64.b64encode(part).decode() for part in (mine, iv, box)]


def record(
    account: Account, pairs: Pairs, *, path: str = "/tham-ho/ghi/", digest: str = "", **said: Any
) -> dict[str, Any]:
    key, owner = str(uuid7()), outbox.owner_of(account)
    content = {"path": path, "pairs": pairs, "digest": digest or outbox.digest_of(QueryDict(urlencode(pairs)))}
    sealed = seal(content, outbox.public_key(account), key + owner)
    return {"id": key, "schema": 2, "owner": owner, "made": clock.now().isoformat(), "sealed": sealed, **said}


def saved(ward: Ward, account: Account, records: list[dict[str, Any]]) -> str:
    """The file that a device saves."""
    inner = {"owner": outbox.owner_of(account), "device": "m", "made": clock.now().isoformat(), "records": records}
    sealed = seal(inner, outbox.ward_public_key(ward), f"hocvu-queue-1{ward.slug}")
    return json.dumps({"format": "hocvu-queue-1", "ward": ward.slug, "sealed": sealed})


def visits(place: Field, count: int = 3) -> list[dict[str, Any]]:
    return [record(place.lan, [("ho", str(home.pk)), ("ket_qua", "informed")]) for home in place.homes[:count]]


def upload(account: Account, content: str | bytes) -> Any:
    raw = content if isinstance(content, bytes) else content.encode()
    return enter(account).post(HERE, {"file": SimpleUploadedFile("viec.hocvu", raw)})


def confirm(account: Account, file: str) -> str:
    """Look at a file and bring it in, as the page does."""
    found = re.search(r'name="noi_dung" value="([^"]*)"', text(upload(account, file)))
    return text(enter(account).post(f"{HERE}dua-vao/", {"noi_dung": found[1] if found else ""}, follow=True))


# ---- Stories


def test_a_saved_queue_is_shown_then_brought_in_for_its_author(place):
    file = saved(place.ward, place.lan, visits(place))
    page = text(upload(place.hoa, file))
    assert "Phạm Thị Lan" in page and "<dt>Lượt thăm</dt><dd>3</dd>" in page
    assert not Visit.objects.exists()
    done = confirm(place.hoa, file)
    assert "<dt>Ghi mới</dt><dd>3</dd>" in done
    assert {(row.made_by, row.brought_by, row.state) for row in Visit.objects.all()} == {
        (place.lan, place.hoa, "counts")
    }
    entry = AuditEntry.objects.get(action="brought in a queue from a file")
    assert entry.details["taken"] == 3 and "Phạm" in str(entry.details["author"])


def test_a_second_upload_and_the_device_itself_double_nothing(place):
    rows = visits(place)
    file = saved(place.ward, place.lan, rows)
    confirm(place.hoa, file)
    assert "<dt>Đã có từ trước, không ghi lại</dt><dd>3</dd>" in confirm(place.hoa, file)
    said = {"ho": str(place.homes[0].pk), "ket_qua": "informed"}
    later = cast.send(enter(place.lan), place.lan, said, key=rows[0]["id"], made=rows[0]["made"])
    assert later.status_code == 200 and later.json()["result"] == "duplicate"
    assert Visit.objects.count() == 3


def test_what_the_device_sent_first_is_not_doubled_by_the_file(place):
    rows = visits(place, 1)
    said = {"ho": str(place.homes[0].pk), "ket_qua": "informed"}
    assert cast.send(enter(place.lan), place.lan, said, key=rows[0]["id"], made=rows[0]["made"]).status_code == 200
    confirm(place.hoa, saved(place.ward, place.lan, rows))
    assert Visit.objects.get().brought_by is None


@pytest.mark.parametrize("outcome", ["took_both", "took_second"])
def test_who_brought_a_second_content_does_not_ask_the_household_back(place, outcome):
    rows = visits(place, 1)
    said = {"ho": str(place.homes[0].pk), "ket_qua": "nobody"}
    assert cast.send(enter(place.lan), place.lan, said, key=rows[0]["id"], made=rows[0]["made"]).status_code == 200
    confirm(place.hoa, saved(place.ward, place.lan, rows))
    clash, hoa = Clash.objects.get(), enter(place.hoa)
    here = f"/di-tung-ngo/can-xem/trung-ma/{clash.pk}/"
    assert "<dt>Người đưa vào</dt><dd>Đỗ Thị Hoa</dd>" in text(hoa.get(here))
    assert hoa.post(here, {"outcome": outcome}).status_code == 302
    second = Visit.objects.get(pk=clash.pk)
    assert (second.made_by, second.brought_by, second.state) == (place.lan, place.hoa, "counts")
    spot = SpotCheck.objects.create(visit=second, drawn_on=clock.today())
    asked = hoa.post(f"/di-tung-ngo/kiem-tra-lai/{spot.pk}/", {"result": "agrees"})
    assert "không tự hỏi lại" in text(asked)
    spot.refresh_from_db()
    assert spot.result == ""


def test_a_second_content_that_the_device_sent_itself_was_brought_by_nobody(place):
    rows = visits(place, 1)
    for said in ("nobody", "informed"):
        fields = {"ho": str(place.homes[0].pk), "ket_qua": said}
        cast.send(enter(place.lan), place.lan, fields, key=rows[0]["id"], made=rows[0]["made"])
    confirm(place.hoa, saved(place.ward, place.lan, rows))
    assert Clash.objects.get().brought_by is None


def test_the_work_of_somebody_whose_account_is_closed_waits_and_is_not_lost(place):
    file = saved(place.ward, place.lan, visits(place))
    Grant.objects.filter(account=place.lan).update(valid_to=clock.today().replace(year=2025))
    Account.objects.filter(pk=place.lan.pk).update(is_active=False)
    assert "tài khoản đã đóng" in text(upload(place.hoa, file))
    done = confirm(place.hoa, file)
    assert "<dt>Giữ lại, chờ người xem</dt><dd>3</dd>" in done
    assert set(Visit.objects.values_list("state", "made_by")) == {("waiting", place.lan.pk)}


def test_what_is_not_known_or_not_whole_is_told_and_stops_nothing(place):
    photo = record(place.lan, [], path="/tham-ho/anh/")
    photo["sealed"] = seal(
        {"path": "/tham-ho/anh/", "file": "…"}, outbox.public_key(place.lan), photo["id"] + photo["owner"]
    )
    strange = [
        record(place.lan, [("phan", "dau")], path="/hoc/bai/x/xong/"),
        photo,
        record(place.lan, [("ho", "x")], digest="0" * 64),
        {**record(place.lan, [("ho", "x")]), "sealed": ["a", "b", "c"]},
        record(place.minh, [("ho", "x")]),
        "rác",
        record(place.lan, [("ho", "khong-doc-duoc"), ("ket_qua", "informed")]),
    ]
    file = saved(place.ward, place.lan, [*visits(place, 2), *strange])  # type: ignore[list-item]
    page = text(upload(place.hoa, file))
    assert "/hoc/bai/x/xong/" in page and "/tham-ho/anh/" in page and "không khớp" in page and "không đọc được" in page
    done = confirm(place.hoa, file)
    assert "<dt>Ghi mới</dt><dd>2</dd>" in done and "<dt>Không nhận được</dt><dd>1</dd>" in done
    assert "Không đọc được hộ" in done


def test_a_file_that_is_broken_or_of_elsewhere_gives_a_sentence(place):
    there = make_ward("Khác", code="1", slug="khac")
    stranger = make_account("la")
    whole = saved(place.ward, place.lan, visits(place, 1))
    changed = json.loads(whole)
    changed["sealed"][2] = changed["sealed"][2][:-8] + "AAAAAAA="
    for content, words in (
        (b"\xff\xfe", "đã hỏng"),
        ("khong phai json", "đã hỏng"),
        ("[1]", "đã hỏng"),
        ('{"format": "khac"}', "không phải tệp lưu"),
        (json.dumps(changed), "đã hỏng"),
        (json.dumps({**changed, "sealed": None}), "đã hỏng"),
        (saved(there, place.lan, []), "của nơi khác"),
        (saved(place.ward, stranger, []), "không làm việc ở đây"),
    ):
        answer = upload(place.hoa, content)
        assert answer.status_code == 422 and words in text(answer), words
    assert enter(place.hoa).post(f"{HERE}dua-vao/", {"noi_dung": "x"}).status_code == 302
    assert enter(place.hoa).post(HERE, {}).status_code == 422


def test_nobody_brings_in_their_own(place):
    file = saved(place.ward, place.hoa, [record(place.hoa, [("ket_qua", "informed")])])
    assert "của chính mình" in text(upload(place.hoa, file))
    signed = signing.dumps(
        {"ward": place.ward.slug, **queue_files.open_file(file, place.ward).kept}, salt="outreach.queue_files"
    )
    enter(place.hoa).post(f"{HERE}dua-vao/", {"noi_dung": signed})
    assert not Visit.objects.exists()


def test_who_may_bring_in(place):
    for account in (place.lan, place.thu, place.giam):
        client = enter(account)
        assert client.get(HERE).status_code == 403 and client.post(f"{HERE}dua-vao/").status_code == 403
    assert enter(place.hoa).get(f"{HERE}dua-vao/").status_code == 405


def test_the_file_of_one_ward_opens_with_no_other_key(place):
    there = make_ward("Khác", code="1", slug="khac")
    sealed = seal({}, outbox.ward_public_key(there), "x")
    assert queue_files.unseal(sealed, outbox.ward_private_key(there), "x") == "{}"
    for key, about in ((outbox.ward_private_key(place.ward), "x"), (outbox.ward_private_key(there), "y")):
        with pytest.raises(Refusal):
            queue_files.unseal(sealed, key, about)


@given(
    st.recursive(
        st.none() | st.booleans() | st.text() | st.integers(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_any_sealed_rubbish_is_told_in_a_sentence(said):
    with pytest.raises(Refusal):
        queue_files.unseal(said, {"d": "AA"}, "x")
