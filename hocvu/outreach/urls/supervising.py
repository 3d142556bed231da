"""Coverage, what waits, spot checks, files of queues, devices."""

from __future__ import annotations

from django.urls import URLPattern, path

from hocvu.outreach.views import coverage, devices, inbox, queue_files, spot_checks

urlpatterns: list[URLPattern] = [
    path("di-tung-ngo/", coverage.coverage_page, name="coverage"),
    path("di-tung-ngo/<int:neighbourhood_id>/", coverage.coverage_of_place, name="coverage_of_place"),
    path("di-tung-ngo/can-xem/", inbox.waiting_list, name="field_waiting"),
    path("di-tung-ngo/can-xem/trung-ma/<uuid:clash_id>/", inbox.clash_page, name="clash"),
    path("di-tung-ngo/can-xem/dinh-chinh/<uuid:visit_id>/", inbox.parallel_corrections, name="parallel_corrections"),
    path("di-tung-ngo/can-xem/<slug:kind>/<uuid:key>/", inbox.waiting_thing, name="waiting_thing"),
    path("di-tung-ngo/can-xem/<slug:kind>/<uuid:key>/tinh/", inbox.let_count, name="let_thing_count"),
    path("di-tung-ngo/can-xem/<slug:kind>/<uuid:key>/khong-tinh/", inbox.set_aside, name="set_thing_aside"),
    path("di-tung-ngo/kiem-tra-lai/", spot_checks.spot_check_list, name="spot_checks"),
    path("di-tung-ngo/kiem-tra-lai/chon/", spot_checks.draw, name="draw_spot_checks"),
    path("di-tung-ngo/kiem-tra-lai/<int:spotcheck_id>/", spot_checks.check_visit, name="check_visit"),
    path(
        "di-tung-ngo/kiem-tra-lai/<int:spotcheck_id>/van-tinh/",
        spot_checks.let_stand,
        name="let_checked_visit_stand",
    ),
    path("di-tung-ngo/may/", devices.device_list, name="devices"),
    path("di-tung-ngo/tep/", queue_files.queue_file, name="queue_file"),
    path("di-tung-ngo/tep/dua-vao/", queue_files.bring_in, name="bring_in_queue_file"),
]
