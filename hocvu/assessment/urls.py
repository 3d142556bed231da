"""Addresses of assessment."""

from __future__ import annotations

from django.urls import URLPattern, path

from hocvu.assessment.views import (
    attempt,
    bank,
    bank_edit,
    bank_list,
    bank_sheets,
    certificates_desk,
    change,
    issuer,
    my_certificates,
    paper,
    practice,
    practice_screen,
    practice_tasks,
    print_certificates,
    question_media,
    review,
    revoking,
    rules_desk,
    sittings,
    tests,
    verify,
)

app_name = "assessment"

BANK: list[URLPattern] = [
    path("cau-hoi/", bank_list.questions, name="bank"),
    path("cau-hoi/moi/", bank_edit.new_question, name="new_question"),
    path("cau-hoi/cho-duyet/", bank_list.waiting_questions, name="waiting_questions"),
    path("cau-hoi/tai-ve/", bank_sheets.export_questions, name="export_questions"),
    path("cau-hoi/nap-tu-excel/", bank_sheets.import_questions, name="import_questions"),
    path("cau-hoi/nap-tu-excel/xac-nhan/", bank_sheets.confirm_import, name="confirm_question_import"),
    path("cau-hoi/<uuid:question_id>/", bank.question, name="question"),
    path("cau-hoi/<uuid:question_id>/soan/", bank_edit.edit_question, name="edit_question"),
    path("cau-hoi/<uuid:question_id>/them-tep/", bank_edit.add_question_file, name="add_question_file"),
    path("cau-hoi/<uuid:question_id>/lam-thu/", bank_edit.try_question, name="try_question"),
    path("cau-hoi/<uuid:question_id>/ban-moi/", bank.question_draft, name="question_draft"),
    path("cau-hoi/<uuid:question_id>/bo-ban/", bank.drop_question_draft, name="drop_question_draft"),
    path("cau-hoi/<uuid:question_id>/duyet/", bank.review_question, name="review_question"),
    path("cau-hoi/<uuid:question_id>/thoi-dung/", bank.retire_question, name="retire_question"),
    path("cau-hoi/<uuid:question_id>/dung-lai/", bank.unretire_question, name="unretire_question"),
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

PRACTICE: list[URLPattern] = [
    path("thuc-hanh/", practice.my_practice, name="my_practice"),
    path("thuc-hanh/<int:practicetask_id>/man-hinh/", practice_screen.begin_screen, name="begin_screen"),
    path(
        "thuc-hanh/<int:practicetask_id>/man-hinh/<uuid:screentry_id>/",
        practice_screen.practice_screen,
        name="practice_screen",
    ),
    path("thuc-hanh/xac-nhan/", practice.confirm_practice, name="confirm_practice"),
    path("thuc-hanh/xac-nhan/tim/", practice.find_learner_of_practice, name="find_learner_of_practice"),
    path("thuc-hanh/xac-nhan/nguoi/<uuid:person_id>/", practice.practice_of, name="practice_of"),
    path(
        "thuc-hanh/xac-nhan/nguoi/<uuid:person_id>/<int:practicetask_id>/", practice.confirm_task, name="confirm_task"
    ),
    path(
        "thuc-hanh/xac-nhan/nguoi/<uuid:person_id>/<int:practicetask_id>/ghi/",
        practice.record_practice,
        name="record_practice",
    ),
    path("thuc-hanh/xac-nhan/da-ghi/", practice.my_confirmations, name="my_confirmations"),
    path("thuc-hanh/xac-nhan/cho-xem/", practice.waiting_practice, name="waiting_practice"),
    path(
        "thuc-hanh/xac-nhan/<uuid:practiceconfirmation_id>/",
        practice.practice_confirmation,
        name="practice_confirmation",
    ),
    path(
        "thuc-hanh/xac-nhan/<uuid:practiceconfirmation_id>/rut/", practice.withdraw_practice, name="withdraw_practice"
    ),
    path(
        "thuc-hanh/xac-nhan/<uuid:practiceconfirmation_id>/tinh/",
        practice.let_practice_count,
        name="let_practice_count",
    ),
    path(
        "thuc-hanh/xac-nhan/<uuid:practiceconfirmation_id>/khong-tinh/",
        practice.refuse_practice,
        name="refuse_practice",
    ),
    path("thuc-hanh/viec/", practice_tasks.practice_task_list, name="practice_tasks"),
    path("thuc-hanh/viec/moi/", practice_tasks.add_practice_task, name="add_practice_task"),
    path("thuc-hanh/viec/<int:practicetask_id>/sua/", practice_tasks.change_practice_task, name="change_practice_task"),
    path("thuc-hanh/viec/<int:practicetask_id>/thoi/", practice_tasks.end_practice_task, name="end_practice_task"),
    path("giam-thi/", sittings.sittings, name="sittings"),
    path("giam-thi/mo/", sittings.open_sitting, name="open_sitting"),
    path("giam-thi/vao/", sittings.join_sitting, name="join_sitting"),
    path("giam-thi/vao/<uuid:sitting_id>/", sittings.my_seat, name="my_seat"),
    path("giam-thi/<uuid:sitting_id>/", sittings.sitting, name="sitting"),
    path("giam-thi/<uuid:sitting_id>/dong/", sittings.close_sitting, name="close_sitting"),
    path("giam-thi/<uuid:sitting_id>/tim/", sittings.find_candidate, name="find_candidate"),
    path("giam-thi/<uuid:sitting_id>/them/", sittings.add_candidate, name="add_candidate"),
    path("giam-thi/<uuid:sitting_id>/them/<uuid:person_id>/", sittings.add_person, name="add_person"),
    path("giam-thi/<uuid:sitting_id>/tren-may/", sittings.offline_sitting, name="offline_sitting"),
    path("giam-thi/<uuid:sitting_id>/nop/", sittings.hand_in_offline, name="hand_in_offline"),
    path("giam-thi/nguoi/<int:candidate_id>/", sittings.recognise_candidate, name="recognise_candidate"),
    path("phieu-giay/", paper.paper_form_list, name="paper_forms"),
    path("phieu-giay/lap/", paper.make_paper_form, name="make_paper_form"),
    path("phieu-giay/phieu/", paper.paper_sheets, name="paper_sheets"),
    path("phieu-giay/phieu/<uuid:papersheet_id>/", paper.paper_sheet, name="paper_sheet"),
    path("phieu-giay/phieu/<uuid:papersheet_id>/lan-hai/", paper.type_paper_again, name="type_paper_again"),
    path("phieu-giay/phieu/<uuid:papersheet_id>/chot/", paper.settle_paper, name="settle_paper"),
    path("phieu-giay/phieu/<uuid:papersheet_id>/bo/", paper.drop_paper, name="drop_paper"),
    path("phieu-giay/<uuid:paperform_id>/", paper.paper_form, name="paper_form"),
    path("phieu-giay/<uuid:paperform_id>/de/", paper.paper_booklet, name="paper_booklet"),
    path("phieu-giay/<uuid:paperform_id>/phieu-tra-loi/", paper.paper_answer_sheet, name="paper_answer_sheet"),
    path("phieu-giay/<uuid:paperform_id>/dap-an/", paper.paper_key, name="paper_key"),
    path("phieu-giay/<uuid:paperform_id>/thoi/", paper.end_paper_form, name="end_paper_form"),
    path("phieu-giay/<uuid:paperform_id>/nhap/", paper.find_for_paper, name="find_for_paper"),
    path("phieu-giay/<uuid:paperform_id>/nhap/tim/", paper.find_learner_of_paper, name="find_learner_of_paper"),
    path("phieu-giay/<uuid:paperform_id>/nhap/<uuid:person_id>/", paper.type_paper, name="type_paper"),
]

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

VERIFYING: list[URLPattern] = [
    path("xac-minh/", verify.verify, name="verify"),
    path("xac-minh/ngoai-tuyen/", verify.verify_offline, name="verify_offline"),
    path("xac-minh/ngoai-tuyen/khoa.json", verify.verify_offline_keys, name="verify_offline_keys"),
    path("xac-minh/<str:certificate_code>/", verify.verify_code, name="verify_code"),
    path("xac-minh/<str:certificate_code>/hinh.png", verify.verify_picture, name="verify_picture"),
    path("X/<str:certificate_code>", verify.scan, name="scan"),
    path("giay-xac-nhan/", my_certificates.my_certificates, name="my_certificates"),
    path("giay-xac-nhan/<uuid:certificate_id>/", my_certificates.my_certificate, name="my_certificate"),
    path("giay-xac-nhan/<uuid:certificate_id>/giay.pdf", my_certificates.my_paper, name="my_paper"),
    path("giay-xac-nhan/<uuid:certificate_id>/giay.jwt", my_certificates.my_token, name="my_token"),
    path("giay-da-cap/in/", print_certificates.print_certificates, name="print_certificates"),
]

# The desk of certificates, and the change between two measures.
REGISTER: list[URLPattern] = [
    path("giay-da-cap/", certificates_desk.certificates, name="certificates"),
    path("giay-da-cap/xuat-vneid/", certificates_desk.vneid_list, name="vneid_list"),
    path("giay-da-cap/<uuid:certificate_id>/", certificates_desk.certificate, name="certificate"),
    path("tien-bo/", change.change, name="change"),
]

urlpatterns = [*TESTING, *VERIFYING, *PRACTICE, *CERTIFICATES, *BANK, *REGISTER]
