"""Help to people, needs."""

from __future__ import annotations

from django.urls import URLPattern, path

from hocvu.outreach.views import helping, needs

urlpatterns: list[URLPattern] = [
    path("tham-ho/giup/", helping.helps, name="helps"),
    path("tham-ho/giup/tim/", helping.find_person_to_help, name="find_person_to_help"),
    path("tham-ho/giup/ghi/", helping.record_help, name="record_help"),
    path("tham-ho/giup/<uuid:household_id>/", helping.help_household, name="help_household"),
    path("tham-ho/giup/nguoi/<uuid:person_id>/", helping.help_person, name="help_person"),
    path("tham-ho/giup/luot/<uuid:help_id>/", helping.help_given, name="help_given"),
    path("tham-ho/giup/luot/<uuid:help_id>/rut/", helping.take_back_help, name="take_back_help"),
    path("tham-ho/nguoi/<uuid:person_id>/", helping.person_helped, name="person_helped"),
    path("tham-ho/can/ghi/", needs.record_need, name="record_need"),
    path("tham-ho/can/<uuid:household_id>/", needs.need_of_household, name="need_of_household"),
    path("nhu-cau/", needs.needs_list, name="needs"),
    path("nhu-cau/<uuid:need_id>/", needs.need, name="need"),
    path("nhu-cau/<uuid:need_id>/ghep/", needs.match_need, name="match_need"),
    path("nhu-cau/<uuid:need_id>/dap-ung/", needs.meet_need, name="meet_need"),
    path("nhu-cau/<uuid:need_id>/khong/", needs.refuse_need, name="refuse_need"),
]
