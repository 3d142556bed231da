from typing import Any

from django.urls import path

from hocvu.learning.views import lesson

app_name = "learning"
urlpatterns: list[Any] = []

# Lessons as people read, print and teach them.
urlpatterns += [
    path("hoc/bai/<slug:lesson_slug>/", lesson.lesson, name="lesson"),
    path("hoc/bai/<slug:lesson_slug>/<int:part_number>/", lesson.lesson_part, name="lesson_part"),
    path("hoc/bai/<slug:lesson_slug>/loi-ghi/", lesson.transcript, name="transcript"),
    path("hoc/bai/<slug:lesson_slug>/in/", lesson.print_sheet, name="print_sheet"),
    path("hoc/bai/<slug:lesson_slug>/day/", lesson.teacher, name="teacher"),
    path("hoc/bai/<slug:lesson_slug>/trinh-chieu/", lesson.slideshow, name="slideshow"),
    path("hoc/bai/<slug:lesson_slug>/phat-tay/", lesson.handout, name="handout"),
    path("hoc/bai/<slug:lesson_slug>/thu-suc/", lesson.test_out, name="test_out"),
]
