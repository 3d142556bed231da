from typing import Any

from django.urls import path

from hocvu.learning.views import mine, offline, progress, standing_in

app_name = "learning"
urlpatterns: list[Any] = []

# Outbox, offline, a learner's own page.
urlpatterns += [
    path("sw.js", offline.worker, name="worker"),
    path("hoc/toi.json", offline.me, name="me"),
    path("hoc/tren-may/", offline.on_device, name="on_device"),
    path("hoc/khoa/<slug:course_slug>/goi.json", offline.course_package, name="course_package"),
    path("hoc/khoa/<slug:course_slug>/tai/", offline.download_course, name="download_course"),
    path("hoc/bai/<slug:lesson_slug>/xong/", progress.finish_part, name="finish_part"),
    path("hoc/bai/<slug:lesson_slug>/tra-loi/", progress.answer_check, name="answer_check"),
    path("hoc/bai/<slug:lesson_slug>/thuc-hanh/", progress.tick_practice, name="tick_practice"),
    path("hoc/bai/<slug:lesson_slug>/thu-suc/nop/", progress.hand_in_test_out, name="hand_in_test_out"),
    path("hoc/bai/<slug:lesson_slug>/danh-dau/", progress.bookmark, name="bookmark"),
    path("hoc/cua-toi/", mine.mine, name="mine"),
    path("hoc/cua-toi/<slug:course_slug>/chon/", mine.take_course, name="take_course"),
    path("hoc/cua-toi/<slug:course_slug>/thoi/", mine.leave_course, name="leave_course"),
]

# What stands in for the pages of other parts until they are there.
urlpatterns += [
    path("hoc/", standing_in.catalogue, name="catalogue"),
    path("hoc/khoa/<slug:course_slug>/", standing_in.course, name="course"),
    path("hoc/bai/<slug:lesson_slug>/", standing_in.lesson, name="lesson"),
    path("hoc/bai/<slug:lesson_slug>/<int:part_number>/", standing_in.lesson_part, name="lesson_part"),
    path("hoc/bai/<slug:lesson_slug>/loi-ghi/", standing_in.transcript, name="transcript"),
    path("hoc/bai/<slug:lesson_slug>/in/", standing_in.transcript, name="print_sheet"),
    path("hoc/tep/<uuid:media_id>/<str:variant>", standing_in.media_file, name="media_file"),
]
