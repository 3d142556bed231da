"""Addresses of assessment."""

from __future__ import annotations

from django.urls import URLPattern, path

from hocvu.assessment.views import (
    issuer,
    my_certificates,
    print_certificates,
    question_media,
    revoking,
    verify,
)

app_name = "assessment"

BANK: list[URLPattern] = [
    path("cau-hoi/tep/<uuid:questionmedia_id>/", question_media.question_media, name="question_media"),
]

TESTING: list[URLPattern] = []

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

urlpatterns = [*TESTING, *VERIFYING, *PRACTICE, *CERTIFICATES, *BANK]
