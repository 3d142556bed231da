"""Addresses of assessment."""

from __future__ import annotations

from django.urls import URLPattern, path

from hocvu.assessment.views import my_certificates, print_certificates, verify

app_name = "assessment"

BANK: list[URLPattern] = []

TESTING: list[URLPattern] = []

PRACTICE: list[URLPattern] = []

CERTIFICATES: list[URLPattern] = []

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
