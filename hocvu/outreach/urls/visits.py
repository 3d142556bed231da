"""The list of households, visits, corrections; what is printed."""

from typing import Any

from django.urls import path

from hocvu.outreach.views import visits

urlpatterns: list[Any] = [
    path("tham-ho/ghi/", visits.record_visit, name="record_visit"),
]
