"""The learner's own certificates: the list, the paper, the file, what is missing, nobody else's."""

from __future__ import annotations

from io import BytesIO

import pdfplumber
import pytest
from django.test import Client

from hocvu.assessment.certificates import checking, codes
from hocvu.assessment.models import Certificate, TestRule
from hocvu.assessment.tests import cast_certificates as earned
from hocvu.assessment.tests.cast_papers import NAME, make_certificate, make_learner, make_rule, revoke
from hocvu.ward.models import Account, Ward
from hocvu.ward.tests.cast import make_ward

pytestmark = pytest.mark.django_db


@pytest.fixture
def hai_an() -> Ward:
    return make_ward()


@pytest.fixture
def hong(hai_an) -> Account:
    return make_learner(hai_an)


@pytest.fixture
def paper(hai_an, hong) -> Certificate:
    return make_certificate(hong, make_rule(hai_an))


@pytest.fixture
def mine(client, hong) -> Client:
    client.force_login(hong)
    return client


def test_a_guest_is_sent_to_sign_in(client, paper):
    for path in ("", f"{paper.pk}/", f"{paper.pk}/giay.pdf", f"{paper.pk}/giay.jwt"):
        assert client.get(f"/giay-xac-nhan/{path}").status_code == 302


def test_the_list_has_ones_own_and_how_each_stands(mine, paper, hai_an):
    other = make_certificate(make_learner(hai_an, "Trần Văn Nam"), paper.rule)
    said = mine.get("/giay-xac-nhan/").content.decode()
    assert paper.title in said
    assert codes.shown(paper.code) in said
    assert "Còn hiệu lực" in said
    assert codes.shown(other.code) not in said
    revoke(paper)
    assert "Đã thu hồi" in mine.get("/giay-xac-nhan/").content.decode()


def test_the_page_about_oneself_leads_there(mine, paper):
    assert 'href="/giay-xac-nhan/"' in mine.get("/toi/").content.decode()


def test_the_list_says_what_the_next_one_lacks_in_the_words_of_awarding(client, hai_an):
    earned.make_framework()
    rule = earned.make_rule(hai_an)
    hoa = earned.make_learner(hai_an)
    client.force_login(hoa)
    said = client.get("/giay-xac-nhan/").content.decode()
    assert "Chưa có giấy nào" in said
    assert f"Chưa đạt bài kiểm tra “{rule.title}”." in said
    assert "Còn thiếu 3 việc thực hành" in said
    certificate = earned.earn(hoa, rule)
    said = client.get("/giay-xac-nhan/").content.decode()
    assert codes.shown(certificate.code) in said
    assert "Để có giấy tiếp theo" not in said


def test_a_rule_that_no_longer_holds_is_not_offered(client, hai_an):
    earned.make_framework()
    earned.make_rule(hai_an, title="Quy tắc cũ", valid_to="2026-01-02")
    client.force_login(earned.make_learner(hai_an))
    assert "Quy tắc cũ" not in client.get("/giay-xac-nhan/").content.decode()


def test_many_rules_cost_no_more_than_few(client, hai_an, django_assert_max_num_queries):
    earned.make_framework()
    for number in range(9):
        earned.make_rule(hai_an, f"quy-tac-{number}", level=f"B{number}")
    client.force_login(earned.make_learner(hai_an))
    client.get("/giay-xac-nhan/")
    with django_assert_max_num_queries(34):
        assert client.get("/giay-xac-nhan/").content.decode().count("<article") == 3


def test_many_certificates_cost_no_more_than_few(mine, hong, hai_an, django_assert_max_num_queries):
    for number in range(6):
        make_certificate(hong, make_rule(hai_an, f"quy-tac-{number}", level=f"m{number}"))
    TestRule.objects.update(valid_to="2026-01-02")
    mine.get("/giay-xac-nhan/")
    with django_assert_max_num_queries(10):
        mine.get("/giay-xac-nhan/")


def test_the_page_of_one_shows_the_name_the_square_and_an_address_to_share(mine, paper):
    said = mine.get(f"/giay-xac-nhan/{paper.pk}/").content.decode()
    assert f'<p class="hv-cert__name">{NAME}</p>' in said
    assert 'src="data:image/svg+xml' in said
    assert f'readonly value="http://127.0.0.1:8000/xac-minh/{paper.code}/"' in said
    assert "data-send hidden" in said
    assert "data-copy hidden" in said
    assert "zalo.me" not in said


def test_somebody_elses_does_not_open(client, paper, hai_an):
    client.force_login(make_learner(hai_an, "Trần Văn Nam"))
    for path in ("", "giay.pdf", "giay.jwt"):
        assert client.get(f"/giay-xac-nhan/{paper.pk}/{path}").status_code == 404


def test_the_paper_comes_as_pdf_with_the_name(mine, paper):
    answer = mine.get(f"/giay-xac-nhan/{paper.pk}/giay.pdf")
    assert answer["Content-Type"] == "application/pdf"
    assert codes.shown(paper.code) in answer["Content-Disposition"]
    assert "no-store" in answer["Cache-Control"]
    with pdfplumber.open(BytesIO(answer.content)) as document:
        assert NAME in document.pages[0].extract_text()


def test_the_file_is_the_token_and_is_believed(mine, paper):
    answer = mine.get(f"/giay-xac-nhan/{paper.pk}/giay.jwt")
    assert answer["Content-Type"] == "application/vc+jwt"
    assert answer["Content-Disposition"].endswith('.jwt"')
    assert checking.check(answer.content).is_valid


def test_a_revoked_one_says_so_and_offers_nothing(mine, paper):
    revoke(paper, "conduct")
    said = mine.get(f"/giay-xac-nhan/{paper.pk}/").content.decode()
    assert "đã bị thu hồi" in said
    assert "giay.pdf" not in said
    assert "data-share" not in said
    assert mine.get(f"/giay-xac-nhan/{paper.pk}/giay.pdf").status_code == 302
