"""The list of households, visits, corrections; what is printed."""

from typing import Any

from django.urls import path

from hocvu.outreach.views import due, visits

urlpatterns: list[Any] = [
    path("tham-ho/", due.due_list, name="due_list"),
    path("tham-ho/in/", due.print_due, name="print_due"),
    path("tham-ho/in/the/", due.household_cards, name="household_cards"),
    path("tham-ho/danh-sach.json", due.list_for_device, name="list_for_device"),
    path("tham-ho/ghi/", visits.record_visit, name="record_visit"),
    path("tham-ho/theo-ma/", visits.by_code, name="visit_by_code"),
    path("tham-ho/ho/<uuid:household_id>/", visits.household, name="household"),
    path("tham-ho/ho/<uuid:household_id>/the/", due.household_card, name="household_card"),
    path("tham-ho/luot/", visits.visit_list, name="visits"),
    path("tham-ho/luot/<uuid:visit_id>/", visits.visit, name="visit"),
    path("tham-ho/luot/<uuid:visit_id>/dinh-chinh/", visits.correct_visit, name="correct_visit"),
]
