"""What devices keep: the page without a signal, the list, photos."""

from typing import Any

from django.urls import path

from hocvu.outreach.views import field

urlpatterns: list[Any] = [
    path("tham-ho/tren-may/", field.on_device, name="on_device"),
    path("tham-ho/anh/", field.take_photo, name="take_photo"),
    path("tham-ho/anh/<uuid:photo_id>/", field.photo, name="photo"),
    path("tham-ho/luot/<uuid:visit_id>/anh/", field.add_photo, name="add_photo"),
]
