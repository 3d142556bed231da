"""Addresses of assessment."""

from __future__ import annotations

from django.urls import URLPattern, path

from hocvu.assessment.views import certificates_desk, change

app_name = "assessment"

BANK: list[URLPattern] = []

TESTING: list[URLPattern] = []

PRACTICE: list[URLPattern] = []

CERTIFICATES: list[URLPattern] = []

VERIFYING: list[URLPattern] = []

# The desk of certificates, and the change between two measures.
REGISTER: list[URLPattern] = [
    path("giay-da-cap/", certificates_desk.certificates, name="certificates"),
    path("giay-da-cap/xuat-vneid/", certificates_desk.vneid_list, name="vneid_list"),
    path("giay-da-cap/<uuid:certificate_id>/", certificates_desk.certificate, name="certificate"),
    path("tien-bo/", change.change, name="change"),
]

urlpatterns = [*TESTING, *VERIFYING, *PRACTICE, *CERTIFICATES, *BANK, *REGISTER]
