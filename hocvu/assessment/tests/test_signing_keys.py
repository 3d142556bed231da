"""Keys of a ward: the first by itself, the next by rotation, a lost one, and what stands at the issuer's addresses."""

from __future__ import annotations

import base64
from datetime import timedelta

import jwt
import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from hocvu.assessment.certificates import checking, keys, names, renewing, status, tokens
from hocvu.assessment.models import Certificate, SigningKey, StatusList
from hocvu.assessment.tests.cast_certificates import earn, make_framework, make_learner, make_rule
from hocvu.assessment.tests.cast_papers import revoke
from hocvu.lib import clock
from hocvu.lib.crypto import BrokenSeal, read_keyring
from hocvu.lib.refusals import Refusal
from hocvu.ward import register
from hocvu.ward.capabilities import Role
from hocvu.ward.keys import keyring
from hocvu.ward.models import AuditEntry, Ward
from hocvu.ward.tests.cast import make_account, make_ward


@pytest.fixture
def ward(db: None) -> Ward:
    make_framework()
    return make_ward()


@pytest.fixture
def made(ward: Ward) -> Certificate:
    return earn(make_learner(ward), make_rule(ward))


@pytest.fixture
def quan(ward: Ward) -> Client:
    client = Client()
    client.force_login(make_account("quan", Role.ADMINISTRATOR))
    return client


def test_the_private_half_opens_in_its_own_place_only(ward):
    key = keys.signing_key(ward)
    assert keys.signing_key(ward) == key and key.kid.startswith("hai-an-")
    assert set(key.public) == {"kty", "crv", "x", "y", "kid", "alg", "use"}
    other = keys.signing_key(make_ward("Lê Chân", code="11414", slug="le-chan"))
    with pytest.raises(BrokenSeal):
        keyring().open_bytes(key.private_sealed, keys.place(other))
    other.private_sealed = key.private_sealed
    with pytest.raises(keys.Unsignable):
        keys.sign(other, b"x")


def test_rotation_keeps_what_was_signed_and_signs_with_the_new_one(made, ward):
    old = keys.signing_key(ward)
    new = keys.rotate(ward, by=None)
    assert new != old and keys.signing_key(ward) == new
    old.refresh_from_db()
    assert old.retired_at is not None
    assert checking.check(made.token).status == "valid"
    later = earn(make_learner(ward, "Lê Văn An"), made.rule)
    assert later.key == new and checking.check(later.token).status == "valid"
    assert Client().get(f"/cap-giay/khoa/{old.kid}.json").status_code == 200
    listed = Client().get("/cap-giay/hai-an/khoa.json").json()["keys"]
    assert {one["kid"].rpartition("/")[2] for one in listed} == {f"{old.kid}.json", f"{new.kid}.json"}


def test_a_lost_key_is_believed_no_more_and_what_stands_is_signed_anew(made, ward):
    old, before = made.key, made.token
    gone = earn(make_learner(ward, "Lê Văn An"), made.rule)
    Certificate.objects.filter(pk=gone.pk).update(revoked_at=clock.now(), revoked_class="mistake")
    since = clock.now() - timedelta(hours=2)
    assert renewing.compromised(old, since=since, why="Máy chủ bị xâm nhập", by=None) == 1
    made.refresh_from_db()
    assert made.token != before and made.key != old and made.key == keys.signing_key(ward)
    assert tokens.read(made.token).body == tokens.read(before).body
    assert checking.check(made.token).status == "valid"
    verdict = checking.check(before)
    assert verdict.status == "bad" and "bị lộ" in verdict.reason and "tải bản mới" in verdict.reason
    assert checking.check(gone.token).status == "revoked"
    forged = {
        **tokens.read(before).body,
        "nbf": int(since.timestamp()) - 9,
        "validFrom": tokens.stamp(since - timedelta(seconds=9)),
    }
    old.refresh_from_db()
    token = tokens.write(forged, kid=tokens.read(before).kid, sign=lambda message: keys.sign(old, message))
    assert checking.check(token).status == "bad"
    listed = tokens.read(Client().get("/cap-giay/hai-an/trang-thai/1.jwt").content)
    assert made.key.kid in listed.kid and listed.is_signed_by(keys.public_of(made.key.public))
    with pytest.raises(Refusal, match="đã được ghi"):
        renewing.compromised(old, since=since, why="nữa", by=None)


