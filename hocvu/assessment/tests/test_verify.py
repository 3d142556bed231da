"""Anybody checks a certificate: by code, by the square on the paper, by file; and whose it is."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from hocvu.assessment import facts, verifying
from hocvu.assessment.certificates import codes, keys, places, revoking, tokens
from hocvu.assessment.models import Certificate, SigningKey
from hocvu.assessment.tests.cast_papers import NAME, make_certificate, make_learner, make_rule, revoke
from hocvu.lib import clock
from hocvu.lib.refusals import Refusal
from hocvu.signin.models import FailedSignIn
from hocvu.ward import forgetting
from hocvu.ward.capabilities import Role
from hocvu.ward.models import Person, Ward
from hocvu.ward.tests.cast import make_account, make_ward

pytestmark = pytest.mark.django_db


@pytest.fixture
def hai_an() -> Ward:
    return make_ward()


@pytest.fixture
def paper(hai_an) -> Certificate:
    return make_certificate(make_learner(hai_an), make_rule(hai_an))


def page(client: Client, certificate: Certificate) -> str:
    answer = client.get(f"/xac-minh/{certificate.code}/")
    assert answer.status_code == 200
    return answer.content.decode()


# ---- By code


def test_a_valid_one_says_so_with_every_line_that_was_signed(client, paper):
    said = page(client, paper)
    assert "Giấy này có thật và còn hiệu lực" in said
    signed = tokens.read(paper.token).body
    subject = signed["credentialSubject"]
    for words in (
        signed["name"],
        signed["description"].replace("“", "“"),
        subject["achievement"]["alignment"][0]["targetName"],
        subject["achievement"]["alignment"][0]["targetFramework"],
        "<dt>Làm được gì</dt>",
        subject["achievement"]["description"],
        subject["achievement"]["criteria"]["narrative"],
        *(one["narrative"] for one in signed["evidence"]),
        signed["issuer"]["name"],
        signed["id"],
        paper.key.kid,
        f"{clock.local_day(paper.issued_at):%d/%m/%Y}",
        f"{clock.local_day(paper.valid_until):%d/%m/%Y}",
        codes.shown(paper.code),
    ):
        assert words in said, words


def test_every_line_that_is_read_out_of_a_token_stands_in_ours(paper):
    said = facts.opened(paper)
    assert [path for _, path, _ in (*facts.LINES, *facts.MARKS) if not facts.found_at(said, path)] == []


def test_the_name_is_nowhere_on_it(client, paper):
    answer = client.get(f"/xac-minh/{paper.code}/")
    assert NAME not in answer.content.decode()
    assert NAME.upper() not in answer.content.decode().upper()


def test_nothing_is_kept_or_listed_by_search_engines(client, paper):
    for path in ("/xac-minh/", f"/xac-minh/{paper.code}/", "/xac-minh/QQQQQQQQQQQQ/"):
        answer = client.get(path)
        assert "no-store" in answer["Cache-Control"]
        assert "noindex" in answer["X-Robots-Tag"]


def test_a_revocation_shows_at_the_next_request(client, paper):
    assert "còn hiệu lực" in page(client, paper)
    revoke(paper, "identity")
    said = page(client, paper)
    assert "Giấy này đã bị thu hồi" in said
    assert f"ngày {clock.today():%d/%m/%Y}" in said
    assert "sai người" in said
    assert "og:image" not in said


def test_a_proposal_changes_nothing_until_a_second_person_confirms(client, paper):
    thu, binh = (make_account(name, Role.LEADER, ward=paper.ward) for name in ("thu", "binh"))
    proposed = revoking.propose(paper, reason="conduct", why="Nhờ người khác làm bài", by=thu)
    assert "còn hiệu lực" in page(client, paper)
    revoking.confirm(proposed, by=binh)
    said = page(client, paper)
    assert "Giấy này đã bị thu hồi" in said
    assert "gian lận khi kiểm tra" in said
    assert "Nhờ người khác" not in said  # the class of the reason, never the details


def test_one_whose_holder_was_forgotten_is_revoked_and_has_no_name_left(client, hai_an):
    person = Person.objects.create(ward=hai_an, full_name=NAME)
    held = make_certificate(make_learner(hai_an, NAME, person), make_rule(hai_an))
    by = make_account("dao", Role.DATA_OFFICER, ward=hai_an)
    forgetting.erase(person, reason="người đó yêu cầu", by=by)
    said = page(client, held)
    assert "Giấy này đã bị thu hồi" in said
    assert "người được cấp xin bỏ" in said
    assert "Không so được tên" in client.post(f"/xac-minh/{held.code}/", {"ten": NAME}).content.decode()


def test_one_that_ran_out_says_when(client, hai_an):
    old = make_certificate(make_learner(hai_an), make_rule(hai_an), issued_at=clock.now() - timedelta(days=800))
    said = page(client, old)
    assert "đã hết hạn" in said
    assert f"{clock.local_day(old.valid_until):%d/%m/%Y}" in said


def test_one_that_was_replaced_says_that_a_newer_one_stands_and_not_which(client, hai_an):
    learner, rule = make_learner(hai_an), make_rule(hai_an)
    old = make_certificate(learner, rule)
    Certificate.objects.filter(pk=old.pk).update(superseded_by=old.pk)  # makes room for the newer one
    newer = make_certificate(learner, rule)
    Certificate.objects.filter(pk=old.pk).update(superseded_by=newer.pk)
    said = page(client, old)
    assert "đã được thay bằng giấy mới" in said
    assert newer.code not in said
    assert codes.shown(newer.code) not in said


def test_a_row_that_was_altered_behind_the_key_is_not_confirmed(client, paper):
    body = {**tokens.read(paper.token).body, "name": "Kỹ năng số nâng cao"}
    parts = paper.token.split(".")
    forged = tokens.write(body, kid=places.key(paper.key), sign=lambda _: b"\1" * 64).split(".")
    Certificate.objects.filter(pk=paper.pk).update(token=".".join((forged[0], forged[1], parts[2])))
    said = page(client, paper)
    assert "Chưa xác nhận được giấy này" in said
    assert "nâng cao" not in said


def test_an_unknown_code_says_so_with_what_may_be_mistyped(client, hai_an):
    answer = client.get("/xac-minh/qqqq-qqqq-qqqq/")
    assert answer.status_code == 404
    said = answer.content.decode()
    assert "QQQQ-QQQQ-QQQQ" in said
    assert "Mã không dùng chữ O, I, L và số 0, 1" in said
    assert 'href="tel:1022"' in said


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("HA7K-4M92-QD", "vừa nhập 10"),
        ("HA7K-4M92-QDX0", "không bao giờ có số 0"),
        ("ĐA7K-4M92-QDXP", "không bao giờ có chữ Đ"),
    ],
)
def test_a_code_that_cannot_be_one_says_what_is_wrong_and_stays_typed(client, hai_an, typed, words):
    answer = client.get("/xac-minh/", {"ma": typed})
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert typed in answer.content.decode()
    assert FailedSignIn.objects.count() == 0
    assert client.get(f"/xac-minh/{typed}/").status_code == 404


def test_the_code_is_read_as_people_type_it(client, paper):
    typed = f" {codes.shown(paper.code).lower()} "
    assert client.get("/xac-minh/", {"ma": typed}).url == f"/xac-minh/{paper.code}/"


def test_the_square_leads_there_though_its_address_is_all_capitals(client, paper):
    answer = client.get(f"/X/{paper.code}", headers={"host": "HOCVUSO.HAIPHONG.GOV.VN"})
    assert answer.url == f"/xac-minh/{paper.code}/"


@given(st.text(max_size=60))
def test_whatever_is_typed_is_a_code_or_a_sentence(typed):
    try:
        code = verifying.read_code(typed)
    except Refusal as refusal:
        assert refusal.field == "ma"
        assert refusal.sentence.endswith(".")
    else:
        assert len(code) == codes.LENGTH
        assert set(code) <= set(codes.SIGNS)


# ---- Tries


def test_codes_that_nobody_has_close_the_door_of_a_network(client, paper):
    for _ in range(verifying.UNKNOWN_CODES):
        assert client.get(f"/xac-minh/{codes.new()}/").status_code == 404
    closed = client.get(f"/xac-minh/{codes.new()}/")
    assert closed.status_code == 429
    assert "quá nhiều lần" in closed.content.decode()
    # Whoever holds a real paper in the same school is answered.
    assert client.get(f"/xac-minh/{paper.code}/").status_code == 200
    assert "Tên khớp" in client.post(f"/xac-minh/{paper.code}/", {"ten": NAME}).content.decode()
    elsewhere = Client(REMOTE_ADDR="203.0.113.9")
    assert elsewhere.get(f"/xac-minh/{paper.code}/").status_code == 200


def test_a_flood_of_codes_that_nobody_has_is_told_nothing_more(client, paper, monkeypatch):
    monkeypatch.setattr(verifying, "FLOOD", verifying.UNKNOWN_CODES + 5)
    for _ in range(verifying.FLOOD):
        client.get(f"/xac-minh/{codes.new()}/")
    assert client.get(f"/xac-minh/{paper.code}/").status_code == 429
    assert client.get(f"/xac-minh/{paper.code}/hinh.png").status_code == 429
    assert Client(REMOTE_ADDR="203.0.113.9").get(f"/xac-minh/{paper.code}/").status_code == 200


def test_the_picture_counts_codes_that_nobody_has_too(client, hai_an):
    for _ in range(verifying.UNKNOWN_CODES):
        assert client.get(f"/xac-minh/{codes.new()}/hinh.png").status_code == 404
    assert client.get(f"/xac-minh/{codes.new()}/").status_code == 429


def test_codes_that_exist_do_not_count(client, paper):
    for _ in range(verifying.UNKNOWN_CODES + 5):
        assert client.get(f"/xac-minh/{paper.code}/").status_code == 200
    assert FailedSignIn.objects.count() == 0


def test_a_household_of_ipv6_is_one_network():
    assert verifying.network_of("2001:db8:1:2::5") == verifying.network_of("2001:db8:1:2:ffff::9")
    assert verifying.network_of("2001:db8:1:2::5") != verifying.network_of("2001:db8:1:3::5")
    assert verifying.network_of("203.0.113.9") == "203.0.113.9"
    assert verifying.network_of("::ffff:203.0.113.9") == "203.0.113.9"  # as a socket for both says IPv4


def test_names_that_do_not_match_close_the_door(client, paper):
    path = f"/xac-minh/{paper.code}/"
    for _ in range(verifying.WRONG_NAMES):
        assert "Tên không khớp" in client.post(path, {"ten": "Trần Văn Nam"}).content.decode()
    closed = client.post(path, {"ten": NAME})
    assert closed.status_code == 422
    assert "quá nhiều lần" in closed.content.decode()
    assert "Tên khớp" not in closed.content.decode()
    assert "Tên khớp" in Client(REMOTE_ADDR="203.0.113.9").post(path, {"ten": NAME}).content.decode()


def test_many_networks_together_may_not_try_names_for_ever(paper):
    for number in range(verifying.WRONG_NAMES_A_DAY):
        verifying.match_name(paper, "Trần Văn Nam", f"203.0.113.{number}")
    with pytest.raises(Refusal):
        verifying.match_name(paper, NAME, "198.51.100.1")


def test_a_name_that_matches_does_not_count(client, paper):
    for _ in range(verifying.WRONG_NAMES + 3):
        client.post(f"/xac-minh/{paper.code}/", {"ten": NAME})
    assert FailedSignIn.objects.count() == 0


# ---- Whose it is


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        (NAME, "Tên khớp</p>"),
        ("  nguyễn   thị ÁNH hồng ", "Tên khớp</p>"),
        ("Nguyễn Thị Ánh Hồng", "Tên khớp</p>"),  # as some phones write it
        ("Nguyen Thi Anh Hong", "Tên khớp khi bỏ dấu"),
        ("Nguyễn Thị Ánh Hoa", "Tên không khớp"),
    ],
)
def test_a_typed_name_is_compared_and_never_shown(client, paper, typed, words):
    answer = client.post(f"/xac-minh/{paper.code}/", {"ten": typed})
    assert answer.status_code == 200
    assert words in answer.content.decode()


def test_no_name_is_a_mistake_and_no_try(client, paper):
    answer = client.post(f"/xac-minh/{paper.code}/", {"ten": "  "})
    assert answer.status_code == 422
    assert "Hãy gõ họ và tên" in answer.content.decode()
    assert FailedSignIn.objects.count() == 0


def test_the_name_is_compared_with_what_was_signed(client, paper):
    """Somebody who can write the database and has no key changes the sealed name: the signed digest still decides."""
    other = make_learner(paper.ward, "Lê Thị Giả")
    from hocvu.assessment.certificates import names

    names.seal(paper, other.full_name)
    paper.save(update_fields=("name_sealed",))
    assert "Tên khớp</p>" not in client.post(f"/xac-minh/{paper.code}/", {"ten": "Lê Thị Giả"}).content.decode()
    assert "Tên khớp</p>" in client.post(f"/xac-minh/{paper.code}/", {"ten": NAME}).content.decode()


# ---- By file


def send(client: Client, content: bytes | str):
    content = content.encode() if isinstance(content, str) else content
    return client.post("/xac-minh/", {"tep": SimpleUploadedFile("giay.jwt", content)})


def test_the_file_of_a_certificate_is_checked(client, paper):
    answer = send(client, paper.token + "\n")
    assert answer.status_code == 200
    assert "Giấy này có thật và còn hiệu lực" in answer.content.decode()
    revoke(paper)
    assert "đã bị thu hồi" in send(client, paper.token).content.decode()


def test_a_file_that_is_not_believed_says_why(client, paper, hai_an):
    header, _, signature = paper.token.split(".")
    said = {**tokens.read(paper.token).body, "name": "Kỹ năng số nâng cao"}
    altered = tokens.write(said, kid=places.key(paper.key), sign=lambda _: b"\1" * 64).split(".")[1]
    stranger = keys._make(make_ward("Nam Sơn", code="1", slug="nam-son"), None)
    foreign = tokens.write(
        tokens.read(paper.token).body, kid=places.key(stranger), sign=lambda m: keys.sign(stranger, m)
    )
    for content, words in (
        ("", "không có nội dung"),
        ("chữ nghĩa", "không phải giấy xác nhận"),
        (json.dumps({"a": 1}), "không phải giấy xác nhận"),
        (f"{header}.{altered}.{signature}", "Chữ ký không đúng"),
        (foreign, "không ký bằng khóa nào"),
        ("x" * 70_000, "lớn hơn một giấy xác nhận"),
    ):
        answer = send(client, content)
        assert answer.status_code == 422, words
        assert words in answer.content.decode()


def test_a_key_that_is_spoiled_takes_no_page_down(client, paper):
    SigningKey.objects.update(public={"kty": "EC"})
    assert send(client, paper.token).status_code == 422
    assert client.get(f"/xac-minh/{paper.code}/").status_code == 200
    kit = client.get("/xac-minh/ngoai-tuyen/khoa.json")
    assert kit.status_code == 200 and kit.json()["keys"] == []


def test_no_file_says_so(client, hai_an):
    answer = client.post("/xac-minh/", {})
    assert answer.status_code == 422 and "<title>Lỗi: " in answer.content.decode()
    assert "Hãy chọn tệp .jwt" in answer.content.decode()


# ---- Shared as a link


def test_a_shared_link_has_a_picture_without_a_name(client, paper):
    said = page(client, paper)
    assert f'<meta property="og:title" content="Giấy xác nhận kết quả trên hệ thống: {paper.title}">' in said
    assert f"/xac-minh/{paper.code}/hinh.png" in said
    answer = client.get(f"/xac-minh/{paper.code}/hinh.png")
    assert answer["Content-Type"] == "image/png"
    assert len(answer.content) <= 100_000
    from io import BytesIO

    from PIL import Image

    assert Image.open(BytesIO(answer.content)).size == (1200, 630)
    assert "max-age=86400" in answer["Cache-Control"]


def test_the_picture_is_drawn_once_for_a_level(client, paper, monkeypatch):
    from hocvu.assessment import sharing

    first = client.get(f"/xac-minh/{paper.code}/hinh.png").content
    monkeypatch.setattr(sharing, "compiled", lambda *_, **__: pytest.fail("drawn again"))
    other = make_certificate(make_learner(paper.ward, "Trần Văn Nam"), paper.rule)
    assert client.get(f"/xac-minh/{other.code}/hinh.png").content == first


# ---- What it costs


def test_a_check_costs_few_statements_and_writes_nothing(client, paper):
    client.get(f"/xac-minh/{paper.code}/")
    with CaptureQueriesContext(connection) as seen:
        client.get(f"/xac-minh/{paper.code}/")
    assert len(seen) <= 4, [one["sql"] for one in seen]
    assert not [one for one in seen if not one["sql"].lstrip('"').upper().startswith("SELECT")]
