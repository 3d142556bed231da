"""Addresses of assessment."""

from __future__ import annotations

from django.urls import URLPattern, path  # noqa: F401 - the sections fill up

app_name = "assessment"

BANK: list[URLPattern] = []

TESTING: list[URLPattern] = []

PRACTICE: list[URLPattern] = []

CERTIFICATES: list[URLPattern] = []

VERIFYING: list[URLPattern] = []

urlpatterns = [*TESTING, *VERIFYING, *PRACTICE, *CERTIFICATES, *BANK]