def test_a_lost_key_is_given_to_nobody_and_an_old_one_to_everybody(made, ward, quan):
    lost, retired = made.key, keys.rotate(ward, by=None)
    now = keys.rotate(ward, by=None)
    since = clock.now() - timedelta(hours=2)
    quan.post(
        "/cap-giay/khoa/bi-lo/",
        {"key": lost.pk, "since": f"{timezone.localtime(since):%d/%m/%Y %H:%M}", "why": "Máy mất"},
    )
    gone = Client().get(f"/cap-giay/khoa/{lost.kid}.json")
    said = gone.json()
    assert gone.status_code == 410 and gone["Access-Control-Allow-Origin"] == "*"
    assert said["revoked"]["reason"] == "compromised" and since.timestamp() - said["revoked"]["revoked_at"] < 60
    assert "bị lộ" in said["message"] and not {"x", "y", "kty"} & set(said)
    listed = Client().get("/cap-giay/hai-an/khoa.json").json()["keys"]
    assert {one["kid"].rpartition("/")[2] for one in listed} == {f"{one.kid}.json" for one in (retired, now)}
    assert Client().get(f"/cap-giay/khoa/{retired.kid}.json").json()["x"] == retired.public["x"]
    page = quan.get("/cap-giay/khoa/").content.decode()
    assert f"/cap-giay/khoa/{retired.kid}.json" in page and f"/cap-giay/khoa/{lost.kid}.json" not in page


@pytest.mark.parametrize(("since", "why", "words"), [(1, "x", "tương lai"), (-1, " ", "lộ thế nào")])
def test_a_loss_is_written_down_soundly(made, since, why, words):
    with pytest.raises(Refusal, match=words):
        renewing.compromised(made.key, since=clock.now() + timedelta(hours=since), why=why, by=None)
    assert SigningKey.objects.count() == 1


def test_the_desk_of_keys(quan, made):
    old = made.key
    page = quan.get("/cap-giay/khoa/").content.decode()
    assert old.kid in page and "Đang ký" in page
    assert quan.get("/cap-giay/khoa/thay/").status_code == 200
    quan.post("/cap-giay/khoa/thay/")
    assert SigningKey.objects.count() == 2
    bad = quan.post("/cap-giay/khoa/bi-lo/", {"key": old.pk, "since": "hôm qua", "why": "Máy mất"})
    assert bad.status_code == 422 and "Máy mất" in bad.content.decode()
    quan.post("/cap-giay/khoa/bi-lo/", {"key": old.pk, "since": "18/11/2026 15:20", "why": "Máy mất"})
    old.refresh_from_db()
    assert old.compromised_why == "Máy mất" and "Bị lộ" in quan.get("/cap-giay/khoa/").content.decode()
    assert AuditEntry.objects.filter(action="declared a signing key compromised", actor="Quan").exists()
    assert quan.get("/cap-giay/khoa/?dinh-dang=xlsx").status_code == 200


def test_the_desk_of_keys_asks_no_more_for_more_rows(quan, ward, made):
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            quan.get("/cap-giay/khoa/")
        return len(queries)

    asked()
    few = asked()
    for _ in range(3):
        keys.rotate(ward, by=None)
    assert asked() == few


def test_only_the_administrator_looks_after_keys(ward):
    clerk = Client()
    clerk.force_login(make_account("la", Role.AUDITOR))
    for address in ("/cap-giay/khoa/", "/cap-giay/khoa/thay/", "/cap-giay/khoa/bi-lo/"):
        assert clerk.get(address).status_code == 403


def test_the_profile_is_at_the_issuers_name(made, settings):
    body = tokens.read(made.token).body
    answer = Client().get(body["iss"].removeprefix(settings.ADDRESS))
    assert answer["Access-Control-Allow-Origin"] == "*"
    said = answer.json()
    assert said["id"] == body["iss"] and said["type"] == ["Profile"]
    assert said["name"] == body["issuer"]["name"] == "Ủy ban nhân dân phường Hải An"


def test_a_commune_is_called_by_its_own_kind(db):
    make_framework()
    xa = make_ward("An Hòa", code="11999", kind="xa", slug="an-hoa")
    made = earn(make_learner(xa), make_rule(xa))
    body = tokens.read(made.token).body
    assert body["issuer"]["name"] == "Ủy ban nhân dân xã An Hòa" and "phường" not in str(body)


def test_the_page_of_what_is_certified_opens_for_everybody(made, settings):
    address = tokens.read(made.token).body["credentialSubject"]["achievement"]["id"]
    page = Client().get(address.removeprefix(settings.ADDRESS))
    assert page.status_code == 200 and "xác nhận kết quả trên hệ thống" in page.content.decode()
    assert len(page.content) < 100_000
    for missing in ("/cap-giay/hai-an/xac-nhan/khong-co/1/", "/cap-giay/khong/ho-so.json", "/cap-giay/khoa/khong.json",
                    "/cap-giay/hai-an/trang-thai/9.jwt"):  # fmt: skip
        assert Client().get(missing).status_code == 404


