"""Addresses of assessment."""

from __future__ import annotations

from django.urls import URLPattern, path

from hocvu.assessment.views import question_media

app_name = "assessment"

BANK: list[URLPattern] = [
    path("cau-hoi/tep/<uuid:questionmedia_id>/", question_media.question_media, name="question_media"),
]

TESTING: list[URLPattern] = []

PRACTICE: list[URLPattern] = []

CERTIFICATES: list[URLPattern] = []

VERIFYING: list[URLPattern] = []

urlpatterns = [*TESTING, *VERIFYING, *PRACTICE, *CERTIFICATES, *BANK]
