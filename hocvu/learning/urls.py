from typing import Any

from django.urls import path

from hocvu.learning.views import (
    authoring,
    catalogue,
    completions,
    courses,
    files_of_lesson,
    frameworks,
    lesson,
    lesson_files,
    lessons_desk,
    media,
    mine,
    offline,
    progress,
    reviewing,
)

app_name = "learning"
urlpatterns: list[Any] = []

# ---- Courses, frameworks, the catalogue, completions of the national platform
urlpatterns += [
    path("hoc/", catalogue.home, name="catalogue"),
    path("hoc/khoa/<slug:course_slug>/", catalogue.course, name="course"),
    path("hoc/khoa/<slug:course_slug>/in/", catalogue.course_sheet, name="course_sheet"),
    path("hoc/khoa/<slug:course_slug>/ghi-danh/", catalogue.take_course, name="take_course"),
    path("hoc/khung/", frameworks.frameworks, name="frameworks"),
    path("hoc/khung/<slug:framework_code>/<str:framework_version>/", frameworks.framework, name="framework"),
    path("khung-ky-nang/", frameworks.frameworks_desk, name="frameworks_desk"),
    path("khung-ky-nang/mau/", frameworks.framework_template, name="framework_template"),
    path("khung-ky-nang/nap/", frameworks.load_framework, name="load_framework"),
    path("khung-ky-nang/nap/ghi/", frameworks.confirm_framework, name="confirm_framework"),
    path("khoa-hoc/", courses.courses_desk, name="courses_desk"),
    path("khoa-hoc/moi/", courses.new_course, name="new_course"),
    path("khoa-hoc/<uuid:course_id>/", courses.course_desk, name="course_desk"),
    path("khoa-hoc/<uuid:course_id>/sua/", courses.change_course, name="change_course"),
    path("khoa-hoc/<uuid:course_id>/trang-thai/", courses.course_state, name="course_state"),
    path("khoa-hoc/bai/<int:courselesson_id>/", courses.course_place, name="course_place"),
    path("khoa-hoc/bai/<int:courselesson_id>/xep/", courses.arrange_course, name="arrange_course"),
    path("hoan-thanh/", completions.completions, name="completions"),
    path("hoan-thanh/mau/", completions.completions_template, name="completions_template"),
    path("hoan-thanh/nhap/", completions.hand_in_completions, name="hand_in_completions"),
    path("hoan-thanh/nhap/<uuid:completionupload_id>/", completions.completion_upload, name="completion_upload"),
    path("hoan-thanh/nhap/<uuid:completionupload_id>/ghi/", completions.settle_completions, name="settle_completions"),
    path("hoan-thanh/<uuid:completionimport_id>/", completions.completion_import, name="completion_import"),
    path("hoan-thanh/<uuid:completionimport_id>/rut/", completions.withdraw_completions, name="withdraw_completions"),
    path("hoan-thanh/<uuid:completionimport_id>/tep/", completions.completions_file, name="completions_file"),
]

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
]

# Files of lessons: given out, and the desk's pages about them.
urlpatterns += [
    path("hoc/tep/<uuid:media_id>/<str:variant>", media.media_file, name="media_file"),
    path("soan-bai/<uuid:lesson_id>/tep/", files_of_lesson.media_list, name="media_list"),
    path("soan-bai/<uuid:lesson_id>/tep/moi/", files_of_lesson.add_media, name="add_media"),
    path("soan-bai/<uuid:lesson_id>/tep/<uuid:media_id>/", files_of_lesson.medium, name="medium"),
    path("soan-bai/<uuid:lesson_id>/tep/<uuid:media_id>/phu-de/", files_of_lesson.add_captions, name="add_captions"),
    path("soan-bai/<uuid:lesson_id>/tep/<uuid:media_id>/dat/", files_of_lesson.place_media, name="place_media"),
    path("soan-bai/<uuid:lesson_id>/tep/<uuid:media_id>/bo/", files_of_lesson.remove_media, name="remove_media"),
    path("soan-bai/<uuid:lesson_id>/tep/<uuid:media_id>/lam-lai/", files_of_lesson.retry_media, name="retry_media"),
    path("soan-bai/<uuid:lesson_id>/giong-doc/", files_of_lesson.voices_of_lesson, name="voices"),
    path("soan-bai/<uuid:lesson_id>/thu-am/", files_of_lesson.record_voice, name="record_voice"),
    path("soan-bai/<uuid:lesson_id>/giong-may/", files_of_lesson.machine_draft, name="machine_voice"),
]

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
