from typing import Any

from django.urls import path

from hocvu.learning.views import authoring, lesson_files, lessons_desk, reviewing

app_name = "learning"
urlpatterns: list[Any] = []

# ---- Authoring: the desk of lessons
urlpatterns += [
    path("soan-bai/", lessons_desk.lessons_desk, name="lessons_desk"),
    path("soan-bai/moi/", lessons_desk.new_lesson, name="new_lesson"),
    path("soan-bai/cho-duyet/", lessons_desk.review_queue, name="review_queue"),
    path("soan-bai/tu-tep/", lesson_files.files_desk, name="files_desk"),
    path("soan-bai/tu-tep/so/", lesson_files.file_difference, name="file_difference"),
    path("soan-bai/<uuid:lesson_id>/", authoring.edit_lesson, name="edit_lesson"),
    path("soan-bai/<uuid:lesson_id>/dan/", authoring.paste, name="paste"),
    path("soan-bai/<uuid:lesson_id>/tinh-trang/", lessons_desk.lesson_state, name="lesson_state"),
    path("soan-bai/<uuid:lesson_id>/mo/", lessons_desk.open_lesson, name="open_lesson"),
    path("soan-bai/<uuid:lesson_id>/kiem/", lessons_desk.check_lesson, name="check_lesson"),
    path("soan-bai/<uuid:lesson_id>/xem-thu/", lessons_desk.preview_lesson, name="preview_lesson"),
    path("soan-bai/<uuid:lesson_id>/xuat/", lessons_desk.export_lesson, name="export_lesson"),
    path("soan-bai/<uuid:lesson_id>/gui-duyet/", lessons_desk.send_lesson, name="send_lesson"),
    path("soan-bai/<uuid:lesson_id>/duyet/", reviewing.review_lesson, name="review_lesson"),
    path("soan-bai/<uuid:lesson_id>/dang/", lessons_desk.publish_lesson, name="publish_lesson"),
    path("soan-bai/<uuid:lesson_id>/go/", lessons_desk.withdraw_lesson, name="withdraw_lesson"),
    path("soan-bai/<uuid:lesson_id>/bo/", lessons_desk.discard_lesson, name="discard_lesson"),
    path("soan-bai/<uuid:lesson_id>/cac-ban/", reviewing.lesson_versions, name="lesson_versions"),
    path("soan-bai/<uuid:lesson_id>/so-ban/", reviewing.version_difference, name="version_difference"),
    path("soan-bai/<uuid:lesson_id>/lay-lai/", reviewing.restore_version, name="restore_version"),
]