def test_the_list_is_short_lived_and_reading_it_writes_nothing(made):
    row = StatusList.objects.get()
    assert row.size >= 131_072 and row.token == ""
    with CaptureQueriesContext(connection) as queries:
        answer = Client().get("/cap-giay/hai-an/trang-thai/1.jwt")
    assert not [one for one in queries if one["sql"].split()[0] not in ("SELECT", "SAVEPOINT", "RELEASE", "PRAGMA")]
    body = tokens.read(answer.content).body
    tokens.check_list(body)
    assert body["exp"] - body["nbf"] == 24 * 3600 and "no-cache" in answer["Cache-Control"]
    assert jwt.decode(answer.content.decode(), jwt.PyJWK(Client().get(f"/cap-giay/khoa/{made.key.kid}.json").json()).key,
                      algorithms=["ES256"])["id"] == body["id"]  # fmt: skip
    assert status.renew_all() == 1
    first = Client().get("/cap-giay/hai-an/trang-thai/1.jwt").content
    assert Client().get("/cap-giay/hai-an/trang-thai/1.jwt").content == first
    with clock.stopped_at(clock.now() + timedelta(hours=7)):
        assert Client().get("/cap-giay/hai-an/trang-thai/1.jwt").content != first
        assert status.renew_all() == 1


def test_a_list_that_says_the_truth_outlives_a_key_that_does_not_open(made, ward):
    address = "/cap-giay/hai-an/trang-thai/1.jwt"
    assert status.renew_all() == 1
    kept = Client().get(address).content
    opens = bytes(made.key.private_sealed)
    SigningKey.objects.update(private_sealed=b"dev1" + b"0" * 60)
    with clock.stopped_at(clock.now() + timedelta(hours=7)):  # old enough to be signed anew
        assert Client().get(address).content == kept
        assert status.renew_all() == 0 and Client().get(address).content == kept
    with clock.stopped_at(clock.now() + timedelta(hours=25)):
        assert Client().get(address).status_code == 503
    SigningKey.objects.update(private_sealed=opens)
    assert status.renew_all() == 0  # young still
    SigningKey.objects.update(private_sealed=b"dev1" + b"0" * 60)
    revoke(made)
    assert Client().get(address).status_code == 503  # it would say that nothing was revoked
    assert StatusList.objects.get().token == ""


def test_a_list_of_a_lost_key_is_not_given_out_though_none_can_be_signed(made, ward):
    assert status.renew_all() == 1
    SigningKey.objects.update(private_sealed=b"dev1" + b"0" * 60, compromised_at=clock.now())
    with clock.stopped_at(clock.now() + timedelta(hours=7)):
        assert Client().get("/cap-giay/hai-an/trang-thai/1.jwt").status_code == 503
        StatusList.objects.update(token="x")
        assert Client().get("/cap-giay/hai-an/trang-thai/1.jwt").status_code == 503
        assert status.renew_all() == 0 and StatusList.objects.get().token == ""


def test_the_register_key_rotates_and_everything_still_opens(made, settings):
    ring = keyring()
    old = base64.b64encode(ring.keys["dev1"]).decode()
    index = base64.b64encode(ring.index).decode()
    new = base64.b64encode(b"n" * 32).decode()
    settings.REGISTER_KEYS, settings.REGISTER_INDEX_KEY = f"dev1:{old} k002:{new}", index
    assert read_keyring(settings.REGISTER_KEYS, index).current == "k002"
    register.rotate()
    settings.REGISTER_KEYS = f"k002:{new}"
    made.refresh_from_db()
    assert names.of(made) == "Nguyễn Thị Hoa" and keys.sign(SigningKey.objects.get(), b"x")


def test_the_command_rotates_and_declares(made, capsys):
    call_command("rotate_signing_key", "hai-an")
    assert "ký bằng khóa" in capsys.readouterr().out and SigningKey.objects.count() == 2
    call_command("rotate_signing_key", "hai-an", compromised=made.key.kid, why="Máy mất")
    assert "ký lại 1 giấy" in capsys.readouterr().out
    for arguments in (["khong-co"], ["hai-an", "--compromised", "la"], ["hai-an", "--compromised", made.key.kid]):
        with pytest.raises(CommandError):
            call_command("rotate_signing_key", *arguments)


def test_a_certificate_is_found_by_its_code_as_people_type_it(made):
    assert checking.by_code(f" {made.code[:4].lower()}-{made.code[4:8]} {made.code[8:]}") == made
    assert checking.by_code("AAAA-AAAA-AAAA") is None and checking.by_code("x" * 5000) is None


def test_production_signs_nothing_under_an_address_that_nobody_reaches(ward, settings):
    settings.PRODUCTION = True
    with pytest.raises(keys.Unsignable, match="HOCVU_ADDRESS"):
        keys.signing_key(ward)
    settings.PRODUCTION, settings.ADDRESS = False, "https://hocvu.example"
    assert keys.signing_key(ward).kid
