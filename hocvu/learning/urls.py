from typing import Any

from django.urls import path

from hocvu.learning.views import files_of_lesson, media

app_name = "learning"
urlpatterns: list[Any] = []

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
