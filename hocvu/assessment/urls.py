"""Addresses of assessment."""

from __future__ import annotations

from django.urls import URLPattern, path

from hocvu.assessment.views import attempt, issuer, question_media, review, revoking, rules_desk, tests

app_name = "assessment"

BANK: list[URLPattern] = [
    path("cau-hoi/tep/<uuid:questionmedia_id>/", question_media.question_media, name="question_media"),
]

TESTING: list[URLPattern] = [
    path("bai-kiem-tra/", tests.tests, name="tests"),
    path("bai-kiem-tra/quy-tac/", rules_desk.test_rules, name="test_rules"),
    path("bai-kiem-tra/quy-tac/<int:testrule_id>/", rules_desk.test_rule, name="test_rule"),
    path("bai-kiem-tra/quy-tac/<int:testrule_id>/ban-moi/", rules_desk.decide_test_rule, name="decide_test_rule"),
    path("bai-kiem-tra/quy-tac/<int:testrule_id>/thoi/", rules_desk.withdraw_test_rule, name="withdraw_test_rule"),
    path("bai-kiem-tra/luot/<uuid:attempt_id>/", attempt.attempt, name="attempt"),
    path("bai-kiem-tra/luot/<uuid:attempt_id>/ket-qua/", attempt.attempt_result, name="attempt_result"),
    path("bai-kiem-tra/luot/<uuid:attempt_id>/xem-lai/", attempt.review_answers, name="review_answers"),
    path("bai-kiem-tra/luot/<uuid:attempt_id>/khieu-nai/", attempt.appeal, name="appeal"),
    path("bai-kiem-tra/luot/<uuid:attempt_id>/bo-do/", attempt.leave, name="leave_attempt"),
    path("bai-kiem-tra/luot/<uuid:attempt_id>/them-gio/", attempt.extend_attempt, name="extend_attempt"),
    path("bai-kiem-tra/<slug:testrule_code>/", tests.test, name="test"),
    path("bai-kiem-tra/<slug:testrule_code>/bat-dau/", tests.begin, name="begin_test"),
    path("ra-soat/", review.suspicions, name="suspicions"),
    path("ra-soat/<int:suspicion_id>/", review.suspicion, name="suspicion"),
    path("ra-soat/khieu-nai/", review.appeals, name="appeals"),
    path("ra-soat/khieu-nai/<int:appeal_id>/", review.answer_appeal, name="answer_appeal"),
]

PRACTICE: list[URLPattern] = []

CERTIFICATES: list[URLPattern] = [
    path("cap-giay/khoa/", issuer.signing_keys, name="signing_keys"),
    path("cap-giay/khoa/thay/", issuer.rotate_key, name="rotate_key"),
    path("cap-giay/khoa/bi-lo/", issuer.compromised_key, name="compromised_key"),
    path("cap-giay/khoa/<slug:signingkey_kid>.json", issuer.issuer_key, name="issuer_key"),
    path("cap-giay/<slug:ward_slug>/ho-so.json", issuer.issuer_profile, name="issuer_profile"),
    path("cap-giay/<slug:ward_slug>/khoa.json", issuer.issuer_keys, name="issuer_keys"),
    path("cap-giay/<slug:ward_slug>/trang-thai/<int:statuslist_number>.jwt", issuer.status_list, name="status_list"),
    path(
        "cap-giay/<slug:ward_slug>/xac-nhan/<slug:testrule_code>/<int:number>/", issuer.achievement, name="achievement"
    ),
    path("giay-da-cap/thu-hoi/", revoking.revocations, name="revocations"),
    path("giay-da-cap/thu-hoi/hang-loat/", revoking.revoke_many, name="revoke_many"),
    path("giay-da-cap/thu-hoi/quyet-dinh/", revoking.decide_revocations, name="decide_revocations"),
    path("giay-da-cap/<uuid:certificate_id>/thu-hoi/", revoking.revoke_certificate, name="revoke_certificate"),
]

VERIFYING: list[URLPattern] = []

urlpatterns = [*TESTING, *VERIFYING, *PRACTICE, *CERTIFICATES, *BANK]
