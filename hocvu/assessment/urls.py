"""Addresses of assessment."""

from __future__ import annotations

from django.urls import URLPattern, path

from hocvu.assessment.views import certificates_desk, change, issuer, question_media, revoking

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

VERIFYING: list[URLPattern] = []

# The desk of certificates, and the change between two measures.
REGISTER: list[URLPattern] = [
    path("giay-da-cap/", certificates_desk.certificates, name="certificates"),
    path("giay-da-cap/xuat-vneid/", certificates_desk.vneid_list, name="vneid_list"),
    path("giay-da-cap/<uuid:certificate_id>/", certificates_desk.certificate, name="certificate"),
    path("tien-bo/", change.change, name="change"),
]

urlpatterns = [*TESTING, *VERIFYING, *PRACTICE, *CERTIFICATES, *BANK, *REGISTER]
